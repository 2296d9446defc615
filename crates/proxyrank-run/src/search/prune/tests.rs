//! From a whole study of a small encoder, with all parts, to tables and claims.

use std::path::Path;

use proxyrank_prune::encoder::{EncoderConfig, Text, Weights};
use proxyrank_prune::runner::{Baseline, Follow, Record, Second, Study};
use proxyrank_prune::search::Method;
use proxyrank_prune::space::{Space, SpaceKind};
use proxyrank_prune::supernet::{Examples, Labels, Metric, Settings, Strategy, Task};
use proxyrank_prune::zero_cost::PROXIES;
use proxyrank_report::ledger::{Stage, Verdict};
use proxyrank_report::table::Cell;

use super::parts::Trained;
use super::*;
use crate::papers::Stores;

/// Never stops.
struct Patient;

impl Follow for Patient {
    fn trained(&self, _step: u64, _steps: u64, _loss: f64) {}
    fn evaluated(&self, _record: &Record) {}
    fn progressed(&self, _what: &str, _done: usize, _all: usize) {}
    fn stopped(&self) -> bool {
        false
    }
}

fn weights() -> Weights {
    let config = EncoderConfig {
        vocab_size: 20,
        hidden_size: 12,
        num_hidden_layers: 3,
        num_attention_heads: 3,
        intermediate_size: 10,
        hidden_act: "gelu".to_owned(),
        hidden_dropout_prob: 0.1,
        attention_probs_dropout_prob: 0.1,
        max_position_embeddings: 8,
        type_vocab_size: 1,
        layer_norm_eps: 1e-12,
        initializer_range: 0.02,
    };
    Weights::random(config, 2, 3)
}

fn task() -> Task {
    let examples = |from: u32, count: u32| {
        let text = |i: u32| Text { ids: vec![1, (7 * i) % 20, (3 * i + i / 5) % 20], segments: vec![0; 3] };
        let labels = (from..from + count).map(|i| u32::from((7 * i) % 20 > 9)).collect();
        Examples::new((from..from + count).map(text).collect(), Labels::Classes(labels)).unwrap()
    };
    Task::new("toy", Metric::Accuracy, 2, (&examples(0, 60), examples(60, 25)), (0, None)).unwrap()
}

/// Searches and all parts into a folder of results.
fn fill(results: &Path) {
    let (task, pretrained) = (task(), weights());
    let space = Space::new(SpaceKind::Medium, pretrained.config.shape());
    let place = folder(results).join("toy-medium-standard-0");
    let study = Study {
        task: &task,
        pretrained: &pretrained,
        settings: Settings { rate: 3e-3, epochs: 3, ..Settings::new(space, Strategy::Standard, 0) },
        searches: [Method::Random, Method::Nsga2]
            .into_iter()
            .flat_map(|method| [(method, 0), (method, 1)])
            .collect(),
        evaluations: 12,
        second: Second::Parameters,
        folder: place.clone(),
        checkpoint_every: 100,
    };
    let supernet = study.run(&Patient).unwrap().unwrap().weights;
    let beside = Beside {
        shares: vec![0.5, 0.8],
        importance_examples: 20,
        subnets: 30,
        probe_examples: 5,
        pairs: 40,
        proposals: 2,
        trials: 4,
        seed: 1,
    };
    let trained = Trained {
        task: &task,
        pretrained: &pretrained,
        supernet: &supernet,
        settings: &study.settings,
        folder: place,
        checkpoint_every: 100,
    };
    for part in Part::ALL {
        assert!(trained.run(part, &beside, &Patient).unwrap(), "{part}");
    }
}

