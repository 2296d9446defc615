//! Fine-tuning on a task, and measuring.

use proxyrank_data::corpus::measure::Measure;
use proxyrank_nn::train::{Targets, Tuner};
use proxyrank_nn::{EncoderWeights, TokenBatch};
use proxyrank_space::EncoderNetwork;
use proxyrank_stats::{accuracy, f1, matthews, pearson_r, spearman_rho};

use super::order::{Order, derive};
use super::progress::Progress;
use super::recipe::TuneRecipe;
use super::spans::SpanTask;
use super::tasks::{Assignment, Examples, Labels, Task};
use crate::RunError;
use crate::watch::{Stop, Watch};

/// Sequences that are measured at a time.
const MEASURED: usize = 128;

/// What is fine-tuned on what.
#[derive(Debug)]
pub struct Tuning<'a, T = Task> {
    /// The network.
    pub network: &'a EncoderNetwork,
    /// What it was pre-trained to.
    pub trained: &'a EncoderWeights<f32>,
    /// How.
    pub recipe: &'a TuneRecipe,
    /// On what.
    pub task: &'a T,
    /// Seed of everything random.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuned {
    /// On the development split, in the order of the task's measures.
    pub scores: Vec<(Measure, f64)>,
    /// Mean loss of the last tenth of the steps.
    pub loss: f64,
}

/// Scores by the name of the measure; the first one is the task's.
pub type Scores = Vec<(&'static str, f64)>;

impl Tuning<'_, Assignment> {
    /// Trains to the end and measures: scores from 0 to 1 by the name of the measure, and the mean loss of the last tenth of the steps.
    pub fn run_any(&self, watch: &dyn Watch, stop: &Stop) -> Result<(Scores, f64), RunError> {
        let Tuning { network, trained, recipe, seed, .. } = *self;
        match self.task {
            Assignment::Sequences(task) => {
                let tuned = Tuning { network, trained, recipe, task, seed }.run(watch, stop)?;
                let scores = tuned.scores.into_iter().map(|(measure, score)| (measure.name(), score));
                Ok((scores.collect(), tuned.loss))
            }
            Assignment::Spans(task) => {
                let tuning = Tuning { network, trained, recipe, task, seed };
                let (scores, loss) = tuning.run_spans(watch, stop)?;
                Ok((SpanTask::MEASURES.into_iter().zip(scores).collect(), loss))
            }
        }
    }
}

impl Tuning<'_> {
    /// Trains to the end and measures.
    pub fn run(&self, watch: &dyn Watch, stop: &Stop) -> Result<Tuned, RunError> {
        let train = &self.task.train;
        if train.count() == 0 || self.task.dev.count() == 0 {
            return Err(RunError::Usage(format!("{}: there are no examples to learn from", self.task.name)));
        }
        let seed = derive(self.seed, self.task.name, 0);
        let settings =
            self.recipe.settings(self.network.layers.len(), train.count(), seed, self.task.separator);
        let mut tuner = Tuner::new(self.network, self.task.outputs, self.trained, settings)?;
        let mut order = Order::new(derive(seed, "examples", 0), train.count());
        let steps = settings.schedule.steps;
        let mut progress = Progress::new(self.task.name, steps, 0);
        let (mut sum, mut count) = (0.0, 0_u64);
        while tuner.steps() < steps {
            if stop.asked() {
                return Err(RunError::Stopped { after: format!("in fine-tuning on {}", self.task.name) });
            }
            let chosen = order.batch(tuner.steps(), self.recipe.batch);
            let loss = step(&mut tuner, train, &chosen)?;
            let done = tuner.steps();
            if 10 * done > 9 * steps {
                (sum, count) = (sum + loss, count + 1);
            }
            let tokens = (chosen.len() * train.seq_len) as u64;
            progress.step(watch, done, tokens, || format!("loss {loss:.4}"));
        }
        Ok(Tuned { scores: self.measure(&tuner)?, loss: sum / count.max(1) as f64 })
    }

    /// Every measure of the task on the whole development split.
    fn measure(&self, tuner: &Tuner) -> Result<Vec<(Measure, f64)>, RunError> {
        let dev = &self.task.dev;
        let mut outputs = Vec::new();
        for ids in dev.ids.chunks(MEASURED * dev.seq_len) {
            let batch = TokenBatch::new(ids.to_vec(), ids.len() / dev.seq_len, dev.seq_len)?;
            outputs.extend(tuner.outputs(&batch, false)?);
        }
        let measures = self.task.measures.iter();
        Ok(measures.map(|&measure| (measure, score(measure, &dev.labels, &outputs))).collect())
    }
}

fn step(tuner: &mut Tuner, examples: &Examples, chosen: &[usize]) -> Result<f64, RunError> {
    let length = examples.seq_len;
    let ids = chosen.iter().flat_map(|index| &examples.ids[index * length..(index + 1) * length]);
    let batch = TokenBatch::new(ids.copied().collect(), chosen.len(), length)?;
    Ok(match &examples.labels {
        Labels::Classes(labels) => {
            let labels: Vec<u32> = chosen.iter().map(|&index| labels[index]).collect();
            tuner.step(&batch, Targets::Classes(&labels))?
        }
        Labels::Numbers(numbers) => {
            let numbers: Vec<f32> = chosen.iter().map(|&index| numbers[index]).collect();
            tuner.step(&batch, Targets::Numbers(&numbers))?
        }
    })
}

/// A measure of outputs against what is right. A correlation with constant outputs does not exist and is 0.
pub(super) fn score(measure: Measure, labels: &Labels, outputs: &[f32]) -> f64 {
    match labels {
        Labels::Classes(truth) => {
            let width = outputs.len() / truth.len().max(1);
            let answers: Vec<u32> = outputs.chunks_exact(width.max(1)).map(largest).collect();
            match measure {
                Measure::Matthews => matthews(truth, &answers),
                Measure::F1 => f1(truth, &answers),
                Measure::Accuracy | Measure::Pearson | Measure::Spearman => accuracy(truth, &answers),
            }
        }
        Labels::Numbers(truth) => {
            let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
            let (truth, answers) = (wide(truth), wide(outputs));
            match measure {
                Measure::Spearman => spearman_rho(&answers, &truth).unwrap_or(0.0),
                _ => pearson_r(&answers, &truth).unwrap_or(0.0),
            }
        }
    }
}

/// The first of the largest outputs.
fn largest(outputs: &[f32]) -> u32 {
    let mut best = 0;
    for (index, output) in outputs.iter().enumerate() {
        if *output > outputs[best] {
            best = index;
        }
    }
    u32::try_from(best).unwrap_or(0)
}
