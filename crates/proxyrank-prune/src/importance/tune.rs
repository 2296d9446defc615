//! New scales for the heads and units that are left, by least squares, so that each block gives what it gave in the whole network.
//!
//! Layer by layer and block by block as in Kwon et al. 2022: in the pruned network a block's sum before its norm is x + b + A m, A having a
//! column for what each kept head or unit contributes and m being their masks; wanted is the sum of the whole network. Their tuning solves
//! for m by LSMR with damping towards 0; here the damping pulls towards 1, the mask as it is, the solver is conjugate gradients on the
//! normal equations, and the last layer is fitted on all tokens like the others. As there, a block whose scales go beyond ±10
//! stays as it is. Scales are multiplied into the weights, so the network stays a plain one.

use faer::Accum;

use crate::PruneError;
use crate::encoder::matrix::{Factor, product};
use crate::encoder::{Block, BlockParts, Pruned, Texts, Weights};
use crate::space::Masks;
use crate::supernet::Examples;

/// Damping, as a share of the mean diagonal of the normal equations.
const DAMPING: f64 = 1e-3;
/// A scale beyond which a block is left alone.
const MOST: f64 = 10.0;
/// Steps of the solver, at the most.
const STEPS: usize = 300;
/// Residual, as a share of the right-hand side, at which it ends.
const SETTLED: f64 = 1e-8;

/// Weights with new scales for what masks keep, fitted to what the whole network does with some examples.
pub fn tune(weights: &Weights, masks: &Masks, examples: &Examples) -> Result<Weights, PruneError> {
    let shape = weights.config.shape();
    for (place, text) in examples.texts().iter().enumerate() {
        text.check(&weights.config, place)?;
    }
    let texts = Texts::new(examples.texts().iter().enumerate());
    let (whole, pruned) = (Pruned::new(weights, &Masks::full(shape))?, Pruned::new(weights, masks)?);
    let mut tuned = weights.clone();
    let (mut x, mut y) = (whole.embedded(&texts), pruned.embedded(&texts));
    for layer in 0..shape.layers {
        for block in [Block::Attention, Block::Ffn] {
            let Some(teacher) = whole.block_parts(layer, block, &texts, &x) else { continue };
            let wanted = teacher.total(&vec![1.0; teacher.outward.columns().len()]);
            if let Some(parts) = pruned.block_parts(layer, block, &texts, &y) {
                let group = if block == Block::Attention { shape.head_width() } else { 1 };
                let scales = fit(&parts, &wanted, group);
                let scales = spread(&scales, group);
                let place = parts.outward.place();
                for row in tuned.values[place.range()].chunks_exact_mut(place.columns) {
                    for (&column, scale) in parts.outward.columns().iter().zip(&scales) {
                        row[column] *= scale;
                    }
                }
                let total = parts.total(&scales);
                y = pruned.normed(&parts, total);
            }
            x = whole.normed(&teacher, wanted);
        }
    }
    Ok(tuned)
}

/// One scale for each of the columns that a head or unit has.
#[expect(clippy::cast_possible_truncation, reason = "weights are single precision")]
fn spread(scales: &[f64], group: usize) -> Vec<f32> {
    scales.iter().flat_map(|&scale| std::iter::repeat_n(scale as f32, group)).collect()
}

/// The scales of a block's heads or units, each of `group` columns: ones where least squares leads too far.
fn fit(parts: &BlockParts<'_>, wanted: &[f32], group: usize) -> Vec<f64> {
    let equations = Equations::new(parts, wanted, group);
    let scales = equations.solve();
    let is_near = |scale: &f64| scale.abs() <= MOST;
    if scales.iter().all(is_near) { scales } else { vec![1.0; scales.len()] }
}

/// (Aᵀ A + λ) (m - 1) = Aᵀ (r - A 1).
#[derive(Debug)]
struct Equations {
    count: usize,
    /// Aᵀ A + λ, row by row.
    matrix: Vec<f64>,
    right: Vec<f64>,
}

