//! Replaced-token detection: a generator guesses hidden tokens, a discriminator finds out where it was wrong.
//!
//! Clark et al., "ELECTRA: Pre-training text encoders as discriminators rather than generators", ICLR 2020, with the training
//! code's own choices: both share the embeddings, the generator's guesses are drawn from the distribution that its loss
//! is computed from, its loss has weight 1 and the discriminator's 50.

use std::sync::Arc;

use proxyrank_space::EncoderNetwork;

use super::adamw::{AdamW, Moments, squared_norm};
use super::attention::Attention;
use super::embeddings::accumulate;
use super::exit::{EarlyExit, Exit, Found, Labelled, Part};
use super::positions::Positions;
use super::sampler::Sampler;
use super::schedule::Schedule;
use super::snapshot::Snapshot;
use crate::NnError;
use crate::batch::TokenBatch;
use crate::dropout::mix;
use crate::engine::Dropout;
use crate::fast::FastEngine;
use crate::gradient::{EncoderInput, GradientEngine, Loss, MaskedToken};
use crate::init::{INITIAL_DEVIATION, Initialiser};
use crate::taps::Blind;
use crate::weights::{Arena, EncoderWeights, Head};

/// How to pre-train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElectraSettings {
    /// Constants of the optimiser.
    pub optimiser: AdamW,
    /// The learning rate.
    pub schedule: Schedule,
    /// Weight of the generator's loss.
    pub generator_weight: f32,
    /// Weight of the discriminator's loss.
    pub discriminator_weight: f32,
    /// Seed of the initial weights.
    pub init_seed: u64,
    /// What initial weights that are drawn are multiplied by: a deviation of 0.02 suits widths of many hundreds.
    pub initial_scale: f32,
    /// What the table of positions starts from.
    pub positions: Positions,
    /// What attention starts from.
    pub attention: Attention,
    /// Seed of dropout masks and drawn tokens; without it there is no dropout, and seed 0 draws.
    pub noise: Option<u64>,
    /// Whether, and where, sequences leave the discriminator early.
    pub exit: Option<EarlyExit>,
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElectraLosses {
    /// The step, from 0.
    pub step: u64,
    /// Cross-entropy of the hidden tokens, nats; 0 without a generator.
    pub generator: f64,
    /// Binary cross-entropy of the discriminator, nats a token.
    pub discriminator: f64,
    /// Share of all tokens that were replaced by another one.
    pub replaced: f64,
    /// Norm of the gradient of the weighted sum of losses, before clipping.
    pub norm: f64,
    /// The discriminator's work as a share of a step without early exit, counted in layers.
    pub work: f64,
}

/// The generator's part of a step.
#[derive(Debug)]
struct Guess {
    loss: f64,
    body: Vec<f32>,
    part: Part,
}

/// Generator and discriminator in training, single precision, on the CPU.
#[derive(Debug)]
pub struct Electra {
    settings: ElectraSettings,
    engine: FastEngine<f32>,
    generator: EncoderWeights<f32>,
    discriminator: EncoderWeights<f32>,
    /// Of the generator's body, the discriminator's and the embeddings.
    moments: [Moments; 3],
    embedding_gradient: Vec<f32>,
    exit: Option<Exit>,
    step: u64,
}

/// Names of the three stretches in a snapshot.
const STRETCHES: [&str; 3] = ["generator", "discriminator", "embeddings"];
/// Name of the bits of the running mean that early exit goes by.
const EXIT_MEAN: &str = "exit_mean";

impl Electra {
    /// Two networks with the same embedding tables, at their initial weights.
    ///
    /// The generator's weights are those of the next seed but one half of the range away, so that no two seeds share them.
    pub fn new(
        generator: &EncoderNetwork,
        discriminator: &EncoderNetwork,
        settings: ElectraSettings,
    ) -> Result<Self, NnError> {
        let tables = |network: &EncoderNetwork| {
            [network.vocab_size, network.embedding_size, network.max_positions, network.token_types]
        };
        if tables(generator) != tables(discriminator) {
            return Err(NnError::Length {
                what: "the generator's vocabulary table",
                found: generator.vocab_size * generator.embedding_size,
                wanted: discriminator.vocab_size * discriminator.embedding_size,
            });
        }
        let drawn = Initialiser::new(settings.init_seed);
        let discriminator = drawn.encoder(discriminator, Head::Discriminator)?;
        let mut generator =
            Initialiser::new(settings.init_seed ^ (1 << 63)).encoder(generator, Head::Generator)?;
        let mut discriminator = discriminator;
        generator.scale_drawn(settings.initial_scale);
        discriminator.scale_drawn(settings.initial_scale);
        let tables = discriminator.layout().embeddings.clone();
        let deviation = INITIAL_DEVIATION * settings.initial_scale;
        settings.attention.fill(&mut generator, deviation);
        settings.attention.fill(&mut discriminator, deviation);
        settings.positions.fill(discriminator.embeddings_mut(), &tables, deviation);
        // One copy that nobody else holds, shared by the two.
        let embeddings: Arc<[f32]> = discriminator.embeddings().into();
        generator.replace_embeddings(Arc::clone(&embeddings));
        discriminator.replace_embeddings(embeddings);
        let moments = [
            Moments::new(generator.layout(), Arena::Body, |_| 1.0),
            Moments::new(discriminator.layout(), Arena::Body, |_| 1.0),
            Moments::new(discriminator.layout(), Arena::Embeddings, |_| 1.0),
        ];
        let embedding_gradient = vec![0.0; discriminator.embeddings().len()];
        let engine = FastEngine::new();
        let exit = settings.exit.map(|rule| Exit::new(rule, &discriminator)).transpose()?;
        Ok(Self { settings, engine, generator, discriminator, moments, embedding_gradient, exit, step: 0 })
    }

