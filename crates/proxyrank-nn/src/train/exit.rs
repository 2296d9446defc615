//! Adaptive early exit in pre-training: sequences that the first layers see through spare the later ones.
//!
//! Kang et al. (arXiv 2110.06620) relieve later layers where earlier representations suffice; their rule is not public, so this one
//! is ours. The discriminator's head reads the output of layer k too, so an exit has no parameters of its own.
//!
//! 1. Up to step `from`, every sequence trains both ends, with half of the weight each.
//! 2. After that, sequences run through k layers without gradients first. One whose loss there is at most `margin` times the
//!    running mean of the loss at full depth leaves: it trains those layers and the head. The others train the whole network.
//! 3. The first sequence of a batch is the witness, which never leaves. After step `from` the running mean is of witnesses
//!    alone, so it is not that of hard sequences, and later layers never go without training.

use std::ops::Range;
use std::sync::Arc;

use proxyrank_space::EncoderNetwork;
use serde::{Deserialize, Serialize};

use crate::NnError;
use crate::batch::TokenBatch;
use crate::engine::{Dropout, Engine, ForwardOptions};
use crate::fast::FastEngine;
use crate::gradient::{EmbeddingGradient, EncoderInput, GradientEngine, Loss};
use crate::init::Initialiser;
use crate::kernels;
use crate::taps::{Collect, Site};
use crate::weights::{Arena, EncoderWeights, Head};

/// How much of the running mean stays from step to step.
const MEMORY: f64 = 0.99;
/// Forward passes in one pass forward and back.
const PASSES: f64 = 3.0;

/// Which sequences leave the discriminator early, and where.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyExit {
    /// Layers before the exit: from 1 to one less than the network has.
    pub layers: usize,
    /// A sequence leaves if its loss at the exit is at most this times the running mean at full depth.
    pub margin: f64,
    /// Steps in which nothing leaves and both ends are trained.
    pub from: u64,
}

/// What the discriminator's pass gave.
#[derive(Debug)]
pub(super) struct Found {
    /// Mean of the losses that sequences were trained by, nats a token.
    pub(super) loss: f64,
    /// Gradient of everything outside the tables.
    pub(super) body: Vec<f32>,
    /// What reaches the tables.
    pub(super) parts: Vec<Part>,
    /// Work in units of a step of full depth, counted in layers; a pass forward is a third of one forward and back.
    pub(super) work: f64,
}

/// What reaches the tables from some sequences.
#[derive(Debug)]
pub(super) struct Part {
    /// Their tokens.
    pub(super) ids: Vec<u32>,
    /// The gradient of their mean loss.
    pub(super) gradient: Option<EmbeddingGradient<f32>>,
    /// Their share of the batch's loss.
    pub(super) weight: f32,
}

/// The first layers of a discriminator with its head, and what is known of the loss at full depth.
#[derive(Debug)]
pub(super) struct Exit {
    rule: EarlyExit,
    first: EncoderWeights<f32>,
    /// Places of the same parameters: in the first layers, in the whole network.
    shared: Vec<(Range<usize>, Range<usize>)>,
    /// Running mean of the loss at full depth, once there is one.
    pub(super) mean: Option<f64>,
}

impl Exit {
    /// An exit of a network. Its values are taken from the network before every pass.
    pub(super) fn new(rule: EarlyExit, whole: &EncoderWeights<f32>) -> Result<Self, NnError> {
        let network = &whole.layout().network;
        if rule.layers == 0 || rule.layers >= network.layers.len() {
            return Err(NnError::ExitLayer { exit: rule.layers, layers: network.layers.len() });
        }
        let layers = network.layers[..rule.layers].to_vec();
        let cut = EncoderNetwork { layers, ..network.clone() };
        let first = Initialiser::new(0).encoder(&cut, Head::Discriminator)?;
        let mut shared: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        let body = first.layout().parameters.iter().filter(|parameter| parameter.arena == Arena::Body);
        for here in body {
            let Some(there) = whole.layout().parameters.iter().find(|there| there.path == here.path) else {
                continue;
            };
            match shared.last_mut() {
                Some((ours, theirs))
                    if ours.end == here.elements.start && theirs.end == there.elements.start =>
                {
                    (ours.end, theirs.end) = (here.elements.end, there.elements.end);
                }
                _ => shared.push((here.elements.clone(), there.elements.clone())),
            }
        }
        Ok(Self { rule, first, shared, mean: None })
    }

