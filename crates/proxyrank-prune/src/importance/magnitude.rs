//! Magnitudes of weights, head by head and unit by unit.

use super::Importance;
use crate::encoder::{Place, Weights};
use crate::space::{BlockShape, Masks};

/// Squared Frobenius norms of the parts of a layer's matrices.
#[derive(Debug, Clone, PartialEq)]
struct LayerNorms {
    /// Of each head: its rows of queries, keys and values, and its columns of the output.
    heads: [Vec<f64>; 4],
    /// Of each unit: its row into the feed-forward block, and its column out of it.
    units: [Vec<f64>; 2],
}

/// Squared norms of every head's and unit's weights, matrix by matrix and without biases.
#[derive(Debug, Clone, PartialEq)]
pub struct Norms {
    shape: BlockShape,
    layers: Vec<LayerNorms>,
}

impl Norms {
    /// Measures weights.
    pub fn of(weights: &Weights) -> Self {
        let shape = weights.config.shape();
        let (width, d) = (shape.head_width(), shape.hidden);
        let part = |place: &Place| &weights.values[place.range()];
        let square = |values: &[f32]| values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
        let rows = |place: &Place, stretch: usize| -> Vec<f64> {
            part(place).chunks_exact(stretch * place.columns).map(square).collect()
        };
        let columns = |place: &Place, stretch: usize| {
            let mut sums = vec![0.0; place.columns / stretch];
            for row in part(place).chunks_exact(place.columns) {
                for (sum, piece) in sums.iter_mut().zip(row.chunks_exact(stretch)) {
                    *sum += square(piece);
                }
            }
            sums
        };
        let layer = |places: &crate::encoder::LayerPlaces| {
            debug_assert_eq!(places.output.0.rows, d);
            let [query, key, value] =
                places.query_key_value.each_ref().map(|(weight, _)| rows(weight, width));
            LayerNorms {
                heads: [query, key, value, columns(&places.output.0, width)],
                units: [rows(&places.up.0, 1), columns(&places.down.0, 1)],
            }
        };
        Self { shape, layers: weights.layout.layers.iter().map(layer).collect() }
    }

    /// The sum over the layers' matrices of the Frobenius norm of what masks keep of them.
    pub fn kept(&self, masks: &Masks) -> f64 {
        let norm = |squares: &Vec<f64>, kept: &[bool]| {
            let squares = squares.iter().zip(kept).filter(|(_, kept)| **kept);
            squares.map(|(square, _)| square).sum::<f64>().sqrt()
        };
        let layer = |(layer, norms): (usize, &LayerNorms)| {
            let heads = norms.heads.iter().map(|matrix| norm(matrix, &masks.heads[layer]));
            let units = norms.units.iter().map(|matrix| norm(matrix, &masks.units[layer]));
            heads.chain(units).sum::<f64>()
        };
        self.layers.iter().enumerate().map(layer).sum()
    }

    /// Root mean square of each head's and unit's weights, so that heads and units, which differ in size, can be compared.
    pub fn importance(&self) -> Importance {
        let (d, width) = (self.shape.hidden as f64, self.shape.head_width() as f64);
        let mean = |matrices: &[Vec<f64>], weights: f64| -> Vec<f64> {
            let count = matrices.first().map_or(0, Vec::len);
            let total = |place: usize| matrices.iter().map(|matrix| matrix[place]).sum::<f64>();
            (0..count).map(|place| (total(place) / weights).sqrt()).collect()
        };
        Importance {
            heads: self.layers.iter().map(|layer| mean(&layer.heads, 4.0 * d * width)).collect(),
            units: self.layers.iter().map(|layer| mean(&layer.units, 2.0 * d)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::EncoderConfig;

    fn weights() -> Weights {
        let config = EncoderConfig {
            vocab_size: 5,
            hidden_size: 4,
            num_hidden_layers: 2,
            num_attention_heads: 2,
            intermediate_size: 3,
            hidden_act: "gelu".to_owned(),
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            max_position_embeddings: 4,
            type_vocab_size: 1,
            layer_norm_eps: 1e-12,
            initializer_range: 0.02,
        };
        Weights::random(config, 2, 1)
    }

    #[test]
    fn norms_are_those_of_the_matrices_element_by_element() {
        let weights = weights();
        let norms = Norms::of(&weights);
        let masks = Masks {
            heads: vec![vec![false, true], vec![true, true]],
            units: vec![vec![true, false, true], vec![false; 3]],
        };
        let at = |place: &Place, row: usize, column: usize| {
            f64::from(weights.values[place.start + row * place.columns + column])
        };
        let mut wanted = 0.0;
        for (layer, places) in weights.layout.layers.iter().enumerate() {
            let head = |column: usize| masks.heads[layer][column / 2];
            let unit = |row: usize| masks.units[layer][row];
            let matrix = |place: &Place, keeps: &dyn Fn(usize, usize) -> bool| {
                let cells =
                    (0..place.rows).flat_map(|row| (0..place.columns).map(move |column| (row, column)));
                let kept = cells.filter(|&(row, column)| keeps(row, column));
                kept.map(|(row, column)| at(place, row, column).powi(2)).sum::<f64>().sqrt()
            };
            for (weight, _) in &places.query_key_value {
                wanted += matrix(weight, &|row, _| head(row));
            }
            wanted += matrix(&places.output.0, &|_, column| head(column));
            wanted += matrix(&places.up.0, &|row, _| unit(row));
            wanted += matrix(&places.down.0, &|_, column| unit(column));
        }
        assert!((norms.kept(&masks) - wanted).abs() < 1e-9, "{} {wanted}", norms.kept(&masks));
    }

    #[test]
    fn twice_the_weights_are_twice_as_important() {
        let mut weights = weights();
        let before = Norms::of(&weights).importance();
        let places = weights.layout.layers[1].clone();
        // Unit 2 of the second layer.
        for column in 0..4 {
            weights.values[places.up.0.start + 2 * 4 + column] *= 2.0;
        }
        for row in 0..4 {
            weights.values[places.down.0.start + row * 3 + 2] *= 2.0;
        }
        let after = Norms::of(&weights).importance();
        assert!((after.units[1][2] - 2.0 * before.units[1][2]).abs() < 1e-7);
        assert_eq!((&after.heads, &after.units[0]), (&before.heads, &before.units[0]));
        assert_eq!(after.units[1][..2], before.units[1][..2]);
    }
}
