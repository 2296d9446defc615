//! Training, searches, tests.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Instant;

use super::claim::claim;
use super::journal::Journal;
use super::latency;
use super::record::{Header, Record, Second, Tested};
use crate::PruneError;
use crate::encoder::Weights;
use crate::hash::{sha256, sha256_of_numbers};
use crate::pareto::RankRule;
use crate::protocol::{Evaluated, choices};
use crate::search::{Method, Search};
use crate::space::{COUNTED_TOKENS, Genes, Masks, ModelSize};
use crate::supernet::{Evaluation, Examples, Settings, SuperNet, Task, evaluate};

/// Version of the files.
const SCHEMA: u32 = 1;
/// Passes before latencies are measured, and measured ones.
const REPETITIONS: (usize, usize) = (10, 300);

/// Hears how a study goes on, and may stop it.
pub trait Follow {
    /// A training step was made.
    fn trained(&self, step: u64, steps: u64, loss: f64);
    /// An evaluation was recorded.
    fn evaluated(&self, record: &Record);
    /// So many of something beside a search are done.
    fn progressed(&self, what: &str, done: usize, all: usize);
    /// Whether to stop before the next step, evaluation, test or record.
    fn stopped(&self) -> bool;
}

/// A study.
#[derive(Debug)]
pub struct Study<'a> {
    /// The task.
    pub task: &'a Task,
    /// Pre-trained weights with a fresh classifier.
    pub pretrained: &'a Weights,
    /// How the super-network is trained; its space is searched.
    pub settings: Settings,
    /// The searches: method and seed.
    pub searches: Vec<(Method, u64)>,
    /// Evaluations of each.
    pub evaluations: usize,
    /// The second objective.
    pub second: Second,
    /// Where everything is written.
    pub folder: PathBuf,
    /// Steps between two checkpoints.
    pub checkpoint_every: u64,
}

/// A search that is at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRun {
    /// The method.
    pub method: Method,
    /// Its seed.
    pub seed: u64,
    /// Its evaluations; fewer than asked for where the space has no more.
    pub records: Vec<Record>,
}

/// What a study gives.
#[derive(Debug)]
pub struct Outcome {
    /// The trained super-network.
    pub weights: Weights,
    /// The sum of the losses of each training step.
    pub curve: Vec<f64>,
    /// The searches.
    pub searches: Vec<SearchRun>,
    /// Test errors by sub-network, of those that some search chooses at some size.
    pub tests: HashMap<Genes, f64>,
}