    /// The gradient of a batch whose sequences leave where the rule says; `replaced` has an entry a token.
    pub(super) fn find(
        &mut self,
        engine: &FastEngine<f32>,
        whole: &EncoderWeights<f32>,
        batch: &Labelled<'_>,
        step: u64,
        dropout: [Dropout; 2],
    ) -> Result<Found, NnError> {
        for (here, there) in &self.shared {
            self.first.body_mut()[here.clone()].copy_from_slice(&whole.body()[there.clone()]);
        }
        self.first.replace_embeddings(whole.shared_embeddings());
        let count = batch.tokens.batch();
        let depth = self.rule.layers as f64 / whole.layout().layers.len() as f64;
        let warming = step < self.rule.from;
        let (leaving, looked) =
            if warming { ((0..count).collect(), 0) } else { self.leaving(engine, batch)? };
        let staying: Vec<usize> = (0..count).filter(|index| warming || !leaving.contains(index)).collect();
        let share = |some: &[usize]| some.len() as f64 / (staying.len() + leaving.len()) as f64;

        let stay = batch.choose(&staying);
        let pass = stay.gradient(engine, whole, dropout[0])?;
        let losses = stay.losses(&pass.logits);
        // While everything stays the mean of all sequences is the better estimate.
        let seen = if warming { losses.iter().sum::<f64>() / losses.len() as f64 } else { losses[0] };
        self.mean = Some(self.mean.map_or(seen, |mean| MEMORY * mean + (1.0 - MEMORY) * seen));
        let mut found = Found {
            loss: pass.loss * share(&staying),
            body: pass.body,
            parts: vec![Part { ids: stay.ids, gradient: pass.embeddings, weight: narrow(share(&staying)) }],
            work: (staying.len() as f64 + depth * (leaving.len() as f64 + looked as f64 / PASSES))
                / count as f64,
        };
        if leaving.is_empty() {
            return Ok(found);
        }
        let weight = found.parts[0].weight;
        found.body.iter_mut().for_each(|value| *value *= weight);
        let leave = batch.choose(&leaving);
        let pass = leave.gradient(engine, &self.first, dropout[1])?;
        let weight = narrow(share(&leaving));
        for (here, there) in &self.shared {
            kernels::add_scaled(&mut found.body[there.clone()], &pass.body[here.clone()], weight);
        }
        engine.recycle(pass.body);
        found.loss += pass.loss * share(&leaving);
        found.parts.push(Part { ids: leave.ids, gradient: pass.embeddings, weight });
        Ok(found)
    }

    /// Gives the tables back, so that they can be changed in place.
    pub(super) fn let_go(&mut self, none: Arc<[f32]>) {
        self.first.replace_embeddings(none);
    }

    /// The sequences that leave, and how many were looked at.
    fn leaving(
        &self,
        engine: &FastEngine<f32>,
        batch: &Labelled<'_>,
    ) -> Result<(Vec<usize>, usize), NnError> {
        let candidates: Vec<usize> = (1..batch.tokens.batch()).collect();
        let (Some(mean), false) = (self.mean, candidates.is_empty()) else { return Ok((Vec::new(), 0)) };
        let looked = batch.choose(&candidates);
        let logits = |_| Collect::new(Site::Logits);
        let blocks = engine.forward(&self.first, &looked.tokens()?, ForwardOptions::EVAL, logits)?;
        let logits: Vec<f32> = blocks.into_iter().flat_map(|block| block.values).collect();
        let losses = candidates.iter().zip(looked.losses(&logits));
        let leaving = losses.filter(|(_, loss)| *loss <= self.rule.margin * mean);
        Ok((leaving.map(|(index, _)| *index).collect(), candidates.len()))
    }
}

/// A batch and which of its tokens were replaced.
#[derive(Debug)]
pub(super) struct Labelled<'a> {
    /// The batch.
    pub(super) tokens: &'a TokenBatch,
    /// An entry a token.
    pub(super) replaced: &'a [bool],
}

impl Labelled<'_> {
    fn choose(&self, sequences: &[usize]) -> Chosen {
        let length = self.tokens.seq_len();
        let rows = || sequences.iter().flat_map(|sequence| sequence * length..(sequence + 1) * length);
        let ids = rows().map(|row| self.tokens.ids()[row]).collect();
        Chosen { ids, replaced: rows().map(|row| self.replaced[row]).collect(), length }
    }
}

/// Some sequences of a batch.
struct Chosen {
    ids: Vec<u32>,
    replaced: Vec<bool>,
    length: usize,
}

/// What a pass over them gave.
struct Pass {
    loss: f64,
    logits: Vec<f32>,
    body: Vec<f32>,
    embeddings: Option<EmbeddingGradient<f32>>,
}

impl Chosen {
    fn tokens(&self) -> Result<TokenBatch, NnError> {
        TokenBatch::new(self.ids.clone(), self.ids.len() / self.length, self.length)
    }

    fn gradient(
        &self,
        engine: &FastEngine<f32>,
        weights: &EncoderWeights<f32>,
        dropout: Dropout,
    ) -> Result<Pass, NnError> {
        let tokens = self.tokens()?;
        let (input, loss) = (EncoderInput::Tokens(&tokens), Loss::ReplacedTokens(&self.replaced));
        let pass = engine.gradient(weights, input, loss, dropout, |_| Collect::new(Site::Logits))?;
        let logits = pass.visitors.into_iter().flat_map(|block| block.values).collect();
        let (body, embeddings) = (pass.gradient.body, pass.gradient.embeddings);
        Ok(Pass { loss: pass.loss, logits, body, embeddings })
    }

    /// Mean binary cross-entropy of each sequence, nats a token.
    fn losses(&self, logits: &[f32]) -> Vec<f64> {
        let tokens = logits.iter().zip(&self.replaced).map(|(&logit, &replaced)| {
            let against = f64::from(if replaced { -logit } else { logit });
            // ln(1 + eˣ) without overflow.
            against.max(0.0) + (-against.abs()).exp().ln_1p()
        });
        let tokens: Vec<f64> = tokens.collect();
        tokens.chunks(self.length).map(|chunk| chunk.iter().sum::<f64>() / chunk.len() as f64).collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a share of a batch rounds to single precision")]
const fn narrow(share: f64) -> f32 {
    share as f32
}
