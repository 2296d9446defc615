//! Fine-tuning: a trained encoder with one linear layer on top of it.

use proxyrank_space::EncoderNetwork;
use serde::{Deserialize, Serialize};

use super::adamw::{AdamW, Moments, squared_norm};
use super::embeddings::accumulate;
use super::schedule::Schedule;
use super::snapshot::Snapshot;
use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::dropout::mix;
use crate::engine::{Dropout, Engine, ForwardOptions};
use crate::fast::FastEngine;
use crate::gradient::{EncoderInput, GradientEngine, Loss};
use crate::init::Initialiser;
use crate::kernels;
use crate::pair::TextPair;
use crate::readout::Readout;
use crate::taps::{Blind, Event, Site, Visitor};
use crate::weights::{Arena, EncoderWeights, Head, Parameter};

/// Learning rates that fall with the distance from the head.
///
/// The head has the whole rate, layer i of n (from 0) the factor to the power n + 1 - i, embeddings and projection the factor to
/// the power n + 2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerRates {
    /// The factor; 1 for one rate everywhere.
    pub factor: f64,
    /// Layers to count with. ELECTRA's code counts 12 whatever the network has.
    pub layers: usize,
}

impl LayerRates {
    /// One rate everywhere.
    pub const EVEN: Self = Self { factor: 1.0, layers: 0 };

    /// A parameter's part of the rate.
    fn factor_of(self, parameter: &Parameter) -> f64 {
        const PREFIX: &str = "electra.encoder.layer.";
        if parameter.in_head {
            return 1.0;
        }
        let layer = parameter.path.strip_prefix(PREFIX).and_then(|rest| rest.split('.').next()?.parse().ok());
        let distance = layer.map_or(self.layers + 2, |layer: usize| (self.layers + 1).saturating_sub(layer));
        self.factor.powi(i32::try_from(distance).unwrap_or(i32::MAX))
    }
}

/// Which tokens the head of a task sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// The first token, as BERT and ELECTRA do.
    #[default]
    First,
    /// The mean of all tokens but the padding at the end, as Sentence-BERT does (Reimers & Gurevych, EMNLP 2019): no step has to be
    /// spent on bringing everything to one place.
    Mean,
    /// The sum of the two. Fourier and cosine transforms leave the sum over all tokens in the first row, and what stood at a token in
    /// none; attention and convolution leave it where it was.
    Both,
    /// The cosine of the mean hidden states of a sequence's two texts, which is the output: there is no layer on top. Only for numbers.
    Cosine,
}

/// The id of padding, in both vocabularies.
const PADDING: u32 = 0;

impl Reader {
    /// Tokens of each sequence that are read.
    fn counts(self, tokens: &TokenBatch) -> Vec<u32> {
        let real = |ids: &[u32]| ids.iter().rposition(|id| *id != PADDING).map_or(1, |last| last + 1);
        let count = |ids| u32::try_from(real(ids)).unwrap_or(u32::MAX);
        match self {
            Self::First | Self::Cosine => vec![1; tokens.batch()],
            Self::Mean | Self::Both => tokens.ids().chunks_exact(tokens.seq_len()).map(count).collect(),
        }
    }
}

/// How to fine-tune.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TunerSettings {
    /// Constants of the optimiser.
    pub optimiser: AdamW,
    /// The learning rate.
    pub schedule: Schedule,
    /// Rates by layer.
    pub layers: LayerRates,
    /// What the head reads, unless it looks for spans.
    pub reader: Reader,
    /// The id that ends each text of a sequence, for heads that compare two.
    pub separator: u32,
    /// Seed of the head's initial weights.
    pub init_seed: u64,
    /// Seed of dropout masks; none without it.
    pub noise: Option<u64>,
}

