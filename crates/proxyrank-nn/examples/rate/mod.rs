//! Clocks and totals that examples about rates share.
#![allow(
    dead_code,
    clippy::print_stdout,
    reason = "each example uses a part of it, and reports on standard output"
)]

use std::time::Instant;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use proxyrank_nn::NnError;
use rayon::prelude::*;

/// What a piece of work took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Wall time in seconds.
    pub(crate) wall: f64,
    /// CPU time in seconds, divided by the threads; the wall time where it cannot be told.
    pub(crate) cpu: f64,
}

impl Cost {
    pub(crate) fn of(work: impl FnOnce() -> Result<(), NnError>) -> Result<Self, NnError> {
        let (cpu, wall) = (cpu_seconds(), Instant::now());
        work()?;
        let wall = wall.elapsed().as_secs_f64();
        let cpu = cpu_seconds().zip(cpu).map(|(end, start)| end - start);
        Ok(Self { wall, cpu: cpu.map_or(wall, |cpu| cpu / rayon::current_num_threads() as f64) })
    }

    /// The smallest of each kind.
    pub(crate) fn best(times: usize, mut work: impl FnMut() -> Result<(), NnError>) -> Result<Self, NnError> {
        let mut best = Self { wall: f64::INFINITY, cpu: f64::INFINITY };
        for _ in 0..times {
            let cost = Self::of(&mut work)?;
            best = Self { wall: best.wall.min(cost.wall), cpu: best.cpu.min(cost.cpu) };
        }
        Ok(best)
    }
}

/// Seconds that the threads of this process have run, as Linux tells it.
pub(crate) fn cpu_seconds() -> Option<f64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let nanoseconds = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    Some(nanoseconds.sum::<f64>() / 1e9)
}

/// Cost of a GFLOP of independent square products, one on each thread: about 30 ms of work.
pub(crate) fn product_cost() -> Result<Cost, NnError> {
    const SIDE: usize = 1024;
    let threads = rayon::current_num_threads();
    let (a, b) = (vec![0.5_f32; SIDE * SIDE], vec![0.5_f32; SIDE * SIDE]);
    let mut targets = vec![vec![0.0_f32; SIDE * SIDE]; threads];
    let best = Cost::best(3, || {
        targets.par_iter_mut().for_each(|target| {
            matmul(
                MatMut::from_row_major_slice_mut(target, SIDE, SIDE),
                Accum::Replace,
                MatRef::from_row_major_slice(&a, SIDE, SIDE),
                MatRef::from_row_major_slice(&b, SIDE, SIDE).transpose(),
                1.0,
                Par::Seq,
            );
        });
        Ok(())
    })?;
    let gigaflops = 2.0 * (SIDE * SIDE * SIDE * threads) as f64 / 1e9;
    Ok(Cost { wall: best.wall / gigaflops, cpu: best.cpu / gigaflops })
}

/// The most memory that the process has had, in MB, as Linux tells it.
pub(crate) fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// Cost and work of one kind of pass.
#[derive(Default)]
pub(crate) struct Total {
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    gigaflops: f64,
    /// The cost, were it all products at the rate measured beside it.
    possible: [f64; 2],
    count: usize,
}

impl Total {
    pub(crate) fn add(&mut self, cost: Cost, flops: f64, product: Cost) {
        let gigaflops = flops / 1e9;
        self.wall += cost.wall;
        self.cpu += cost.cpu;
        self.gigaflops += gigaflops;
        self.possible[0] += gigaflops * product.wall;
        self.possible[1] += gigaflops * product.cpu;
        self.count += 1;
    }

    pub(crate) fn print(&self, name: &str) {
        let each = 1e3 * self.wall / self.count.max(1) as f64;
        let reached = self.gigaflops / self.wall;
        let [wall, cpu] = [self.possible[0] / self.wall, self.possible[1] / self.cpu];
        println!(
            "{name} {each:7.1} ms a network, {reached:.0} GFLOP/s, {:.1}% of the matmul rate ({:.1}% in CPU time)",
            100.0 * wall,
            100.0 * cpu
        );
    }
}