    /// Steps made.
    pub const fn steps(&self) -> u64 {
        self.step
    }

    /// The discriminator, which is what pre-training is for.
    pub const fn discriminator(&self) -> &EncoderWeights<f32> {
        &self.discriminator
    }

    /// One step on a batch: `tokens` as they are, `hidden` with some of them hidden, and what stood there, by rising
    /// position. The weights are left alone if a loss is not finite.
    pub fn step(
        &mut self,
        tokens: &TokenBatch,
        hidden: &TokenBatch,
        targets: &[MaskedToken],
    ) -> Result<ElectraLosses, NnError> {
        let draw = self.seed(0);
        let (input, loss) = (EncoderInput::Tokens(hidden), Loss::MaskedTokens(targets));
        let guessed = self.engine.gradient(&self.generator, input, loss, self.dropout(1), |block| {
            Sampler::new(draw, block, targets)
        })?;
        let mut ids = tokens.ids().to_vec();
        for (row, id) in guessed.visitors.iter().flat_map(|sampler| &sampler.drawn) {
            ids[*row] = *id;
        }
        let corrupted = TokenBatch::new(ids, tokens.batch(), tokens.seq_len())?;
        let part = Part {
            ids: hidden.ids().to_vec(),
            gradient: guessed.gradient.embeddings,
            weight: self.settings.generator_weight,
        };
        let guess = Guess { loss: guessed.loss, body: guessed.gradient.body, part };
        self.learn(tokens, &corrupted, Some(guess))
    }

    /// One step of the discriminator alone, on a batch in which somebody else than the generator replaced tokens.
    pub fn detect(&mut self, tokens: &TokenBatch, corrupted: &TokenBatch) -> Result<ElectraLosses, NnError> {
        self.learn(tokens, corrupted, None)
    }

    /// The discriminator's part, and the optimiser's.
    fn learn(
        &mut self,
        tokens: &TokenBatch,
        corrupted: &TokenBatch,
        guess: Option<Guess>,
    ) -> Result<ElectraLosses, NnError> {
        let ElectraSettings { optimiser, schedule, generator_weight, discriminator_weight, .. } =
            self.settings;
        let pairs = corrupted.ids().iter().zip(tokens.ids());
        let replaced: Vec<bool> = pairs.map(|(now, before)| now != before).collect();
        let found = self.find(&Labelled { tokens: corrupted, replaced: &replaced })?;

        self.embedding_gradient.fill(0.0);
        let layout = &self.discriminator.layout().embeddings;
        let of_guess = guess.iter().map(|guess| (&guess.part, guess.part.weight));
        let of_find = found.parts.iter().map(|part| (part, part.weight * discriminator_weight));
        for (part, weight) in of_guess.chain(of_find) {
            if let Some(gradient) = &part.gradient {
                accumulate(&mut self.embedding_gradient, layout, &part.ids, gradient, weight);
            }
        }
        let squares = |gradient: &[f32], weight: f32| squared_norm(gradient) * f64::from(weight).powi(2);
        let squared = guess.as_ref().map_or(0.0, |guess| squares(&guess.body, generator_weight))
            + squares(&found.body, discriminator_weight)
            + squared_norm(&self.embedding_gradient);
        let losses = ElectraLosses {
            step: self.step,
            generator: guess.as_ref().map_or(0.0, |guess| guess.loss),
            discriminator: found.loss,
            replaced: replaced.iter().filter(|replaced| **replaced).count() as f64 / replaced.len() as f64,
            norm: squared.sqrt(),
            work: found.work,
        };
        if ![losses.generator, losses.discriminator, losses.norm].into_iter().all(f64::is_finite) {
            let loss = f64::from(generator_weight) * losses.generator
                + f64::from(discriminator_weight) * losses.discriminator;
            return Err(NnError::Diverged { step: self.step, loss, norm: losses.norm });
        }

        let (rate, scale) = ((self.step, schedule.rate(self.step)), optimiser.clipping(squared));
        let [of_generator, of_discriminator, of_embeddings] = &mut self.moments;
        let scaled = |weight: f32| scale * f64::from(weight);
        if let Some(guess) = guess {
            let scale = scaled(generator_weight);
            optimiser.update(self.generator.body_mut(), of_generator, &guess.body, rate, scale);
            self.engine.recycle(guess.body);
        }
        let scale_found = scaled(discriminator_weight);
        optimiser.update(self.discriminator.body_mut(), of_discriminator, &found.body, rate, scale_found);
        // For the moment only one network holds the tables, so they are changed in place.
        let none: Arc<[f32]> = Arc::from([]);
        self.generator.replace_embeddings(Arc::clone(&none));
        if let Some(exit) = &mut self.exit {
            exit.let_go(none);
        }
        let tables = self.discriminator.embeddings_mut();
        optimiser.update(tables, of_embeddings, &self.embedding_gradient, rate, scale);
        self.share_embeddings();
        self.engine.recycle(found.body);
        self.step += 1;
        Ok(losses)
    }