/// What is right about the sequences of a batch, one entry a sequence.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a> {
    /// Classes, from 0.
    Classes(&'a [u32]),
    /// Numbers.
    Numbers(&'a [f32]),
    /// First and last token of a span.
    Spans(&'a [[u32; 2]]),
}

/// An encoder with the head of a task in training, single precision, on the CPU.
#[derive(Debug)]
pub struct Tuner {
    settings: TunerSettings,
    engine: FastEngine<f32>,
    weights: EncoderWeights<f32>,
    /// Of the body and of the embeddings.
    moments: [Moments; 2],
    embedding_gradient: Vec<f32>,
    step: u64,
}

impl Tuner {
    /// The network with a head of so many outputs; everything but the head is taken from `trained`.
    pub fn new(
        network: &EncoderNetwork,
        outputs: usize,
        trained: &EncoderWeights<f32>,
        settings: TunerSettings,
    ) -> Result<Self, NnError> {
        let mut weights = Initialiser::new(settings.init_seed).encoder(network, Head::Task { outputs })?;
        weights.adopt(trained);
        let layout = weights.layout();
        let factor = |parameter: &Parameter| settings.layers.factor_of(parameter);
        let moments =
            [Moments::new(layout, Arena::Body, factor), Moments::new(layout, Arena::Embeddings, factor)];
        let embedding_gradient = vec![0.0; weights.embeddings().len()];
        Ok(Self { settings, engine: FastEngine::new(), weights, moments, embedding_gradient, step: 0 })
    }

    /// Steps made.
    pub const fn steps(&self) -> u64 {
        self.step
    }

    /// One step on a batch; gives the loss. The weights are left alone if it is not finite.
    pub fn step(&mut self, tokens: &TokenBatch, targets: Targets<'_>) -> Result<f64, NnError> {
        let TunerSettings { optimiser, schedule, noise, reader, .. } = self.settings;
        let (counts, pairs) = (reader.counts(tokens), self.pairs(tokens));
        let readout = match reader {
            Reader::First | Reader::Cosine => Readout::First,
            Reader::Mean => Readout::Mean(&counts),
            Reader::Both => Readout::Both(&counts),
        };
        let dropout =
            noise.map_or(Dropout::Off, |seed| Dropout::Seed(mix(mix(seed).wrapping_add(self.step))));
        let loss = match targets {
            Targets::Classes(_) if reader == Reader::Cosine => return Err(NnError::CosineOfClasses),
            Targets::Classes(labels) => Loss::Classes(labels, readout),
            Targets::Numbers(numbers) if reader == Reader::Cosine => Loss::Similarities(numbers, &pairs),
            Targets::Numbers(numbers) => Loss::Numbers(numbers, readout),
            Targets::Spans(spans) => Loss::Spans(spans),
        };
        let input = EncoderInput::Tokens(tokens);
        let found = self.engine.gradient(&self.weights, input, loss, dropout, |_| Blind)?;
        self.embedding_gradient.fill(0.0);
        if let Some(part) = &found.gradient.embeddings {
            let layout = &self.weights.layout().embeddings;
            accumulate(&mut self.embedding_gradient, layout, tokens.ids(), part, 1.0);
        }
        let body = found.gradient.body;
        let squared = squared_norm(&body) + squared_norm(&self.embedding_gradient);
        if !found.loss.is_finite() || !squared.is_finite() {
            return Err(NnError::Diverged { step: self.step, loss: found.loss, norm: squared.sqrt() });
        }
        let (rate, scale) = ((self.step, schedule.rate(self.step)), optimiser.clipping(squared));
        let [of_body, of_embeddings] = &mut self.moments;
        optimiser.update(self.weights.body_mut(), of_body, &body, rate, scale);
        let tables = self.weights.embeddings_mut();
        optimiser.update(tables, of_embeddings, &self.embedding_gradient, rate, scale);
        self.engine.recycle(body);
        self.step += 1;
        Ok(found.loss)
    }

    /// Where the two texts of each sequence stand; nothing unless they are compared.
    fn pairs(&self, tokens: &TokenBatch) -> Vec<TextPair> {
        if self.settings.reader != Reader::Cosine {
            return Vec::new();
        }
        let sequences = tokens.ids().chunks_exact(tokens.seq_len());
        sequences.map(|ids| TextPair::of(ids, self.settings.separator)).collect()
    }

    /// The head's outputs without dropout: for each sequence, (B, outputs), or at `every_token`, (B·S, outputs).
    pub fn outputs(&self, tokens: &TokenBatch, every_token: bool) -> Result<Vec<f32>, NnError> {
        let layout = self.weights.layout();
        let missing = NnError::MissingHead { head: Head::Task { outputs: 1 } };
        let head = layout.task.as_ref().ok_or(missing)?;
        let rows = |_: Block| Rows(Vec::new());
        let parts = self.engine.forward(&self.weights, tokens, ForwardOptions::EVAL, rows)?;
        let mut hidden: Vec<f32> = parts.into_iter().flat_map(|part| part.0).collect();
        if !every_token {
            let reader = self.settings.reader;
            if reader == Reader::Cosine {
                return Ok(cosines(&hidden, &self.pairs(tokens), tokens.seq_len(), head.inputs));
            }
            hidden = read(reader, &hidden, &reader.counts(tokens), tokens.seq_len(), head.inputs);
        }
        let matrix = self.weights.values(&head.weight);
        let bias = head.bias.as_ref().map_or(&[][..], |bias| self.weights.values(bias));
        let output = |hidden: &[f32]| -> Vec<f32> {
            let rows = matrix.chunks_exact(head.inputs).zip(bias);
            rows.map(|(row, bias)| kernels::inner(row, hidden) + bias).collect()
        };
        Ok(hidden.chunks_exact(head.inputs).flat_map(output).collect())
    }

    /// Everything that later steps depend on, but for the settings.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let values = [("body", self.weights.body()), ("embeddings", self.weights.embeddings())];
        for ((name, values), moments) in values.into_iter().zip(&self.moments) {
            snapshot.put(name, values);
            snapshot.put(format!("{name}.first"), &moments.first);
            snapshot.put(format!("{name}.second"), &moments.second);
        }
        snapshot.words.insert("step".to_owned(), self.step.to_string());
        snapshot
    }

    /// Goes on where a snapshot was taken.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), NnError> {
        snapshot.restore("body", self.weights.body_mut())?;
        snapshot.restore("embeddings", self.weights.embeddings_mut())?;
        for (name, moments) in ["body", "embeddings"].into_iter().zip(&mut self.moments) {
            snapshot.restore(&format!("{name}.first"), &mut moments.first)?;
            snapshot.restore(&format!("{name}.second"), &mut moments.second)?;
        }
        self.step = snapshot.number("step")?;
        Ok(())
    }
}

