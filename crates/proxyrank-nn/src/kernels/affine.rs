//! What MobileBERT has in place of layer norm. It reads and writes each number once, as adding a bias does.

use crate::number::Number;

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
