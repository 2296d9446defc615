//! Principal components of the first feed-forward layer's pre-activations.
//!
//! With x the layer's input of h numbers, the pre-activation is W x + b, its covariance W C Wᵀ with the covariance C of
//! the input. That matrix is F x F, but its rank is h at the most: with the Cholesky factor L of `WᵀW` its eigenvalues
//! are those of Lᵀ C L, which is h x h, and zeros. This is exact, spares the F x F problem (64 times the work at F = 4h),
//! and asks no more of the forward pass than the input of the layer.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltRegularization, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par, Spec};
use proxyrank_nn::Real;

use super::moments::Moments;
use crate::eigen::symmetric_eigenvalues;

/// When enough components are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Enough {
    /// As soon as their share of the variance is at least eta: the paper's equation.
    AtLeast,
    /// As soon as it exceeds eta: the released code.
    Above,
}

/// Eigenvalues of the covariance of the first feed-forward layer's pre-activations, layer by layer.
///
/// Largest first; at most min(h, F) of them, as all others are zero. A layer with values that are not finite has one
/// eigenvalue, not a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectra {
    /// One list a layer.
    pub layers: Vec<Vec<f64>>,
}

impl Spectra {
    /// For each layer the smallest number of components that together reach the share `eta` of the variance.
    ///
    /// A layer whose output does not vary has none. Not a number where the eigenvalues are not.
    pub fn components(&self, eta: f64, enough: Enough) -> Vec<f64> {
        self.layers.iter().map(|eigenvalues| components(eigenvalues, eta, enough)).collect()
    }
}

fn components(eigenvalues: &[f64], eta: f64, enough: Enough) -> f64 {
    let total: f64 = eigenvalues.iter().sum();
    if total.is_nan() {
        return f64::NAN;
    }
    if total <= 0.0 {
        return 0.0;
    }
    let shares = eigenvalues.iter().scan(0.0, |sum, eigenvalue| {
        *sum += eigenvalue;
        Some(*sum / total)
    });
    let short = |share: &f64| match enough {
        Enough::AtLeast => *share < eta,
        Enough::Above => *share <= eta,
    };
    let found = 1 + shares.take_while(short).count();
    found.min(eigenvalues.len()) as f64
}

/// The eigenvalues of W C Wᵀ, largest first, `weight` being W (F x h).
pub(super) fn eigenvalues<T: Real>(input: &Moments, weight: MatRef<'_, T>) -> Vec<f64> {
    let covariance = input.covariance();
    let values = symmetric_eigenvalues(small_form(covariance.as_ref(), weight).as_ref());
    values.map_or_else(|| vec![f64::NAN], |values| values.into_iter().rev().collect())
}

/// A symmetric matrix of min(h, F) rows with the eigenvalues of W C Wᵀ; its lower triangle counts.
fn small_form<T: Real>(covariance: MatRef<'_, f64>, weight: MatRef<'_, T>) -> Mat<f64> {
    if weight.nrows() > weight.ncols()
        && let Some(factor) = gram_factor(weight)
    {
        return congruence(factor.transpose(), BlockStructure::TriangularUpper, covariance);
    }
    let weight = Mat::from_fn(weight.nrows(), weight.ncols(), |row, column| weight[(row, column)].as_f64());
    congruence(weight.as_ref(), BlockStructure::Rectangular, covariance)
}

/// The Cholesky factor of `WᵀW`, unless W has dependent columns. The product is in the network's precision.
fn gram_factor<T: Real>(weight: MatRef<'_, T>) -> Option<Mat<f64>> {
    let h = weight.ncols();
    let mut gram = Mat::<T>::zeros(h, h);
    matmul(
        gram.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        weight.transpose(),
        BlockStructure::Rectangular,
        weight,
        BlockStructure::Rectangular,
        T::ONE,
        Par::Seq,
    );
    let mut factor = Mat::from_fn(h, h, |row, column| gram[(row, column)].as_f64());
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(h, Par::Seq, Spec::default()));
    let stack = MemStack::new(&mut memory);
    cholesky_in_place(factor.as_mut(), LltRegularization::default(), Par::Seq, stack, Spec::default())
        .ok()?;
    Some(factor)
}

/// The lower triangle of A C Aᵀ.
fn congruence(a: MatRef<'_, f64>, structure: BlockStructure, covariance: MatRef<'_, f64>) -> Mat<f64> {
    let mut half = Mat::zeros(a.nrows(), a.ncols());
    matmul(
        half.as_mut(),
        BlockStructure::Rectangular,
        Accum::Replace,
        a,
        structure,
        covariance,
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
    let mut product = Mat::zeros(a.nrows(), a.nrows());
    matmul(
        product.as_mut(),
        BlockStructure::TriangularLower,
        Accum::Replace,
        half.as_ref(),
        BlockStructure::Rectangular,
        a.transpose(),
        structure.transpose(),
        1.0,
        Par::Seq,
    );
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_rules_differ_only_where_a_share_is_eta() {
        let spectra = Spectra { layers: vec![vec![2.0, 1.0, 1.0], vec![0.0, 0.0], vec![f64::NAN]] };
        let count = |eta, enough| spectra.components(eta, enough)[0];
        assert_eq!((count(0.5, Enough::AtLeast), count(0.5, Enough::Above)), (1.0, 2.0));
        assert_eq!((count(0.6, Enough::AtLeast), count(0.6, Enough::Above)), (2.0, 2.0));
        assert_eq!((count(1.0, Enough::AtLeast), count(1.0, Enough::Above)), (3.0, 3.0));
        assert!(spectra.components(0.9, Enough::AtLeast)[1].abs() < 0.5);
        assert!(spectra.components(0.9, Enough::AtLeast)[2].is_nan());
    }
}
