//! What the machine can do at best: multiply matrices, and move numbers between caches.
//!
//! The product is also the check's calibration. It is faer's own, not the kernel that this project wraps around it, so that
//! a slower kernel does not slow its own unit down.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::{Amount, Bench, Work};
use proxyrank_nn::KernelWork;

/// The group of the bounds.
pub const BOUNDS: &str = "bounds";
/// The bench of a product.
pub const PRODUCT: &str = "product";

/// Rows, inner size and columns of the product: a millisecond, in the second-level cache.
const SIZES: [usize; 3] = [256, 512, 512];

/// Numbers that a copy moves: within the second-level cache, about as large as it, larger.
const COPIES: [usize; 3] = [1 << 16, 1 << 18, 1 << 19];

/// Multiplies two matrices in single precision on one thread, and says with how many operations.
pub fn product() -> (impl FnMut() + Send + 'static, u64) {
    let [rows, inner, columns] = SIZES;
    let (a, b) = (vec![0.5_f32; rows * inner], vec![0.5_f32; columns * inner]);
    let mut target = vec![0.0_f32; rows * columns];
    let run = move || {
        matmul(
            MatMut::from_row_major_slice_mut(&mut target, rows, columns),
            Accum::Replace,
            MatRef::from_row_major_slice(&a, rows, inner),
            MatRef::from_row_major_slice(&b, columns, inner).transpose(),
            1.0,
            Par::Seq,
        );
    };
    (run, 2 * (rows * inner * columns) as u64)
}

pub(super) fn benches() -> Vec<Bench> {
    let flops = product().1;
    let multiply = Bench::new(BOUNDS, PRODUCT, || Ok(Work::infallible(product().0))).of(Amount::Flops(flops));
    [multiply].into_iter().chain(COPIES.map(copy)).collect()
}

fn copy(numbers: usize) -> Bench {
    let bytes = numbers * size_of::<f32>();
    let make = move || {
        let (from, mut to) = (vec![0.5_f32; numbers], vec![0.0_f32; numbers]);
        Ok(Work::infallible(move || {
            to.copy_from_slice(std::hint::black_box(&from));
            std::hint::black_box(&mut to);
        }))
    };
    let work = KernelWork {
        numbers: numbers as u64,
        flops: 0,
        // Read, fetched, written.
        moved_bytes: 3 * bytes as u64,
        held_bytes: 2 * bytes as u64,
    };
    Bench::new(BOUNDS, format!("copy {} KiB", bytes / 1024), make).of(Amount::Kernel(work))
}
