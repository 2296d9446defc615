//! Carrying out a search.

use std::time::{Duration, Instant};

use proxyrank_proxies::symbolic::{Expression, Genotype};
use proxyrank_proxies::{Run, Subject, find, registry};
use proxyrank_schema::{CostClass, Reading};
use proxyrank_search::lpzero::contest::{Arena, Contest};
use proxyrank_search::lpzero::enumeration::{Ranked, census, enumerate};
use proxyrank_search::lpzero::fitness::{Judge, Room};
use proxyrank_search::lpzero::luck::{LuckOptions, best_of};
use proxyrank_search::lpzero::panel::Panel;
use proxyrank_search::lpzero::rules::Sign;
use proxyrank_search::lpzero::split::{Split, split};
use proxyrank_search::lpzero::state::{self, Finished};
use proxyrank_search::lpzero::table::BranchTable;
use proxyrank_search::lpzero::tree::{Tree, TreeForm};

use super::elsewhere::{Place, Statistic};
use super::joint::{Joint, Side, YARDSTICK, joint};
use super::judged::{Bench, Finding, Judgement};
use super::summary::{RunSummary, Summary, VERSION, rounded};
use super::tabulate::{Tabulated, Workplace, tabulate};
use super::{LpzeroRequest, OtherBenchmark};
use crate::RunError;
use crate::benchmark::{Benchmark, Metric};
use crate::evaluate::Request;
use crate::rank::BASELINES;

/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// All of it that tables and charts need.
    pub summary: Summary,
    /// How long the enumeration took.
    pub enumeration_took: Duration,
    /// Networks whose branches were computed now, and how long that took.
    pub tabulated: (usize, Duration),
    /// How long each run took; nothing if it was read from disk.
    pub runs_took: Vec<Option<Duration>>,
    /// The best of the space, if anything ranks.
    pub expression: Option<Expression>,
    /// The formula for both benchmarks, if there is one.
    pub joint: Option<Expression>,
    /// Histories of runs, for [`proxyrank_search::lpzero::generations::write`].
    pub histories: Vec<Finished>,
}

/// Draws of the null distributions.
const LUCK: LuckOptions = LuckOptions { repetitions: 200, seed: 0 };

/// The other benchmark's files.
pub struct Other<'a> {
    /// The benchmark.
    pub benchmark: &'a Benchmark,
    /// How it is run and judged.
    pub request: &'a OtherBenchmark,
}

/// Runs a search, taking up what the workplace holds of it.
pub fn search(
    benchmark: &Benchmark,
    other: Option<&Other<'_>>,
    request: &LpzeroRequest,
    workplace: &Workplace<'_>,
) -> Result<Found, RunError> {
    let watch = workplace.watch;
    let tabulated = tabulate(benchmark, (&request.protocol, request.reading, request.sample), workplace)?;
    let bench = bench(benchmark, (request.reading, request.metric), &tabulated, request)?;
    let elsewhere = elsewhere(benchmark, other, request, &bench, workplace)?;
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
        elsewhere: elsewhere.iter().map(|place| place.of_tree(tree, sign)).collect(),
    };
    let optimum = best.map_or_else(
        || Finding::nothing("best of all trees", elsewhere.len()),
        |best| of_tree("best of all trees", best.tree, best.sign),
    );

    let searched = run_all(request, &training, &name, workplace, &of_tree, elsewhere.len())?;
    let budget = request.population + request.iterations;
    let sizes: Vec<usize> = [1, 10, 100, budget].into_iter().filter(|&size| size <= budget).collect();
    let luck = best_of(&training, &held_out, &sizes, LUCK);
    let mut beside = published(&of_tree);
    beside.extend(baselines(benchmark, request, &bench, &elsewhere)?);
    let by_size = |(size, ranked): (&usize, &Ranked)| {
        of_tree(&format!("best of size {size}"), ranked.tree, ranked.sign)
    };
    let mut room = Room::default();
    let mut both = |ranked: &Ranked| {
        let value = held_out.fitness(ranked.tree, ranked.sign, &mut room)?;
        Some((rounded(ranked.fitness), rounded(value)))
    };
    let top = enumeration.best.iter().filter_map(&mut both).collect();
    let (joint, joint_expression) = two_goals(benchmark, other, request, (&table, &bench), workplace)?;
    let summary = Summary {
        version: VERSION,
        benchmark: (benchmark.info.id.to_owned(), benchmark.info.title.to_owned()),
        reading: request.reading,
        metric: request.metric.name.to_owned(),
        protocol: words(&request.protocol),
        sample: request.sample,
        split: request.split,
        objective: request.objective,
        networks: (bench.training.len(), bench.held_out.len()),
        census,
        trees: [enumeration.scored, enumeration.skipped, enumeration.barren],
        settings: (request.population, request.iterations),
        elsewhere: elsewhere.iter().map(|place| place.title.clone()).collect(),
        optimum,
        by_size: enumeration.by_size.iter().map(by_size).collect(),
        top,
        runs: searched.runs,
        beside,
        luck,
        joint,
    };
    Ok(Found {
        summary,
        enumeration_took,
        tabulated: (computed, took),
        runs_took: searched.took,
        expression: best.map(|best| best.tree.expression(best.sign)),
        joint: joint_expression,
        histories: searched.histories,
    })
}

