//! The kernels with typical inputs: 512 rows, as a block has.

use faer::Accum;

use super::{
    Operand, add_bias, bias_gelu, bias_gelu_kept, column_sums, gelu_bias_backward, layer_norm,
    layer_norm_backward, layer_norm_kept, product, residual, scale_by, softmax_backward, softmax_rows,
};
use crate::NnError;
use crate::timed::{KernelRun, KernelWork, TimedKernel, infallible};

type Start = fn() -> Result<KernelRun, NnError>;

const ROWS: usize = 512;
/// A feed-forward layer's output.
const WIDE: usize = 1024;
/// A hidden state.
const HIDDEN: usize = 256;
/// Probabilities of a token.
const TOKENS: usize = 128;
/// Columns of a head.
const HEAD: usize = 32;
const EPSILON: f32 = 1e-12;

/// Numbers read, written, and held by the arrays, for each number of the result. Memory that is written unread is fetched
/// first all the same, so it counts as read.
type Traffic = [usize; 3];

const IN_PLACE: Traffic = [1, 1, 1];
/// In place, with another array that is read.
const READS_ANOTHER: Traffic = [2, 1, 2];
/// In place, with another array that is written.
const WRITES_ANOTHER: Traffic = [2, 2, 2];
const READS_ONLY: Traffic = [1, 0, 1];

const fn rows(name: &'static str, width: usize, flops: usize, traffic: Traffic, start: Start) -> TimedKernel {
    TimedKernel { name, work: KernelWork::each(ROWS * width, flops, traffic), start }
}

/// Numbers between -1 and 1.
pub(crate) fn spread(len: usize) -> Vec<f32> {
    (0..len).map(|index| (index * 7 % 41) as f32 / 20.0 - 1.0).collect()
}

/// One and minus one, so that a product with them keeps its size.
pub(crate) fn signs(len: usize) -> Vec<f32> {
    (0..len).map(|index| if index % 2 == 0 { 1.0 } else { -1.0 }).collect()
}

/// Under this bias a GELU has a fixed point. A large input would make its slope's density subnormal, which is slow.
fn fixed() -> Vec<f32> {
    vec![-1.0; WIDE]
}

/// Pairs of one and minus one: orthogonal to [`signs`], and to ones.
fn pairs(len: usize) -> Vec<f32> {
    (0..len).map(|index| if index % 4 < 2 { 1.0 } else { -1.0 }).collect()
}

/// Kernels over rows.
///
/// Of the operations of a number, an exponential takes 22 and an error function 23.
pub(crate) const TIMED_ROWS: &[TimedKernel] = &[
    rows("add bias", WIDE, 1, IN_PLACE, || {
        let (mut values, bias) = (spread(ROWS * WIDE), signs(WIDE));
        infallible(move || add_bias(&mut values, &bias))
    }),
    rows("residual", HIDDEN, 1, READS_ANOTHER, || {
        let (mut values, other) = (spread(ROWS * HIDDEN), signs(ROWS * HIDDEN));
        infallible(move || residual(&mut values, &other))
    }),
    rows("bias and GELU", WIDE, 28, IN_PLACE, || {
        let (mut values, bias) = (spread(ROWS * WIDE), fixed());
        infallible(move || bias_gelu(&mut values, &bias))
    }),
    rows("bias and GELU, slope kept", WIDE, 57, WRITES_ANOTHER, || {
        let (mut values, bias) = (spread(ROWS * WIDE), fixed());
        let mut slopes = values.clone();
        infallible(move || bias_gelu_kept(&mut values, &mut slopes, &bias))
    }),
    rows("bias and GELU, backward", WIDE, 2, READS_ANOTHER, || {
        let (mut gradient, slopes) = (spread(ROWS * WIDE), signs(ROWS * WIDE));
        let mut sums = vec![0.0_f32; WIDE];
        infallible(move || gelu_bias_backward(&mut gradient, &slopes, &mut sums))
    }),
    rows("layer norm", HIDDEN, 7, IN_PLACE, || {
        let (mut values, gain, shift) = (spread(ROWS * HIDDEN), vec![1.0; HIDDEN], vec![0.0; HIDDEN]);
        infallible(move || layer_norm(&mut values, &gain, &shift, EPSILON))
    }),
    rows("layer norm, kept", HIDDEN, 7, WRITES_ANOTHER, || {
        let (mut values, gain, shift) = (spread(ROWS * HIDDEN), vec![1.0; HIDDEN], vec![0.0; HIDDEN]);
        let (mut normed, mut scales) = (values.clone(), vec![0.0; ROWS]);
        infallible(move || layer_norm_kept(&mut values, &mut normed, &mut scales, &gain, &shift, EPSILON))
    }),
    rows("layer norm, backward", HIDDEN, 11, READS_ANOTHER, || {
        let (mut gradient, normed) = (spread(ROWS * HIDDEN), signs(ROWS * HIDDEN));
        let (scales, gain) = (vec![1.0; ROWS], vec![1.0; HIDDEN]);
        let (mut gains, mut shifts) = (vec![0.0_f32; HIDDEN], vec![0.0_f32; HIDDEN]);
        infallible(move || {
            layer_norm_backward(&mut gradient, &normed, &scales, &gain, &mut gains, &mut shifts);
        })
    }),
    rows("softmax", TOKENS, 25, IN_PLACE, || {
        let mut values = spread(ROWS * TOKENS);
        infallible(move || softmax_rows(&mut values, TOKENS))
    }),
    rows("softmax, backward", TOKENS, 4, READS_ANOTHER, || {
        let (mut gradient, probabilities) = (pairs(ROWS * TOKENS), signs(ROWS * TOKENS));
        infallible(move || softmax_backward(&mut gradient, &probabilities, TOKENS))
    }),
    rows("column sums", WIDE, 1, READS_ONLY, || {
        let (gradient, mut sums) = (signs(ROWS * WIDE), vec![0.0_f32; WIDE]);
        infallible(move || column_sums(&gradient, &mut sums))
    }),
    rows("element-wise product", HIDDEN, 1, READS_ANOTHER, || {
        let (mut values, factors) = (spread(ROWS * HIDDEN), signs(ROWS * HIDDEN));
        infallible(move || scale_by(&mut values, &factors))
    }),
];

