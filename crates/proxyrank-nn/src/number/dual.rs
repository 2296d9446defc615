//! Numbers with their derivative along one direction in weight space.
//!
//! Both parts of a number lie side by side, so that kernels run over slices of duals as over slices of reals. Products
//! want planes instead: the factors are taken apart into scratch memory, which is a pass over each against as many
//! multiplications for each of its elements as the product has columns. (a + εȧ)(b + εḃ) = ab + ε(ȧb + aḃ) is three
//! real products, two where a factor is constant or only the derivative is wanted.

use std::borrow::Cow;
use std::ops::{Add, AddAssign, Mul, Sub, SubAssign};

use faer::Accum;

use super::{Factor, Number, Parameters, Target};
use crate::kernels::{Operand, product};
use crate::real::Real;
use crate::weights::Span;

/// `value + ε·slope` with ε² = 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Dual<T> {
    pub value: T,
    pub slope: T,
}

#[expect(clippy::inline_always, reason = "a loop over these is vectorised only if they are inlined")]
mod arithmetic {
    use super::{Add, AddAssign, Dual, Mul, Real, Sub, SubAssign};

    impl<T: Real> Add for Dual<T> {
        type Output = Self;

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self { value: self.value + other.value, slope: self.slope + other.slope }
        }
    }

    impl<T: Real> Sub for Dual<T> {
        type Output = Self;

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self { value: self.value - other.value, slope: self.slope - other.slope }
        }
    }

    impl<T: Real> Mul for Dual<T> {
        type Output = Self;

        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self {
                value: self.value * other.value,
                slope: self.slope * other.value + self.value * other.slope,
            }
        }
    }

    impl<T: Real> AddAssign for Dual<T> {
        #[inline(always)]
        fn add_assign(&mut self, other: Self) {
            *self = *self + other;
        }
    }

    impl<T: Real> SubAssign for Dual<T> {
        #[inline(always)]
        fn sub_assign(&mut self, other: Self) {
            *self = *self - other;
        }
    }
}

#[expect(clippy::inline_always, reason = "a loop over these is vectorised only if they are inlined")]
impl<T: Real> Number for Dual<T> {
    type Real = T;
    type Scratch = DualScratch<T>;

    #[inline(always)]
    fn constant(value: T) -> Self {
        Self { value, slope: T::ZERO }
    }

    #[inline(always)]
    fn value(self) -> T {
        self.value
    }

    #[inline(always)]
    fn part(self) -> T {
        self.slope
    }

    #[inline(always)]
    fn times(self, factor: T) -> Self {
        Self { value: self.value * factor, slope: self.slope * factor }
    }

    #[inline(always)]
    fn reciprocal(self) -> Self {
        let value = T::ONE / self.value;
        Self { value, slope: T::ZERO - value * value * self.slope }
    }

    #[inline(always)]
    fn inverse_sqrt(self) -> Self {
        let value = Real::inverse_sqrt(self.value);
        Self { value, slope: T::of_f64(-0.5) * value * value * value * self.slope }
    }

    #[inline(always)]
    fn exp_nonpositive(self) -> Self {
        let value = Real::exp_nonpositive(self.value);
        Self { value, slope: value * self.slope }
    }

    #[inline(always)]
    fn gelu(self) -> Self {
        self.gelu_with_slope().0
    }

    #[inline(always)]
    fn gelu_with_slope(self) -> (Self, Self) {
        let (value, slope) = Real::gelu_with_slope(self.value);
        let curvature = self.value.gelu_curvature();
        (Self { value, slope: slope * self.slope }, Self { value: slope, slope: curvature * self.slope })
    }

    fn parameters<'a>(parameters: &Parameters<'a, T>, span: &Span) -> Cow<'a, [Self]> {
        let values = parameters.values(span);
        match parameters.direction(span) {
            None => values.iter().map(|&value| Self::constant(value)).collect(),
            Some(slopes) => values.iter().zip(slopes).map(|(&value, &slope)| Self { value, slope }).collect(),
        }
    }

    fn product(
        scratch: &mut DualScratch<T>,
        target: Target<'_, Self>,
        scale: T,
        a: Factor<'_, Self>,
        b: Factor<'_, Self>,
    ) {
        let DualScratch { left, right, result } = scratch;
        let (a, b) = (left.planes(a), right.planes(b));
        let (rows, columns) = (a.value.rows(), b.value.columns());
        let (values, slopes) = result.of_len(rows * columns);
        product(values, columns, Accum::Replace, scale, a.value, b.value);
        let target_slopes = Target { values: &mut *slopes, stride: columns, accumulate: Accum::Replace };
        slope_product(target_slopes, scale, a, b);
        let planes = values.chunks_exact(columns).zip(slopes.chunks_exact(columns));
        for (row, (values, slopes)) in target.values.chunks_mut(target.stride).zip(planes) {
            for (number, (&value, &slope)) in row.iter_mut().zip(values.iter().zip(slopes)) {
                let found = Self { value, slope };
                *number = match target.accumulate {
                    Accum::Replace => found,
                    Accum::Add => *number + found,
                };
            }
        }
    }

    fn product_part(
        scratch: &mut DualScratch<T>,
        target: Target<'_, T>,
        a: Factor<'_, Self>,
        b: Factor<'_, Self>,
    ) {
        let (a, b) = (scratch.left.planes(a), scratch.right.planes(b));
        slope_product(target, T::ONE, a, b);
    }
}