/// Every run of every strategy.
struct Searched {
    runs: Vec<RunSummary>,
    took: Vec<Option<Duration>>,
    histories: Vec<Finished>,
}

/// Carries the runs out, or takes them up; `places` is the number of those elsewhere.
fn run_all(
    request: &LpzeroRequest,
    training: &Contest<'_>,
    table: &str,
    workplace: &Workplace<'_>,
    of_tree: &dyn Fn(&str, Tree, Sign) -> Finding,
    places: usize,
) -> Result<Searched, RunError> {
    let &Workplace { folder, watch, stop, .. } = workplace;
    let (contest, below) = (request.contest(table), folder.join("runs"));
    let mut searched = Searched { runs: Vec::new(), took: Vec::new(), histories: Vec::new() };
    for settings in request.settings() {
        let what = format!("{} search, seed {}", settings.strategy.as_str(), settings.seed);
        let task = watch.task(&what, settings.iterations);
        let mut arena = Arena::new(training);
        let started = Instant::now();
        let end =
            state::run(&below, &contest, settings, &mut arena, &|| stop.asked(), &|done| task.at(done))?;
        let Some(finished) = end else {
            return Err(RunError::Stopped { after: format!("in the {what}") });
        };
        searched.took.push((finished.resumed_from == 0).then(|| started.elapsed()));
        let finding = match finished.evolution.best.map(|best| Tree::of(best.genotype)) {
            Some(TreeForm::Live(tree, sign)) => of_tree(&what, tree, sign),
            _ => Finding::nothing(&what, places),
        };
        let judged = (finished.evolution.asked, arena.distinct());
        let (strategy, seed) = (settings.strategy, settings.seed);
        searched.runs.push(RunSummary { strategy, seed, finding, judged, rises: rises(&finished) });
        searched.histories.push(finished);
    }
    Ok(searched)
}

/// The best so far of a run, at the number of trees in which it rose; the first population has no order in time.
fn rises(run: &Finished) -> Vec<(usize, f64)> {
    let first = run.evolution.settings.population;
    let mut rises: Vec<(usize, f64)> = Vec::new();
    for event in &run.events {
        let Some(fitness) = event.child.fitness.map(rounded) else { continue };
        if rises.last().is_none_or(|&(_, best)| fitness > best) {
            rises.push((first + event.iteration, fitness));
        }
    }
    rises
}

/// Signal, input and shape.
fn words(request: &Request) -> String {
    let Request { signal, input, batch_size, seq_len, mode, init_seed, .. } = request;
    format!("signal {signal}, {input} ids, {batch_size} x {seq_len}, {mode}, seed {init_seed}")
}

