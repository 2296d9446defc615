//! The rectifier of Transformer-XL's and MobileBERT's feed-forward networks.

use crate::number::Number;
use crate::real::Real;

/// x where it is positive, else 0; what is not a number stays so.
#[expect(clippy::inline_always, reason = "a loop over these is vectorised only if they are inlined")]
#[inline(always)]
fn with_slope<N: Number>(x: N) -> (N, N) {
    if x.value() <= N::Real::ZERO { (N::default(), N::default()) } else { (x, N::constant(N::Real::ONE)) }
}

kernel! {
    /// max(x, 0), in place.
    pub(crate) fn relu<'a, N: Number>(values: &'a mut [N]) {
        for value in values {
            *value = with_slope(*value).0;
        }
    }
}

kernel! {
    /// max(x, 0) in place, and its slope.
    pub(crate) fn relu_kept<'a, N: Number>(values: &'a mut [N], slopes: &'a mut [N]) {
        for (value, slope) in values.iter_mut().zip(slopes) {
            (*value, *slope) = with_slope(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Dual;

    #[test]
    fn what_is_not_positive_is_zero_and_does_not_move() {
        let mut values = [-2.0, 0.0, 3.0_f32, f32::NAN];
        let mut slopes = [7.0; 4];
        relu_kept(&mut values, &mut slopes);
        assert_eq!((&values[..3], slopes), (&[0.0, 0.0, 3.0][..], [0.0, 0.0, 1.0, 1.0]));
        assert!(values[3].is_nan());
        let mut duals = [-2.0, 3.0].map(|value: f64| Dual { value, slope: 0.5 });
        relu(&mut duals);
        assert_eq!(duals, [Dual { value: 0.0, slope: 0.0 }, Dual { value: 3.0, slope: 0.5 }]);
    }
}
