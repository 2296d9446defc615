//! What the table of positions starts from.

use serde::{Deserialize, Serialize};

use crate::weights::EmbeddingLayout;

/// Where training begins with the table of positions, which is learnt like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Positions {
    /// Drawn like every other table: each position has to be learnt on its own.
    #[default]
    Drawn,
    /// Sines and cosines (Vaswani et al., "Attention is all you need", 2017, §3.5) with the deviation of the drawn table:
    /// a step of one position is then the same rotation everywhere, so that attention to a neighbour is one matrix, which all
    /// positions teach.
    Sinusoids,
}

impl Positions {
    /// Puts the start into the embedding tables; `deviation` is the drawn tables'.
    pub(super) fn fill(self, tables: &mut [f32], layout: &EmbeddingLayout, deviation: f32) {
        if self == Self::Drawn {
            return;
        }
        let width = layout.norm.gain.elements.len();
        let table = &mut tables[layout.position.elements.clone()];
        let count = table.len() / width;
        let amplitude = deviation * std::f32::consts::SQRT_2;
        for (position, row) in table.chunks_exact_mut(width).enumerate() {
            for (index, value) in row.iter_mut().enumerate() {
                let angle = position as f64 / (count as f64).powf((index / 2 * 2) as f64 / width as f64);
                let wave = if index % 2 == 0 { angle.sin() } else { angle.cos() };
                *value = amplitude * narrow(wave);
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a sine rounds to single precision")]
const fn narrow(wave: f64) -> f32 {
    wave as f32
}

#[cfg(test)]
mod tests {
    use proxyrank_space::Operation;
    use proxyrank_space::flexibert::{EncoderLayer, EncoderNetwork};

    use super::*;
    use crate::weights::{EncoderLayout, Head};

    #[test]
    fn what_two_positions_share_depends_on_their_distance_alone() {
        let layer = EncoderLayer { operation: Operation::Sdp, heads: 2, ffn_widths: vec![16, 16, 16] };
        let network =
            EncoderNetwork { vocab_size: 11, embedding_size: 8, ..EncoderNetwork::new(16, vec![layer]) };
        let layout = EncoderLayout::new(&network, Head::Discriminator).unwrap().embeddings;
        let mut tables = vec![7.0; layout.norm.shift.elements.end.max(layout.position.elements.end)];
        Positions::Drawn.fill(&mut tables, &layout, 0.5);
        assert!(
            tables.iter().all(|value| value.to_bits() == 7.0_f32.to_bits()),
            "drawn tables are left alone"
        );
        Positions::Sinusoids.fill(&mut tables, &layout, 0.5);
        let row = |position: usize| &tables[layout.position.elements.start + 8 * position..][..8];
        let shared = |a: usize, b: usize| row(a).iter().zip(row(b)).map(|(a, b)| a * b).sum::<f32>();
        for distance in 0..20 {
            assert!((shared(3, 3 + distance) - shared(40, 40 + distance)).abs() < 1e-5, "{distance}");
        }
        assert!((shared(9, 9) / 8.0 - 0.25).abs() < 1e-6, "the deviation is kept");
        assert!(shared(9, 10) > shared(9, 12));
        assert!(
            tables[layout.word.elements.clone()].iter().all(|value| value.to_bits() == 7.0_f32.to_bits())
        );
    }
}
