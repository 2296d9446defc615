//! A benchmark as a search space, and the searches on it.

use proxyrank_data::fetch::Locator;
use proxyrank_predict::Method;
use proxyrank_schema::{ProxyName, Reading};
use proxyrank_search::tabular::{Guide, Replay, Space, Strategy, Traced, neighbours};

use super::distance::edits;
use crate::RunError;
use crate::benchmark::Metric;
use crate::papers::Stock;
use crate::predict::{FeatureKind, Follower, problem};
use crate::rank::ScoreColumn;
use crate::watch::{Stop, Watch};

/// A replay of searches on one benchmark and target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TabularSearch {
    /// Which networks features and proxies describe.
    pub reading: Reading,
    /// What is searched for.
    pub target: Metric,
    /// Labels that each run may use.
    pub budget: usize,
    /// Runs of each search.
    pub repeats: usize,
    /// Seed of all runs.
    pub seed: u64,
}

/// Neighbours that each architecture has at the least.
pub(super) const NEIGHBOURS: usize = 10;

/// Proxies that guide a search of their own, where their scores are stored.
const GUIDES: [&str; 3] = ["layers_hidden_params", "nsc", "w_pca"];

/// What was searched, and how.
#[derive(Debug, Clone)]
pub struct Results {
    /// The space.
    pub space: Space,
    /// The name of each search, and the time that its guide takes before the first label, in seconds.
    pub searches: Vec<(String, f64)>,
    /// The runs of each search.
    pub traced: Vec<Traced>,
    /// What training each architecture took, in seconds, where the benchmark says so.
    pub training_s: Option<Vec<f64>>,
    /// #params of each architecture.
    pub sizes: Vec<f64>,
    /// Every proxy with a score for every architecture: its label, and its scores, larger is better.
    pub proxies: Vec<(String, Vec<f64>)>,
}

/// Scores of architectures, larger is better; nothing where one is missing or failed.
fn scores(column: &ScoreColumn, kept: &[usize]) -> Option<Vec<f64>> {
    kept.iter().map(|&place| Some(column.direction.sign() * column.slots[place].score()?)).collect()
}

/// Replays the searches on what is stored.
pub fn run(
    search: &TabularSearch,
    stock: &Stock,
    locator: &Locator,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<Results, RunError> {
    let (benchmark, reading, name) = (&stock.benchmark, search.reading, search.target.name);
    let kinds = [FeatureKind::Architecture, FeatureKind::Both];
    let problem = problem(stock, reading, search.target, &kinds)?;
    let entries = &benchmark.entries;
    let kept: Vec<usize> =
        (0..entries.len()).filter(|&place| entries[place].truth.contains_key(name)).collect();
    let pick = |values: &[f64]| -> Vec<f64> { kept.iter().map(|&place| values[place]).collect() };
    let networks = benchmark.networks(reading)?;
    let sizes = pick(&benchmark.sizes(reading)?);

    let mut searches = vec![
        ("random".to_owned(), 0.0, Strategy::Random),
        ("local search".to_owned(), 0.0, Strategy::Local),
        ("regularised evolution".to_owned(), 0.0, Strategy::Evolution),
    ];
    let learners = [
        ("boosted trees on architecture", Method::BoostedTrees, 0),
        ("Gaussian process on both", Method::GaussianProcess, 1),
    ];
    for (title, method, features) in learners {
        searches.push((title.to_owned(), 0.0, Strategy::Predictor(Guide { method, features })));
    }
    let mut guides = vec![sizes.clone()];
    searches.push(("#params, largest first".to_owned(), 0.0, Strategy::Proxy(0)));
    for guide in GUIDES {
        let Some(column) = stock.column(&ProxyName::from(guide), reading) else { continue };
        let Some(values) = scores(column, &kept) else { continue };
        // Every architecture is scored before the first is labelled.
        let cost_s = column.wall_ns.unwrap_or(0) as f64 / 1e9 * kept.len() as f64;
        searches.push((guide.to_owned(), cost_s, Strategy::Proxy(guides.len())));
        guides.push(values);
    }
    let space = Space {
        neighbours: neighbours(kept.len(), NEIGHBOURS, |a, b| edits(&networks[kept[a]], &networks[kept[b]])),
        features: problem.sets.into_iter().map(|set| set.features).collect(),
        scores: guides,
        labels: problem.labels,
    };
    let replay = Replay {
        strategies: searches.iter().map(|(_, _, strategy)| *strategy).collect(),
        budget: search.budget,
        repeats: search.repeats,
        seed: search.seed,
    };
    let title = format!("{}: searching for {name}", benchmark.info.id);
    let follow = Follower::new(watch.task(&title, replay.runs()), stop);
    let Some(traced) = replay.run(&space, &follow)? else { return Err(RunError::Abandoned { what: title }) };
    let columns = stock.columns(reading).iter();
    let proxies = columns.filter_map(|column| Some((column.label.clone(), scores(column, &kept)?)));
    Ok(Results {
        searches: searches.into_iter().map(|(name, cost_s, _)| (name, cost_s)).collect(),
        traced,
        training_s: benchmark.training_seconds(locator)?.map(|seconds| pick(&seconds)),
        sizes,
        proxies: proxies.collect(),
        space,
    })
}
