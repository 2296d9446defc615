//! Loops over activations, compiled for the widest vector unit that the machine has.
//!
//! As in `proxyrank-nn`, a kernel is a plain loop that `pulp` compiles several times and picks one of at run time; what is called in it is
//! inlined and free of branches. Sums run in a fixed number of lanes, so that their order is the same on every machine.
#![expect(clippy::inline_always, reason = "must be compiled for the caller's vector unit")]
#![expect(clippy::excessive_precision, reason = "coefficients are given as published")]

/// Defines a function whose body is compiled for each vector unit.
macro_rules! kernel {
    (
        $(#[$meta:meta])*
        $visibility:vis fn $name:ident<$life:lifetime>($($argument:ident: $type:ty),+ $(,)?) $body:block
    ) => {
        $(#[$meta])*
        $visibility fn $name<$life>($($argument: $type),+) {
            struct Loop<$life> {
                $($argument: $type),+
            }

            impl<$life> pulp::WithSimd for Loop<$life> {
                type Output = ();

                // Else it would be compiled for the oldest vector unit.
                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _unit: S) {
                    let Self { $($argument),+ } = self;
                    $body
                }
            }

            pulp::Arch::new().dispatch(Loop { $($argument),+ });
        }
    };
}

/// Lanes of a reduction.
const LANES: usize = 16;

/// Adding and subtracting it rounds a number below 2^22 to the nearest integer.
const ROUND: f32 = 12_582_912.0;

/// e^x for x <= 0 (Cephes' `expf`); below -87 as good as zero.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(2.121_944_4e-4, n.mul_add(-0.693_359_375, x));
    let mut p = 1.987_569_15e-4_f32;
    p = p.mul_add(r, 1.398_199_95e-3);
    p = p.mul_add(r, 8.333_451_9e-3);
    p = p.mul_add(r, 4.166_579_6e-2);
    p = p.mul_add(r, 1.666_666_55e-1);
    p = p.mul_add(r, 5.000_000_1e-1);
    p = p.mul_add(r * r, r) + 1.0;
    // The low bits of the shifted number hold n; moved up they are an exponent.
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// erf(x), the rational approximation that Eigen and XLA use.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let y = x * x;
    let mut p = -2.726_142_258_013_06e-10_f32;
    p = p.mul_add(y, 2.770_681_424_959_02e-8);
    p = p.mul_add(y, -2.101_024_020_825_08e-6);
    p = p.mul_add(y, -5.692_506_394_623_46e-5);
    p = p.mul_add(y, -7.349_906_303_268_55e-4);
    p = p.mul_add(y, -2.954_599_809_854_0e-3);
    p = p.mul_add(y, -1.609_603_326_224_15e-2);
    let mut q = -1.456_607_184_649_96e-5_f32;
    q = q.mul_add(y, -2.133_740_552_789_05e-4);
    q = q.mul_add(y, -1.682_826_974_382_03e-3);
    q = q.mul_add(y, -7.373_329_167_204_68e-3);
    q = q.mul_add(y, -1.426_473_905_141_89e-2);
    // Rounding can leave the quotient a bit beyond 1, and GELU of a large negative number would change its sign.
    (x * p / q).clamp(-1.0, 1.0)
}

/// Sum of a function of pairs over two rows of one length.
#[inline(always)]
fn sum(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += f(a, b);
        }
    }
    let mut total = 0.0;
    for (&a, &b) in a_rest.iter().zip(b_rest) {
        total += f(a, b);
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

/// Largest value of a row.
#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = if x > *lane { x } else { *lane };
        }
    }
    let mut top = f32::NEG_INFINITY;
    for &x in rest.iter().chain(&lanes) {
        top = if x > top { x } else { top };
    }
    top
}

kernel! {
    /// Adds a bias to each row.
    pub(crate) fn add_bias<'a>(values: &'a mut [f32], bias: &'a [f32]) {
        for row in values.chunks_exact_mut(bias.len()) {
            for (value, &bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    }
}

kernel! {
    /// Adds one slice to another.
    pub(crate) fn add<'a>(values: &'a mut [f32], other: &'a [f32]) {
        for (value, &other) in values.iter_mut().zip(other) {
            *value += other;
        }
    }
}

kernel! {
    /// Multiplies by a number.
    pub(crate) fn scale<'a>(values: &'a mut [f32], factor: f32) {
        for value in values {
            *value *= factor;
        }
    }
}

