//! Sums over the elements of a matrix and its gradient.

use proxyrank_nn::Real;

/// Partial sums that run side by side, so that the loop has no chain of additions and becomes vector code.
const LANES: usize = 16;

/// The sum of `term` over pairs of elements, in f64; its order depends on the length alone.
pub(super) fn sum<T: Real>(one: &[T], other: &[T], term: impl Fn(f64, f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let ((ones, one_rest), (others, other_rest)) = (one.as_chunks::<LANES>(), other.as_chunks::<LANES>());
    for (ones, others) in ones.iter().zip(others) {
        for ((lane, one), other) in lanes.iter_mut().zip(ones).zip(others) {
            *lane += term(one.as_f64(), other.as_f64());
        }
    }
    let rest: f64 =
        one_rest.iter().zip(other_rest).map(|(one, other)| term(one.as_f64(), other.as_f64())).sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_pair_enters_once(values in prop::collection::vec((-9_i16..9, -9_i16..9), 0..70)) {
            let (one, other): (Vec<f32>, Vec<f32>) =
                values.iter().map(|&(one, other)| (f32::from(one), f32::from(other))).unzip();
            let wanted: i16 = values.iter().map(|(one, other)| one * other).sum();
            prop_assert_eq!(sum(&one, &other, |one, other| one * other).to_bits(), (f64::from(wanted) + 0.0).to_bits());
        }
    }
}
