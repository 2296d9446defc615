//! The training loop.

use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::checkpoint::fingerprint;
use super::loss::{Target, loss};
use super::optimiser::Moments;
use super::strategy::{Aim, Pass};
use super::{Examples, Labels, Settings};
use crate::PruneError;
use crate::encoder::{Gradient, Pruned, Tape, Text, Texts, Weights};
use crate::random::{Purpose, mix, stream};

/// A super-network in training.
#[derive(Debug)]
pub struct SuperNet<'a> {
    /// What it is trained with.
    pub(super) settings: Settings,
    /// What it learns from.
    pub(super) examples: &'a Examples,
    pub(super) weights: Weights,
    pub(super) moments: Moments,
    /// The sum of the losses of each step so far.
    pub(super) curve: Vec<f64>,
    /// Of settings, first weights and examples.
    pub(super) fingerprint: String,
    gradients: Vec<Gradient>,
}

/// A part of a batch.
struct Part {
    texts: Texts,
    labels: Labels,
}

impl<'a> SuperNet<'a> {
    /// Begins with pre-trained weights.
    pub fn new(settings: Settings, weights: Weights, examples: &'a Examples) -> Result<Self, PruneError> {
        for (place, text) in examples.texts().iter().enumerate() {
            text.check(&weights.config, place)?;
        }
        let classes = match examples.labels() {
            Labels::Classes(classes) => classes.iter().max().map_or(0, |&class| class as usize + 1),
            Labels::Numbers(_) => 1,
        };
        if examples.is_empty() || classes > weights.outputs() {
            let (count, outputs) = (examples.len(), weights.outputs());
            let words = format!("{count} examples of {classes} classes for an encoder with {outputs} logits");
            return Err(PruneError::Examples(words));
        }
        let shape = weights.config.shape();
        if settings.space.shape != shape {
            return Err(PruneError::Masks { layers: shape.layers, heads: shape.heads, units: shape.units });
        }
        let gradients = (0..settings.lanes.max(1)).map(|_| Gradient::new(&weights.layout)).collect();
        let moments = Moments::new(&weights.layout);
        let fingerprint = fingerprint(&settings, &weights, examples)?;
        Ok(Self { settings, examples, weights, moments, curve: Vec::new(), fingerprint, gradients })
    }

    /// Steps done.
    pub const fn step_number(&self) -> u64 {
        self.curve.len() as u64
    }

    /// Steps of the whole run.
    pub const fn steps(&self) -> u64 {
        self.settings.steps_of_epoch(self.examples.len()) * self.settings.epochs as u64
    }

    /// Whether the run is at its end.
    pub const fn is_done(&self) -> bool {
        self.step_number() >= self.steps()
    }

    /// The weights as they are now.
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The weights, at the end.
    pub fn into_weights(self) -> Weights {
        self.weights
    }

    /// The sum of the losses of each step so far.
    pub fn curve(&self) -> &[f64] {
        &self.curve
    }

    /// The settings of the run.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// One step: every pass over the batch, then the parameters move once. Gives the sum of the passes' losses.
    pub fn step(&mut self) -> Result<f64, PruneError> {
        let (step, steps) = (self.step_number(), self.steps());
        let batch = self.batch(step);
        let parts = self.parts(&batch);
        let mut rng = stream(self.settings.seed, Purpose::SubNetworks, step);
        let passes = self.settings.passes(step, steps, &mut rng);
        let cut = |pass: &Pass| Pruned::new(&self.weights, &self.settings.space.masks(&pass.genes)?);
        let networks = passes.iter().map(cut).collect::<Result<Vec<_>, _>>()?;
        let settings = &self.settings;
        let one = |(part, gradient): (&Part, &mut Gradient)| {
            gradient.clear();
            lane(part, batch.len(), (&passes, &networks), settings, step, gradient)
        };
        let losses: Vec<f64> = parts.par_iter().zip(&mut self.gradients).map(one).collect();
        drop(networks);
        let loss: f64 = losses.iter().sum();
        if !loss.is_finite() {
            return Err(PruneError::Diverged { step, loss });
        }
        let lanes = &self.gradients[..parts.len()];
        let rate = self.settings.rate * (1.0 - step as f64 / steps as f64);
        let Weights { values, layout, .. } = &mut self.weights;
        self.moments.update((values, layout), lanes, (step, rate, self.settings.decay));
        self.curve.push(loss);
        Ok(loss)
    }

    /// The examples of a step: each epoch has its own order.
    fn batch(&self, step: u64) -> Vec<usize> {
        let of_epoch = self.settings.steps_of_epoch(self.examples.len());
        let mut order: Vec<usize> = (0..self.examples.len()).collect();
        order.shuffle(&mut stream(self.settings.seed, Purpose::Order, step / of_epoch));
        #[expect(clippy::cast_possible_truncation, reason = "less than there are examples")]
        let start = (step % of_epoch) as usize * self.settings.batch.max(1);
        let end = order.len().min(start + self.settings.batch.max(1));
        order[start..end].to_vec()
    }

    /// The lanes' texts: the longest first, each to the lane with the fewest tokens.
    fn parts(&self, batch: &[usize]) -> Vec<Part> {
        let text = |place: usize| -> &Text { &self.examples.texts()[batch[place]] };
        let mut order: Vec<usize> = (0..batch.len()).collect();
        order.sort_by_key(|&place| std::cmp::Reverse(text(place).ids.len()));
        let mut lanes: Vec<(usize, Vec<usize>)> =
            vec![(0, Vec::new()); self.gradients.len().min(batch.len())];
        for place in order {
            if let Some((tokens, places)) = lanes.iter_mut().min_by_key(|(tokens, _)| *tokens) {
                *tokens += text(place).ids.len();
                places.push(place);
            }
        }
        let part = |(_, places): (usize, Vec<usize>)| Part {
            texts: Texts::new(places.iter().map(|&place| (place, text(place)))),
            labels: self
                .examples
                .labels()
                .select(&places.iter().map(|&place| batch[place]).collect::<Vec<_>>()),
        };
        lanes.into_iter().map(part).collect()
    }
}

/// All passes over a part of a batch, on one thread; adds their gradients up.
fn lane(
    part: &Part,
    batch: usize,
    (passes, networks): (&[Pass], &[Pruned<'_>]),
    settings: &Settings,
    step: u64,
    gradient: &mut Gradient,
) -> f64 {
    let mut total = 0.0;
    let mut teacher: Vec<f32> = Vec::new();
    for (number, (pass, network)) in passes.iter().zip(networks).enumerate() {
        let seed = mix(mix(settings.seed).wrapping_add(Purpose::Dropout as u64)).wrapping_add(step << 16);
        let dropout = settings.dropout.then(|| network.usual_dropout(seed.wrapping_add(number as u64)));
        let mut tape = Tape::default();
        let kept = (pass.aim != Aim::Teach).then_some(&mut tape);
        let logits = network.forward(&part.texts, dropout, kept);
        if pass.aim != Aim::Teach {
            let from = (pass.aim == Aim::Teacher).then_some((&teacher[..], settings.temperature));
            let target = Target { labels: &part.labels, teacher: from, batch };
            let (loss, derivatives) = loss(&logits, logits.len() / part.texts.len(), target);
            total += loss;
            network.backward(&part.texts, dropout, &tape, &derivatives, gradient);
        }
        if number == 0 {
            teacher = logits;
        }
    }
    total
}
