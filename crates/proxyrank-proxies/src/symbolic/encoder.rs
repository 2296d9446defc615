//! The five lists of tensors of an encoder.
//!
//! Activations come from one forward pass over the batch; gradients of weights from one backward pass of the signal over what
//! the signal makes of the batch. Where the signal leaves the batch alone, both are one pass. So an expression without `grad`
//! has one score under every signal.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_nn::{
    Blind, Block, Dropout, EncoderInput, EncoderLayout, EncoderWeights, Engine, Event, ForwardOptions,
    GradientEngine, GradientVisitor, Linear, NnError, OperationLayout, Real, Site, TokenBatch, Visitor,
};
use rand_chacha::rand_core::Rng;

use super::evaluate::LayerTensors;
use super::primitive::Input;
use super::tensor::Tensor;
use crate::gradient::PreparedSignal;
use crate::noise::{Purpose, generator};

/// Sampled positions.
const POSITIONS: &Purpose = b"proxyrank/sample";

/// How much of each tensor is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// All of it.
    Whole,
    /// About so many elements of a tensor that has more: whole slices along the first axis at positions drawn from the seed,
    /// one in each of as many equal stretches, and the extremes of all elements.
    Elements {
        /// How many.
        count: usize,
        /// From what positions are drawn.
        seed: u64,
    },
}

/// A tensor's place in its list: layer, and position in the feed-forward chain.
type Place = (usize, usize);

/// Takes tensors from encoders.
#[derive(Debug, Clone, Copy)]
pub struct EncoderTensors<'a> {
    /// Which inputs.
    pub inputs: &'a BTreeSet<Input>,
    /// How much of them.
    pub sampling: Sampling,
    /// With or without dropout.
    pub dropout: Dropout,
}

impl EncoderTensors<'_> {
    /// Runs what the inputs need and keeps their tensors. The weights must have the head that the signal reads if gradients are
    /// among them.
    pub fn collect<T: Real>(
        &self,
        engine: &(impl Engine<T> + GradientEngine<T>),
        weights: &EncoderWeights<T>,
        batch: &TokenBatch,
        signal: &PreparedSignal<T>,
    ) -> Result<LayerTensors, NnError> {
        let mut found = LayerTensors::default();
        let activations: BTreeSet<Input> = [Input::Act, Input::Head, Input::Softmax]
            .into_iter()
            .filter(|i| self.inputs.contains(i))
            .collect();
        let visitor = |_: Block| Collector {
            inputs: &activations,
            sampling: self.sampling,
            batch: batch.batch(),
            kept: BTreeMap::new(),
        };
        let mut visitors = None;
        if self.inputs.contains(&Input::Grad) {
            let shared = signal.corrupted().is_none();
            let (input, loss) = (EncoderInput::Tokens(signal.corrupted().unwrap_or(batch)), signal.loss());
            let gradient = if shared {
                let pass = engine.gradient(weights, input, loss, self.dropout, visitor)?;
                visitors = Some(pass.visitors);
                pass.gradient
            } else {
                engine.gradient(weights, input, loss, self.dropout, |_| Blind)?.gradient
            };
            found.insert(Input::Grad, self.matrices(weights.layout(), &gradient.body, Input::Grad));
        }
        if self.inputs.contains(&Input::Weight) {
            found.insert(Input::Weight, self.matrices(weights.layout(), weights.body(), Input::Weight));
        }
        if !activations.is_empty() {
            let visitors = if let Some(visitors) = visitors {
                visitors
            } else {
                let options = ForwardOptions { dropout: self.dropout, ..ForwardOptions::EVAL };
                engine.forward(weights, batch, options, visitor)?
            };
            joined(visitors, batch.batch(), &mut found);
        }
        Ok(found)
    }

    /// The operations' inner matrices in a slice with the layout of the body.
    fn matrices<T: Real>(&self, layout: &EncoderLayout, body: &[T], input: Input) -> Vec<Tensor> {
        let matrix = |(index, parameter): (usize, usize)| {
            let parameter = &layout.parameters[parameter];
            let (rows, columns) = (parameter.shape[0], parameter.elements.len() / parameter.shape[0]);
            let values = &body[parameter.elements.clone()];
            match positions(self.sampling, (input, (index, 0)), rows, columns) {
                None => {
                    let values = values.iter().map(|value| value.as_f64()).collect();
                    Tensor::new(vec![rows, columns], values)
                }
                Some(positions) => {
                    let mut extremes = NOTHING;
                    for value in values {
                        widen(&mut extremes, value.as_f64());
                    }
                    let rows_of = values.chunks_exact(columns);
                    let kept = rows_of.flat_map(|row| positions.iter().map(|&column| row[column].as_f64()));
                    Tensor::sample(rows, kept.collect(), values.len(), extremes)
                }
            }
        };
        inner_weights(layout).into_iter().enumerate().map(matrix).collect()
    }
}

/// The weights of the operations' linear layers without output projections, as indices of parameters in module order.
fn inner_weights(layout: &EncoderLayout) -> Vec<usize> {
    let weights = |linear: &Linear| linear.weight.parameters.clone();
    let mut indices = Vec::new();
    for layer in &layout.layers {
        match &layer.operation {
            OperationLayout::Attention(attention) => {
                indices.extend(weights(&attention.qkv));
                indices.extend(attention.weight.iter().flat_map(weights));
            }
            OperationLayout::Transform(transform) => indices.extend(weights(&transform.input)),
            OperationLayout::SpanConvolution(span) => {
                // The convolved values are stacked behind query, key and value, but come after the kernel's logits as a module.
                let mut stacked: Vec<usize> = weights(&span.qkvc).collect();
                let convolved = stacked.pop();
                indices.extend(stacked);
                indices.extend(weights(&span.kernel_logits));
                indices.extend(convolved);
            }
        }
    }
    indices
}

