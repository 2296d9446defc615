//! NWOT: how well a network tells the examples of a batch apart.
//!
//! Formula: log |det K| with K = Σ X Xᵀ + (1 - X)(1 - X)ᵀ over GELU layers. The B rows of X are the sequences of the
//! batch; its columns are all (token, unit) of the layer, 1 where the GELU's output is positive. So K (B x B) counts the
//! bits in which two sequences agree. Mellor et al. (ICML 2021). Needs: a forward pass; memory for one bit a GELU output.
//! Direction: larger is better. Two sequences with the same code give minus infinity.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use crate::forward::{Measure, SignCodes};
use crate::{Proxy, Subject, papers};

/// NWOT.
pub static NWOT: Proxy = Proxy {
    paper: Some(&papers::MELLOR_2021),
    faults: &[
        "K grows with the number of units, so B ln(units) is most of it: compare with counts of units.",
    ],
    families: WITH_DECODERS,
    ..Proxy::forward(
        "nwot",
        "NWOT",
        "ln |det K|, K = sum over GELUs of X X' + (1 - X)(1 - X)', one row of X a sequence",
        Measure::SignCodes(run),
    )
};

fn run(codes: &SignCodes, _: &Subject, _: &Params) -> Outcome {
    let row = |row: usize| (0..=row).map(|column| codes.agreement(row, column) as f64).collect();
    let kernel = (0..codes.sequences()).map(row).collect();
    Outcome::from_value(log_determinant(kernel))
}

/// ln det of a positive semidefinite matrix whose lower triangle is given, by Cholesky's method.
fn log_determinant(mut lower: Vec<Vec<f64>>) -> f64 {
    let mut sum = 0.0;
    for row in 0..lower.len() {
        let (done, rest) = lower.split_at_mut(row);
        let current = &mut rest[0];
        for column in 0..row {
            let known: f64 = (0..column).map(|i| current[i] * done[column][i]).sum();
            current[column] = (current[column] - known) / done[column][column];
        }
        let known: f64 = current[..row].iter().map(|entry| entry * entry).sum();
        let pivot = current[row] - known;
        // A pivot that is rounding error is zero: then this sequence is a combination of those before it.
        if pivot <= current[row] * 1e-13 {
            return f64::NEG_INFINITY;
        }
        current[row] = pivot.sqrt();
        sum += pivot.ln();
    }
    sum
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn determinants_by_hand() {
        let kernel = vec![vec![4.0], vec![2.0, 5.0], vec![2.0, 1.0, 6.0]];
        assert_relative_eq!(log_determinant(kernel), 80.0_f64.ln(), max_relative = 1e-14);
        assert!(log_determinant(vec![vec![3.0], vec![3.0, 3.0]]) < f64::MIN);
    }
}