kernel! {
    /// GELU of each row plus a bias, in place.
    pub(crate) fn bias_gelu<'a>(values: &'a mut [f32], bias: &'a [f32]) {
        for row in values.chunks_exact_mut(bias.len()) {
            for (value, &bias) in row.iter_mut().zip(bias) {
                let x = *value + bias;
                let half = 0.5 * x;
                *value = half.mul_add(erf(x * std::f32::consts::FRAC_1_SQRT_2), half);
            }
        }
    }
}

kernel! {
    /// The same, with the slopes Φ(x) + x φ(x).
    pub(crate) fn bias_gelu_kept<'a>(values: &'a mut [f32], slopes: &'a mut [f32], bias: &'a [f32]) {
        // 1/√(2π).
        const DENSITY: f32 = 0.398_942_28;
        let width = bias.len();
        for (row, slopes) in values.chunks_exact_mut(width).zip(slopes.chunks_exact_mut(width)) {
            for ((value, slope), &bias) in row.iter_mut().zip(slopes).zip(bias) {
                let x = *value + bias;
                let half = 0.5 * x;
                let erf = erf(x * std::f32::consts::FRAC_1_SQRT_2);
                *slope = x.mul_add(exp(-half * x) * DENSITY, erf.mul_add(0.5, 0.5));
                *value = half.mul_add(erf, half);
            }
        }
    }
}

kernel! {
    /// Back through GELU with these slopes, in place, and through the bias.
    pub(crate) fn gelu_backward<'a>(gradient: &'a mut [f32], slopes: &'a [f32], bias_sums: &'a mut [f32]) {
        let width = bias_sums.len();
        for (row, slopes) in gradient.chunks_exact_mut(width).zip(slopes.chunks_exact(width)) {
            for ((gradient, &slope), sum) in row.iter_mut().zip(slopes).zip(&mut *bias_sums) {
                *gradient *= slope;
                *sum += *gradient;
            }
        }
    }
}

kernel! {
    /// Layer norm of each row, in place; the rows before gain and shift go to `normed`, one over each deviation to `scales`.
    pub(crate) fn layer_norm<'a>(
        values: &'a mut [f32],
        gain: &'a [f32],
        shift: &'a [f32],
        epsilon: f32,
        normed: &'a mut [f32],
        scales: &'a mut [f32],
    ) {
        let width = gain.len();
        let share = 1.0 / width as f32;
        let rows = values.chunks_exact_mut(width).zip(normed.chunks_exact_mut(width)).zip(scales);
        for ((row, normed), kept) in rows {
            let mean = sum(row, row, |x, _| x) * share;
            for x in &mut *row {
                *x -= mean;
            }
            let variance = sum(row, row, |x, _| x * x) * share;
            let scale = 1.0 / (variance + epsilon).sqrt();
            *kept = scale;
            for (((x, normed), &gain), &shift) in row.iter_mut().zip(normed).zip(gain).zip(shift) {
                *normed = *x * scale;
                *x = *normed * gain + shift;
            }
        }
    }
}

kernel! {
    /// Back through a layer norm, in place: s (g - mean(g) - n mean(g n)) with g the gradient times the gain.
    pub(crate) fn layer_norm_backward<'a>(
        gradient: &'a mut [f32],
        normed: &'a [f32],
        scales: &'a [f32],
        gain: &'a [f32],
        gain_sums: &'a mut [f32],
        shift_sums: &'a mut [f32],
    ) {
        let width = gain.len();
        let share = 1.0 / width as f32;
        let rows = gradient.chunks_exact_mut(width).zip(normed.chunks_exact(width)).zip(scales);
        for ((row, normed), &scale) in rows {
            let sums = gain_sums.iter_mut().zip(&mut *shift_sums);
            for (((gradient, &normed), &gain), (gain_sum, shift_sum)) in
                row.iter_mut().zip(normed).zip(gain).zip(sums)
            {
                *gain_sum += *gradient * normed;
                *shift_sum += *gradient;
                *gradient *= gain;
            }
            let mean = sum(row, row, |x, _| x) * share;
            let along = sum(row, normed, |x, y| x * y) * share;
            for (gradient, &normed) in row.iter_mut().zip(normed) {
                *gradient = (*gradient - mean - normed * along) * scale;
            }
        }
    }
}

