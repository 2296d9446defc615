//! The unit of time: a matrix product.

use rayon::prelude::*;

use super::clock::Clock;
use super::samples::median;
use crate::suite::product;
use crate::{Failure, Threads};

/// Products that each thread multiplies for one reading of the unit on all threads, so that all of them have some.
const EACH: usize = 4;

type Product = Box<dyn FnMut() + Send>;

/// Measures the unit on so many threads.
pub(super) struct Calibration {
    threads: Threads,
    products: Vec<Product>,
    /// Every reading, in seconds.
    readings: Vec<f64>,
}

impl Calibration {
    /// For a pool of this many threads.
    pub(super) fn new(threads: Threads, pool: &rayon::ThreadPool) -> Self {
        let count = match threads {
            Threads::One => 1,
            Threads::All => EACH * pool.current_num_threads(),
        };
        let products = (0..count).map(|_| Box::new(product().0) as Product).collect();
        Self { threads, products, readings: Vec::new() }
    }

    /// Measures the unit once, in seconds; to be called in the pool.
    pub(super) fn read(&mut self) -> f64 {
        let clock = Clock::start(self.threads);
        match self.threads {
            Threads::One => self.products.iter_mut().for_each(|product| product()),
            Threads::All => self.products.par_iter_mut().with_max_len(1).for_each(|product| product()),
        }
        let share = if self.threads == Threads::All { EACH as f64 } else { 1.0 };
        let seconds = clock.seconds() / share;
        self.readings.push(seconds);
        seconds
    }

    /// What the unit usually took, in seconds; none where it was never measured.
    pub(super) fn usual(&self) -> Option<f64> {
        median(&self.readings)
    }
}

/// The unit around a measurement: the median of readings before and after it.
pub(super) fn unit(before: [f64; 2], after: [f64; 2]) -> Result<f64, Failure> {
    let readings = [before, after].concat();
    median(&readings).filter(|unit| *unit > 0.0).ok_or_else(|| "the clock stands still".into())
}
