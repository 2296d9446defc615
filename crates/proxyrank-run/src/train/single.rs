//! Training one network of a benchmark, resumably, into a folder of its own.
//!
//! The folder holds `checkpoint.safetensors` (the state of pre-training), `curve.parquet` (its losses, with charts of them) and
//! `scores.json` (every task that is done). Each file is replaced by a complete one only, so a kill at any moment costs what came after the last
//! checkpoint, or the task in hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use proxyrank_data::hash::sha256_bytes;
use proxyrank_nn::EncoderWeights;
use proxyrank_report::file::write_atomic;
use proxyrank_space::EncoderNetwork;
use proxyrank_store::curve::{Series, write_columns};
use serde::{Deserialize, Serialize};

use super::curve::Point;
use super::curve_chart::{Loss, chart};
use super::pretrain::{Keeper, Pretraining};
use super::recipe::{PretrainRecipe, TuneRecipe};
use super::tasks::Assignment;
use super::text::{Sequences, Tokenizer};
use super::tune::Tuning;
use crate::RunError;
use crate::watch::{Stop, Watch};

/// What one network is trained on and how.
#[derive(Debug, Clone)]
pub struct Single {
    /// In words, for messages and files: benchmark, architecture, reading, text.
    pub what: String,
    /// The network; its vocabulary becomes the text's.
    pub network: EncoderNetwork,
    /// Pre-training.
    pub pretrain: PretrainRecipe,
    /// Fine-tuning.
    pub tune: TuneRecipe,
    /// Seed of everything random.
    pub seed: u64,
    /// Time between two checkpoints, at the least.
    pub checkpoint_every: Duration,
}

/// What a training writes about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Benchmark, architecture, reading, text.
    pub what: String,
    /// Hash of everything that pre-training depends on.
    pub fingerprint: String,
    /// How it was pre-trained.
    pub pretrain: PretrainRecipe,
    /// How it was fine-tuned last.
    pub tune: TuneRecipe,
    /// Seed of everything random.
    pub seed: u64,
    /// Scores on the development splits, by task and measure.
    pub scores: BTreeMap<String, BTreeMap<String, f64>>,
    /// By task a hash of what else its scores depend on: examples and fine-tuning.
    #[serde(default)]
    pub tasks: BTreeMap<String, String>,
}

impl Single {
    /// Trains to the end and gives the record, taking up what the folder holds.
    pub fn run(
        mut self,
        (text, tokenizer): (&Sequences, &Tokenizer),
        tasks: &[Assignment],
        folder: &Path,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Record, RunError> {
        self.network.vocab_size = tokenizer.size();
        self.network.max_positions = self.network.max_positions.max(self.pretrain.seq_len);
        let fingerprint = self.fingerprint(text);
        let keeper = Keeper {
            path: folder.join("checkpoint.safetensors"),
            every: self.checkpoint_every,
            fingerprint: fingerprint.clone(),
        };
        let vocabulary = tokenizer.vocabulary();
        let pretraining = Pretraining {
            network: &self.network,
            recipe: &self.pretrain,
            text,
            vocabulary: &vocabulary,
            seed: self.seed,
        };
        let pretrained = pretraining.run(Some(&keeper), watch, stop)?;
        write_curve(&folder.join("curve.parquet"), &pretrained.curve)?;
        self.draw_curve(&pretrained.curve, folder)?;

        let file = folder.join("scores.json");
        let mut record = self.record(&file, fingerprint)?;
        for task in tasks {
            let name = task.name();
            let key = self.task_key(task);
            if record.tasks.get(name) == Some(&key) {
                watch.note(&format!("{name}: done before"));
                continue;
            }
            let (scores, loss) = self.tuned(task, &pretrained.weights, watch, stop)?;
            watch.note(&format!("{name}: {scores:?}, loss {loss:.4}"));
            record.scores.insert(name.to_owned(), scores);
            record.tasks.insert(name.to_owned(), key);
            save(&file, &record)?;
        }
        save(&file, &record)?;
        Ok(record)
    }

    /// A chart of each loss; none of a training without steps.
    fn draw_curve(&self, curve: &[Point], folder: &Path) -> Result<(), RunError> {
        for loss in Loss::ALL.into_iter().filter(|_| !curve.is_empty()) {
            let groups = [(format!("seed {}", self.seed), vec![curve])];
            chart(loss, &self.what, &groups).draw(&folder.join(format!("curve-{}", loss.name())))?;
        }
        Ok(())
    }

    /// Scores by measure, and the loss at the end.
    fn tuned(
        &self,
        task: &Assignment,
        trained: &EncoderWeights<f32>,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<(BTreeMap<String, f64>, f64), RunError> {
        let (network, recipe, seed) = (&self.network, &self.tune, self.seed);
        let (scores, loss) = Tuning { network, trained, recipe, task, seed }.run_any(watch, stop)?;
        Ok((scores.into_iter().map(|(measure, score)| (measure.to_owned(), score)).collect(), loss))
    }

    /// Hash of everything that the losses of pre-training depend on.
    fn fingerprint(&self, text: &Sequences) -> String {
        let settings = format!("{:?}|{:?}|{}", self.network, self.pretrain, self.seed);
        let ids: Vec<u8> = text.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        short_hash(&format!("{settings}|{}", sha256_bytes(&ids)))
    }

    /// Hash of what a task's scores depend on beside the pre-trained network.
    fn task_key(&self, task: &Assignment) -> String {
        short_hash(&format!("{:?}|{task:?}", self.tune))
    }

    /// What the folder knows of the same training, or an empty record.
    fn record(&self, file: &Path, fingerprint: String) -> Result<Record, RunError> {
        let fresh = Record {
            what: self.what.clone(),
            fingerprint,
            pretrain: self.pretrain.clone(),
            tune: self.tune.clone(),
            seed: self.seed,
            scores: BTreeMap::new(),
            tasks: BTreeMap::new(),
        };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(fresh),
            Err(error) => return Err(RunError::read(file)(error)),
        };
        match serde_json::from_str::<Record>(&text) {
            Ok(known) if known.fingerprint == fresh.fingerprint => Ok(Record { tune: fresh.tune, ..known }),
            Ok(_) => Err(RunError::Usage(format!(
                "{}: belongs to a training with other settings; choose another --out",
                file.display()
            ))),
            Err(error) => Err(RunError::Usage(format!(
                "{}: not a record of scores: {error}; choose another --out",
                file.display()
            ))),
        }
    }
}

fn short_hash(text: &str) -> String {
    sha256_bytes(text.as_bytes()).chars().take(16).collect()
}

fn save(file: &Path, record: &Record) -> Result<(), RunError> {
    let text = serde_json::to_string_pretty(record).map_err(|error| RunError::Usage(error.to_string()))?;
    Ok(write_atomic(file, (text + "\n").as_bytes())?)
}

fn write_curve(path: &Path, curve: &[Point]) -> Result<(), RunError> {
    let column = |value: fn(&Point) -> f64| Series::Real(curve.iter().map(value).collect());
    let columns = vec![
        ("step", Series::Whole(curve.iter().map(|point| point.step).collect())),
        ("generator_loss", column(|point| point.generator)),
        ("discriminator_loss", column(|point| point.discriminator)),
        ("replaced", column(|point| point.replaced)),
        ("work", column(|point| point.work)),
    ];
    Ok(write_columns(path, columns)?)
}
