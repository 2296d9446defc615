//! What the records of studies say.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use proxyrank_prune::pareto::{Point, Pool, raw_hypervolume};
use proxyrank_prune::protocol::{Evaluated, chosen, mean_ranks};
use proxyrank_prune::runner::{Header, Record, Tested};
use proxyrank_prune::search::Method;
use proxyrank_prune::space::Genes;
use proxyrank_stats::{Estimate, mean_interval};
use serde::de::DeserializeOwned;

use super::beside::{BaselineRun, ProxyRun, RatioRun};
use super::trials::TrialRun;
use crate::RunError;

/// Confidence of intervals over searches.
const CONFIDENCE: f64 = 0.95;

/// Bootstrap draws of mean ranks, and their seed.
const RANK_ROUNDS: usize = 2000;
const RANK_SEED: u64 = 0;

/// Where studies are in a folder of results.
pub fn folder(results: &Path) -> PathBuf {
    results.join("search").join("prune")
}

/// A study's records.
#[derive(Debug, Clone)]
pub struct Finished {
    /// What they have in common.
    pub header: Header,
    /// Evaluations of each search, in order.
    pub searches: BTreeMap<(&'static str, u64), Vec<Record>>,
    /// Test errors by sub-network, of what searches choose at some size; none while they run.
    pub tests: HashMap<Genes, f64>,
    /// Pruning without a search.
    pub baselines: Option<BaselineRun>,
    /// Zero-cost proxies on sub-networks.
    pub proxies: Option<ProxyRun>,
    /// Pruning by a predictor of keep ratios.
    pub ratios: Option<RatioRun>,
    /// Sub-networks that were trained one by one, of each kind that there is.
    pub trials: Vec<TrialRun>,
}

/// The studies of some folders by their names; of two with one name that of the first folder counts.
pub fn read_all(folders: &[PathBuf]) -> Result<Vec<Finished>, RunError> {
    let mut found: BTreeMap<String, Finished> = BTreeMap::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries {
            let path = entry.map_err(RunError::read(folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.join("study.json").is_file() && !found.contains_key(&name) {
                found.insert(name, Finished::read(&path)?);
            }
        }
    }
    Ok(found.into_values().filter(|study| !study.is_empty()).collect())
}

impl Finished {
    fn read(folder: &Path) -> Result<Self, RunError> {
        let header = lines(&folder.join("study.json"))?.pop();
        let header = header.ok_or_else(|| RunError::Usage(format!("{}: no header", folder.display())))?;
        let mut searches: BTreeMap<(&'static str, u64), Vec<Record>> = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(RunError::read(folder))? {
            let path = entry.map_err(RunError::read(folder))?.path();
            if path.extension().is_some_and(|kind| kind == "jsonl") && is_search(&path) {
                for record in lines::<Record>(&path)? {
                    searches.entry((record.method.as_str(), record.seed)).or_default().push(record);
                }
            }
        }
        let tests = lines::<Tested>(&folder.join("tests.jsonl"))?;
        Ok(Self {
            header,
            searches,
            tests: tests.into_iter().map(|one| (one.genes, one.error)).collect(),
            baselines: BaselineRun::read(folder)?,
            proxies: ProxyRun::read(folder)?,
            ratios: RatioRun::read(folder)?,
            trials: TrialRun::read_all(folder)?,
        })
    }

    /// Whether nothing but its header was read, as while it is training.
    fn is_empty(&self) -> bool {
        let nothing_beside = self.baselines.is_none() && self.proxies.is_none() && self.ratios.is_none();
        self.searches.is_empty() && nothing_beside && self.trials.is_empty()
    }

    /// Task, space and training, for titles.
    pub fn name(&self) -> String {
        let settings = &self.header.settings;
        format!("{}, space {}, training {}", self.header.task, settings.space.kind, settings.strategy)
    }

    /// Task, space, training and its seed, for file names.
    pub fn id(&self) -> String {
        let settings = &self.header.settings;
        format!("{}_{}_{}_{}", self.header.task, settings.space.kind, settings.strategy, settings.seed)
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        self.searches.values().flatten()
    }

    /// Evaluations a minute, sub-networks that several searches asked for counted once.
    pub fn evaluations_a_minute(&self) -> f64 {
        let once: HashMap<&Genes, f64> =
            self.records().map(|record| (&record.genes, record.seconds)).collect();
        60.0 * once.len() as f64 / once.values().sum::<f64>()
    }
}

/// Whether a file is named after a search: method and seed.
fn is_search(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let parts = stem.rsplit_once('-');
    parts.is_some_and(|(method, seed)| method.parse::<Method>().is_ok() && seed.parse::<u64>().is_ok())
}

/// The whole lines of a file that may not be there.
pub(super) fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, RunError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::read(path)(error)),
    };
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let line = |(number, line): (usize, &str)| {
        serde_json::from_str(line)
            .map_err(|error| RunError::Usage(format!("{}, line {}: {error}", path.display(), number + 1)))
    };
    text[..whole].lines().enumerate().map(line).collect()
}

/// What a study's searches found at a size.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The whole network's test error, if it was evaluated.
    pub whole: Option<f64>,
    /// Test error of what each search chose: of what it evaluated below the size, that with the lowest validation error.
    pub chosen: Option<Estimate>,
    /// Searches that evaluated something below the size.
    pub searches: usize,
}

