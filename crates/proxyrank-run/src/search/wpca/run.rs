//! Carrying out a search.

use std::path::Path;
use std::time::Duration;

use proxyrank_data::fetch::Locator;
use proxyrank_search::lpzero::random::Dice;
use proxyrank_search::wpca::evolution::{History, Origin, Rules, Settings, search};
use proxyrank_search::wpca::knapsack;
use proxyrank_search::wpca::objective::Objective;
use proxyrank_search::wpca::released::{BATCHES, Faulty, survives};
use proxyrank_search::wpca::table::{CountTable, sweeps};
use proxyrank_space::wpca::{WpcaArch, WpcaSpace};

use super::WpcaRequest;
use super::passes::Passes;
use super::request::RUN_BEST;
use crate::RunError;
use crate::watch::{Stop, Task, Watch};

/// A network with its forward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The network.
    pub arch: WpcaArch,
    /// Its parameters.
    pub parameters: u64,
    /// Its components by the table: V-PCA, nearly.
    pub table: f64,
    /// Components of each layer by its pass; their sum is V-PCA.
    pub components: Vec<f64>,
}

impl Scored {
    /// V-PCA.
    pub fn v_pca(&self) -> f64 {
        self.components.iter().sum()
    }

    /// W-PCA.
    pub fn w_pca(&self) -> f64 {
        Objective::WPca.score(self.v_pca(), self.parameters)
    }
}

/// A search by forward passes.
#[derive(Debug, Clone)]
pub struct Searched {
    /// Every candidate.
    pub history: History,
    /// The best by its score.
    pub best: Scored,
    /// What the passes of its candidates took, whenever they were made.
    pub took: Duration,
}

/// Searches of one kind on the table.
#[derive(Debug, Clone)]
pub struct Repeated {
    /// What they are.
    pub what: &'static str,
    /// One for each seed.
    pub histories: Vec<History>,
    /// The best of each by the score that the search saw, with its pass.
    pub best: Vec<Scored>,
}

/// What a search found.
#[derive(Debug)]
pub struct Found {
    /// Mean counts.
    pub table: CountTable,
    /// Random networks that are small enough.
    pub sample: Vec<Scored>,
    /// The best networks by the table under W-PCA, best first by the table.
    pub best: Vec<Scored>,
    /// Those of the other two objectives.
    pub best_of_others: Vec<(Objective, Vec<Scored>)>,
    /// The one of [`Found::best`] whose pass gives most: the yardstick.
    pub yardstick: Scored,
    /// Searches by passes.
    pub searches: Vec<Searched>,
    /// Searches on the table.
    pub repeated: Vec<Repeated>,
    /// Of the released passes with blocks that do not exist, the share that has none; and the share of candidates that get through.
    pub released_survival: (f64, f64),
    /// Passes that were made now.
    pub made: usize,
}

impl Found {
    /// W-PCA as a share of the yardstick's.
    pub fn share(&self, scored: &Scored) -> f64 {
        scored.w_pca() / self.yardstick.w_pca()
    }
}

/// Trials of the released draw.
const TRIALS: usize = 100_000;

/// Runs a search, taking up what `folder` holds of it.
pub fn run(
    request: &WpcaRequest,
    locator: &Locator,
    folder: &Path,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<Found, RunError> {
    let space = &request.space;
    if space.is_empty() {
        return Err(RunError::Usage(format!("no network of {} layers is that small", space.layers)));
    }
    let mut passes = Passes::open(request, locator, folder, watch, stop)?;
    let table = count(request, &mut passes, watch)?;
    let mut scored = |archs: Vec<WpcaArch>, what: &str| score(space, &table, archs, &mut passes, what, watch);

    let sample = scored(sample(request), "run random networks")?;
    let best = |objective| knapsack::best(space, &table, objective, RUN_BEST);
    let archs = |objective| best(objective).into_iter().map(|best| best.arch).collect();
    let by_table = scored(archs(Objective::WPca), "run the best by the table")?;
    let mut best_of_others = Vec::new();
    for objective in [Objective::VPca, Objective::Params] {
        let what = format!("run the best by the table, {}", objective.as_str());
        best_of_others.push((objective, scored(archs(objective), &what)?));
    }
    let yardstick = by_table.iter().max_by(|one, other| one.w_pca().total_cmp(&other.w_pca())).cloned();
    let yardstick = yardstick.ok_or_else(|| RunError::Usage("no network is that small".to_owned()))?;

    let mut repeated = Vec::new();
    for (what, rules, objective, source) in KINDS {
        let histories = on_table(request, &table, (rules, objective, source));
        let best = histories.iter().filter_map(|history| history.best().map(|best| best.arch.clone()));
        let best = scored(best.collect(), "run what searches on the table found")?;
        repeated.push(Repeated { what, histories, best });
    }
    let mut searches = Vec::new();
    for &rules in &request.rules {
        searches.push(by_passes(request, &table, rules, &mut passes, watch)?);
    }
    let made = passes.made;
    Ok(Found {
        sample,
        best: by_table,
        best_of_others,
        yardstick,
        searches,
        repeated,
        released_survival: survival(space.layers, request.seed),
        made,
        table,
    })
}

/// What a search on the table is told of its candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Their counts.
    Counts,
    /// What the released code says.
    Released,
}

