//! Kernels over the rows of an activation matrix.

use crate::real::Real;

/// Lanes of a reduction: two vectors of the widest common unit, so that additions overlap.
const LANES: usize = 16;

kernel! {
    /// Adds a bias to each row.
    pub(crate) fn add_bias<'a, T: Real>(values: &'a mut [T], bias: &'a [T]) {
        for row in values.chunks_exact_mut(bias.len()) {
            for (value, &bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    }
}

kernel! {
    /// GELU of each row plus a bias, in place.
    pub(crate) fn bias_gelu<'a, T: Real>(values: &'a mut [T], bias: &'a [T]) {
        for row in values.chunks_exact_mut(bias.len()) {
            for (value, &bias) in row.iter_mut().zip(bias) {
                *value = (*value + bias).gelu();
            }
        }
    }
}

kernel! {
    /// GELU, in place.
    pub(crate) fn gelu<'a, T: Real>(values: &'a mut [T]) {
        for value in values {
            *value = value.gelu();
        }
    }
}

kernel! {
    /// Adds `residual` to `values`.
    pub(crate) fn residual<'a, T: Real>(values: &'a mut [T], residual: &'a [T]) {
        for (value, &residual) in values.iter_mut().zip(residual) {
            *value += residual;
        }
    }
}

kernel! {
    /// Layer norm of each row, in place: biased variance, `epsilon` under the root.
    pub(crate) fn layer_norm<'a, T: Real>(values: &'a mut [T], gain: &'a [T], shift: &'a [T], epsilon: T) {
        let share = T::ONE / T::of_f64(gain.len() as f64);
        for row in values.chunks_exact_mut(gain.len()) {
            let mean = sum(row, |x| x) * share;
            for x in &mut *row {
                *x -= mean;
            }
            let variance = sum(row, |x| x * x) * share;
            let scale = (variance + epsilon).inverse_sqrt();
            for ((x, &gain), &shift) in row.iter_mut().zip(gain).zip(shift) {
                *x = *x * scale * gain + shift;
            }
        }
    }
}

kernel! {
    /// Softmax of each row of `width` numbers, in place.
    pub(crate) fn softmax_rows<'a, T: Real>(values: &'a mut [T], width: usize) {
        for row in values.chunks_exact_mut(width) {
            let largest = largest(row);
            for x in &mut *row {
                *x = (*x - largest).exp_nonpositive();
            }
            let scale = T::ONE / sum(row, |x| x);
            for x in row {
                *x *= scale;
            }
        }
    }
}

/// Sum of a function over a row, in lanes.
#[expect(clippy::inline_always, reason = "must be compiled for the caller's vector unit")]
#[inline(always)]
fn sum<T: Real>(row: &[T], f: impl Fn(T) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += f(x);
        }
    }
    let mut total = T::ZERO;
    for &x in rest {
        total += f(x);
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    total + lanes[0]
}

/// Largest number of a row.
#[expect(clippy::inline_always, reason = "must be compiled for the caller's vector unit")]
#[inline(always)]
fn largest<T: Real>(row: &[T]) -> T {
    let mut lanes = [T::LOWEST; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = lane.larger(x);
        }
    }
    rest.iter().chain(&lanes).fold(T::LOWEST, |best, &x| best.larger(x))
}