kernel! {
    /// Softmax of each row of `width` numbers, in place.
    pub(crate) fn softmax<'a>(values: &'a mut [f32], width: usize) {
        for row in values.chunks_exact_mut(width) {
            let top = largest(row);
            for x in &mut *row {
                *x = exp(*x - top);
            }
            let scale = 1.0 / sum(row, row, |x, _| x);
            for x in row {
                *x *= scale;
            }
        }
    }
}

kernel! {
    /// Back through a softmax, in place: p (g - Σ g p).
    pub(crate) fn softmax_backward<'a>(gradient: &'a mut [f32], probabilities: &'a [f32], width: usize) {
        let rows = gradient.chunks_exact_mut(width).zip(probabilities.chunks_exact(width));
        for (row, probabilities) in rows {
            let mean = sum(row, probabilities, |x, y| x * y);
            for (gradient, &probability) in row.iter_mut().zip(probabilities) {
                *gradient = (*gradient - mean) * probability;
            }
        }
    }
}

kernel! {
    /// Adds the columns up.
    pub(crate) fn column_sums<'a>(gradient: &'a [f32], sums: &'a mut [f32]) {
        for row in gradient.chunks_exact(sums.len()) {
            for (sum, &gradient) in sums.iter_mut().zip(row) {
                *sum += gradient;
            }
        }
    }
}

kernel! {
    /// Dropout of a row: elements whose hash lies below the bound become 0, the others are multiplied by `kept`.
    pub(crate) fn drop<'a>(values: &'a mut [f32], key: u32, bound: u32, kept: f32) {
        for (index, value) in (0_u32..).zip(values) {
            // A hash of 32 bits with good avalanche (Wellons' lowbias32).
            let mut h = key.wrapping_add(index.wrapping_mul(0x9e37_79b9));
            h = (h ^ (h >> 16)).wrapping_mul(0x21f0_aaad);
            h = (h ^ (h >> 15)).wrapping_mul(0x735a_2d97);
            h ^= h >> 15;
            *value *= if h < bound { 0.0 } else { kept };
        }
    }
}

/// Constants of one optimiser step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdamStep {
    /// Decay of the mean of gradients.
    pub beta1: f32,
    /// Decay of the mean of their squares.
    pub beta2: f32,
    /// Keeps quotients finite.
    pub epsilon: f32,
    /// What values are multiplied by first.
    pub shrink: f32,
    /// Rate over 1 - β₁ᵗ.
    pub rate: f32,
    /// 1 / √(1 - β₂ᵗ).
    pub correction: f32,
}

kernel! {
    /// One step of `AdamW` with bias correction.
    pub(crate) fn adam<'a>(
        values: &'a mut [f32],
        first: &'a mut [f32],
        second: &'a mut [f32],
        gradient: &'a [f32],
        step: AdamStep,
    ) {
        let moments = first.iter_mut().zip(second);
        for ((value, (first, second)), &gradient) in values.iter_mut().zip(moments).zip(gradient) {
            *first = step.beta1 * *first + (1.0 - step.beta1) * gradient;
            *second = step.beta2 * *second + (1.0 - step.beta2) * (gradient * gradient);
            let update = *first / (second.sqrt() * step.correction + step.epsilon);
            *value = *value * step.shrink - step.rate * update;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gelu_and_its_slope_are_those_of_the_definition() {
        let x: Vec<f32> = (-800..=800).map(|i| i as f32 * 0.01).collect();
        let mut values = x.clone();
        let mut slopes = vec![0.0; x.len()];
        bias_gelu_kept(&mut values, &mut slopes, &vec![0.25; x.len()]);
        let normal = statrs::distribution::Normal::standard();
        for ((&x, value), slope) in x.iter().zip(values).zip(slopes) {
            use statrs::distribution::{Continuous, ContinuousCDF};
            let x = f64::from(x) + 0.25;
            assert!((f64::from(value) - x * normal.cdf(x)).abs() < 4e-6, "{x}");
            assert!((f64::from(slope) - normal.cdf(x) - x * normal.pdf(x)).abs() < 2e-6, "{x}");
        }
    }

    #[test]
    fn softmax_is_that_of_the_definition() {
        let mut row: Vec<f32> = (0..37).map(|i| ((i * 29) % 37) as f32 * 0.7 - 9.0).collect();
        let exact: Vec<f64> = row.iter().map(|&x| f64::from(x).exp()).collect();
        let total: f64 = exact.iter().sum();
        softmax(&mut row, 37);
        for (found, wanted) in row.iter().zip(exact) {
            assert!((f64::from(*found) - wanted / total).abs() < 1e-7);
        }
    }
}
