//! Invented scores on real architectures: what must pass and what must fall.

use std::collections::BTreeMap;

use proxyrank_schema::{CostClass, Outcome as Score, Params, Protocol, Reading, ScoreKey, ScoreRow, Signal};
use proxyrank_space::Architecture;
use proxyrank_space::flexibert::Sampler;
use proxyrank_stats::{BootstrapOptions, Ceiling, Estimate, FailurePolicy};

use super::{Ending, Fate, Test, Trial, trials};
use crate::benchmark::{Benchmark, Entry, find};
use crate::papers::{Stock, Stores};
use crate::rank::{RankOptions, rank};
use crate::standard;

const NETWORKS: usize = 160;

/// Quality grows with depth, then width, then with something that no size tells.
fn quality(place: usize, architecture: &Architecture) -> f64 {
    let hidden = ((place * 7919) % 97) as f64 / 97.0;
    10.0 * architecture.depth() as f64 + architecture.width() as f64 / 32.0 + 4.0 * hidden
}

fn benchmark() -> Benchmark {
    let entry = |(place, architecture)| {
        let architecture = Architecture::Flexibert(architecture);
        let truth = BTreeMap::from([("glue", quality(place, &architecture))]);
        Entry { id: place.to_string().as_str().into(), architecture, truth }
    };
    Benchmark {
        info: find(&"flexibert".into()).unwrap(),
        sha256: "0".repeat(64),
        entries: Sampler::new(0).take(NETWORKS).enumerate().map(entry).collect(),
        trainings: Vec::new(),
        warnings: Vec::new(),
    }
}

/// A score for every architecture, under a seed where the proxy runs a network.
fn rows(
    benchmark: &Benchmark,
    proxy: &str,
    seed: u64,
    score: &dyn Fn(usize, &Architecture) -> f64,
) -> Vec<ScoreRow> {
    let record = proxyrank_proxies::find(proxy).ok();
    let runs_network = record.is_some_and(|proxy| proxy.class > CostClass::DataFree);
    let signal = if record.is_some_and(|proxy| proxy.class == CostClass::Gradient) {
        Signal::Rtd
    } else {
        Signal::None
    };
    let protocol = match (runs_network, record) {
        (true, Some(record)) => {
            let standard = standard::protocol(benchmark.info, Reading::AsTrained, signal);
            record.protocol(&Protocol { init_seed: seed, data_seed: seed, ..standard })
        }
        _ => Protocol { reading: Reading::AsTrained, ..Protocol::none() },
    };
    let row = |(place, entry): (usize, &Entry)| {
        let key = ScoreKey::new(
            benchmark.id(),
            benchmark.sha256.clone(),
            entry.id.clone(),
            proxy.into(),
            record.map_or(1, |proxy| proxy.version),
            record.map_or_else(Params::none, proxyrank_proxies::Proxy::default_params),
            protocol.clone(),
        );
        ScoreRow { key, outcome: Score::from_value(score(place, &entry.architecture)) }
    };
    benchmark.entries.iter().enumerate().map(row).collect()
}

fn tried(ceiling: Option<&Ceiling>) -> Vec<Trial> {
    let folder = tempfile::tempdir().unwrap();
    let stores = Stores::open(folder.path());
    let benchmark = benchmark();
    let noise = |place: usize, seed: u64| ((place as u64 * 31 + seed * 17) % 89) as f64;
    let mut all = rows(&benchmark, "nsc", 0, &quality);
    all.extend(rows(&benchmark, "num_layers", 0, &|_, network| network.depth() as f64));
    all.extend(rows(&benchmark, "eznas", 0, &|_, _| 1.0));
    all.extend(rows(&benchmark, "lpzero.published", 0, &quality));
    for seed in 0..5 {
        // One hardly moves with the seed, the other does not do anything else.
        all.extend(rows(&benchmark, "w_pca", seed, &|place, network| {
            quality(place, network) + noise(place, seed) / 500.0
        }));
        all.extend(rows(&benchmark, "swap", seed, &|place, network| {
            quality(place, network)
                + [0.0, 2.0, -3.0, 1.0, 0.3][usize::try_from(seed).unwrap()] * noise(place, seed)
        }));
    }
    stores.results.put_published(&benchmark.id(), &all).unwrap();
    let stock = Stock::read(benchmark, &stores).unwrap();
    let options = RankOptions {
        reading: Reading::AsTrained,
        metric: stock.benchmark.info.metrics[0],
        bootstrap: BootstrapOptions { resamples: 200, ..BootstrapOptions::default() },
        failures: FailurePolicy::default(),
    };
    let ranking = rank(&stock.benchmark, stock.columns(Reading::AsTrained).to_vec(), options).unwrap();
    trials(&stock, &ranking, ceiling).unwrap()
}

