//! The five lists of tensors of a network, whole or as samples.
//!
//! Activations come from one forward pass over the batch; gradients of weights from one backward pass of the signal over what
//! the signal makes of the batch. Where the signal leaves the batch alone, both are one pass. So an expression without `grad`
//! has one score under every signal. What a family's lists hold is said by its [`Model`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proxyrank_nn::{
    Blind, Block, Dropout, Engine, Event, ForwardOptions, GradientEngine, GradientVisitor, NnError, Real,
    Site, Stored, TokenBatch, Visitor, Weights,
};
use rand_chacha::rand_core::Rng;

use super::evaluate::LayerTensors;
use super::primitive::Input;
use super::tensor::Tensor;
use crate::gradient::Matrix;
use crate::model::Model;
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

/// The inputs whose lists the activations of a place belong to; none if it is in no list.
type InputsAt = fn(Site) -> &'static [Input];

/// Takes tensors from networks.
#[derive(Debug, Clone, Copy)]
pub struct WantedTensors<'a> {
    /// Which inputs.
    pub inputs: &'a BTreeSet<Input>,
    /// How much of them.
    pub sampling: Sampling,
    /// With or without dropout.
    pub dropout: Dropout,
}

impl WantedTensors<'_> {
    /// Runs what the inputs need and keeps their tensors. The weights must have what the signal reads if gradients are among
    /// them: an encoder its head, a decoder its vocabulary.
    pub fn collect<T: Real, L: Model>(
        &self,
        engine: &(impl Engine<T, L> + GradientEngine<T, L>),
        weights: &Weights<T, L>,
        batch: &TokenBatch,
        signal: &L::Signal<T>,
    ) -> Result<LayerTensors, NnError> {
        let mut found = LayerTensors::default();
        let runs = self.inputs.iter().any(|&input| !matches!(input, Input::Weight | Input::Grad));
        let visitor = |_: Block| Collector {
            inputs: self.inputs,
            inputs_at: L::inputs_at,
            sampling: self.sampling,
            batch: batch.batch(),
            kept: BTreeMap::new(),
        };
        let matrices = weights.layout().listed();
        let list = |body: &[T], input| -> Vec<Tensor> {
            matrices
                .iter()
                .enumerate()
                .map(|(index, matrix)| self.matrix(matrix, body, (input, (index, 0))))
                .collect()
        };
        let mut visitors = None;
        if self.inputs.contains(&Input::Grad) {
            let corrupted = L::corrupted(signal);
            let (input, loss) = (L::tokens(corrupted.unwrap_or(batch)), L::loss(signal));
            let gradient = if corrupted.is_none() && runs {
                let pass = engine.gradient(weights, input, loss, self.dropout, visitor)?;
                visitors = Some(pass.visitors);
                pass.gradient
            } else {
                engine.gradient(weights, input, loss, self.dropout, |_| Blind)?.gradient
            };
            found.insert(Input::Grad, list(&gradient.body, Input::Grad));
        }
        if self.inputs.contains(&Input::Weight) {
            found.insert(Input::Weight, list(weights.body(), Input::Weight));
        }
        if runs {
            let visitors = if let Some(visitors) = visitors {
                visitors
            } else {
                let options = ForwardOptions { dropout: self.dropout, ..ForwardOptions::EVAL };
                engine.forward(weights, batch, options, visitor)?
            };
            self.join(visitors, batch.batch(), &mut found);
        }
        Ok(found)
    }

    /// A matrix in a slice with the layout of the body, in its published shape.
    fn matrix<T: Real>(&self, matrix: &Matrix, body: &[T], place: (Input, Place)) -> Tensor {
        let values = &body[matrix.elements.clone()];
        let rows = matrix.stored_rows();
        let columns = values.len() / rows;
        let at = |row: usize, column: usize| {
            let index = match matrix.stored {
                Stored::AsIs => row * columns + column,
                Stored::Transposed => column * rows + row,
            };
            values[index].as_f64()
        };
        match positions(self.sampling, place, rows, columns) {
            None => {
                let whole = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
                Tensor::new(vec![rows, columns], whole.map(|(row, column)| at(row, column)).collect())
            }
            Some(positions) => {
                let mut extremes = NOTHING;
                for value in values {
                    widen(&mut extremes, value.as_f64());
                }
                let at = &at;
                let kept = (0..rows).flat_map(|row| positions.iter().map(move |&column| at(row, column)));
                Tensor::sample(rows, kept.collect(), values.len(), extremes)
            }
        }
    }

    /// Puts the blocks of a batch together.
    fn join(&self, visitors: Vec<Collector<'_>>, batch: usize, found: &mut LayerTensors) {
        let mut all: BTreeMap<Listed, Kept> = BTreeMap::new();
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
        let mut lists: BTreeMap<&[Input], Vec<Tensor>> = BTreeMap::new();
        for ((inputs, _), Kept { shape, positions, values, extremes }) in all {
            let whole: usize = batch * shape.iter().product::<usize>();
            let tensor = if positions.is_some() {
                Tensor::sample(batch, values, whole, extremes)
            } else {
                Tensor::new([vec![batch], shape].concat(), values)
            };
            lists.entry(inputs).or_default().push(tensor);
        }
        for (inputs, tensors) in lists {
            let tensors: Arc<[Tensor]> = tensors.into();
            for &input in inputs.iter().filter(|input| self.inputs.contains(input)) {
                found.share(input, Arc::clone(&tensors));
            }
        }
    }
}

/// The inputs that a tensor belongs to, and its place in their list.
type Listed = (&'static [Input], Place);

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
    inputs_at: InputsAt,
    sampling: Sampling,
    /// Sequences of the whole batch.
    batch: usize,
    kept: BTreeMap<Listed, Kept>,
}

impl<T: Real> Visitor<T> for Collector<'_> {
    fn wants(&self, site: Site) -> bool {
        (self.inputs_at)(site).iter().any(|input| self.inputs.contains(input))
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        let inputs = (self.inputs_at)(event.site);
        // A tensor in two lists is sampled as in the first.
        let Some(&input) = inputs.first() else { return };
        let (seq_len, columns) = (event.block.seq_len, event.values.columns());
        let attention = event.site == Site::Attention;
        // Attention comes head by head, everything else in one piece; heads are one axis of one tensor.
        let (index, offset) = if attention { (0, event.index * seq_len * seq_len) } else { (event.index, 0) };
        let shape = if attention { vec![event.heads, seq_len, seq_len] } else { vec![seq_len, columns] };
        let place = (event.layer, index);
        let (sampling, batch) = (self.sampling, self.batch);
        let kept = self.kept.entry((inputs, place)).or_insert_with(|| {
            let elements = shape.iter().product();
            let positions = positions(sampling, (input, place), batch, elements);
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
