//! Objectives as quantiles of a pool of observations, as scikit-learn's `QuantileTransformer` has them.
//!
//! Hypervolumes of transformed points are comparable only within one pool, so what is stored is raw; hypervolumes are computed
//! anew for each pool and never merged.

use super::{Point, hypervolume};

/// Most quantiles that a transform keeps.
const MOST: usize = 1000;

/// The reference point of transformed observations.
pub const POOLED_REFERENCE: Point = [2.0, 2.0];

/// The empirical distribution of one objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantiles {
    /// The quantile of each of the equally spaced shares from 0 to 1.
    quantiles: Vec<f64>,
}

impl Quantiles {
    /// Learns from a pool of values; nothing from an empty one. At most 1000 quantiles are kept, interpolated between order
    /// statistics.
    pub fn of(pool: &[f64]) -> Option<Self> {
        let mut sorted = pool.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len().min(MOST);
        if count == 0 {
            return None;
        }
        let last = sorted.len() - 1;
        let quantile = |index: usize| {
            let place = last as f64 * index as f64 / (count - 1).max(1) as f64;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a place in the pool"
            )]
            let low = (place.floor() as usize).min(last);
            let high = (low + 1).min(last);
            sorted[low] + (sorted[high] - sorted[low]) * (place - low as f64)
        };
        Some(Self { quantiles: (0..count).map(quantile).collect() })
    }

    /// Where a value lies in the pool, from 0 to 1. Values that are there more than once get the middle of their quantiles; the
    /// smallest is 0 and the largest 1, and so is what lies beyond them.
    pub fn place(&self, value: f64) -> f64 {
        let last = self.quantiles.len() - 1;
        if value <= self.quantiles[0] {
            return 0.0;
        }
        if value >= self.quantiles[last] {
            return 1.0;
        }
        // Quantiles before `low` are smaller, those from `high` on larger; between them are those equal to the value.
        let low = self.quantiles.partition_point(|&quantile| quantile < value);
        let high = self.quantiles.partition_point(|&quantile| quantile <= value);
        let middle = if low == high {
            let [before, after] = [self.quantiles[low - 1], self.quantiles[low]];
            (low - 1) as f64 + (value - before) / (after - before)
        } else {
            0.5 * (low + high - 1) as f64
        };
        middle / last as f64
    }
}

/// The transform of both objectives.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool([Quantiles; 2]);

impl Pool {
    /// Learns from every observation that is to be compared; nothing from none.
    pub fn of(observations: &[Point]) -> Option<Self> {
        let objective = |index: usize| -> Option<Quantiles> {
            Quantiles::of(&observations.iter().map(|point| point[index]).collect::<Vec<_>>())
        };
        Some(Self([objective(0)?, objective(1)?]))
    }

    /// A transformed observation.
    pub fn place(&self, point: Point) -> Point {
        [self.0[0].place(point[0]), self.0[1].place(point[1])]
    }

    /// Hypervolume of transformed observations, from 0 to 4.
    pub fn hypervolume(&self, points: &[Point]) -> f64 {
        let placed: Vec<Point> = points.iter().map(|&point| self.place(point)).collect();
        hypervolume(&placed, POOLED_REFERENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }

    #[test]
    fn ties_get_the_middle_of_their_quantiles() {
        let quantiles = Quantiles::of(&[3.0, 1.0, 2.0, 2.0, 2.0, 5.0]).unwrap();
        // Places 0 to 5 hold 1, 2, 2, 2, 3, 5.
        near(quantiles.place(1.0), 0.0);
        near(quantiles.place(2.0), 2.0 / 5.0);
        near(quantiles.place(2.5), 3.5 / 5.0);
        near(quantiles.place(4.0), 4.5 / 5.0);
        near(quantiles.place(5.0), 1.0);
        near(quantiles.place(-7.0), 0.0);
        near(quantiles.place(7.0), 1.0);
        assert!(Quantiles::of(&[]).is_none());
    }

    #[test]
    fn a_large_pool_is_thinned_out_and_hardly_moved() {
        let pool: Vec<f64> = (0..5000).map(|i| f64::from(i).powi(2)).collect();
        let quantiles = Quantiles::of(&pool).unwrap();
        assert_eq!(quantiles.quantiles.len(), MOST);
        for i in [0, 17, 1234, 4999] {
            let error = (quantiles.place(f64::from(i).powi(2)) - f64::from(i) / 4999.0).abs();
            assert!(error < 1e-3, "{i}: {error}");
        }
    }

    #[test]
    fn the_best_of_a_pool_in_both_objectives_has_all_of_it() {
        let points = [[0.1, 0.2], [0.3, 0.3], [0.5, 0.9]];
        let pool = Pool::of(&points).unwrap();
        near(pool.hypervolume(&points), 4.0);
        near(pool.hypervolume(&points[1..2]), 1.5 * 1.5);
    }
}
