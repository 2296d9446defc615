//! Pre-training a network, with checkpoints.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proxyrank_nn::train::{Electra, ElectraLosses, Snapshot};
use proxyrank_nn::{EncoderWeights, TokenBatch};
use proxyrank_proxies::gradient::{MaskedBatch, ReplacedBatch, Vocabulary};
use proxyrank_report::file::write_atomic;
use proxyrank_space::EncoderNetwork;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::curve::{Point, Window};
use super::order::{Order, derive};
use super::progress::Progress;
use super::recipe::{PretrainRecipe, Replacements};
use super::text::Sequences;
use crate::RunError;
use crate::watch::{Stop, Watch};

/// What is pre-trained on what.
#[derive(Debug, Clone, Copy)]
pub struct Pretraining<'a> {
    /// The network.
    pub network: &'a EncoderNetwork,
    /// How.
    pub recipe: &'a PretrainRecipe,
    /// The text.
    pub text: &'a Sequences,
    /// Its vocabulary.
    pub vocabulary: &'a Vocabulary,
    /// Seed of everything random.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Pretrained {
    /// The discriminator.
    pub weights: EncoderWeights<f32>,
    /// Losses along the way.
    pub curve: Vec<Point>,
}

/// Where the state is kept, and how often.
#[derive(Debug, Clone)]
pub struct Keeper {
    /// The file.
    pub path: PathBuf,
    /// Time between two checkpoints, at the least.
    pub every: Duration,
    /// What the state belongs to; a checkpoint of something else is refused.
    pub fingerprint: String,
}

impl Pretraining<'_> {
    /// Trains to the end. With a keeper it takes up what was kept, and keeps its own state.
    pub fn run(
        &self,
        keeper: Option<&Keeper>,
        watch: &dyn Watch,
        stop: &Stop,
    ) -> Result<Pretrained, RunError> {
        let recipe = self.recipe;
        if self.text.count() == 0 {
            return Err(RunError::Usage(format!(
                "the text is too short for a sequence of {} tokens",
                recipe.seq_len
            )));
        }
        let mut electra =
            Electra::new(&recipe.generator(self.network), self.network, recipe.settings(self.seed))?;
        let mut curve: Vec<Point> = Vec::new();
        if let Some(keeper) = keeper
            && let Some(snapshot) = keeper.read()?
        {
            electra.restore(&snapshot)?;
            curve = keeper.curve(&snapshot)?;
            watch.note(&format!("going on after step {} of {}", electra.steps(), recipe.steps));
        }
        let mut order = Order::new(derive(self.seed, "text", 0), self.text.count());
        let mut window = Window::default();
        let mut progress = Progress::new("pre-training", recipe.steps, electra.steps());
        let mut kept = Instant::now();
        while electra.steps() < recipe.steps {
            let losses = self.step(&mut electra, &mut order)?;
            window.add(&losses);
            let done = electra.steps();
            if done % recipe.window == 0 || done == recipe.steps {
                curve.push(window.close(done));
            }
            progress.step(watch, done, (recipe.batch * recipe.seq_len) as u64, || {
                format!("generator {:.3}, discriminator {:.4}", losses.generator, losses.discriminator)
            });
            // A checkpoint ends with a point, so that no half of a window has to be kept.
            let asked = stop.asked();
            if let Some(keeper) = keeper
                && window.is_empty()
                && (asked || kept.elapsed() >= keeper.every || done == recipe.steps)
            {
                keeper.write(electra.snapshot(), &curve)?;
                kept = Instant::now();
            }
            if asked && (keeper.is_none() || window.is_empty()) && done < recipe.steps {
                return Err(RunError::Stopped { after: format!("after step {done} of {}", recipe.steps) });
            }
        }
        Ok(Pretrained { weights: electra.discriminator().clone(), curve })
    }

    /// One step; what it does follows from its number and the settings.
    fn step(&self, electra: &mut Electra, order: &mut Order) -> Result<ElectraLosses, RunError> {
        let recipe = self.recipe;
        let number = electra.steps();
        let ids = self.text.gather(&order.batch(number, recipe.batch));
        let tokens = TokenBatch::new(ids, recipe.batch, recipe.seq_len)?;
        let seed = derive(self.seed, "hidden tokens", number);
        if recipe.replacements == Replacements::Uniform {
            let corrupted = ReplacedBatch::new(&tokens, self.vocabulary, seed)?.batch;
            return Ok(electra.detect(&tokens, &corrupted)?);
        }
        let masked = MaskedBatch::new(&tokens, self.vocabulary, seed)?;
        let mut ids = masked.batch.ids().to_vec();
        let mut generator = ChaCha8Rng::seed_from_u64(derive(self.seed, "kept tokens", number));
        for target in &masked.targets {
            if generator.next_u64() % 100 < recipe.kept_percent {
                ids[target.row] = target.id;
            }
        }
        let hidden = TokenBatch::new(ids, recipe.batch, recipe.seq_len)?;
        Ok(electra.step(&tokens, &hidden, &masked.targets)?)
    }
}

impl Keeper {
    fn read(&self) -> Result<Option<Snapshot>, RunError> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RunError::read(&self.path)(error)),
        };
        let snapshot = Snapshot::from_bytes(&bytes).map_err(|error| self.refuse(&error.to_string()))?;
        if snapshot.words.get("fingerprint") != Some(&self.fingerprint) {
            return Err(self.refuse("it belongs to a run with other settings"));
        }
        Ok(Some(snapshot))
    }

    fn curve(&self, snapshot: &Snapshot) -> Result<Vec<Point>, RunError> {
        let text = snapshot.words.get("curve").map(String::as_str).unwrap_or_default();
        serde_json::from_str(text).map_err(|error| self.refuse(&error.to_string()))
    }

    fn write(&self, mut snapshot: Snapshot, curve: &[Point]) -> Result<(), RunError> {
        let curve = serde_json::to_string(curve).map_err(|error| self.refuse(&error.to_string()))?;
        snapshot.words.insert("curve".to_owned(), curve);
        snapshot.words.insert("fingerprint".to_owned(), self.fingerprint.clone());
        Ok(write_atomic(&self.path, &snapshot.to_bytes()?)?)
    }

    fn refuse(&self, reason: &str) -> RunError {
        refuse(&self.path, reason)
    }
}

fn refuse(path: &Path, reason: &str) -> RunError {
    RunError::Usage(format!(
        "{}: cannot go on from this checkpoint: {reason}; choose another --out, or delete the file to begin anew",
        path.display()
    ))
}
