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

/// The bytes that a copy of this bench's name moves; none if it is no copy.
pub fn copy_bytes(name: &str) -> Option<u64> {
    COPIES.into_iter().find(|&numbers| copy_name(numbers) == name).map(moved)
}

fn copy_name(numbers: usize) -> String {
    format!("copy {} KiB", numbers * size_of::<f32>() / 1024)
}

const fn moved(numbers: usize) -> u64 {
    2 * (numbers * size_of::<f32>()) as u64
}

pub(super) fn benches() -> Vec<Bench> {
    let multiply = Bench::new(BOUNDS, PRODUCT, || Ok(Work::infallible(product().0)));
    let copies = COPIES.map(|numbers| {
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
            moved_bytes: moved(numbers),
            held_bytes: moved(numbers),
        };
        Bench::new(BOUNDS, copy_name(numbers), make).of(Amount::Kernel(work))
    });
    let flops = product().1;
    [multiply.of(Amount::Flops(flops))].into_iter().chain(copies).collect()
}
