//! Training what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proxyrank_data::corpus::measure::Measure;
use proxyrank_data::fetch::Locator;
use proxyrank_data::hash::sha256_bytes;
use proxyrank_space::EncoderNetwork;
use serde::{Deserialize, Serialize};

use super::baselines::{Baseline, baselines};
use super::plan::{Plan, PlannedTask};
use crate::RunError;
use crate::train::jobs::Jobs;
use crate::train::pretrain::{Keeper, Pretraining};
use crate::train::recipe::TuneRecipe;
use crate::train::rows::{Rows, Training};
use crate::train::tasks::{Task, glue};
use crate::train::text::{Sequences, Tokenizer};
use crate::train::tune::Tuning;
use crate::watch::{Silent, Stop, Watch};

/// Where rows are in a folder of results.
pub fn rows_file(results: &Path) -> PathBuf {
    results.join("real_tasks").join("rows.jsonl")
}

/// A network or a baseline on one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RealRow {
    /// Place of the architecture, or name of the baseline.
    pub model: String,
    /// The task.
    pub task: String,
    /// Seed of the training; 0 for baselines.
    pub seed: u64,
    /// Hash of the plan; rows of different plans are not comparable.
    pub plan: String,
    /// Examples to learn from, those to measure on, and how many of the former were cut.
    pub examples: [usize; 3],
    /// Percent on the development split, by measure; the first of the task's measures is its score.
    pub scores: BTreeMap<String, f64>,
    /// The measure that is the task's score.
    pub measure: String,
    /// Mean fine-tuning loss at the end; none of baselines.
    pub loss: Option<f64>,
    /// Wall time of fine-tuning or fitting; of pre-training too where that was not done before.
    pub seconds: f64,
}

impl Training for RealRow {
    fn name(&self) -> String {
        format!("{} of {} with seed {}", self.task, self.model, self.seed)
    }

    fn outcome(&self) -> String {
        let score = self.scores.get(&self.measure).copied().unwrap_or(f64::NAN);
        format!("{} {score:.2}, {:.0} s", self.measure, self.seconds)
    }
}

/// Who is measured.
#[derive(Debug, Clone, Copy)]
enum Model {
    Baseline(Baseline),
    Network { architecture: usize, seed: u64 },
}

/// Text and tasks.
struct Material<'a> {
    plan: &'a Plan,
    hash: String,
    folder: PathBuf,
    text: Sequences,
    tokenizer: Tokenizer,
    tasks: Vec<(PlannedTask, Task)>,
}