/// What the head reads of each sequence, (B, width).
fn read(reader: Reader, hidden: &[f32], counts: &[u32], seq_len: usize, width: usize) -> Vec<f32> {
    let mut means = Vec::with_capacity(counts.len() * width);
    for (rows, &count) in hidden.chunks_exact(seq_len * width).zip(counts) {
        let mut sum = rows[..width].to_vec();
        rows[width..count as usize * width]
            .chunks_exact(width)
            .for_each(|row| kernels::residual(&mut sum, row));
        let again = if reader == Reader::Both { 1.0 } else { 0.0 };
        let mean = sum.into_iter().map(|value| value / count as f32);
        means.extend(mean.zip(rows).map(|(mean, first)| mean + again * first));
    }
    means
}

/// The cosine of the summed hidden states of each sequence's two texts.
fn cosines(hidden: &[f32], pairs: &[TextPair], seq_len: usize, width: usize) -> Vec<f32> {
    let cosine = |(rows, pair): (&[f32], &TextPair)| {
        let [first, second] = pair.texts().map(|text| {
            let mut sum = vec![0.0; width];
            rows[text.start as usize * width..text.end as usize * width]
                .chunks_exact(width)
                .for_each(|row| kernels::residual(&mut sum, row));
            sum
        });
        let length = kernels::inner(&first, &first) * kernels::inner(&second, &second);
        kernels::inner(&first, &second) / length.sqrt().max(f32::MIN_POSITIVE)
    };
    hidden.chunks_exact(seq_len * width).zip(pairs).map(cosine).collect()
}

/// Keeps the hidden state.
#[derive(Debug)]
struct Rows(Vec<f32>);

impl Visitor<f32> for Rows {
    fn wants(&self, site: Site) -> bool {
        site == Site::Hidden
    }

    fn visit(&mut self, event: &Event<'_, f32>) {
        for row in event.values.iter_rows() {
            self.0.extend_from_slice(row);
        }
    }
}