/// The outcome of a study at a share of the encoder's parameters, embeddings and head left out.
pub fn outcomes(study: &Finished, share: f64) -> Outcome {
    let errors = study.searches.values().filter_map(|records| {
        let evaluated: Vec<Evaluated> = records.iter().map(Record::evaluated).collect();
        study.tests.get(&records[chosen(&evaluated, share)?].genes).copied()
    });
    let errors: Vec<f64> = errors.collect();
    let whole = study.records().find(|record| record.relative_encoder >= 1.0);
    Outcome {
        whole: whole.and_then(|record| study.tests.get(&record.genes).copied()),
        chosen: mean_interval(&errors, CONFIDENCE),
        searches: errors.len(),
    }
}

/// Hypervolumes of a method's searches at their end.
#[derive(Debug, Clone)]
pub struct Hypervolume {
    /// The task.
    pub task: String,
    /// The method.
    pub method: Method,
    /// Of quantiles against (2, 2), over seeds and strategies: 4 at the most. The pool is everything that was evaluated on the task.
    pub pooled: Option<Estimate>,
    /// Of errors and shares of parameters against (1, 1).
    pub raw: Option<Estimate>,
}

/// Hypervolumes along a method's searches.
#[derive(Debug, Clone)]
pub struct Curve {
    /// The task.
    pub task: String,
    /// The method.
    pub method: Method,
    /// Mean over searches of the pooled hypervolume after 1, 2, ... evaluations.
    pub means: Vec<f64>,
}

/// Every search by task and method.
fn by_method(studies: &[Finished]) -> BTreeMap<(&str, usize), Vec<Vec<Point>>> {
    let mut found: BTreeMap<(&str, usize), Vec<Vec<Point>>> = BTreeMap::new();
    for study in studies {
        for records in study.searches.values() {
            let Some(method) = records.first().map(|record| record.method) else { continue };
            let place = Method::ALL.iter().position(|other| *other == method).unwrap_or(0);
            let points = records.iter().map(Record::point).collect();
            found.entry((study.header.task.as_str(), place)).or_default().push(points);
        }
    }
    found
}

/// The pool of a task: everything that any search of any study on it has seen.
fn pool(studies: &[Finished], task: &str) -> Option<Pool> {
    let of_task = studies.iter().filter(|study| study.header.task == task);
    let points: Vec<Point> = of_task.flat_map(Finished::records).map(Record::point).collect();
    Pool::of(&points)
}

/// Hypervolumes at the end, by task and method.
pub fn hypervolumes(studies: &[Finished]) -> Vec<Hypervolume> {
    let of = |((task, place), searches): ((&str, usize), Vec<Vec<Point>>)| {
        let pool = pool(studies, task)?;
        let pooled: Vec<f64> = searches.iter().map(|points| pool.hypervolume(points)).collect();
        let raw: Vec<f64> = searches.iter().map(|points| raw_hypervolume(points)).collect();
        Some(Hypervolume {
            task: task.to_owned(),
            method: Method::ALL[place],
            pooled: mean_interval(&pooled, CONFIDENCE),
            raw: mean_interval(&raw, CONFIDENCE),
        })
    };
    by_method(studies).into_iter().filter_map(of).collect()
}

/// Hypervolumes along the searches, by task and method.
pub fn curves(studies: &[Finished]) -> Vec<Curve> {
    let of = |((task, place), searches): ((&str, usize), Vec<Vec<Point>>)| {
        let pool = pool(studies, task)?;
        let length = searches.iter().map(Vec::len).min()?;
        let mean = |count: usize| {
            let volumes = searches.iter().map(|points| pool.hypervolume(&points[..count]));
            volumes.sum::<f64>() / searches.len() as f64
        };
        let means = (1..=length).map(mean).collect();
        Some(Curve { task: task.to_owned(), method: Method::ALL[place], means })
    };
    by_method(studies).into_iter().filter_map(of).collect()
}

/// The pooled hypervolume that a study's searches end with; the pool is everything that was evaluated on its task, by any strategy.
pub fn volume(study: &Finished, studies: &[Finished]) -> Option<Estimate> {
    let pool = pool(studies, &study.header.task)?;
    let of = |records: &Vec<Record>| pool.hypervolume(&records.iter().map(Record::point).collect::<Vec<_>>());
    mean_interval(&study.searches.values().map(of).collect::<Vec<_>>(), CONFIDENCE)
}

/// Mean ranks by pooled hypervolume over super-networks, of the methods that have searched all of them.
pub fn ranks(studies: &[Finished]) -> Result<Vec<(Method, Estimate)>, RunError> {
    let searched: Vec<&Finished> = studies.iter().filter(|study| !study.searches.is_empty()).collect();
    let volumes = |study: &Finished, method: Method| -> Vec<f64> {
        let Some(pool) = pool(studies, &study.header.task) else { return Vec::new() };
        let runs = study.searches.iter().filter(|((name, _), _)| *name == method.as_str());
        runs.map(|(_, records)| pool.hypervolume(&records.iter().map(Record::point).collect::<Vec<_>>()))
            .collect()
    };
    let is_everywhere = |method: &Method| searched.iter().all(|study| !volumes(study, *method).is_empty());
    let methods: Vec<Method> = Method::ALL.into_iter().filter(is_everywhere).collect();
    let values: Vec<Vec<Vec<f64>>> =
        searched.iter().map(|study| methods.iter().map(|method| volumes(study, *method)).collect()).collect();
    let found =
        mean_ranks(&values, RANK_ROUNDS, RANK_SEED).map_err(|error| RunError::Usage(error.to_string()))?;
    Ok(methods.into_iter().zip(found.into_iter().flatten()).collect())
}
