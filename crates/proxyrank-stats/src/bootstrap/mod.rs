//! Bootstrap over architectures: intervals, rank intervals and paired tests for a whole panel of proxies at
//! once.
//!
//! # What is resampled
//!
//! A resample draws n architectures with replacement from the n at hand and recomputes everything on them.
//! All proxies see the same resamples, so that differences and ranks are paired. Copies of an architecture
//! are tied with each other in every variable, exactly as if the drawn values were written out and handed
//! to a library function; tau-b deals with that, tau-a and the selection statistics are lowered a little.
//! Within-cell and close-pair statistics speak of pairs of different architectures, and there pairs of
//! copies count as nothing.
//!
//! # What is reported
//!
//! Intervals are percentile intervals: with confidence 0.95 the 2.5% and 97.5% quantiles of the resampled
//! values. A resample in which a statistic is undefined (a score constant in it) is left out for that
//! statistic. The interval of a proxy's *rank* by tau-b is taken over the same resamples.
//!
//! # Reproducibility and cost
//!
//! Resample i uses stream i of one `ChaCha8` key, whichever thread computes it, and all counts are
//! integers: results are bit-identical for any number of threads. Nothing is sorted per resample (see the
//! crate's page), and pairs are counted in sixteen resamples at once (`block`).

mod analysis;
mod block;
mod paired;
mod panel;
mod replicate;

use serde::{Deserialize, Serialize};

pub use analysis::{Analysis, ProxyStatistics, Rivalry, analyse};
pub use paired::{Comparison, compare, holm};
pub use panel::{CLOSE_TOLERANCE, Panel};

use crate::error::StatsError;

/// How many resamples are drawn, from which seed, and how wide the intervals are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BootstrapOptions {
    /// The number of resamples.
    pub resamples: usize,
    /// The seed; equal seeds give bit-identical results.
    pub seed: u64,
    /// The share of resampled values inside an interval, between 0 and 1. A test is significant at `1 -
    /// confidence`.
    pub confidence: f64,
}

impl Default for BootstrapOptions {
    fn default() -> Self {
        Self { resamples: 10_000, seed: 0, confidence: 0.95 }
    }
}

impl BootstrapOptions {
    fn check(&self) -> Result<(), StatsError> {
        if self.resamples == 0 {
            return Err(StatsError::InvalidOption { option: "resamples", must: "be at least 1" });
        }
        check_confidence(self.confidence)
    }
}

/// Refuses a confidence that is not between 0 and 1.
pub(crate) fn check_confidence(confidence: f64) -> Result<(), StatsError> {
    if confidence > 0.0 && confidence < 1.0 {
        Ok(())
    } else {
        Err(StatsError::InvalidOption { option: "confidence", must: "lie between 0 and 1, both excluded" })
    }
}