/// The derivative of a product. One factor at least has a slope, for one at least is an activation.
fn slope_product<T: Real>(target: Target<'_, T>, scale: T, a: Planes<'_, T>, b: Planes<'_, T>) {
    let Target { values, stride, mut accumulate } = target;
    for (a, b) in [(a.slope, Some(b.value)), (Some(a.value), b.slope)] {
        if let (Some(a), Some(b)) = (a, b) {
            product(values, stride, accumulate, scale, a, b);
            accumulate = Accum::Add;
        }
    }
}

/// A factor as real matrices.
#[derive(Debug, Clone, Copy)]
struct Planes<'a, T> {
    value: Operand<'a, T>,
    slope: Option<Operand<'a, T>>,
}

/// Memory for the planes of one matrix.
#[derive(Debug, Default)]
struct Memory<T> {
    value: Vec<T>,
    slope: Vec<T>,
}

impl<T: Real> Memory<T> {
    /// Two planes of some length with arbitrary contents. They never shrink, for growing means clearing.
    fn of_len(&mut self, len: usize) -> (&mut [T], &mut [T]) {
        if self.value.len() < len {
            self.value.resize(len, T::ZERO);
            self.slope.resize(len, T::ZERO);
        }
        (&mut self.value[..len], &mut self.slope[..len])
    }

    /// The planes of a factor, copied if they lie between each other.
    fn planes<'a>(&'a mut self, factor: Factor<'a, Dual<T>>) -> Planes<'a, T> {
        let operand = match factor {
            Factor::Weight { values, direction } => return Planes { value: values, slope: direction },
            Factor::Activations(operand) => operand,
        };
        let columns = operand.row_len();
        let (values, slopes) = self.of_len(operand.rows() * operand.columns());
        let planes = values.chunks_exact_mut(columns).zip(slopes.chunks_exact_mut(columns));
        for (row, (values, slopes)) in operand.stored_rows().zip(planes) {
            for (number, (value, slope)) in row.iter().zip(values.iter_mut().zip(slopes)) {
                (*value, *slope) = (number.value, number.slope);
            }
        }
        Planes { value: operand.with_dense(values), slope: Some(operand.with_dense(slopes)) }
    }
}

/// What products of duals need, kept between them.
#[derive(Debug, Default)]
pub(crate) struct DualScratch<T> {
    left: Memory<T>,
    right: Memory<T>,
    result: Memory<T>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dual(value: f64) -> Dual<f64> {
        Dual { value, slope: 1.0 }
    }

    #[test]
    fn slopes_are_those_of_difference_quotients() {
        type Function = fn(Dual<f64>) -> Dual<f64>;
        let functions: [(&str, Function); 6] = [
            ("reciprocal", Number::reciprocal),
            ("inverse square root", |x| (x * x).inverse_sqrt()),
            ("exponential", Number::exp_nonpositive),
            ("gelu", Number::gelu),
            ("slope of gelu", |x| x.gelu_with_slope().1),
            ("polynomial", |x| x * x * x - x.times(3.0) + Dual::constant(2.0)),
        ];
        for (name, f) in functions {
            for x in [-3.1, -1.0, -0.2] {
                let step = 1e-5;
                let quotient = (f(dual(x + step)).value - f(dual(x - step)).value) / (2.0 * step);
                let slope = f(dual(x)).slope;
                assert!((slope - quotient).abs() < 1e-8 * (1.0 + slope.abs()), "{name} at {x}");
            }
        }
    }

    #[test]
    fn a_product_is_the_sum_over_its_definition() {
        let number = |i: usize| Dual { value: (i * 7 % 11) as f64 - 5.0, slope: (i * 5 % 7) as f64 - 3.0 };
        let (rows, inner, columns, gap) = (5, 4, 3, 2);
        let a: Vec<_> = (0..rows * (inner + gap)).map(number).collect();
        let b: Vec<_> = (0..columns * inner).map(|i| number(3 * i + 1)).collect();
        let weights: Vec<f64> = b.iter().map(|number| number.value).collect();
        let stride = columns + 1;
        let left = Factor::Activations(Operand::strided(&a, rows, inner, inner + gap));
        let right = Factor::Activations(Operand::dense(&b, columns, inner)).t();
        let constant =
            Factor::Weight { values: Operand::dense(&weights, columns, inner).t(), direction: None };
        for (right, constant) in [(right, false), (constant, true)] {
            let mut target = vec![number(9); rows * stride];
            let mut slopes = vec![1.0; rows * stride];
            let mut scratch = DualScratch::default();
            let sums = Target { values: &mut target, stride, accumulate: Accum::Add };
            Dual::product(&mut scratch, sums, 0.5, left, right);
            let parts = Target { values: &mut slopes, stride, accumulate: Accum::Add };
            Dual::product_part(&mut scratch, parts, left, right);
            for index in 0..rows * stride {
                let (row, column) = (index / stride, index % stride);
                let (mut wanted, mut part) = (number(9), 1.0);
                if column < columns {
                    for j in 0..inner {
                        let factor = b[column * inner + j];
                        let factor = if constant { Dual::constant(factor.value) } else { factor };
                        let term = a[row * (inner + gap) + j] * factor;
                        wanted += term.times(0.5);
                        part += term.slope;
                    }
                }
                assert_eq!(target[index], wanted, "({row}, {column})");
                assert!((slopes[index] - part).abs() < 1e-12, "({row}, {column})");
            }
        }
    }
}
