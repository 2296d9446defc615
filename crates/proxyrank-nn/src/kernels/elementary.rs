//! Exponential, error function, logarithm and sine in single precision, as polynomials without branches.
//!
//! The library's versions are scalar calls of 5 to 10 ns; a transformer step would be bound by them and not by its
//! matrix products. Coefficients: Cephes (`expf`, `logf`, `sinf`, `cosf`) and the rational minimax approximation of
//! erf that Eigen and XLA use. Relative errors are within a few units in the last place (tested below against
//! double precision).
//!
//! An exponential is 22 operations, an error function 23, one of them a division. A GELU, which is little else than an error
//! function, runs at 58% of the rate of a matrix product.
#![expect(clippy::inline_always, reason = "a loop over these is vectorised only if they are inlined")]
#![expect(clippy::excessive_precision, reason = "coefficients are given as published")]

/// Adding and subtracting it rounds a number below 2^22 to the nearest integer.
const ROUND: f32 = 12_582_912.0;

/// Below it e^x is 0, because the next smaller results are subnormal: as good as zero, but products with them take Intel's processors
/// far longer (`docs/training.md`, Speed).
const LEAST_EXPONENT: f32 = -87.0;

/// e^x for x <= 0.
#[inline(always)]
pub(crate) fn exp_f32(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_375;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let is_zero = x < LEAST_EXPONENT;
    let x = if is_zero { LEAST_EXPONENT } else { x };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x));
    let mut p = 1.987_569_15e-4_f32;
    p = p.mul_add(r, 1.398_199_95e-3);
    p = p.mul_add(r, 8.333_451_9e-3);
    p = p.mul_add(r, 4.166_579_6e-2);
    p = p.mul_add(r, 1.666_666_55e-1);
    p = p.mul_add(r, 5.000_000_1e-1);
    p = p.mul_add(r * r, r) + 1.0;
    // The low bits of the shifted number hold n; moved up they are an exponent.
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    if is_zero { 0.0 } else { p * scale }
}

/// erf(x).
#[inline(always)]
pub(crate) fn erf_f32(x: f32) -> f32 {
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

/// x Φ(x) in single precision.
#[inline(always)]
pub(crate) fn gelu_f32(x: f32) -> f32 {
    let half = 0.5 * x;
    half.mul_add(erf_f32(x * std::f32::consts::FRAC_1_SQRT_2), half)
}

/// x Φ(x) in double precision.
#[inline(always)]
pub(crate) fn gelu_f64(x: f64) -> f64 {
    0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2))
}

/// 1/√(2π).
const DENSITY: f64 = 0.398_942_280_401_432_7;

/// x Φ(x) and Φ(x) + x φ(x) in single precision.
#[inline(always)]
pub(crate) fn gelu_with_slope_f32(x: f32) -> (f32, f32) {
    let erf = erf_f32(x * std::f32::consts::FRAC_1_SQRT_2);
    let half = 0.5 * x;
    let slope = x.mul_add(density_f32(x), erf.mul_add(0.5, 0.5));
    (half.mul_add(erf, half), slope)
}

/// x Φ(x) and Φ(x) + x φ(x) in double precision.
#[inline(always)]
pub(crate) fn gelu_with_slope_f64(x: f64) -> (f64, f64) {
    let erf = libm::erf(x * std::f64::consts::FRAC_1_SQRT_2);
    (0.5 * x * (1.0 + erf), 0.5 * (1.0 + erf) + x * density_f64(x))
}

/// φ(x) (2 - x²) in single precision.
#[inline(always)]
pub(crate) fn gelu_curvature_f32(x: f32) -> f32 {
    density_f32(x) * x.mul_add(-x, 2.0)
}

/// φ(x) (2 - x²) in double precision.
#[inline(always)]
pub(crate) fn gelu_curvature_f64(x: f64) -> f64 {
    density_f64(x) * (2.0 - x * x)
}

/// φ(x) in single precision.
#[expect(clippy::cast_possible_truncation, reason = "a constant, rounded")]
#[inline(always)]
fn density_f32(x: f32) -> f32 {
    exp_f32(-0.5 * x * x) * DENSITY as f32
}

/// φ(x) in double precision.
#[inline(always)]
fn density_f64(x: f64) -> f64 {
    (-0.5 * x * x).exp() * DENSITY
}