/// What is repeated on the table.
const KINDS: [(&str, Rules, Objective, Told); super::request::KINDS] = [
    ("as published, W-PCA", Rules::Published, Objective::WPca, Told::Counts),
    ("random, W-PCA", Rules::Random, Objective::WPca, Told::Counts),
    ("as published, V-PCA", Rules::Published, Objective::VPca, Told::Counts),
    ("as published, #params", Rules::Published, Objective::Params, Told::Counts),
    ("released rules, candidates scored, W-PCA", Rules::Released, Objective::WPca, Told::Counts),
    ("as released, V-PCA (as shipped)", Rules::Released, Objective::VPca, Told::Released),
    ("as released, W-PCA", Rules::Released, Objective::WPca, Told::Released),
];

fn count(request: &WpcaRequest, passes: &mut Passes<'_>, watch: &dyn Watch) -> Result<CountTable, RunError> {
    let layers = request.space.layers;
    let archs = sweeps(layers, request.sweeps, request.seed);
    let task = watch.task("count components for the table", archs.len());
    let found = passes.of(&archs, task.as_ref())?;
    let counts = found.iter().map(|pass| pass.components.as_slice());
    Ok(CountTable::new(layers, archs.iter().zip(counts)))
}

/// Random networks that are small enough.
fn sample(request: &WpcaRequest) -> Vec<WpcaArch> {
    let settings = Settings {
        population: request.sample,
        generations: 0,
        ..request.settings(Rules::Random, Objective::Params, request.seed)
    };
    let mut nothing = |archs: &[WpcaArch]| Ok::<_, std::convert::Infallible>(vec![0.0; archs.len()]);
    let history = search(&request.space, settings, &mut nothing, &|_| ());
    let history = history.unwrap_or_else(|never| match never {});
    history.candidates.into_iter().map(|one| one.arch).collect()
}

fn score(
    space: &WpcaSpace,
    table: &CountTable,
    archs: Vec<WpcaArch>,
    passes: &mut Passes<'_>,
    what: &str,
    watch: &dyn Watch,
) -> Result<Vec<Scored>, RunError> {
    let task = watch.task(what, archs.len());
    let found = passes.of(&archs, task.as_ref())?;
    let scored = |(arch, pass): (WpcaArch, proxyrank_search::wpca::memo::Pass)| Scored {
        parameters: space.parameters(&arch),
        table: table.components(&arch),
        components: pass.components,
        arch,
    };
    Ok(archs.into_iter().zip(found).map(scored).collect())
}

fn on_table(
    request: &WpcaRequest,
    table: &CountTable,
    (rules, objective, told): (Rules, Objective, Told),
) -> Vec<History> {
    let run = |repeat: u64| {
        let seed = request.seed.wrapping_add(repeat);
        let mut faulty = Faulty::new(table, request.space.layers, seed);
        let mut evaluate = |archs: &[WpcaArch]| {
            let count = |arch: &WpcaArch| match told {
                Told::Counts => table.components(arch),
                Told::Released => faulty.components(arch),
            };
            Ok::<_, std::convert::Infallible>(archs.iter().map(count).collect())
        };
        let settings = request.settings(rules, objective, seed);
        search(&request.space, settings, &mut evaluate, &|_| ()).unwrap_or_else(|never| match never {})
    };
    (0..request.repeats).map(run).collect()
}

/// Says nothing.
struct Nobody;

impl Task for Nobody {
    fn at(&self, _done: usize) {}
}

fn by_passes(
    request: &WpcaRequest,
    table: &CountTable,
    rules: Rules,
    passes: &mut Passes<'_>,
    watch: &dyn Watch,
) -> Result<Searched, RunError> {
    let settings = request.settings(rules, Objective::WPca, request.seed);
    let budget = settings.population + settings.children * settings.generations;
    let task = watch.task(&format!("{} search", rules.as_str()), budget);
    let mut took = 0;
    let mut evaluate = |archs: &[WpcaArch]| -> Result<Vec<f64>, RunError> {
        let found = passes.of(archs, &Nobody)?;
        took += found.iter().map(|pass| pass.wall_ns).sum::<u64>();
        Ok(found.iter().map(proxyrank_search::wpca::memo::Pass::sum).collect())
    };
    let history = search(&request.space, settings, &mut evaluate, &|done| task.at(done))?;
    let best = history.best().map(|best| best.arch.clone());
    let best = score(&request.space, table, best.into_iter().collect(), passes, "run the best", watch)?;
    let best = best.into_iter().next();
    let best = best.ok_or_else(|| RunError::Usage("the search had no candidate".to_owned()))?;
    Ok(Searched { history, best, took: Duration::from_nanos(took) })
}

/// Shares of passes, and of candidates of three batches, that draw no block that does not exist.
fn survival(layers: usize, seed: u64) -> (f64, f64) {
    let mut dice = Dice::new(seed, 0);
    let mut share = |passes: usize| {
        let alive = (0..TRIALS).filter(|_| (0..passes).all(|_| survives(layers, &mut dice))).count();
        alive as f64 / TRIALS as f64
    };
    (share(1), share(BATCHES))
}

/// How many candidates of some searches came about by a crossover.
pub(super) fn crossovers(histories: &[History]) -> usize {
    histories.iter().map(|history| history.count(Origin::Crossover)).sum()
}