#[test]
fn records_of_all_parts_become_tables_and_claims() {
    let place = tempfile::tempdir().unwrap();
    let stores = Stores::open(place.path());
    let verdicts = || {
        let claims = claims(&stores).unwrap();
        claims.iter().map(|claim| claim.stages[&Stage::RecomputedReleased].clone()).collect::<Vec<_>>()
    };
    assert!(verdicts().iter().all(|result| result.verdict == Verdict::Missing));

    fill(stores.results.root());
    let studies = read_all(&[folder(stores.results.root())]).unwrap();
    assert_eq!((studies.len(), studies[0].searches.len()), (1, 4));
    let tables = tables_beside(&studies).unwrap();
    let id = "toy_medium_standard_0";
    // There is no ranking where all errors are equal.
    let errors: Vec<f64> = studies[0].proxies.as_ref().unwrap().records.iter().map(|one| one.error).collect();
    let is_ranked = errors.iter().any(|error| error.to_bits() != errors[0].to_bits());
    // Seven baselines and one row of searches; five predictors and the size; four ways to choose; both kinds of trials.
    let mut wanted = vec![("prune_baselines".to_owned(), 8)];
    if is_ranked {
        wanted.push((format!("prune_proxies_{id}"), PROXIES.len()));
    }
    let rest = [("guided", PROXIES.len()), ("predictors", 6), ("ratios", 4), ("trials", 2)];
    wanted.extend(rest.map(|(part, rows)| (format!("prune_{part}_{id}"), rows)));
    let found: Vec<(String, usize)> =
        tables.iter().map(|table| (table.id.clone(), table.rows().len())).collect();
    assert_eq!(found, wanted);
    // Of the trials within three quarters that with the lowest validation error of all its epochs, by its test error.
    let trained = &studies[0].trials[0];
    let full = studies[0].header.full;
    let small = trained.records.iter().filter(|record| record.kept.share(&full) <= 0.75);
    let best = small.min_by(|one, other| one.error.total_cmp(&other.error)).unwrap();
    let last = tables.last().unwrap();
    assert_eq!(last.rows()[0].cells[4], Cell::number(100.0 * (1.0 - best.test)));
    assert_eq!((trained.records.len(), trained.trials()), (3 * 3, 3));
    // Every baseline is at 80% and at 50%; the largest size comes first.
    let names: Vec<&str> = tables[0].columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names[4..], ["At most 80%", "At most 50%"]);
    let run = studies[0].baselines.as_ref().unwrap();
    let layers = run.records.iter().find(|one| one.baseline == Baseline::Layers).unwrap();
    assert_eq!(tables[0].rows()[0].cells[5], Cell::number(100.0 * (1.0 - layers.test)));

    let compression = &verdicts()[0];
    assert_eq!((compression.verdict, compression.value), (Verdict::NotComparable, None));
    assert!(compression.reason.contains("toy"), "{}", compression.reason);
}

#[test]
fn tables_of_a_study_without_searches_do_not_need_them() {
    let place = tempfile::tempdir().unwrap();
    fill(place.path());
    let study = folder(place.path()).join("toy-medium-standard-0");
    for search in ["random-0", "random-1", "nsga2-0", "nsga2-1"] {
        std::fs::remove_file(study.join(format!("{search}.jsonl"))).unwrap();
    }
    let studies = read_all(&[folder(place.path())]).unwrap();
    assert!(studies[0].searches.is_empty());
    assert!(outcome_table(&studies).rows().is_empty() && hypervolume_table(&studies).rows().is_empty());
    assert!(rank_table(&studies).unwrap().is_none());
    assert_eq!(tables_beside(&studies).unwrap()[0].rows().len(), 7);
}

#[test]
fn ranks_and_outcomes_are_of_tested_choices() {
    let place = tempfile::tempdir().unwrap();
    fill(place.path());
    let studies = read_all(&[folder(place.path())]).unwrap();
    let study = &studies[0];
    let evaluated: usize = study.searches.values().map(Vec::len).sum();
    assert!(study.tests.len() < evaluated, "only what is chosen is tested");
    for share in [0.3, 0.5, 0.75, 1.0] {
        let below = |records: &&Vec<Record>| records.iter().any(|record| record.relative_encoder <= share);
        assert_eq!(outcomes(study, share).searches, study.searches.values().filter(below).count());
    }
    // Two methods on one super-network share the ranks 1 and 2.
    let found = ranks(&studies).unwrap();
    assert_eq!(found.len(), 2);
    assert!((found[0].1.point + found[1].1.point - 3.0).abs() < 1e-9, "{found:?}");
    assert_eq!(rank_table(&studies).unwrap().unwrap().rows().len(), 2);
    let volume = volume(study, &studies).unwrap();
    assert!(volume.point > 0.0 && volume.point <= 4.0 && volume.n == 4);
}
