//! A run on disk: after every iteration the whole state in one file, put in place of the one before, and a line in a journal.
//!
//! A process that is killed leaves the state of some iteration, whole, and a journal that may be one line ahead of it; that line is
//! cut off, and the run goes on from the state. The files are not forced to the disk after every iteration: a search lasts
//! seconds, and what a power failure leaves of one is noticed by its form and made anew.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use proxyrank_proxies::symbolic::Genotype;
use serde::{Deserialize, Serialize};

use super::contest::Arena;
use super::evolution::{Evolution, Individual, Settings, Step};

/// An individual as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stored {
    genotype: String,
    fitness: Option<f64>,
}

impl From<&Individual> for Stored {
    fn from(individual: &Individual) -> Self {
        Self { genotype: individual.genotype.to_string(), fitness: individual.fitness }
    }
}

impl Stored {
    fn individual(&self) -> Option<Individual> {
        let genotype: Genotype = self.genotype.parse().ok()?;
        Some(Individual { genotype, fitness: self.fitness })
    }
}

/// The state after an iteration.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    /// What the run was a search for; another text is another run.
    contest: String,
    settings: Settings,
    iteration: usize,
    asked: usize,
    place: u64,
    best: Option<Stored>,
    population: Vec<Stored>,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    /// Iteration, from 1; 0 for those that the run begins with.
    iteration: usize,
    child: Stored,
    removed: Option<Stored>,
}

/// One event of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Iteration, from 1; 0 for those that the run begins with.
    pub iteration: usize,
    /// Who came.
    pub child: Individual,
    /// Who went.
    pub removed: Option<Individual>,
}

/// Why a run cannot be stored.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
pub struct StateError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// A finished run.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The last state.
    pub evolution: Evolution,
    /// Everything that happened.
    pub events: Vec<Event>,
    /// Iterations that were stored already.
    pub resumed_from: usize,
}

/// Files of a run.
struct Files {
    state: PathBuf,
    journal: PathBuf,
}

impl Files {
    fn new(folder: &Path, settings: &Settings) -> Self {
        let name = format!(
            "{}-{}-{}x{}",
            settings.strategy.as_str(),
            settings.seed,
            settings.population,
            settings.iterations
        );
        Self { state: folder.join(format!("{name}.json")), journal: folder.join(format!("{name}.jsonl")) }
    }
}

fn fails(path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError { path, source }
}

/// Runs a search to its end, from where its files stand; `stop` is asked after every iteration, and `progress` told of it.
///
/// `contest` says in one text what trees are judged by. Gives nothing if it was stopped.
pub fn run(
    folder: &Path,
    contest: &str,
    settings: Settings,
    arena: &mut Arena<'_>,
    stop: &dyn Fn() -> bool,
    progress: &dyn Fn(usize),
) -> Result<Option<Finished>, StateError> {
    fs::create_dir_all(folder).map_err(fails(folder))?;
    let files = Files::new(folder, &settings);
    let (mut evolution, mut events) = if let Some(stored) = load(&files, contest, settings) {
        stored
    } else {
        let evolution = Evolution::begin(settings, arena);
        let first = evolution.population.iter();
        let events = first.map(|child| Event { iteration: 0, child: *child, removed: None }).collect();
        (evolution, events)
    };
    let mut journal = rewrite(&files.journal, &events)?;
    save(&files.state, contest, &evolution)?;
    let resumed_from = evolution.iteration;
    while let Some(Step { child, removed }) = evolution.step(arena) {
        let event = Event { iteration: evolution.iteration, child, removed: Some(removed) };
        journal.write_all(line(&event).as_bytes()).map_err(fails(&files.journal))?;
        save(&files.state, contest, &evolution)?;
        events.push(event);
        progress(evolution.iteration);
        if stop() {
            return Ok(None);
        }
    }
    Ok(Some(Finished { evolution, events, resumed_from }))
}

/// What the files hold, if it is a state of this run and a journal that reaches it.
fn load(files: &Files, contest: &str, settings: Settings) -> Option<(Evolution, Vec<Event>)> {
    let state: State = serde_json::from_slice(&fs::read(&files.state).ok()?).ok()?;
    if state.contest != contest || state.settings != settings {
        return None;
    }
    let individual = |stored: &Stored| stored.individual();
    let population = state.population.iter().map(individual).collect::<Option<Vec<Individual>>>()?;
    let best = match &state.best {
        None => None,
        Some(stored) => Some(stored.individual()?),
    };
    let text = fs::read_to_string(&files.journal).ok()?;
    let mut events = Vec::new();
    for text in text.lines().take(settings.population + state.iteration) {
        let line: Line = serde_json::from_str(text).ok()?;
        let removed = match &line.removed {
            None => None,
            Some(stored) => Some(stored.individual()?),
        };
        events.push(Event { iteration: line.iteration, child: line.child.individual()?, removed });
    }
    if events.last().is_none_or(|event| event.iteration != state.iteration) {
        return None;
    }
    let at = (state.iteration, state.asked, state.place);
    Some((Evolution::resume(settings, at, population, best), events))
}

/// Puts the state in place of the one before.
fn save(path: &Path, contest: &str, evolution: &Evolution) -> Result<(), StateError> {
    let state = State {
        contest: contest.to_owned(),
        settings: evolution.settings,
        iteration: evolution.iteration,
        asked: evolution.asked,
        place: evolution.place(),
        best: evolution.best.as_ref().map(Stored::from),
        population: evolution.population.iter().map(Stored::from).collect(),
    };
    let bytes = serde_json::to_vec(&state).map_err(io::Error::other).map_err(fails(path))?;
    let unfinished = path.with_extension("json.unfinished");
    fs::write(&unfinished, bytes).map_err(fails(&unfinished))?;
    fs::rename(&unfinished, path).map_err(fails(path))
}

fn line(event: &Event) -> String {
    let line = Line {
        iteration: event.iteration,
        child: Stored::from(&event.child),
        removed: event.removed.as_ref().map(Stored::from),
    };
    // Texts and finite numbers always have a JSON form.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

/// Writes a journal anew and opens it to be continued.
fn rewrite(path: &Path, events: &[Event]) -> Result<File, StateError> {
    let text: String = events.iter().map(line).collect();
    fs::write(path, text).map_err(fails(path))?;
    OpenOptions::new().append(true).open(path).map_err(fails(path))
}
