//! GELU in its tanh form, as GPT-2 has it: x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
//!
//! (1 + tanh(z/2)) / 2 is the logistic function of z, so one exponential gives value and slope, and the logistic function's
//! slope p (1 - p) needs no difference that cancels. On dual numbers the same lines give the second derivative.

use crate::number::Number;
use crate::real::Real;

/// 2 √(2/π).
const INNER: f64 = 1.595_769_121_605_730_7;

/// The factor of x³ beside that of x.
const CUBIC: f64 = 0.044_715;

/// The value at x and the slope.
#[expect(clippy::inline_always, reason = "a loop over these is vectorised only if they are inlined")]
#[inline(always)]
fn with_slope<N: Number>(x: N) -> (N, N) {
    let constant = |value: f64| N::constant(N::Real::of_f64(value));
    let (one, square) = (constant(1.0), x * x);
    let z = x * (constant(INNER) + square.times(N::Real::of_f64(INNER * CUBIC)));
    let positive = z.value() > N::Real::ZERO;
    let power = (if positive { N::default() - z } else { z }).exp_nonpositive();
    let larger = (one + power).reciprocal();
    let smaller = power * larger;
    let (p, rest) = if positive { (larger, smaller) } else { (smaller, larger) };
    let inner_slope = constant(INNER) + square.times(N::Real::of_f64(3.0 * INNER * CUBIC));
    (x * p, p + x * p * rest * inner_slope)
}

kernel! {
    /// Tanh GELU, in place.
    pub(crate) fn tanh_gelu<'a, N: Number>(values: &'a mut [N]) {
        for value in values {
            *value = with_slope(*value).0;
        }
    }
}

kernel! {
    /// Tanh GELU in place, and its slope.
    pub(crate) fn tanh_gelu_kept<'a, N: Number>(values: &'a mut [N], slopes: &'a mut [N]) {
        for (value, slope) in values.iter_mut().zip(slopes) {
            (*value, *slope) = with_slope(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Dual;

    fn exact(x: f64) -> f64 {
        0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + CUBIC * x.powi(3))).tanh())
    }

    #[test]
    fn values_and_derivatives_are_those_of_the_definition() {
        for step in -900_i32..=900 {
            let x = f64::from(step) * 0.01;
            let h = 1e-5;
            let quotient = (exact(x + h) - exact(x - h)) / (2.0 * h);
            let (value, slope) = with_slope(x);
            assert!((value - exact(x)).abs() < 1e-14 * (1.0 + x.abs()), "{x}");
            assert!((slope - quotient).abs() < 1e-9, "{x}");
            let bend = with_slope(Dual { value: x, slope: 1.0 }).1.slope;
            let wanted = (with_slope(x + h).1 - with_slope(x - h).1) / (2.0 * h);
            assert!((bend - wanted).abs() < 1e-9, "{x}");
            #[expect(clippy::cast_possible_truncation, reason = "single precision is tested")]
            let (value, slope) = with_slope(x as f32);
            assert!((f64::from(value) - exact(x)).abs() < 1e-6 * (1.0 + x.abs()), "{x}");
            assert!((f64::from(slope) - quotient).abs() < 2e-6, "{x}");
        }
    }
}
