//! What a pass computes with: numbers, or numbers with a derivative.
//!
//! A backward pass is made of the same few operations on every element, so it is written once, for any [`Number`].
//! Run on real numbers it gives a gradient. Run on dual numbers, whose second part is the derivative along a direction
//! in weight space, every line of it differentiates itself, and what comes out beside the gradient is the Hessian
//! times that direction: exact second derivatives of every operation, with no formula for any of them.
//!
//! Matrix products are part of the trait, for that of dual numbers is three products of real planes.

mod dual;

use std::borrow::Cow;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Mul, Sub, SubAssign};

use faer::Accum;

use crate::kernels::{Operand, product};
use crate::real::Real;
use crate::weights::{Arena, Layout, Span, Weights};

pub(crate) use dual::{Dual, DualScratch};

/// A real or dual number. The default is zero.
pub(crate) trait Number:
    Copy
    + Debug
    + Default
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + AddAssign
    + SubAssign
{
    /// What it is made of.
    type Real: Real;
    /// Memory that its products need.
    type Scratch: Debug + Default + Send;

    /// A number that does not depend on the weights.
    fn constant(value: Self::Real) -> Self;
    /// Without the derivative.
    fn value(self) -> Self::Real;
    /// The part that the pass is for: the derivative of a dual number, all of a real one.
    fn part(self) -> Self::Real;
    /// Times a constant.
    #[must_use]
    fn times(self, factor: Self::Real) -> Self;
    /// One over it.
    #[must_use]
    fn reciprocal(self) -> Self;
    /// One over its square root.
    #[must_use]
    fn inverse_sqrt(self) -> Self;
    /// e to its power; it is not positive.
    #[must_use]
    fn exp_nonpositive(self) -> Self;
    /// x Φ(x).
    #[must_use]
    fn gelu(self) -> Self;
    /// x Φ(x) and its slope Φ(x) + x φ(x).
    fn gelu_with_slope(self) -> (Self, Self);

    /// The values of some parameters.
    fn parameters<'a>(parameters: &Parameters<'a, Self::Real>, span: &Span) -> Cow<'a, [Self]>;

    /// `target = [target +] scale · a · b`; `target` is row-major with rows `stride` apart.
    fn product(
        scratch: &mut Self::Scratch,
        target: Target<'_, Self>,
        scale: Self::Real,
        a: Factor<'_, Self>,
        b: Factor<'_, Self>,
    );

    /// The same, of which only [`Number::part`] is computed and stored.
    fn product_part(
        scratch: &mut Self::Scratch,
        target: Target<'_, Self::Real>,
        a: Factor<'_, Self>,
        b: Factor<'_, Self>,
    );
}

/// Where a product goes.
#[derive(Debug)]
pub(crate) struct Target<'a, N> {
    /// Row-major, from the first element on.
    pub values: &'a mut [N],
    /// Distance between rows.
    pub stride: usize,
    /// Replaces what is there, or adds to it.
    pub accumulate: Accum,
}

/// A factor of a product.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Factor<'a, N: Number> {
    /// Activations.
    Activations(Operand<'a, N>),
    /// A matrix of parameters, and the direction's part in the same place, if there is one.
    Weight { values: Operand<'a, N::Real>, direction: Option<Operand<'a, N::Real>> },
}

impl<N: Number> Factor<'_, N> {
    /// The transpose.
    pub(crate) fn t(self) -> Self {
        match self {
            Self::Activations(operand) => Self::Activations(operand.t()),
            Self::Weight { values, direction } => {
                Self::Weight { values: values.t(), direction: direction.map(Operand::t) }
            }
        }
    }
}

/// The weights of a pass, and the direction in which it is differentiated, with the body's layout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters<'a, T> {
    embeddings: &'a [T],
    pub body: &'a [T],
    pub direction: Option<&'a [T]>,
}

impl<'a, T: Real> Parameters<'a, T> {
    /// The weights of any network.
    pub(crate) fn new<L: Layout>(weights: &'a Weights<T, L>, direction: Option<&'a [T]>) -> Self {
        Self { embeddings: weights.embeddings(), body: weights.body(), direction }
    }

    /// The values of a span.
    pub(crate) fn values(&self, span: &Span) -> &'a [T] {
        let arena = match span.arena {
            Arena::Embeddings => self.embeddings,
            Arena::Body => self.body,
        };
        &arena[span.elements.clone()]
    }

    /// The direction's part in the place of a span; the embedding tables are constant.
    pub(crate) fn direction(&self, span: &Span) -> Option<&'a [T]> {
        match span.arena {
            Arena::Embeddings => None,
            Arena::Body => self.direction.map(|direction| &direction[span.elements.clone()]),
        }
    }

    /// A span as a (rows, columns) factor.
    pub(crate) fn matrix<N: Number<Real = T>>(
        &self,
        span: &Span,
        rows: usize,
        columns: usize,
    ) -> Factor<'a, N> {
        Factor::Weight {
            values: Operand::dense(self.values(span), rows, columns),
            direction: self.direction(span).map(|direction| Operand::dense(direction, rows, columns)),
        }
    }
}

#[expect(clippy::inline_always, reason = "a loop over these is vectorised only if they are inlined")]
impl<T: Real> Number for T {
    type Real = T;
    type Scratch = ();

    #[inline(always)]
    fn constant(value: T) -> T {
        value
    }

    #[inline(always)]
    fn value(self) -> T {
        self
    }

    #[inline(always)]
    fn part(self) -> T {
        self
    }

    #[inline(always)]
    fn times(self, factor: T) -> T {
        self * factor
    }

    #[inline(always)]
    fn reciprocal(self) -> T {
        T::ONE / self
    }

    #[inline(always)]
    fn inverse_sqrt(self) -> T {
        Real::inverse_sqrt(self)
    }

    #[inline(always)]
    fn exp_nonpositive(self) -> T {
        Real::exp_nonpositive(self)
    }

    #[inline(always)]
    fn gelu(self) -> T {
        Real::gelu(self)
    }

    #[inline(always)]
    fn gelu_with_slope(self) -> (T, T) {
        Real::gelu_with_slope(self)
    }

    fn parameters<'a>(parameters: &Parameters<'a, T>, span: &Span) -> Cow<'a, [T]> {
        Cow::Borrowed(parameters.values(span))
    }

    fn product((): &mut (), target: Target<'_, T>, scale: T, a: Factor<'_, T>, b: Factor<'_, T>) {
        product(target.values, target.stride, target.accumulate, scale, plain(a), plain(b));
    }

    fn product_part((): &mut (), target: Target<'_, T>, a: Factor<'_, T>, b: Factor<'_, T>) {
        product(target.values, target.stride, target.accumulate, T::ONE, plain(a), plain(b));
    }
}

fn plain<T: Real>(factor: Factor<'_, T>) -> Operand<'_, T> {
    match factor {
        Factor::Activations(operand) | Factor::Weight { values: operand, .. } => operand,
    }
}