/// A product of (m, k) and (k, n).
const fn of_sizes(name: &'static str, [m, k, n]: [usize; 3], start: Start) -> TimedKernel {
    let held = (m * k + k * n + m * n) * size_of::<f32>();
    let work = KernelWork {
        numbers: (m * n) as u64,
        flops: (2 * m * k * n) as u64,
        moved_bytes: held as u64,
        held_bytes: held as u64,
    };
    TimedKernel { name, work, start }
}

/// The products of a layer and of attention.
pub(crate) const TIMED_PRODUCTS: &[TimedKernel] = &[
    of_sizes("product of a linear layer", [ROWS, HIDDEN, WIDE], || {
        let (x, weight) = (spread(ROWS * HIDDEN), spread(WIDE * HIDDEN));
        let mut target = vec![0.0; ROWS * WIDE];
        infallible(move || {
            let (x, weight) = (Operand::dense(&x, ROWS, HIDDEN), Operand::dense(&weight, WIDE, HIDDEN));
            product(&mut target, WIDE, Accum::Replace, 1.0, x, weight.t());
        })
    }),
    of_sizes("product for a layer's input, backward", [ROWS, WIDE, HIDDEN], || {
        let (gradient, weight) = (spread(ROWS * WIDE), spread(WIDE * HIDDEN));
        let mut target = vec![0.0; ROWS * HIDDEN];
        infallible(move || {
            let (gradient, weight) =
                (Operand::dense(&gradient, ROWS, WIDE), Operand::dense(&weight, WIDE, HIDDEN));
            product(&mut target, HIDDEN, Accum::Replace, 1.0, gradient, weight);
        })
    }),
    of_sizes("product for a layer's weight, backward", [WIDE, ROWS, HIDDEN], || {
        let (gradient, x) = (spread(ROWS * WIDE), spread(ROWS * HIDDEN));
        let mut target = vec![0.0; WIDE * HIDDEN];
        infallible(move || {
            let (gradient, x) = (Operand::dense(&gradient, ROWS, WIDE), Operand::dense(&x, ROWS, HIDDEN));
            product(&mut target, HIDDEN, Accum::Replace, 1.0, gradient.t(), x);
        })
    }),
    of_sizes("product of an attention tile", [TOKENS, HEAD, TOKENS], || {
        let (query, key) = (spread(TOKENS * HIDDEN), spread(TOKENS * HIDDEN));
        let mut scores = vec![0.0; TOKENS * TOKENS];
        infallible(move || {
            let of = |values| Operand::strided(values, TOKENS, HEAD, HIDDEN);
            product(&mut scores, TOKENS, Accum::Replace, 1.0, of(&query[..]), of(&key[..]).t());
        })
    }),
];