/// Adds the rows that a file lacks: baselines first, then networks, task by task. Gives their number.
pub fn fill(
    path: &Path,
    plan: &Plan,
    workers: usize,
    locator: &Locator,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<usize, RunError> {
    let rows: Rows<RealRow> = Rows::open(path)?;
    let hash: String = sha256_bytes(format!("{plan:?}").as_bytes()).chars().take(16).collect();
    if let Some(other) = rows.all().iter().find(|row| row.plan != hash) {
        return Err(RunError::Usage(format!(
            "{}: {} belongs to plan {}, and this program has plan {hash}; choose another file",
            path.display(),
            other.name(),
            other.plan
        )));
    }
    let done: BTreeSet<String> = rows.all().iter().map(Training::name).collect();
    let jobs: Vec<(String, (usize, Model))> =
        wanted(plan).into_iter().filter(|(name, _)| !done.contains(name)).collect();
    watch.note(&format!("{} of {} rows are there", done.len(), done.len() + jobs.len()));
    if jobs.is_empty() {
        return Ok(0);
    }
    let tokenizer = Tokenizer::word_piece(locator)?;
    let (text, mut warnings) = Sequences::wikitext(locator, &tokenizer, plan.pretrain.seq_len)?;
    let mut tasks = Vec::new();
    for planned in &plan.tasks {
        let (task, more) = glue(planned.config, &tokenizer, locator, (planned.most, planned.seq_len))?;
        warnings.extend(more);
        tasks.push((*planned, task));
    }
    for warning in warnings.into_iter().collect::<BTreeSet<_>>() {
        watch.note(&format!("warning: {warning}"));
    }
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    let material = Material { plan, hash, folder, text, tokenizer, tasks };
    let jobs = Jobs { jobs, workers };
    jobs.run(rows, watch, stop, |&(task, model)| material.row(task, model, stop))
}

/// Every row of a plan by its name: which task, and who.
fn wanted(plan: &Plan) -> Vec<(String, (usize, Model))> {
    let mut models: Vec<(String, u64, Model)> = Vec::new();
    for baseline in Baseline::ALL {
        models.push((baseline.name().to_owned(), 0, Model::Baseline(baseline)));
    }
    for seed in 0..plan.seeds {
        for &architecture in &plan.architectures {
            models.push((architecture.to_string(), seed, Model::Network { architecture, seed }));
        }
    }
    let mut wanted = Vec::new();
    for (place, task) in plan.tasks.iter().enumerate() {
        let task = task.config.as_str();
        for (name, seed, model) in &models {
            // A constant has no correlation.
            if !(task == "stsb" && matches!(model, Model::Baseline(Baseline::Majority))) {
                wanted.push((format!("{task} of {name} with seed {seed}"), (place, *model)));
            }
        }
    }
    wanted
}

impl Material<'_> {
    fn row(&self, place: usize, model: Model, stop: &Stop) -> Result<RealRow, RunError> {
        let (planned, task) = &self.tasks[place];
        let started = Instant::now();
        let (model, seed, scores, loss) = match model {
            Model::Baseline(baseline) => {
                let scores = baselines(baseline, task, self.tokenizer.size(), self.tokenizer.special());
                (baseline.name().to_owned(), 0, scores.unwrap_or_default(), None)
            }
            Model::Network { architecture, seed } => {
                let network = Plan::network(architecture)?;
                let (scores, loss) = self.tuned(&network, architecture, seed, (planned, task), stop)?;
                (architecture.to_string(), seed, scores, Some(loss))
            }
        };
        let measure = task.measures.first().copied().unwrap_or(Measure::Accuracy);
        Ok(RealRow {
            model,
            task: task.name.to_owned(),
            seed,
            plan: self.hash.clone(),
            examples: [task.train.count(), task.dev.count(), task.train.cut],
            scores: scores
                .into_iter()
                .map(|(measure, score)| (measure.name().to_owned(), 100.0 * score))
                .collect(),
            measure: measure.name().to_owned(),
            loss,
            seconds: (started.elapsed().as_secs_f64() * 100.0).round() / 100.0,
        })
    }

    /// Scores by measure, and the loss at the end, of a network that is pre-trained first unless it was before.
    fn tuned(
        &self,
        network: &EncoderNetwork,
        architecture: usize,
        seed: u64,
        (planned, task): (&PlannedTask, &Task),
        stop: &Stop,
    ) -> Result<(Vec<(Measure, f64)>, f64), RunError> {
        let keeper = Keeper {
            path: self.folder.join(format!("pretrained-{architecture}-{seed}.safetensors")),
            every: Duration::from_mins(1),
            fingerprint: self.hash.clone(),
        };
        let vocabulary = self.tokenizer.vocabulary();
        let recipe = &self.plan.pretrain;
        let pretraining = Pretraining { network, recipe, text: &self.text, vocabulary: &vocabulary, seed };
        let pretrained = pretraining.run(Some(&keeper), &Silent, stop)?;
        let recipe = TuneRecipe { epochs: planned.epochs, ..self.plan.tune.clone() };
        let tuning = Tuning { network, trained: &pretrained.weights, recipe: &recipe, task, seed };
        let tuned = tuning.run(&Silent, stop)?;
        Ok((tuned.scores, tuned.loss))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_baselines_and_every_network_from_every_seed() {
        let plan = Plan::standard();
        let wanted = wanted(&plan);
        let names: BTreeSet<&String> = wanted.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), wanted.len());
        // Two networks from three seeds and two baselines on nine tasks, without the majority of similarities.
        assert_eq!(wanted.len(), 9 * 8 - 1);
        let (name, (place, model)) = &wanted[1];
        assert_eq!((name.as_str(), *place), ("stsb of 9 with seed 0", 0));
        assert!(matches!(model, Model::Network { architecture: 9, seed: 0 }));
    }
}