    /// The discriminator's pass.
    fn find(&mut self, batch: &Labelled<'_>) -> Result<Found, NnError> {
        let dropout = [self.dropout(2), self.dropout(3)];
        if let Some(exit) = &mut self.exit {
            return exit.find(&self.engine, &self.discriminator, batch, self.step, dropout);
        }
        let (input, loss) = (EncoderInput::Tokens(batch.tokens), Loss::ReplacedTokens(batch.replaced));
        let pass = self.engine.gradient(&self.discriminator, input, loss, dropout[0], |_| Blind)?;
        let part = Part { ids: batch.tokens.ids().to_vec(), gradient: pass.gradient.embeddings, weight: 1.0 };
        Ok(Found { loss: pass.loss, body: pass.gradient.body, parts: vec![part], work: 1.0 })
    }

    /// A seed for one of four uses in this step.
    const fn seed(&self, use_: u64) -> u64 {
        let noise = match self.settings.noise {
            Some(seed) => seed,
            None => 0,
        };
        mix(mix(noise).wrapping_add(4 * self.step + use_))
    }

    fn dropout(&self, use_: u64) -> Dropout {
        self.settings.noise.map_or(Dropout::Off, |_| Dropout::Seed(self.seed(use_)))
    }

    /// Gives the generator the discriminator's tables.
    fn share_embeddings(&mut self) {
        let shared = self.discriminator.replace_embeddings(Arc::from([]));
        self.generator.replace_embeddings(Arc::clone(&shared));
        self.discriminator.replace_embeddings(shared);
    }

    /// Everything that later steps depend on, but for the settings.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let values = [self.generator.body(), self.discriminator.body(), self.discriminator.embeddings()];
        for ((name, values), moments) in STRETCHES.into_iter().zip(values).zip(&self.moments) {
            snapshot.put(name, values);
            snapshot.put(format!("{name}.first"), &moments.first);
            snapshot.put(format!("{name}.second"), &moments.second);
        }
        snapshot.words.insert("step".to_owned(), self.step.to_string());
        if let Some(mean) = self.exit.as_ref().and_then(|exit| exit.mean) {
            snapshot.words.insert(EXIT_MEAN.to_owned(), mean.to_bits().to_string());
        }
        snapshot
    }

    /// Goes on where a snapshot was taken.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), NnError> {
        self.generator.replace_embeddings(Arc::from([]));
        snapshot.restore(STRETCHES[0], self.generator.body_mut())?;
        snapshot.restore(STRETCHES[1], self.discriminator.body_mut())?;
        snapshot.restore(STRETCHES[2], self.discriminator.embeddings_mut())?;
        self.share_embeddings();
        for (name, moments) in STRETCHES.into_iter().zip(&mut self.moments) {
            snapshot.restore(&format!("{name}.first"), &mut moments.first)?;
            snapshot.restore(&format!("{name}.second"), &mut moments.second)?;
        }
        self.step = snapshot.number("step")?;
        if let Some(exit) = &mut self.exit {
            // Before the first step there is none.
            exit.mean = snapshot.number(EXIT_MEAN).ok().map(f64::from_bits);
        }
        Ok(())
    }
}
