//! The gradient of each sequence on its own.
//!
//! Several proxies ask how the gradients of single samples agree. A sample is a sequence of the batch. It runs as a batch of
//! one, with the signal's loss over its own tokens; the samples run side by side, one thread each, and all their gradients
//! are kept until every quantity is taken, because a Gram matrix needs each pair. For 16 sequences of the largest FlexiBERT
//! networks that is 750 MB in single precision.
//!
//! Only the layers' matrices enter; a sum over them is made matrix by matrix, so it does not depend on threads.

use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};
use proxyrank_nn::{Blind, Dropout, GradientEngine, NnError, Real, TokenBatch, Weights};
use rayon::prelude::*;

use super::matrices::{Matrix, Set};
use crate::eigen::symmetric_eigenvalues;
use crate::model::Model;

/// Elements that are looked at together: a stretch of every sample fits the cache.
const STRETCH: usize = 1024;

/// The gradients of all samples.
pub(super) struct Samples<T> {
    /// One slice with the body's layout for each sequence.
    gradients: Vec<Vec<T>>,
}

impl<T: Real> Samples<T> {
    /// Runs every sequence of the batch that the signal is back-propagated on.
    pub(super) fn run<L: Model>(
        engine: &(impl GradientEngine<T, L> + Sync),
        weights: &Weights<T, L>,
        batch: &TokenBatch,
        signal: &L::Signal<T>,
        dropout: Dropout,
    ) -> Result<Self, NnError> {
        let run = |sequence: usize| {
            let tokens = batch.sequence(sequence);
            let own = weights.layout().of_sequence(signal, batch, sequence);
            // A loss that looks at no token of the sequence does not depend on the weights.
            let Some(own) = own else { return Ok(vec![T::ZERO; weights.body().len()]) };
            let input = L::tokens(L::corrupted(&own).unwrap_or(&tokens));
            let dropout = own_masks(dropout, sequence);
            Ok(engine.gradient(weights, input, L::loss(&own), dropout, |_| Blind)?.gradient.body)
        };
        let gradients = (0..batch.batch()).into_par_iter().map(run).collect::<Result<_, NnError>>()?;
        Ok(Self { gradients })
    }

    /// Σ over elements of abs(Σ over samples of sign(g)); not a number where a gradient is not finite.
    pub(super) fn sign_agreement(&self, matrix: &Matrix) -> f64 {
        let one = |value: T| {
            let sign = match value {
                value if value > T::ZERO => T::ONE,
                value if value < T::ZERO => T::ZERO - T::ONE,
                _ => T::ZERO,
            };
            if value.as_f64().is_finite() { sign } else { T::of_f64(f64::NAN) }
        };
        let stretch = |stretch: Vec<&[T]>| {
            let mut sums = [T::ZERO; STRETCH];
            for values in &stretch {
                for (sum, &value) in sums.iter_mut().zip(*values) {
                    *sum += one(value);
                }
            }
            sums.iter().map(|sum| sum.as_f64().abs()).sum::<f64>()
        };
        self.stretches(matrix).map(stretch).sum()
    }

    /// Σ over elements of the mean over samples of abs(g) over the standard deviation of g, which has the number of samples
    /// in its denominator. Elements whose gradient is the same in every sample are left out.
    pub(super) fn inverse_variation(&self, matrix: &Matrix) -> f64 {
        let count = self.gradients.len() as f64;
        let stretch = |stretch: Vec<&[T]>| {
            let (mut sums, mut sizes, mut squares) = ([0.0; STRETCH], [0.0; STRETCH], [0.0; STRETCH]);
            let mut differs = [false; STRETCH];
            for values in &stretch {
                for (((sum, size), differs), (value, first)) in
                    sums.iter_mut().zip(&mut sizes).zip(&mut differs).zip(values.iter().zip(stretch[0]))
                {
                    *sum += value.as_f64();
                    *size += value.as_f64().abs();
                    *differs |= value != first;
                }
            }
            for values in &stretch {
                for ((square, sum), value) in squares.iter_mut().zip(&sums).zip(*values) {
                    *square += (value.as_f64() - sum / count).powi(2);
                }
            }
            let terms = sizes.iter().zip(&squares).zip(&differs);
            terms
                .map(|((size, square), &differs)| if differs { size / (square * count).sqrt() } else { 0.0 })
                .sum::<f64>()
        };
        self.stretches(matrix).map(stretch).sum()
    }

    /// Inner products of the samples' gradients over the layers' matrices.
    pub(super) fn kernel(&self, all: &[Matrix]) -> SampleKernel {
        let used = all.par_iter().filter(|matrix| Set::All.has(matrix.part));
        let parts: Vec<Mat<f64>> = used.map(|matrix| self.gram(matrix)).collect();
        let count = self.gradients.len();
        SampleKernel { gram: parts.iter().fold(Mat::zeros(count, count), |sum, part| sum + part) }
    }

