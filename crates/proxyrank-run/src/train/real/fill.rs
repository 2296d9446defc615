//! Training what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proxyrank_data::fetch::Locator;
use proxyrank_nn::EncoderWeights;
use proxyrank_space::EncoderNetwork;
use serde::{Deserialize, Serialize};

use super::baselines::{Baseline, baselines};
use super::embeddings::averaged;
use super::plan::{Plan, PlannedTask, short_hash};
use crate::RunError;
use crate::train::embedded::Share;
use crate::train::jobs::Jobs;
use crate::train::pretrain::{Keeper, Pretraining};
use crate::train::rows::{Rows, Training};
use crate::train::tasks::Assignment;
use crate::train::text::{Sequences, Tokenizer};
use crate::train::tune::{Scores, Tuning};
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
    /// Hash of what the plan says of the task and of pre-training ([`Plan::fingerprint`]); others are not comparable.
    pub plan: String,
    /// Examples to learn from, those to measure on, and how many of the former were cut.
    pub examples: [usize; 3],
    /// Percent on the development split, by measure; the first of the task's measures is its score.
    pub scores: BTreeMap<String, f64>,
    /// The measure that is the task's score.
    pub measure: String,
    /// Mean fine-tuning loss at the end; none of baselines.
    pub loss: Option<f64>,
    /// Of similarities, percent by measure: the cosine of the two texts' mean embeddings, as the network's pre-training left them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub embeddings: BTreeMap<String, f64>,
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
    folder: PathBuf,
    text: Sequences,
    tokenizer: Tokenizer,
    tasks: Vec<(PlannedTask, Assignment)>,
}

/// Adds the rows that a file lacks: baselines first, then networks, task by task. Gives their number.
pub fn fill(
    path: &Path,
    plan: &Plan,
    share: Share,
    locator: &Locator,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<usize, RunError> {
    let rows: Rows<RealRow> = Rows::open(path)?;
    let hashes: BTreeMap<&str, String> =
        plan.tasks.iter().map(|task| (task.task.as_str(), plan.fingerprint(task))).collect();
    let other = |row: &&RealRow| hashes.get(row.task.as_str()).is_some_and(|hash| *hash != row.plan);
    if let Some(other) = rows.all().iter().find(other) {
        return Err(RunError::Usage(format!(
            "{}: {} was made with other settings ({}; this plan has {} for the task); choose another file, give the plan that it \
             belongs to with --plan, or remove the task's lines to make them anew",
            path.display(),
            other.name(),
            other.plan,
            hashes[other.task.as_str()],
        )));
    }
    let done: BTreeSet<String> = rows.all().iter().map(Training::name).collect();
    let jobs: Vec<(String, (usize, Model))> =
        wanted(plan).into_iter().filter(|(name, _)| !done.contains(name)).collect();
    let all = done.len() + jobs.len();
    let jobs: Vec<_> = jobs.into_iter().take(share.limit.unwrap_or(usize::MAX)).collect();
    watch.note(&format!("{} of {all} rows are there; {} to add now", done.len(), jobs.len()));
    if jobs.is_empty() {
        return Ok(0);
    }
    let tokenizer = Tokenizer::word_piece(locator)?;
    let (text, mut warnings) =
        Sequences::wikitext_and_glue(locator, &tokenizer, plan.pretrain.seq_len, plan.unlabelled)?;
    let tokens = plan.pretrain.steps * (plan.pretrain.batch * plan.pretrain.seq_len) as u64;
    watch.note(&format!("{} tokens of text, {tokens} to pre-train on", text.count() * plan.pretrain.seq_len));
    let mut tasks = Vec::new();
    for planned in &plan.tasks {
        let (task, more) = planned.task.read(&tokenizer, locator, (planned.most, planned.seq_len))?;
        warnings.extend(more);
        tasks.push((*planned, task));
    }
    for warning in warnings.into_iter().collect::<BTreeSet<_>>() {
        watch.note(&format!("warning: {warning}"));
    }
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    let material = Material { plan, folder, text, tokenizer, tasks };
    let jobs = Jobs { jobs, workers: share.workers };
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
        let name = task.task.as_str();
        for (who, seed, model) in &models {
            // A constant has no correlation, and there is no commonest answer to questions that always have one.
            if !(["stsb", "squad"].contains(&name) && matches!(model, Model::Baseline(Baseline::Majority))) {
                wanted.push((format!("{name} of {who} with seed {seed}"), (place, *model)));
            }
        }
    }
    wanted
}

impl Material<'_> {
    fn row(&self, place: usize, model: Model, stop: &Stop) -> Result<RealRow, RunError> {
        let (planned, task) = &self.tasks[place];
        let started = Instant::now();
        let (mut loss, mut embeddings) = (None, Vec::new());
        let (model, seed, scores) = match model {
            Model::Baseline(baseline) => {
                let scores = baselines(baseline, task, self.tokenizer.size(), self.tokenizer.special());
                (baseline.name().to_owned(), 0, scores.unwrap_or_default())
            }
            Model::Network { architecture, seed } => {
                let network = Plan::network(architecture)?;
                let trained = self.pretrained(&network, architecture, seed, stop)?;
                embeddings = averaged(task, &trained, self.tokenizer.special());
                let recipe = self.plan.tuning(planned);
                let tuning = Tuning { network: &network, trained: &trained, recipe: &recipe, task, seed };
                let (scores, end) = tuning.run_any(&Silent, stop)?;
                loss = Some(end);
                (architecture.to_string(), seed, scores)
            }
        };
        Ok(RealRow {
            model,
            task: task.name().to_owned(),
            seed,
            plan: self.plan.fingerprint(planned),
            examples: task.counts(),
            measure: scores.first().map_or_else(String::new, |(measure, _)| (*measure).to_owned()),
            scores: percent(scores),
            loss,
            embeddings: percent(embeddings),
            seconds: (started.elapsed().as_secs_f64() * 100.0).round() / 100.0,
        })
    }

    /// What a network is pre-trained to, now unless it was before. What is kept is good for any plan with the same pre-training.
    fn pretrained(
        &self,
        network: &EncoderNetwork,
        architecture: usize,
        seed: u64,
        stop: &Stop,
    ) -> Result<EncoderWeights<f32>, RunError> {
        let recipe = &self.plan.pretrain;
        let keeper = Keeper {
            path: self.folder.join(format!("pretrained-{architecture}-{seed}.safetensors")),
            every: Duration::from_mins(1),
            fingerprint: short_hash(&(recipe, self.plan.unlabelled)),
        };
        let vocabulary = self.tokenizer.vocabulary();
        let pretraining = Pretraining { network, recipe, text: &self.text, vocabulary: &vocabulary, seed };
        Ok(pretraining.run(Some(&keeper), &Silent, stop)?.weights)
    }
}

fn percent(scores: Scores) -> BTreeMap<String, f64> {
    scores.into_iter().map(|(measure, score)| (measure.to_owned(), 100.0 * score)).collect()
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
        // Two networks from three seeds and two baselines on eleven tasks, without the majority of similarities and of SQuAD 1.1.
        assert_eq!(wanted.len(), 11 * 8 - 2);
        let (name, (place, model)) = &wanted[1];
        assert_eq!((name.as_str(), *place), ("stsb of 9 with seed 0", 0));
        assert!(matches!(model, Model::Network { architecture: 9, seed: 0 }));
    }
}