/// ln(x) for a positive normal x.
#[inline(always)]
pub(crate) fn ln_f32(x: f32) -> f32 {
    // Mantissa in [sqrt(1/2), sqrt(2)), exponent to match.
    let shifted = x.to_bits().wrapping_sub(0x3f35_04f3);
    let exponent = (shifted.cast_signed() >> 23) as f32;
    let mantissa = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let r = mantissa - 1.0;
    let z = r * r;
    let mut p = 7.037_683_629_2e-2;
    p = p * r - 1.151_461_031_0e-1;
    p = p * r + 1.167_699_874_0e-1;
    p = p * r - 1.242_014_084_6e-1;
    p = p * r + 1.424_932_278_7e-1;
    p = p * r - 1.666_805_766_5e-1;
    p = p * r + 2.000_071_476_5e-1;
    p = p * r - 2.499_999_399_3e-1;
    p = p * r + 3.333_333_117_4e-1;
    p = p * r * z - 2.121_944_4e-4 * exponent - 0.5 * z;
    r + p + 0.693_359_375 * exponent
}

/// Sine and cosine of a full turn times `u`, for u in [0, 1].
#[inline(always)]
pub(crate) fn sin_cos_turn(u: f32) -> (f32, f32) {
    let shifted = 4.0 * u + ROUND;
    let quarter = shifted.to_bits();
    let x = (4.0 * u - (shifted - ROUND)) * std::f32::consts::FRAC_PI_2;
    let z = x * x;
    let sine = ((-1.951_529_589_1e-4 * z + 8.332_160_873_6e-3) * z - 1.666_665_461_1e-1) * z * x + x;
    let cosine =
        ((2.443_315_711_8e-5 * z - 1.388_731_625_5e-3) * z + 4.166_664_568_3e-2) * z * z - 0.5 * z + 1.0;
    let swap = quarter & 1 != 0;
    let (s, c) = if swap { (cosine, sine) } else { (sine, cosine) };
    let sign_s = (quarter & 2) << 30;
    let sign_c = (quarter.wrapping_add(1) & 2) << 30;
    (f32::from_bits(s.to_bits() ^ sign_s), f32::from_bits(c.to_bits() ^ sign_c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(from: f32, to: f32, approximation: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        let steps = 200_000;
        let points = (0..=steps).map(|i| from + (to - from) * (i as f32 / steps as f32));
        let errors = points.filter(|&x| exact(f64::from(x)) != 0.0).map(|x| {
            let exact = exact(f64::from(x));
            ((f64::from(approximation(x)) - exact) / exact).abs()
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn approximations_are_as_good_as_single_precision() {
        assert!(worst(-87.0, 0.0, exp_f32, f64::exp) < 2e-7);
        let error = worst(-5.0, 5.0, erf_f32, libm::erf);
        assert!(error < 5e-7, "{error}");
        assert!(worst(1e-9, 0.6, ln_f32, f64::ln) < 2e-7);
        assert!(worst(1.5, 1e6, ln_f32, f64::ln) < 2e-7);
    }

    #[test]
    fn exponentials_are_normal_or_zero() {
        let steps = 100_000;
        for i in 0..=steps {
            let found = exp_f32(-200.0 * (i as f32 / steps as f32));
            assert!(found == 0.0 || found.is_normal(), "{found:e}");
        }
        assert_eq!(exp_f32(f32::NEG_INFINITY).to_bits(), 0);
        assert!(exp_f32(f32::NAN).is_nan());
        // So beyond its reach the slope of GELU is exactly that of its limits.
        assert_eq!((gelu_with_slope_f32(-14.0).1.abs(), gelu_with_slope_f32(14.0).1), (0.0, 1.0));
    }

    #[test]
    fn gelu_is_exact_to_single_precision_in_absolute_terms() {
        let steps = 100_000;
        for i in 0..=steps {
            let x = -9.0 + 18.0 * (i as f32 / steps as f32);
            let error = (f64::from(gelu_f32(x)) - gelu_f64(f64::from(x))).abs();
            assert!(error < 4e-7 * (1.0 + f64::from(x.abs())), "{x}: {error}");
        }
    }

    #[test]
    fn derivatives_of_gelu_are_exact_to_single_precision() {
        let steps = 100_000;
        for i in 0..=steps {
            let x = -9.0 + 18.0 * (i as f32 / steps as f32);
            let (value, slope) = gelu_with_slope_f32(x);
            assert_eq!(value.to_bits(), gelu_f32(x).to_bits());
            let wide = f64::from(x);
            let error = (f64::from(slope) - gelu_with_slope_f64(wide).1).abs();
            assert!(error < 6e-7, "{x}: {error}");
            let error = (f64::from(gelu_curvature_f32(x)) - gelu_curvature_f64(wide)).abs();
            assert!(error < 6e-7, "{x}: {error}");
        }
    }

    #[test]
    fn sine_and_cosine_cover_the_turn() {
        let steps = 100_000;
        for i in 0..=steps {
            let u = i as f32 / steps as f32;
            let (sine, cosine) = sin_cos_turn(u);
            let (s, c) = (f64::from(u) * std::f64::consts::TAU).sin_cos();
            assert!((f64::from(sine) - s).abs() < 3e-7 && (f64::from(cosine) - c).abs() < 3e-7, "{u}");
        }
    }
}
