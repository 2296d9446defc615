//! Carrying out a search.

use std::path::Path;
use std::time::{Duration, Instant};

use proxyrank_data::fetch::Locator;
use proxyrank_proxies::symbolic::{Expression, Genotype};
use proxyrank_proxies::{Run, Subject, find, registry};
use proxyrank_schema::CostClass;
use proxyrank_search::lpzero::contest::{Arena, Contest};
use proxyrank_search::lpzero::enumeration::{Census, Enumeration, census, enumerate};
use proxyrank_search::lpzero::evolution::Settings;
use proxyrank_search::lpzero::fitness::Judge;
use proxyrank_search::lpzero::luck::{BestOf, LuckOptions, best_of};
use proxyrank_search::lpzero::panel::Panel;
use proxyrank_search::lpzero::rules::Sign;
use proxyrank_search::lpzero::split::{Split, split};
use proxyrank_search::lpzero::state::{self, Finished};
use proxyrank_search::lpzero::tree::{Tree, TreeForm};

use super::LpzeroRequest;
use super::judged::{Bench, Finding, Judgement};
use super::tabulate::{Tabulated, tabulate};
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::rank::BASELINES;
use crate::watch::{Stop, Watch};

/// One run of a search.
#[derive(Debug, Clone)]
pub struct SearchRun {
    /// What it depended on.
    pub settings: Settings,
    /// What it found.
    pub finding: Finding,
    /// Genotypes that it judged, and how many different trees they were.
    pub judged: (usize, usize),
    /// How long it took; nothing if it was read from disk.
    pub took: Option<Duration>,
}

/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// The space.
    pub census: Census,
    /// All of it.
    pub enumeration: Enumeration,
    /// How long that took.
    pub enumeration_took: Duration,
    /// Networks whose branches were computed now, and how long that took.
    pub tabulated: (usize, Duration),
    /// Networks that chose, and that judged.
    pub networks: (usize, usize),
    /// The best of the space.
    pub optimum: Finding,
    /// The same as an expression, if anything ranks.
    pub expression: Option<Expression>,
    /// Every run.
    pub runs: Vec<SearchRun>,
    /// Their histories, for [`proxyrank_search::lpzero::generations::write`].
    pub histories: Vec<Finished>,
    /// Published trees and baselines.
    pub beside: Vec<Finding>,
    /// What random trees would have reached.
    pub luck: Vec<BestOf>,
}

/// Draws of the null distributions.
const LUCK: LuckOptions = LuckOptions { repetitions: 200, seed: 0 };