/// The sampled positions, rising, out of `count` beside each other in each of `leading` slices; none if all are kept.
fn positions(
    sampling: Sampling,
    (input, (layer, index)): (Input, Place),
    leading: usize,
    count: usize,
) -> Option<Vec<usize>> {
    let Sampling::Elements { count: wanted, seed } = sampling else { return None };
    let kept = (wanted / leading).max(1);
    if kept >= count {
        return None;
    }
    // Every tensor has a stream of its own, so that what is kept of it does not depend on what else is.
    let stream = [input.index() as u64, layer as u64, index as u64];
    let seed = stream.iter().fold(seed, |seed, &part| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (part + 1));
    let mut words = generator(POSITIONS, seed);
    let position = |stretch: usize| {
        let (start, end) = (stretch * count / kept, (stretch + 1) * count / kept);
        // The high half of the product is even to within 2^-32 for any length.
        let drawn = (u128::from(words.next_u64()) * (end - start) as u128) >> 64;
        start + usize::try_from(drawn).unwrap_or(0)
    };
    Some((0..kept).map(position).collect())
}

/// The extremes of no numbers.
const NOTHING: [f64; 2] = [f64::INFINITY, f64::NEG_INFINITY];

fn widen([min, max]: &mut [f64; 2], value: f64) {
    *min = min.min(value);
    *max = max.max(value);
}

/// What is kept of one tensor in some consecutive blocks.
struct Kept {
    /// Shape of one sequence.
    shape: Vec<usize>,
    /// Positions within a sequence; none if all are kept.
    positions: Option<Vec<usize>>,
    values: Vec<f64>,
    extremes: [f64; 2],
}

/// Looks at one block.
struct Collector<'a> {
    inputs: &'a BTreeSet<Input>,
    sampling: Sampling,
    /// Sequences of the whole batch.
    batch: usize,
    kept: BTreeMap<(Input, Place), Kept>,
}

/// The input that a place belongs to.
const fn input_of(site: Site) -> Option<Input> {
    match site {
        Site::Gelu => Some(Input::Act),
        Site::Query | Site::TransformInput => Some(Input::Head),
        Site::Attention | Site::TransformSoftmax => Some(Input::Softmax),
        _ => None,
    }
}

impl<T: Real> Visitor<T> for Collector<'_> {
    fn wants(&self, site: Site) -> bool {
        input_of(site).is_some_and(|input| self.inputs.contains(&input))
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        let Some(input) = input_of(event.site) else { return };
        let (seq_len, columns) = (event.block.seq_len, event.values.columns());
        let attention = event.site == Site::Attention;
        // Attention comes head by head, everything else in one piece; heads are one axis of one tensor.
        let (index, offset) = if attention { (0, event.index * seq_len * seq_len) } else { (event.index, 0) };
        let shape = if attention { vec![event.heads, seq_len, seq_len] } else { vec![seq_len, columns] };
        let place = (input, (event.layer, index));
        let (sampling, batch) = (self.sampling, self.batch);
        let kept = self.kept.entry(place).or_insert_with(|| {
            let elements = shape.iter().product();
            let positions = positions(sampling, place, batch, elements);
            Kept { shape, positions, values: Vec::new(), extremes: NOTHING }
        });
        let piece = seq_len * columns;
        for sequence in 0..event.values.rows() / seq_len {
            let rows = event.values.subrows(sequence * seq_len, seq_len);
            match &kept.positions {
                None => kept.values.extend(rows.iter_rows().flatten().map(|value| value.as_f64())),
                Some(positions) => {
                    let first = positions.partition_point(|&position| position < offset);
                    let own = positions[first..].iter().take_while(|&&position| position < offset + piece);
                    kept.values.extend(own.map(|position| {
                        let position = position - offset;
                        rows.row(position / columns)[position % columns].as_f64()
                    }));
                    for value in rows.iter_rows().flatten() {
                        widen(&mut kept.extremes, value.as_f64());
                    }
                }
            }
        }
    }
}

impl<T: Real> GradientVisitor<T> for Collector<'_> {}

/// Puts the blocks of a batch together.
fn joined(visitors: Vec<Collector<'_>>, batch: usize, found: &mut LayerTensors) {
    let mut all: BTreeMap<(Input, Place), Kept> = BTreeMap::new();
    for (place, kept) in visitors.into_iter().flat_map(|visitor| visitor.kept) {
        match all.get_mut(&place) {
            Some(known) => {
                known.values.extend(kept.values);
                for value in kept.extremes {
                    widen(&mut known.extremes, value);
                }
            }
            None => {
                all.insert(place, kept);
            }
        }
    }
    let mut lists: BTreeMap<Input, Vec<Tensor>> = BTreeMap::new();
    for ((input, _), Kept { shape, positions, values, extremes }) in all {
        let whole: usize = batch * shape.iter().product::<usize>();
        let tensor = if positions.is_some() {
            Tensor::sample(batch, values, whole, extremes)
        } else {
            Tensor::new([vec![batch], shape].concat(), values)
        };
        lists.entry(input).or_default().push(tensor);
    }
    for (input, tensors) in lists {
        found.insert(input, tensors);
    }
}
