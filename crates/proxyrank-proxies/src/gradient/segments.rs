//! Random signs sent back through each segment of a network.
//!
//! A segment is an operation or a feed-forward chain, from one residual sum to the next. Signs C are put in at its end, G
//! comes out at its start, both (B·S, h), and the product Gᵀ C / (B·S) estimates the mean of the segment's transposed
//! Jacobians over tokens. One backward pass under a loss of segments gives G for all of them; the first segment's start
//! is the embeddings' output and is not looked at.

use faer::linalg::matmul::triangular::BlockStructure;
use faer::linalg::matmul::{matmul, triangular};
use faer::{Accum, Mat, MatRef, Par};
use proxyrank_nn::{
    Dropout, Event, GradientEngine, GradientEvent, GradientOf, GradientVisitor, NnError, Real, Site,
    TokenBatch, Visitor, Weights,
};
use rayon::prelude::*;

use crate::eigen::symmetric_eigenvalues;
use crate::model::Model;
use crate::noise::{Purpose, seed_of, signs};

/// The signs.
const SIGNS: &Purpose = b"proxyrank/segmnt";

/// The largest singular value of Gᵀ C / (B·S) for each segment but the first, in the network's order.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentNorms {
    /// 2 L - 1 of them; not a number where a gradient is not finite.
    pub values: Vec<f64>,
}

impl SegmentNorms {
    /// Sends signs back that belong to the batch.
    ///
    /// Nothing where the family has no loss of segments.
    pub(super) fn run<T: Real, L: Model>(
        engine: &impl GradientEngine<T, L>,
        weights: &Weights<T, L>,
        batch: &TokenBatch,
        dropout: Dropout,
    ) -> Result<Option<Self>, NnError> {
        let network = weights.layout().network();
        let (h, segments, rows) = (network.width(), 2 * network.depth(), batch.ids().len());
        let signs: Vec<T> = signs(SIGNS, seed_of(batch), segments * rows * h);
        let visitor = |_| Products { signs: &signs, rows, parts: vec![None; segments - 1] };
        let Some(loss) = L::segments(&signs) else { return Ok(None) };
        let pass = engine.gradient(weights, L::tokens(batch), loss, dropout, visitor)?;
        let norm = |segment: usize| {
            let mut product = Mat::zeros(h, h);
            for part in pass.visitors.iter().filter_map(|block| block.parts[segment].as_ref()) {
                product += Mat::from_fn(h, h, |row, column| part[(row, column)].as_f64());
            }
            largest_singular_value(product.as_ref()) / rows as f64
        };
        Ok(Some(Self { values: (0..segments - 1).into_par_iter().map(norm).collect() }))
    }
}

/// Gᵀ C of one block for each segment.
struct Products<'a, T> {
    /// (segments, B·S, h).
    signs: &'a [T],
    /// B·S.
    rows: usize,
    /// By the segment's number, without the first.
    parts: Vec<Option<Mat<T>>>,
}

impl<T: Real> Visitor<T> for Products<'_, T> {
    fn wants(&self, _: Site) -> bool {
        false
    }

    fn visit(&mut self, _: &Event<'_, T>) {}
}

impl<T: Real> GradientVisitor<T> for Products<'_, T> {
    fn wants_gradient(&self, site: Site) -> bool {
        matches!(site, Site::FfnInput | Site::LayerOutput)
    }

    fn visit_gradient(&mut self, event: &GradientEvent<'_, T>) {
        let ended = match event.of {
            GradientOf::Activation { site: Site::FfnInput, layer, .. } => 2 * layer,
            GradientOf::Activation { site: Site::LayerOutput, layer, .. } => 2 * layer + 1,
            _ => return,
        };
        // Nothing starts where the last segment ends.
        let Some(part) = self.parts.get_mut(ended) else { return };
        let (block, h) = (event.block, event.gradient.columns());
        let start = ((ended + 1) * self.rows + block.first_row()) * h;
        let signs =
            MatRef::from_row_major_slice(&self.signs[start..start + block.rows() * h], block.rows(), h);
        let mut product = Mat::zeros(h, h);
        let gradient = event.gradient.as_matrix();
        matmul(product.as_mut(), Accum::Replace, gradient.transpose(), signs, T::ONE, Par::Seq);
        *part = Some(product);
    }
}

/// The root of the largest eigenvalue of the Gram matrix.
fn largest_singular_value(matrix: MatRef<'_, f64>) -> f64 {
    let mut gram = Mat::zeros(matrix.ncols(), matrix.ncols());
    triangular::matmul(
        gram.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        matrix.transpose(),
        BlockStructure::Rectangular,
        matrix,
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
    let largest = symmetric_eigenvalues(gram.as_ref()).and_then(|values| values.last().copied());
    largest.map_or(f64::NAN, |value| value.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_values_by_hand() {
        // Rows (3, 0) and (4, 5): singular values are the roots of 45 and 5.
        let found = largest_singular_value(MatRef::from_row_major_slice(&[3.0, 0.0, 4.0, 5.0], 2, 2));
        assert!((found - 45.0_f64.sqrt()).abs() < 1e-14);
        assert!(largest_singular_value(MatRef::from_row_major_slice(&[f64::NAN; 4], 2, 2)).is_nan());
        assert_eq!(largest_singular_value(MatRef::from_row_major_slice(&[0.0; 4], 2, 2)).to_bits(), 0);
    }
}