fn of<'a>(trials: &'a [Trial], label: &str) -> &'a Trial {
    trials.iter().find(|trial| trial.label.starts_with(label)).unwrap()
}

#[test]
fn a_score_that_knows_the_truth_passes_and_counting_layers_falls() {
    let trials = tried(None);
    let (nsc, layers) = (of(&trials, "nsc"), of(&trials, "num_layers"));
    for test in [Test::Depth, Test::Width, Test::Size, Test::Cell, Test::TimesRule, Test::SortRule] {
        assert_eq!(nsc.ending(test), Ending::Passed, "{test:?}");
    }
    assert_eq!((nsc.ending(Test::Seeds), nsc.ending(Test::Float64)), (Ending::Exempt, Ending::Exempt));
    // Without a ceiling it cannot be more than open.
    assert_eq!((nsc.ending(Test::Ceiling), nsc.fate()), (Ending::NotMade, Fate::Open));
    assert_eq!(nsc.fate_without(&[Test::Ceiling]), Fate::Survives);
    for test in [Test::Depth, Test::Cell, Test::SortRule] {
        assert_eq!(layers.ending(test), Ending::Failed, "{test:?}");
    }
    assert!(layers.is_baseline && layers.outcomes[0].remark.contains("by #layers alone"), "{layers:?}");
}

#[test]
fn a_perfect_score_reaches_its_ceiling_and_a_coarse_one_does_not() {
    let tau = Estimate { point: 0.98, low: 0.97, high: 0.99, n: NETWORKS };
    let ceiling =
        Ceiling { architectures: NETWORKS, distinct: 9, within: Vec::new(), pearson: 1.0, tau, rho: tau };
    let trials = tried(Some(&ceiling));
    assert_eq!(of(&trials, "nsc").fate(), Fate::Survives);
    assert_eq!(of(&trials, "num_layers").ending(Test::Ceiling), Ending::Failed);
}

#[test]
fn a_score_that_moves_with_the_seed_is_told_from_one_that_does_not() {
    let trials = tried(None);
    let (steady, shaky) = (of(&trials, "w_pca"), of(&trials, "swap"));
    assert_eq!((steady.ending(Test::Seeds), shaky.ending(Test::Seeds)), (Ending::Passed, Ending::Failed));
    let outcome = &steady.outcomes[6];
    assert!(outcome.remark == "over 5 seeds" && outcome.value.is_some_and(|sd| sd < 0.01), "{outcome:?}");
    assert_eq!(steady.ending(Test::Float64), Ending::NotMade);
}

#[test]
fn nothing_is_left_out_in_silence() {
    for trial in tried(None) {
        assert_eq!(trial.outcomes.len(), Test::ALL.len());
        for (test, outcome) in Test::ALL.iter().zip(&trial.outcomes) {
            assert!(outcome.value.is_some() || !outcome.remark.is_empty(), "{} in {test:?}", trial.label);
        }
    }
    let trials = tried(None);
    let constant = of(&trials, "eznas");
    assert!(constant.fate() == Fate::Falls && constant.passed() == 0, "{constant:?}");
    assert_eq!(of(&trials, "lpzero.published").ending(Test::Seeds), Ending::NotMade);
}