impl Equations {
    /// With activations a (T, n) and the weight w (d, n) behind them, A has for each token and output the products a w, so Aᵀ A is the product
    /// of aᵀ a and wᵀ w element by element, added up over the columns of each head.
    fn new(parts: &BlockParts<'_>, wanted: &[f32], group: usize) -> Self {
        let n = parts.outward.columns().len();
        let (rows, d) = (parts.activations.len() / n, wanted.len() * n / parts.activations.len());
        let activations = Factor::new(&parts.activations, rows, n, n);
        let gram = |factor: Factor<'_>| {
            let mut gram = vec![0.0_f32; n * n];
            product(&mut gram, n, Accum::Replace, 1.0, factor.t(), factor);
            gram
        };
        let (of_activations, of_weights) = (gram(activations), gram(parts.outward.factor()));
        let count = n / group;
        let mut matrix = vec![0.0; count * count];
        for row in 0..n {
            for column in 0..n {
                let cell = row * n + column;
                matrix[row / group * count + column / group] +=
                    f64::from(of_activations[cell]) * f64::from(of_weights[cell]);
            }
        }
        let present = parts.total(&vec![1.0; n]);
        let rest: Vec<f32> = wanted.iter().zip(&present).map(|(wanted, found)| wanted - found).collect();
        let mut through = vec![0.0_f32; rows * n];
        let rest = Factor::new(&rest, rows, d, d);
        product(&mut through, n, Accum::Replace, 1.0, rest, parts.outward.factor());
        let mut right = vec![0.0; count];
        for (through, activations) in through.chunks_exact(n).zip(parts.activations.chunks_exact(n)) {
            for (column, (through, activation)) in through.iter().zip(activations).enumerate() {
                right[column / group] += f64::from(*through) * f64::from(*activation);
            }
        }
        let trace: f64 = (0..count).map(|place| matrix[place * (count + 1)]).sum();
        for place in 0..count {
            matrix[place * (count + 1)] += DAMPING * trace / count as f64;
        }
        Self { count, matrix, right }
    }

    /// m, by conjugate gradients (Hestenes and Stiefel 1952).
    fn solve(&self) -> Vec<f64> {
        let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
        let times =
            |x: &[f64]| self.matrix.chunks_exact(self.count).map(|row| dot(row, x)).collect::<Vec<_>>();
        let mut step = vec![0.0; self.count];
        let mut rest = self.right.clone();
        let mut direction = rest.clone();
        let mut length = dot(&rest, &rest);
        let end = length * SETTLED * SETTLED;
        for _ in 0..STEPS {
            if length <= end {
                break;
            }
            let image = times(&direction);
            let reach = length / dot(&direction, &image);
            step.iter_mut().zip(&direction).for_each(|(x, d)| *x += reach * d);
            rest.iter_mut().zip(&image).for_each(|(r, i)| *r -= reach * i);
            let next = dot(&rest, &rest);
            direction.iter_mut().zip(&rest).for_each(|(d, r)| *d = r + next / length * *d);
            length = next;
        }
        step.into_iter().map(|step| 1.0 + step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::{EncoderConfig, Text};
    use crate::supernet::Labels;

    fn weights() -> Weights {
        let config = EncoderConfig {
            vocab_size: 20,
            hidden_size: 12,
            num_hidden_layers: 2,
            num_attention_heads: 4,
            intermediate_size: 7,
            hidden_act: "gelu".to_owned(),
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            max_position_embeddings: 8,
            type_vocab_size: 1,
            layer_norm_eps: 1e-12,
            initializer_range: 0.02,
        };
        Weights::random(config, 2, 3)
    }

    fn examples() -> Examples {
        let text =
            |i: u32| Text { ids: vec![i, (7 * i) % 20, (3 * i + 1) % 20, 19 - i], segments: vec![0; 4] };
        Examples::new((0..12).map(text).collect(), Labels::Classes(vec![0; 12])).unwrap()
    }

    #[test]
    fn the_whole_network_stays_as_it_is() {
        let weights = weights();
        let tuned = tune(&weights, &Masks::full(weights.config.shape()), &examples()).unwrap();
        for (before, after) in weights.values.iter().zip(&tuned.values) {
            assert!((before - after).abs() < 1e-4 * (1.0 + before.abs()), "{before} {after}");
        }
    }

    #[test]
    fn no_scales_nearby_are_better() {
        let weights = weights();
        let mut masks = Masks::full(weights.config.shape());
        masks.heads[0] = vec![true, false, true, true];
        masks.units[0] = vec![true, true, false, true, false, true, true];
        let examples = examples();
        let texts = Texts::new(examples.texts().iter().enumerate());
        let whole = Pruned::new(&weights, &Masks::full(weights.config.shape())).unwrap();
        let pruned = Pruned::new(&weights, &masks).unwrap();
        let x = whole.embedded(&texts);
        for (block, group) in [(Block::Attention, 3), (Block::Ffn, 1)] {
            let teacher = whole.block_parts(0, block, &texts, &x).unwrap();
            let wanted = teacher.total(&vec![1.0; teacher.outward.columns().len()]);
            let parts = pruned.block_parts(0, block, &texts, &x).unwrap();
            let found = fit(&parts, &wanted, group);
            // The damping, from the squared norms of what each head or unit contributes.
            let distance = |scales: &[f64]| {
                let total = parts.total(&spread(scales, group));
                total.iter().zip(&wanted).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
            };
            let contribution = |place: usize| {
                let unit: Vec<f32> = (0..found.len() * group)
                    .map(|column| if column / group == place { 1.0 } else { 0.0 })
                    .collect();
                let total = parts.total(&unit);
                total.iter().zip(&parts.fixed).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
            };
            let diagonal: f64 = (0..found.len()).map(contribution).sum();
            let damping = DAMPING * diagonal / found.len() as f64;
            let objective = |scales: &[f64]| {
                distance(scales) + damping * scales.iter().map(|scale| (scale - 1.0).powi(2)).sum::<f64>()
            };
            let best = objective(&found);
            assert!(best < objective(&vec![1.0; found.len()]), "{block:?}");
            for place in 0..found.len() {
                for step in [-0.05, 0.05] {
                    let mut moved = found.clone();
                    moved[place] += step;
                    assert!(objective(&moved) > best, "{block:?} {place}");
                }
            }
        }
    }

    #[test]
    fn scales_that_are_folded_in_are_those_that_were_fitted() {
        let weights = weights();
        let mut masks = Masks::full(weights.config.shape());
        masks.heads[1] = vec![false, true, true, false];
        masks.units[0] = vec![true, false, true, true, false, true, false];
        let examples = examples();
        let tuned = tune(&weights, &masks, &examples).unwrap();
        let logits = |weights: &Weights, masks: &Masks| {
            Pruned::new(weights, masks).unwrap().logits(examples.texts()).unwrap()
        };
        let whole = logits(&weights, &Masks::full(weights.config.shape()));
        let distance = |found: Vec<Vec<f32>>| {
            let pairs = found.iter().flatten().zip(whole.iter().flatten());
            pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
        };
        let (before, after) = (distance(logits(&weights, &masks)), distance(logits(&tuned, &masks)));
        assert!(after < before, "{after} {before}");
        // What is cut out has its old weights.
        let place = &weights.layout.layers[0].down.0;
        assert_eq!(tuned.values[place.start + 1].to_bits(), weights.values[place.start + 1].to_bits());
    }
}