/// Where everything is scored again: the networks that judge under other seeds, and those of the other benchmark.
fn elsewhere(
    benchmark: &Benchmark,
    other: Option<&Other<'_>>,
    request: &LpzeroRequest,
    bench: &Bench,
    workplace: &Workplace<'_>,
) -> Result<Vec<Place>, RunError> {
    let mut places = Vec::new();
    let networks = benchmark.networks(request.reading)?;
    let statistic = Statistic::Of(request.objective);
    for &seed in &request.other_seeds {
        let protocol = Request { init_seed: seed, data_seed: seed, ..request.protocol.clone() };
        let Tabulated { table, .. } =
            tabulate(benchmark, (&protocol, request.reading, request.sample), workplace)?;
        let title = format!("{}, held out, seed {seed}", statistic.title());
        let judges = (bench, bench.held_out.as_slice());
        let seq_len = protocol.seq_len as usize;
        places.push(Place::new(title, table, judges, statistic, (&networks, seq_len)));
    }
    if let Some(Other { benchmark, request: other }) = other {
        let tabulated = tabulate(benchmark, (&other.protocol, other.reading, request.sample), workplace)?;
        let bench = self::bench(benchmark, (other.reading, other.metric), &tabulated, request)?;
        let mut all = [bench.training.as_slice(), &bench.held_out].concat();
        all.sort_unstable();
        let title = format!("{}, {}", Statistic::Tau.title(), benchmark.info.id);
        let networks = benchmark.networks(other.reading)?;
        let seq_len = other.protocol.seq_len as usize;
        places.push(Place::new(title, tabulated.table, (&bench, &all), Statistic::Tau, (&networks, seq_len)));
    }
    Ok(places)
}

/// The search for one formula for both benchmarks.
fn two_goals(
    benchmark: &Benchmark,
    other: Option<&Other<'_>>,
    request: &LpzeroRequest,
    (table, bench): (&BranchTable, &Bench),
    workplace: &Workplace<'_>,
) -> Result<(Option<Joint>, Option<Expression>), RunError> {
    let Some(Other { benchmark: second, request: other }) = other else { return Ok((None, None)) };
    let task = workplace.watch.task("enumerate trees on both benchmarks", 1);
    let tabulated = tabulate(second, (&other.protocol, other.reading, request.sample), workplace)?;
    let its = self::bench(second, (other.reading, other.metric), &tabulated, request)?;
    let networks = [benchmark.networks(request.reading)?, second.networks(other.reading)?];
    let sides = [
        Side {
            title: format!("{}, {}", Statistic::Of(request.objective).title(), benchmark.info.id),
            objective: Some(request.objective),
            table,
            bench,
            networks: &networks[0],
            seq_len: request.protocol.seq_len as usize,
        },
        Side {
            title: format!("{}, {}", Statistic::Tau.title(), second.info.id),
            objective: None,
            table: &tabulated.table,
            bench: &its,
            networks: &networks[1],
            seq_len: other.protocol.seq_len as usize,
        },
    ];
    let (found, expression) = joint(&sides)?;
    task.at(1);
    Ok((Some(found), expression))
}

/// Truth, cells and the two sets of networks.
fn bench(
    benchmark: &Benchmark,
    (reading, metric): (Reading, Metric),
    tabulated: &Tabulated,
    request: &LpzeroRequest,
) -> Result<Bench, RunError> {
    let sign = if metric.higher_is_better { 1.0 } else { -1.0 };
    let truth: Vec<f64> = benchmark
        .entries
        .iter()
        .map(|entry| entry.truth.get(metric.name).map_or(f64::NAN, |value| sign * value))
        .collect();
    let cells = benchmark.cells();
    let groups = benchmark.equivalents(reading)?;
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
    elsewhere: &[Place],
) -> Result<Vec<Finding>, RunError> {
    let networks = benchmark.networks(request.reading)?;
    let seq_len = request.protocol.seq_len as usize;
    let mut found = Vec::new();
    // On decoders the count to beat is none of the usual ones.
    for name in BASELINES.iter().chain(&[YARDSTICK]) {
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
            elsewhere: elsewhere.iter().map(|place| place.of_proxy(proxy)).collect(),
        });
    }
    Ok(found)
}
