//! Spearman's rho: Pearson's correlation of the average ranks.
//!
//! The ranks are centred and doubled, so that every term is an integer; the sums are exact and only the final
//! quotient rounds.

use crate::error::{StatsError, check_pair, constant};
use crate::ranks::{Margin, Ranked};

/// Spearman's rho of `x` and `y`, ties sharing their average rank; an error when one of them is constant.
pub fn spearman_rho(x: &[f64], y: &[f64]) -> Result<f64, StatsError> {
    check_pair(x, y)?;
    let (x, y) = (Ranked::new(x), Ranked::new(y));
    let (x_margin, y_margin) = (Margin::whole(&x), Margin::whole(&y));
    let mut y_ranks = Vec::new();
    spread_ranks(&y, &y_margin, &vec![1; y.dense.len()], &mut y_ranks);
    rho(&x, &x_margin, &y_ranks, y_margin.variation)
        .ok_or_else(|| constant(if x_margin.variation == 0.0 { "x" } else { "y" }))
}

/// Writes the centred rank of every item, times its multiplicity, into `spread`.
///
/// A resample compares many scores with one truth; this is the truth's half of the sum of products.
pub(crate) fn spread_ranks(ranked: &Ranked, margin: &Margin, multiplicity: &[u32], spread: &mut Vec<f64>) {
    spread.clear();
    spread.extend(
        ranked.dense.iter().zip(multiplicity).map(|(&r, &c)| f64::from(c) * margin.centred[r as usize]),
    );
}

/// Spearman's rho from the margin of x and the spread ranks of y; nothing when one of them is constant.
pub(crate) fn rho(x: &Ranked, x_margin: &Margin, y_spread: &[f64], y_variation: f64) -> Option<f64> {
    let variation = x_margin.variation * y_variation;
    // Sums of whole numbers, four side by side so that none waits for another; their order changes nothing.
    let mut sums = [0.0; 4];
    for (index, (&rank, y)) in x.dense.iter().zip(y_spread).enumerate() {
        sums[index % 4] += x_margin.centred[rank as usize] * y;
    }
    let products: f64 = sums.iter().sum();
    (variation > 0.0).then(|| products / variation.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let rho = spearman_rho(&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0]).unwrap();
        // The example of scipy's documentation.
        assert!((rho - 0.820_782_681_668_123_3).abs() < 1e-15);
        assert_eq!(spearman_rho(&[1.0, 2.0, 9.0], &[8.0, 8.5, 700.0]), Ok(1.0));
        assert_eq!(spearman_rho(&[1.0, 2.0, 9.0], &[0.0, -1.0, -700.0]), Ok(-1.0));
    }

    #[test]
    fn a_constant_series_is_named() {
        assert_eq!(spearman_rho(&[1.0, 1.0], &[1.0, 2.0]), Err(constant("x")));
        assert_eq!(spearman_rho(&[1.0, 2.0], &[1.0, 1.0]), Err(constant("y")));
    }
}
