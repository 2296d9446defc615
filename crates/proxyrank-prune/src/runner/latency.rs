//! Measured latency.

use std::time::Instant;

use crate::PruneError;
use crate::encoder::{Pruned, Text, Weights};
use crate::space::Masks;

/// Median seconds of a forward pass of one text of so many tokens on sliced weights, on one thread; the specification has 10 passes to warm
/// up and 300 repetitions.
pub fn latency(
    weights: &Weights,
    masks: &Masks,
    tokens: usize,
    (warm_up, repetitions): (usize, usize),
) -> Result<f64, PruneError> {
    let text = Text { ids: vec![0; tokens], segments: vec![0; tokens] };
    let network = Pruned::new(weights, masks)?;
    let once = || -> Result<f64, PruneError> {
        let start = Instant::now();
        network.logits(std::slice::from_ref(&text))?;
        Ok(start.elapsed().as_secs_f64())
    };
    for _ in 0..warm_up {
        once()?;
    }
    let mut times = (0..repetitions.max(1)).map(|_| once()).collect::<Result<Vec<f64>, _>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
