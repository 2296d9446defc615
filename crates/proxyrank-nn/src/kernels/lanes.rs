//! Reductions over a row, in lanes.
//!
//! A compiler may not reorder floating-point additions by itself, so they run in a fixed number of lanes, and their order
//! is the same on every machine. They are parts of the norms and softmaxes whose rates stand in `rows` and `backward`.

use crate::number::Number;
use crate::real::Real;

/// Lanes of a reduction: two vectors of the widest common unit, so that additions overlap.
const LANES: usize = 16;

/// Sum of a function over a row.
#[expect(clippy::inline_always, reason = "must be compiled for the caller's vector unit")]
#[inline(always)]
pub(super) fn sum<N: Number>(row: &[N], f: impl Fn(N) -> N) -> N {
    let mut lanes = [N::default(); LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += f(x);
        }
    }
    let mut total = N::default();
    for &x in rest {
        total += f(x);
    }
    total + folded(lanes)
}

/// Inner product of two rows of the same length.
#[expect(clippy::inline_always, reason = "must be compiled for the caller's vector unit")]
#[inline(always)]
pub(crate) fn inner<N: Number>(a: &[N], b: &[N]) -> N {
    let mut lanes = [N::default(); LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let mut total = N::default();
    for (&a, &b) in a_rest.iter().zip(b_rest) {
        total += a * b;
    }
    total + folded(lanes)
}

/// Sum of the lanes, halves first.
#[expect(clippy::inline_always, reason = "must be compiled for the caller's vector unit")]
#[inline(always)]
fn folded<N: Number>(mut lanes: [N; LANES]) -> N {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            let other = lanes[lane + half];
            lanes[lane] += other;
        }
        half /= 2;
    }
    lanes[0]
}

/// Largest value of a row.
#[expect(clippy::inline_always, reason = "must be compiled for the caller's vector unit")]
#[inline(always)]
pub(super) fn largest<N: Number>(row: &[N]) -> N::Real {
    let mut lanes = [N::Real::LOWEST; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = lane.larger(x.value());
        }
    }
    let rest = rest.iter().map(|x| x.value());
    rest.chain(lanes).fold(N::Real::LOWEST, Real::larger)
}