/// Runs a search, taking up what `folder` holds of it.
pub fn search(
    benchmark: &Benchmark,
    request: &LpzeroRequest,
    locator: &Locator,
    folder: &Path,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<Found, RunError> {
    let tabulated = tabulate(benchmark, request, locator, folder, watch, stop)?;
    let bench = bench(benchmark, request, &tabulated)?;
    let Tabulated { table, name, computed, took, places } = tabulated;
    let contest = |networks: &[usize]| {
        let judge = Judge::new(request.objective, &bench.truth_of(networks), &bench.cells_of(networks));
        let judge = judge.map_err(RunError::stats(request.metric.name))?;
        Ok::<_, RunError>(Contest::new(&table, networks.to_vec(), judge))
    };
    let (training, held_out) = (contest(&bench.training)?, contest(&bench.held_out)?);
    let whole = Panel::new(&table, places);
    let judge = |tree: Tree, sign: Sign| -> Judgement {
        let Some(scores) = whole.scores(&table, tree) else { return Judgement::default() };
        let mut all = vec![f64::NAN; benchmark.entries.len()];
        for (&place, score) in whole.networks.iter().zip(scores) {
            all[place] = sign.factor() * score;
        }
        bench.judge(&all)
    };

    let census = census();
    let task = watch.task("enumerate trees", census.live_branches);
    let started = Instant::now();
    let enumeration = enumerate(&training, &|done| task.at(done));
    let enumeration_took = started.elapsed();
    drop(task);
    let best = enumeration.best.first().copied();
    let of_tree = |what: &str, tree: Tree, sign: Sign| Finding {
        what: what.to_owned(),
        formula: tree.expression(sign).to_string(),
        size: Some(tree.size()),
        is_baseline: false,
        judgement: judge(tree, sign),
    };
    let nothing = |what: &str| Finding {
        what: what.to_owned(),
        formula: "nothing ranks".to_owned(),
        size: None,
        is_baseline: false,
        judgement: Judgement::default(),
    };
    let optimum = best.map_or_else(
        || nothing("best of all trees"),
        |best| of_tree("best of all trees", best.tree, best.sign),
    );

    let (mut runs, mut histories) = (Vec::new(), Vec::new());
    let contest = request.contest(&name);
    let below = folder.join("runs");
    for settings in request.settings() {
        let what = format!("{} search, seed {}", settings.strategy.as_str(), settings.seed);
        let task = watch.task(&what, settings.iterations);
        let mut arena = Arena::new(&training);
        let started = Instant::now();
        let end =
            state::run(&below, &contest, settings, &mut arena, &|| stop.asked(), &|done| task.at(done))?;
        let Some(finished) = end else {
            return Err(RunError::Stopped { after: format!("in the {what}") });
        };
        let took = (finished.resumed_from == 0).then(|| started.elapsed());
        let finding = match finished.evolution.best.map(|best| Tree::of(best.genotype)) {
            Some(TreeForm::Live(tree, sign)) => of_tree(&what, tree, sign),
            _ => nothing(&what),
        };
        let judged = (finished.evolution.asked, arena.distinct());
        runs.push(SearchRun { settings, finding, judged, took });
        histories.push(finished);
    }

    let budget = request.population + request.iterations;
    let sizes: Vec<usize> = [1, 10, 100, budget].into_iter().filter(|&size| size <= budget).collect();
    let luck = best_of(&training, &held_out, &sizes, LUCK);
    let mut beside = published(&of_tree);
    beside.extend(baselines(benchmark, request, &bench)?);
    Ok(Found {
        census,
        enumeration,
        enumeration_took,
        tabulated: (computed, took),
        networks: (bench.training.len(), bench.held_out.len()),
        optimum,
        expression: best.map(|best| best.tree.expression(best.sign)),
        runs,
        histories,
        beside,
        luck,
    })
}

/// Truth, cells and the two sets of networks.
fn bench(benchmark: &Benchmark, request: &LpzeroRequest, tabulated: &Tabulated) -> Result<Bench, RunError> {
    let metric = request.metric;
    let sign = if metric.higher_is_better { 1.0 } else { -1.0 };
    let truth: Vec<f64> = benchmark
        .entries
        .iter()
        .map(|entry| entry.truth.get(metric.name).map_or(f64::NAN, |value| sign * value))
        .collect();
    let cells = benchmark.cells();
    let groups = benchmark.equivalents(request.reading)?;
    let usable: Vec<usize> =
        tabulated.places.iter().copied().filter(|&place| truth[place].is_finite()).collect();
    let pick = |values: &[u32]| -> Vec<u32> { usable.iter().map(|&place| values[place]).collect() };
    let Split { training, held_out } =
        split(request.split, &pick(&groups), &pick(&cells), request.split_seed);
    let place = |set: Vec<usize>| -> Vec<usize> { set.into_iter().map(|index| usable[index]).collect() };
    let (training, held_out) = (place(training), place(held_out));
    for (set, what) in [(&training, "to choose"), (&held_out, "to judge")] {
        let first = set.first().map(|&index| truth[index]);
        if set.len() < 3 || set.iter().all(|&index| Some(truth[index]) == first) {
            return Err(RunError::Usage(format!(
                "there are {} networks {what} by, and a ranking needs at least 3 that differ; take more with --limit",
                set.len()
            )));
        }
    }
    Ok(Bench { truth, cells, training, held_out })
}

/// The published trees that are in the space.
fn published(of_tree: &dyn Fn(&str, Tree, Sign) -> Finding) -> Vec<Finding> {
    let trees = registry::all().into_iter().filter_map(|proxy| {
        let Run::Symbolic(expression) = proxy.run else { return None };
        let genotype = Genotype::try_from(expression).ok()?;
        let TreeForm::Live(tree, sign) = Tree::of(genotype) else { return None };
        let sign = if proxy.direction.sign() < 0.0 { sign.times(Sign::Minus) } else { sign };
        Some(of_tree(proxy.name, tree, sign))
    });
    trees.collect()
}

/// The usual baselines.
fn baselines(
    benchmark: &Benchmark,
    request: &LpzeroRequest,
    bench: &Bench,
) -> Result<Vec<Finding>, RunError> {
    let networks = benchmark.networks(request.reading)?;
    let seq_len = request.protocol.seq_len as usize;
    let mut found = Vec::new();
    for name in BASELINES {
        let proxy = find(name)?;
        debug_assert_eq!(proxy.class, CostClass::DataFree);
        let score = |network: &proxyrank_space::Network| {
            let subject = Subject { network: network.clone(), seq_len };
            let score = proxy.score(&subject, &proxy.default_params()).score;
            score.map_or(f64::NAN, |score| proxy.direction.sign() * score)
        };
        let scores: Vec<f64> = networks.iter().map(score).collect();
        found.push(Finding {
            what: (*name).to_owned(),
            formula: proxy.formula.to_owned(),
            size: None,
            is_baseline: true,
            judgement: bench.judge(&scores),
        });
    }
    Ok(found)
}
