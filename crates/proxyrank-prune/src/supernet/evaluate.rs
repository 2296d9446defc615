//! Measuring a sub-network.

use serde::{Deserialize, Serialize};

use super::{Examples, Metric};
use crate::PruneError;
use crate::encoder::{Pruned, Weights};
use crate::space::Masks;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// 1 - metric.
    pub error: f64,
    /// Wall-clock time of all texts, cutting the sub-network out included.
    pub seconds: f64,
}

/// The error of a sub-network of some weights, run with sliced weights and without dropout.
pub fn evaluate(
    weights: &Weights,
    masks: &Masks,
    examples: &Examples,
    metric: Metric,
) -> Result<Evaluation, PruneError> {
    let start = std::time::Instant::now();
    let logits = Pruned::new(weights, masks)?.logits(examples.texts())?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Evaluation { error: metric.error(examples.labels(), &logits), seconds })
}
