//! What MobileBERT has in place of layer norm and GELU.
//!
//! Both read and write each number once, as adding a bias does.

use crate::number::Number;
use crate::real::Real;

kernel! {
    /// Each row times a gain plus a shift, in place.
    pub(crate) fn scale_and_shift<'a, N: Number>(values: &'a mut [N], gain: &'a [N], shift: &'a [N]) {
        for row in values.chunks_exact_mut(gain.len()) {
            for ((value, &gain), &shift) in row.iter_mut().zip(gain).zip(shift) {
                *value = *value * gain + shift;
            }
        }
    }
}

kernel! {
    /// The larger of a number and zero, in place.
    pub(crate) fn relu<'a, N: Number>(values: &'a mut [N]) {
        for value in values {
            let positive = value.value() > N::Real::ZERO;
            *value = if positive { *value } else { N::default() };
        }
    }
}
