//! Plain arithmetic for references: noise drawn a second time, eigenvalues by Jacobi's rotations.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use proxyrank_nn::TokenBatch;
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Every operation.
pub(crate) const OPERATIONS: [Operation; 6] = [
    Operation::Sdp,
    Operation::Wma,
    Operation::Dft,
    Operation::Dct,
    Operation::Dsc { kernel: DscKernel::Five },
    Operation::Dsc { kernel: DscKernel::Nine },
];

/// Two layers of one operation, with a projection behind the embeddings.
pub(crate) fn network_of(operation: Operation) -> EncoderNetwork {
    let chains = [vec![16, 20, 16], vec![16, 12, 14, 16]];
    let layers = chains.into_iter().map(|ffn_widths| EncoderLayer { operation, heads: 4, ffn_widths });
    EncoderNetwork {
        vocab_size: 97,
        embedding_size: 8,
        max_positions: 40,
        token_types: 2,
        hidden_size: 16,
        layers: layers.collect(),
    }
}

/// Ids without a pattern.
pub(crate) fn tokens(batch: usize, seq_len: usize) -> TokenBatch {
    let ids = (0..batch * seq_len).map(|i| u32::try_from((i * i * 7 + 3 * i + 1) % 97).unwrap());
    TokenBatch::new(ids.collect(), batch, seq_len).unwrap()
}

/// The stream of a purpose that belongs to a batch.
pub(crate) fn stream(purpose: &[u8; 16], batch: &TokenBatch) -> ChaCha8Rng {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for id in batch.ids() {
        for byte in id.to_le_bytes() {
            hash ^= u64::from(byte);
            hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    let mut key = [0; 32];
    key[..16].copy_from_slice(purpose);
    key[16..24].copy_from_slice(&hash.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// Signs from the bits of a stream.
pub(crate) fn signs(purpose: &[u8; 16], batch: &TokenBatch, count: usize) -> Vec<f64> {
    let mut stream = stream(purpose, batch);
    let words: Vec<u64> = (0..count.div_ceil(64)).map(|_| stream.next_u64()).collect();
    (0..count).map(|i| if words[i / 64] & (1 << (i % 64)) == 0 { -1.0 } else { 1.0 }).collect()
}

/// Standard normal numbers by the Box-Muller transform, rounded to single precision.
#[expect(clippy::cast_possible_truncation, reason = "rounding is meant")]
pub(crate) fn normal(purpose: &[u8; 16], batch: &TokenBatch, count: usize) -> Vec<f64> {
    let mut stream = stream(purpose, batch);
    let mut uniform = || (stream.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0;
    let pairs = (0..count.div_ceil(2)).flat_map(|_| {
        let (one, other) = (uniform(), std::f64::consts::TAU * uniform());
        let radius = (-2.0 * (1.0 - one).ln()).sqrt();
        [radius * other.cos(), radius * other.sin()]
    });
    pairs.take(count).map(|value| f64::from(value as f32)).collect()
}

/// Eigenvalues of a symmetric matrix, smallest first.
pub(crate) fn jacobi(mut matrix: Vec<Vec<f64>>) -> Vec<f64> {
    let n = matrix.len();
    for _ in 0..60 {
        for p in 0..n {
            for q in p + 1..n {
                if matrix[p][q].abs() < 1e-300 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let cosine = 1.0 / tangent.hypot(1.0);
                let sine = tangent * cosine;
                for row in &mut matrix {
                    let (x, y) = (row[p], row[q]);
                    (row[p], row[q]) = (cosine * x - sine * y, sine * x + cosine * y);
                }
                let (above, below) = matrix.split_at_mut(q);
                for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
                    (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
                }
            }
        }
    }
    let mut values: Vec<f64> = (0..n).map(|i| matrix[i][i]).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Covariances of the columns of a row-major matrix, over the number of rows.
pub(crate) fn covariance(values: &[f64], columns: usize) -> Vec<Vec<f64>> {
    let rows = values.len() / columns;
    let at = |row: usize, column: usize| values[row * columns + column];
    let means: Vec<f64> =
        (0..columns).map(|c| (0..rows).map(|row| at(row, c)).sum::<f64>() / rows as f64).collect();
    let entry = |a: usize, b: usize| {
        (0..rows).map(|row| (at(row, a) - means[a]) * (at(row, b) - means[b])).sum::<f64>() / rows as f64
    };
    (0..columns).map(|a| (0..columns).map(|b| entry(a, b)).collect()).collect()
}

/// Asserts a relative error.
pub(crate) fn close(what: &str, found: f64, wanted: f64, tolerance: f64) {
    let error = (found - wanted).abs() / wanted.abs().max(1e-3);
    assert!(error <= tolerance, "{what}: {found}, not {wanted}: {error:.1e}");
}
