//! The engine's kernels one at a time.

use proxyrank_nn::{TimedKernel, timed_kernels};

use crate::{Amount, Bench, Work};

pub(super) fn benches() -> Vec<Bench> {
    timed_kernels().map(bench).collect()
}

fn bench(kernel: TimedKernel) -> Bench {
    let make = move || {
        let mut run = kernel.start()?;
        Ok(Work::again(move || Ok(run()?)))
    };
    Bench::new("kernels", kernel.name, make).of(Amount::Kernel(kernel.work))
}
