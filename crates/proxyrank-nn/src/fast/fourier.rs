//! Fourier and cosine transforms as matrix products.
//!
//! A head has a few dozen columns and a sequence a few hundred tokens, so dense products at full rate beat a fast
//! transform, and the real part of the two-dimensional Fourier transform is C X C' - S X S' with cosine and sine
//! matrices: no complex number is needed. They run at the rate of a large product: 108 GFLOP/s on one core of an AMD EPYC
//! (Zen 4), where a product of 256 x 512 x 512 runs at 105.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use faer::Accum;

use super::pass::Pass;
use super::workspace::Buffer;
use crate::kernels::Operand;
use crate::number::{Factor, Number, Target};
use crate::real::Real;
use crate::weights::Transform;

/// A square matrix of one axis' transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Table {
    /// cos(2π k n / N).
    Cosine,
    /// sin(2π k n / N).
    Sine,
    /// 2 cos(π k (2n + 1) / 2N), rows k: the cosine transform of type II.
    CosineTwo,
}

impl Table {
    /// Its values, row-major. Angles are reduced as integers, so none is rounded before its cosine is taken.
    pub(crate) fn values<T: Real>(self, n: usize) -> Vec<T> {
        let turn = std::f64::consts::TAU;
        let value = |k: usize, i: usize| match self {
            Self::Cosine => (turn * (k * i % n) as f64 / n as f64).cos(),
            Self::Sine => (turn * (k * i % n) as f64 / n as f64).sin(),
            Self::CosineTwo => 2.0 * (turn * (k * (2 * i + 1) % (4 * n)) as f64 / (4 * n) as f64).cos(),
        };
        (0..n * n).map(|index| T::of_f64(value(index / n, index % n))).collect()
    }
}

/// Matrices by kind and size.
type Known<T> = HashMap<(Table, usize), Arc<[T]>>;

/// Matrices that were needed before.
#[derive(Debug, Default)]
pub(crate) struct TransformTables<T> {
    known: Mutex<Known<T>>,
}

impl<T: Real> TransformTables<T> {
    fn get(&self, table: Table, n: usize) -> Arc<[T]> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry((table, n)).or_insert_with(|| table.values(n).into()))
    }
}

/// Which of a linear map and its transpose.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// The map.
    Forward,
    /// Its transpose, which takes gradients back.
    Backward,
}

impl Way {
    fn of<N: Number>(self, matrix: Operand<'_, N::Real>) -> Factor<'_, N> {
        let factor = Factor::Weight { values: matrix, direction: None };
        match self {
            Self::Forward => factor,
            Self::Backward => factor.t(),
        }
    }
}

/// The transform of every head of every sequence in the block.
pub(super) fn transform<N: Number>(
    pass: &mut Pass<'_, N>,
    x: &Buffer<N>,
    heads: usize,
    kind: Transform,
    way: Way,
) -> Buffer<N> {
    let mut output = pass.workspace.take(x.rows(), x.width);
    match kind {
        Transform::Cosine => separable(pass, x, heads, Table::CosineTwo, way, Term::First, &mut output),
        Transform::Fourier => {
            separable(pass, x, heads, Table::Cosine, way, Term::First, &mut output);
            separable(pass, x, heads, Table::Sine, way, Term::Subtracted, &mut output);
        }
    }
    output
}

/// What a product does with what is there.
#[derive(Debug, Clone, Copy)]
enum Term {
    /// Replaces it.
    First,
    /// Is subtracted from it.
    Subtracted,
}

/// `output [-]= M_tokens X M_headᵀ`, or with the transposes of both matrices.
fn separable<N: Number>(
    pass: &mut Pass<'_, N>,
    x: &Buffer<N>,
    heads: usize,
    table: Table,
    way: Way,
    term: Term,
    output: &mut Buffer<N>,
) {
    let (width, d, seq_len) = (x.width, x.width / heads, pass.block.seq_len);
    let (over_tokens, over_head) = (pass.tables.get(table, seq_len), pass.tables.get(table, d));
    let mut half = pass.workspace.take(x.rows(), width);
    // Heads lie side by side, so a row of the merged matrix is `heads` rows of head width.
    let merged = Factor::Activations(Operand::dense(x.values(), x.rows() * heads, d));
    let head_matrix = way.of(Operand::dense(&over_head, d, d)).t();
    let target = Target { values: half.values_mut(), stride: d, accumulate: Accum::Replace };
    pass.product(target, N::Real::ONE, merged, head_matrix);
    let (accumulate, sign) = match term {
        Term::First => (Accum::Replace, N::Real::ONE),
        Term::Subtracted => (Accum::Add, N::Real::of_f64(-1.0)),
    };
    let sequence = seq_len * width;
    let sequences = half.values().chunks_exact(sequence).zip(output.values_mut().chunks_exact_mut(sequence));
    for (half, output) in sequences {
        let token_matrix = way.of(Operand::dense(&over_tokens, seq_len, seq_len));
        let half = Factor::Activations(Operand::dense(half, seq_len, width));
        pass.product(Target { values: output, stride: width, accumulate }, sign, token_matrix, half);
    }
    pass.workspace.give(half);
}