impl Study<'_> {
    /// Runs what is left of it; nothing if it was stopped.
    pub fn run(&self, follow: &dyn Follow) -> Result<Option<Outcome>, PruneError> {
        let Some((weights, curve)) = self.supernet(follow)? else { return Ok(None) };
        let Some(searches) = self.search(&weights, follow)? else { return Ok(None) };
        let Some(tests) = self.test(&weights, &searches, follow)? else { return Ok(None) };
        Ok(Some(Outcome { weights, curve, searches, tests }))
    }

    /// The trained super-network and its curve, without any search; nothing if it was stopped.
    pub fn supernet(&self, follow: &dyn Follow) -> Result<Option<(Weights, Vec<f64>)>, PruneError> {
        claim(&self.folder.join("study.json"), &self.header()?)?;
        self.train(follow)
    }

    /// What its records have in common.
    pub fn header(&self) -> Result<Header, PruneError> {
        let Task { name, metric, train, valid, test, .. } = self.task;
        let parts = [train, valid, test].map(Examples::to_json);
        let [a, b, c] = parts;
        let (a, b, c) = (a?, b?, c?);
        Ok(Header {
            schema: SCHEMA,
            task: name.clone(),
            metric: *metric,
            examples: [train.len(), valid.len(), test.len()],
            data_sha256: sha256([a.as_bytes(), b.as_bytes(), c.as_bytes()]),
            model_sha256: sha256_of_numbers(&self.pretrained.values),
            settings: self.settings.clone(),
            second: self.second,
            rule: RankRule::default(),
            full: self.size().full(),
            device: "cpu".to_owned(),
        })
    }

    fn size(&self) -> ModelSize {
        self.pretrained.config.size(self.task.outputs)
    }

    /// The trained super-network and its curve.
    fn train(&self, follow: &dyn Follow) -> Result<Option<(Weights, Vec<f64>)>, PruneError> {
        let file = self.folder.join("supernet.safetensors");
        let (settings, weights) = (self.settings.clone(), self.pretrained.clone());
        let mut run = SuperNet::resume(settings, weights, &self.task.train, &file)?;
        let mut unsaved = 0;
        while !run.is_done() {
            if follow.stopped() {
                run.save(&file)?;
                return Ok(None);
            }
            let loss = run.step()?;
            follow.trained(run.step_number(), run.steps(), loss);
            unsaved += 1;
            if unsaved >= self.checkpoint_every || run.is_done() {
                run.save(&file)?;
                unsaved = 0;
            }
        }
        let curve = run.curve().to_vec();
        Ok(Some((run.into_weights(), curve)))
    }

    fn search(&self, weights: &Weights, follow: &dyn Follow) -> Result<Option<Vec<SearchRun>>, PruneError> {
        let mut journals = Vec::new();
        let mut known = HashMap::new();
        for &(method, seed) in &self.searches {
            let path = self.folder.join(format!("{method}-{seed}.jsonl"));
            let (journal, records) = Journal::open::<Record>(path)?;
            for record in &records {
                let evaluation = Evaluation { error: record.error, seconds: record.seconds };
                known.insert(record.genes.clone(), (evaluation, record.second));
            }
            journals.push((journal, SearchRun { method, seed, records }));
        }
        let mut whole = None;
        for (journal, run) in &mut journals {
            let mut search = Search::new(self.settings.space, run.method, run.seed);
            for record in &run.records {
                search.tell(record.genes.clone(), record.point())?;
            }
            while run.records.len() < self.evaluations {
                if follow.stopped() {
                    return Ok(None);
                }
                let start = Instant::now();
                let Some(genes) = search.ask()? else { break };
                let ask_seconds = start.elapsed().as_secs_f64();
                let masks = self.settings.space.masks(&genes)?;
                let (evaluation, second) = if let Some(&found) = known.get(&genes) {
                    found
                } else {
                    let evaluation = evaluate(weights, &masks, &self.task.valid, self.task.metric)?;
                    (evaluation, self.second(weights, &masks, &mut whole)?)
                };
                known.insert(genes.clone(), (evaluation, second));
                let size = self.size();
                let record = Record {
                    method: run.method,
                    seed: run.seed,
                    number: run.records.len(),
                    genes: genes.clone(),
                    error: evaluation.error,
                    second,
                    params: size.count(&masks),
                    relative_encoder: size.relative_encoder(&masks),
                    macs: size.macs(&masks, COUNTED_TOKENS),
                    ask_seconds,
                    seconds: evaluation.seconds,
                };
                journal.add(&record)?;
                search.tell(genes, record.point())?;
                follow.evaluated(&record);
                run.records.push(record);
            }
        }
        Ok(Some(journals.into_iter().map(|(_, run)| run).collect()))
    }

    /// The second objective; `whole` is the whole network's latency, once it was measured.
    fn second(&self, weights: &Weights, masks: &Masks, whole: &mut Option<f64>) -> Result<f64, PruneError> {
        match self.second {
            Second::Parameters => Ok(self.size().relative(masks)),
            Second::Latency { tokens } => {
                let full = match *whole {
                    Some(seconds) => seconds,
                    None => latency(weights, &Masks::full(weights.config.shape()), tokens, REPETITIONS)?,
                };
                *whole = Some(full);
                Ok(latency(weights, masks, tokens, REPETITIONS)? / full)
            }
        }
    }

    fn test(
        &self,
        weights: &Weights,
        searches: &[SearchRun],
        follow: &dyn Follow,
    ) -> Result<Option<HashMap<Genes, f64>>, PruneError> {
        let (mut journal, done) = Journal::open::<Tested>(self.folder.join("tests.jsonl"))?;
        let mut tests: HashMap<Genes, f64> = done.into_iter().map(|one| (one.genes, one.error)).collect();
        let mut seen = HashSet::new();
        let records = searches.iter().flat_map(|run| to_test(&run.records));
        for genes in records.map(|record| &record.genes).filter(|genes| seen.insert(*genes)) {
            if tests.contains_key(genes) {
                continue;
            }
            if follow.stopped() {
                return Ok(None);
            }
            let masks = self.settings.space.masks(genes)?;
            let error = evaluate(weights, &masks, &self.task.test, self.task.metric)?.error;
            journal.add(&Tested { genes: genes.clone(), error })?;
            tests.insert(genes.clone(), error);
        }
        Ok(Some(tests))
    }
}

/// The records whose test errors say what a search is worth: what it chooses at some size, and the whole encoder.
fn to_test(records: &[Record]) -> impl Iterator<Item = &Record> {
    let evaluated: Vec<Evaluated> = records.iter().map(Record::evaluated).collect();
    let choices = choices(&evaluated);
    let is_asked =
        move |(place, record): &(usize, &Record)| choices.contains(place) || record.relative_encoder >= 1.0;
    records.iter().enumerate().filter(is_asked).map(|(_, record)| record)
}
