//! Text and tasks that all rows share, and how a row comes about.

use std::collections::BTreeMap;
use std::time::Instant;

use proxyrank_data::corpus::Words;
use proxyrank_data::corpus::measure::Measure;
use proxyrank_data::corpus::tasks::Task as ProbeTask;
use proxyrank_proxies::gradient::Vocabulary;
use proxyrank_schema::Reading;
use proxyrank_space::{EncoderNetwork, QuarterArch};

use super::recipe::EmbeddedRecipe;
use crate::RunError;
use crate::machine::Machine;
use crate::train::pretrain::Pretraining;
use crate::train::rows::Row;
use crate::train::tasks::{Task, probe};
use crate::train::text::{Sequences, Tokenizer};
use crate::train::tune::Tuning;
use crate::watch::{Silent, Stop};

/// What all rows share: text and tasks.
#[derive(Debug)]
pub struct Material {
    recipe: EmbeddedRecipe,
    text: Sequences,
    vocabulary: Vocabulary,
    tasks: Vec<Task>,
    machine: String,
}

impl Material {
    /// Makes text and tasks, on all threads of the current pool.
    pub fn new(recipe: EmbeddedRecipe) -> Result<Self, RunError> {
        let text = Sequences::own(recipe.corpus_seed, recipe.corpus_tokens, recipe.pretrain.seq_len);
        let tokenizer = Tokenizer::Words(Words::new());
        let tasks = ProbeTask::ALL.into_iter().map(|task| probe(task, &tokenizer, recipe.tasks));
        let tasks = tasks.collect::<Result<_, _>>()?;
        let machine = Machine::here().id();
        Ok(Self { recipe, text, vocabulary: tokenizer.vocabulary(), tasks, machine })
    }

    /// The tasks.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// Trains one network from nothing to its scores. The same row comes out for any number of threads.
    pub fn row(
        &self,
        arch_id: &str,
        arch: &QuarterArch,
        train_seed: u64,
        stop: &Stop,
    ) -> Result<Row, RunError> {
        let network =
            arch.network(Reading::Declared).map_err(RunError::space("embedded".into(), &arch_id.into()))?;
        self.train(&self.recipe, arch_id, &network, train_seed, stop)
    }

    /// The same for a network of any make and another recipe, as far as that is about training; text and tasks stay.
    pub(crate) fn train(
        &self,
        recipe: &EmbeddedRecipe,
        arch_id: &str,
        network: &EncoderNetwork,
        train_seed: u64,
        stop: &Stop,
    ) -> Result<Row, RunError> {
        let started = Instant::now();
        let pretraining = Pretraining {
            network,
            recipe: &recipe.pretrain,
            text: &self.text,
            vocabulary: &self.vocabulary,
            seed: train_seed,
        };
        let pretrained = pretraining.run(None, &Silent, stop)?;
        let pretraining_seconds = started.elapsed().as_secs_f64();
        let (mut scores, mut losses, mut sum) = (BTreeMap::new(), BTreeMap::new(), 0.0);
        for task in &self.tasks {
            let tuning = Tuning {
                network,
                trained: &pretrained.weights,
                recipe: &recipe.tune,
                task,
                seed: train_seed,
            };
            let tuned = tuning.run(&Silent, stop)?;
            for (index, (measure, score)) in tuned.scores.into_iter().enumerate() {
                let percent = 100.0 * score;
                if index == 0 {
                    sum += percent;
                    scores.insert(task.name.to_owned(), percent);
                } else {
                    scores.insert(format!("{}.{}", task.name, key(measure)), percent);
                }
            }
            losses.insert(task.name.to_owned(), tuned.loss);
        }
        scores.insert("probe".to_owned(), sum / self.tasks.len() as f64);
        let seconds = [pretraining_seconds, started.elapsed().as_secs_f64() - pretraining_seconds];
        Ok(Row {
            arch_id: arch_id.to_owned(),
            train_seed,
            recipe: recipe.fingerprint(),
            scores,
            losses,
            curve: pretrained.curve,
            seconds: seconds.map(|seconds| (seconds * 100.0).round() / 100.0),
            machine: self.machine.clone(),
        })
    }
}

/// A measure's name in a key.
const fn key(measure: Measure) -> &'static str {
    match measure {
        Measure::Accuracy => "accuracy",
        Measure::Matthews => "matthews",
        Measure::F1 => "f1",
        Measure::Pearson => "pearson",
        Measure::Spearman => "spearman",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::embedded::architectures;

    /// A few steps on a few examples.
    fn tiny() -> EmbeddedRecipe {
        let mut recipe = EmbeddedRecipe::standard();
        recipe.corpus_tokens = 3000;
        recipe.pretrain.steps = 12;
        recipe.pretrain.warmup = 2;
        recipe.pretrain.window = 5;
        recipe.pretrain.batch = 4;
        recipe.tune.epochs = 1;
        recipe.tasks.train = 64;
        recipe.tasks.dev = 40;
        recipe
    }

    #[test]
    fn a_row_comes_out_again_bit_for_bit_for_any_number_of_threads() {
        let archs = architectures();
        let row = |threads: usize, place: usize, seed: u64| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let material = pool.install(|| Material::new(tiny()).unwrap());
            let name = place.to_string();
            pool.install(|| material.row(&name, &archs[place], seed, &Stop::default()).unwrap())
                .without_times()
        };
        let one = row(1, 3, 7);
        assert_eq!(row(2, 3, 7), one);
        assert_ne!(row(1, 3, 8).curve, one.curve);
        assert_ne!(row(1, 4, 7).scores, one.scores);
        assert_eq!(one.curve.iter().map(|point| point.step).collect::<Vec<_>>(), [5, 10, 12]);
        assert_eq!(one.scores.len(), 1 + 5 + 3);
        assert!(one.curve.iter().all(|point| point.generator > 3.0 && point.replaced > 0.05));
    }

    #[test]
    fn the_space_has_the_vocabulary_of_the_corpus() {
        assert_eq!(Words::new().size(), QuarterArch::VOCAB_SIZE);
    }
}
