//! The two floating-point types that a network runs in.
//!
//! f32 is the fast one: its element functions are polynomials without branches, so that a loop over them becomes
//! vector code. f64 is the one that audits and golden cases trust: it calls the exact library functions.

use candle_core::WithDType;

use crate::kernels::elementary;

/// `f32` or `f64`.
pub trait Real:
    faer::traits::RealField
    + WithDType
    + Copy
    + Default
    + Send
    + Sync
    + 'static
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::AddAssign
    + std::ops::SubAssign
    + std::ops::MulAssign
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The smallest value, to start a maximum from.
    const LOWEST: Self;

    /// From f32, exactly.
    fn of_f32(value: f32) -> Self;
    /// From f64, rounded to the nearest.
    fn of_f64(value: f64) -> Self;
    /// To f64, exactly.
    fn as_f64(self) -> f64;
    /// The larger of two ordinary numbers.
    #[must_use]
    fn larger(self, other: Self) -> Self;
    /// e to the power of a number that is not positive.
    #[must_use]
    fn exp_nonpositive(self) -> Self;
    /// x Φ(x), with the error function and not the tanh approximation.
    #[must_use]
    fn gelu(self) -> Self;
    /// x Φ(x), the same bits as [`Real::gelu`], and its slope Φ(x) + x φ(x).
    fn gelu_with_slope(self) -> (Self, Self);
    /// The second derivative of x Φ(x): φ(x) (2 - x²).
    #[must_use]
    fn gelu_curvature(self) -> Self;
    /// One over the square root.
    #[must_use]
    fn inverse_sqrt(self) -> Self;
}

macro_rules! real {
    ($type:ty, $exp:path, $gelu:path, $slope:path, $curvature:path, $of_f64:expr) => {
        // Inlined always, for a loop over these is vectorised only then.
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LOWEST: Self = <$type>::MIN;

            #[inline(always)]
            fn of_f32(value: f32) -> Self {
                Self::from(value)
            }

            #[inline(always)]
            fn of_f64(value: f64) -> Self {
                $of_f64(value)
            }

            #[inline(always)]
            fn as_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                if self > other { self } else { other }
            }

            #[inline(always)]
            fn exp_nonpositive(self) -> Self {
                $exp(self)
            }

            #[inline(always)]
            fn gelu(self) -> Self {
                $gelu(self)
            }

            #[inline(always)]
            fn gelu_with_slope(self) -> (Self, Self) {
                $slope(self)
            }

            #[inline(always)]
            fn gelu_curvature(self) -> Self {
                $curvature(self)
            }

            #[inline(always)]
            fn inverse_sqrt(self) -> Self {
                1.0 / self.sqrt()
            }
        }
    };
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what the caller asks for")]
#[expect(clippy::inline_always, reason = "called once an element")]
#[inline(always)]
const fn narrow(value: f64) -> f32 {
    value as f32
}

real!(
    f32,
    elementary::exp_f32,
    elementary::gelu_f32,
    elementary::gelu_with_slope_f32,
    elementary::gelu_curvature_f32,
    narrow
);
real!(
    f64,
    f64::exp,
    elementary::gelu_f64,
    elementary::gelu_with_slope_f64,
    elementary::gelu_curvature_f64,
    std::convert::identity
);
