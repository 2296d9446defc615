//! Kernels one at a time, for those who time them.
//!
//! Kernels are private, for they trust their callers with lengths and change with the engine. A bench needs no more than
//! to run each on a typical input, and to know what that computes and moves: this is all that it gets. Inputs are chosen
//! so that they stay ordinary numbers however often a kernel runs in place.
//!
//! A kernel is bound by arithmetic or by memory, whichever takes longer ([`KernelWork`]): at best it computes as fast as a matrix
//! product and moves numbers as fast as a copy between pieces of memory that together are as large as its own, in one
//! level of cache or another.

use crate::{NnError, fast, kernels};

/// Runs a kernel once.
pub type KernelRun = Box<dyn FnMut() -> Result<(), NnError> + Send>;

/// What one run of a kernel does, in single precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KernelWork {
    /// Numbers that it gives.
    pub numbers: u64,
    /// Floating-point operations, a fused multiplication and addition being two; comparisons are none.
    pub flops: u64,
    /// Bytes that it must read and write, each array once; what it writes unread is fetched first, and counts as read.
    pub moved_bytes: u64,
    /// Bytes of these arrays.
    pub held_bytes: u64,
}

impl KernelWork {
    /// Work that is the same for each number of the result: operations, and numbers read, written, and held by the arrays.
    pub(crate) const fn each(numbers: usize, flops: usize, [reads, writes, holds]: [usize; 3]) -> Self {
        let bytes = numbers * size_of::<f32>();
        Self {
            numbers: numbers as u64,
            flops: (numbers * flops) as u64,
            moved_bytes: (bytes * (reads + writes)) as u64,
            held_bytes: (bytes * holds) as u64,
        }
    }
}

/// A kernel with a typical input.
#[derive(Debug, Clone, Copy)]
pub struct TimedKernel {
    /// What it is called.
    pub name: &'static str,
    /// What one run does.
    pub work: KernelWork,
    pub(crate) start: fn() -> Result<KernelRun, NnError>,
}

impl TimedKernel {
    /// Makes the input.
    pub fn start(&self) -> Result<KernelRun, NnError> {
        (self.start)()
    }
}

/// A kernel that cannot fail, as one that can.
#[expect(clippy::unnecessary_wraps, reason = "what starts a kernel may fail")]
pub(crate) fn infallible(mut run: impl FnMut() + Send + 'static) -> Result<KernelRun, NnError> {
    Ok(Box::new(move || {
        run();
        Ok(())
    }))
}

/// The kernels that most of a network's time goes to, on one thread.
pub fn timed_kernels() -> impl Iterator<Item = TimedKernel> {
    [kernels::TIMED_ROWS, kernels::TIMED_PRODUCTS, fast::TIMED_BLOCKS].concat().into_iter()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kernel_runs_again_and_again() {
        let mut names = HashSet::new();
        for kernel in timed_kernels() {
            assert!(names.insert(kernel.name), "{}", kernel.name);
            assert!(kernel.work.flops > 0 && kernel.work.held_bytes > 0, "{}", kernel.name);
            let mut run = kernel.start().unwrap();
            (0..3).for_each(|_| run().unwrap());
        }
    }
}