    /// The lower triangle of the inner products over one matrix.
    fn gram(&self, matrix: &Matrix) -> Mat<f64> {
        let count = self.gradients.len();
        let mut gram = Mat::zeros(count, count);
        let mut rows = Vec::with_capacity(count * STRETCH);
        for stretch in self.stretches(matrix) {
            rows.clear();
            rows.extend(stretch.iter().flat_map(|values| values.iter().map(|value| value.as_f64())));
            let rows = MatRef::from_row_major_slice(&rows, count, stretch[0].len());
            matmul(
                gram.as_mut(),
                BlockStructure::TriangularLower,
                Accum::Add,
                rows,
                BlockStructure::Rectangular,
                rows.transpose(),
                BlockStructure::Rectangular,
                1.0,
                Par::Seq,
            );
        }
        gram
    }

    /// A matrix's elements stretch by stretch, one slice a sample.
    fn stretches(&self, matrix: &Matrix) -> impl Iterator<Item = Vec<&[T]>> {
        let elements = matrix.elements.clone();
        elements.clone().step_by(STRETCH).map(move |start| {
            let end = (start + STRETCH).min(elements.end);
            self.gradients.iter().map(|gradient| &gradient[start..end]).collect()
        })
    }
}

/// Masks of a sequence's own: as a batch of one every sequence would get those of the first.
const fn own_masks(dropout: Dropout, sequence: usize) -> Dropout {
    match dropout {
        Dropout::Off => Dropout::Off,
        // The golden ratio's multiples are far apart, so no other seed of a run is met.
        Dropout::Seed(seed) => {
            Dropout::Seed(seed.wrapping_add((sequence as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        }
    }
}

/// The Gram matrix of the samples' gradients: the empirical neural tangent kernel of the loss.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleKernel {
    /// (samples, samples); its lower triangle counts.
    gram: Mat<f64>,
}

impl SampleKernel {
    /// Its eigenvalues, smallest first. None where an inner product is not finite.
    pub fn eigenvalues(&self) -> Option<Vec<f64>> {
        symmetric_eigenvalues(self.gram.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_nn::Stored;

    use super::super::matrices::Part;
    use super::*;

    /// One matrix of 1 x n, with a gradient for each sample.
    fn samples(gradients: &[&[f64]]) -> (Samples<f64>, Matrix) {
        let columns = gradients[0].len();
        let matrix = Matrix {
            part: Part::Ffn,
            rows: 1,
            columns,
            stored: Stored::AsIs,
            parameter: 0,
            elements: 0..columns,
        };
        (Samples { gradients: gradients.iter().map(|gradient| gradient.to_vec()).collect() }, matrix)
    }

    #[test]
    fn three_samples_by_hand() {
        let (found, matrix) =
            samples(&[&[1.0, -2.0, 0.0, 5.0], &[3.0, 2.0, 0.0, 5.0], &[2.0, 3.0, -1.0, 5.0]]);
        // Signs add up to 3, 1, -1 and 3.
        assert!((found.sign_agreement(&matrix) - 8.0).abs() < 1e-15);
        // Means of sizes 2, 7/3, 1/3; variances 2/3, (9 + 1 + 4)/3, 2/9; the last element does not vary.
        let wanted =
            2.0 / (2.0_f64 / 3.0).sqrt() + 7.0 / 3.0 / (14.0_f64 / 3.0).sqrt() + 1.0 / 2.0_f64.sqrt();
        assert!((found.inverse_variation(&matrix) - wanted).abs() < 1e-14);
        // Two samples of two elements: rows (3, 0) and (4, 5) have the products 9, 12, 41.
        let (pair, matrix) = samples(&[&[3.0, 0.0], &[4.0, 5.0]]);
        let eigenvalues = pair.kernel(std::slice::from_ref(&matrix)).eigenvalues().unwrap();
        assert!((eigenvalues[0] - 5.0).abs() < 1e-13 && (eigenvalues[1] - 45.0).abs() < 1e-13);
    }

    #[test]
    fn long_matrices_are_summed_over_all_stretches() {
        let long: Vec<f64> = (0..3 * STRETCH + 7).map(|i| (1.7 * i as f64).sin()).collect();
        let twice: Vec<f64> = long.iter().map(|value| 2.0 * value).collect();
        let (found, matrix) = samples(&[&long, &twice]);
        assert!((found.sign_agreement(&matrix) - 2.0 * (long.len() - 1) as f64).abs() < 1e-9);
        // Sizes 1.5 and deviations 0.5 of each value; the first one is zero in both.
        assert!((found.inverse_variation(&matrix) - 3.0 * (long.len() - 1) as f64).abs() < 1e-9);
    }

    #[test]
    fn equal_samples_and_bad_numbers() {
        // A third of 0.1 + 0.1 + 0.1 is not 0.1, which must not look like a variation.
        let (equal, matrix) = samples(&[&[0.1, -0.3], &[0.1, -0.3], &[0.1, -0.3]]);
        assert_eq!(equal.inverse_variation(&matrix).to_bits(), 0);
        assert!((equal.sign_agreement(&matrix) - 6.0).abs() < 1e-15);
        for bad in [f64::NAN, f64::INFINITY] {
            let (found, matrix) = samples(&[&[bad, 1.0], &[1.0, 2.0]]);
            assert!(found.sign_agreement(&matrix).is_nan());
            assert!(found.inverse_variation(&matrix).is_nan());
            assert_eq!(found.kernel(std::slice::from_ref(&matrix)).eigenvalues(), None);
        }
    }
}
