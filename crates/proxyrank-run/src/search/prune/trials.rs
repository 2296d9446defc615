//! Records of sub-networks that were trained one by one.

use std::path::Path;

use proxyrank_prune::runner::{TrialHeader, TrialRecord, Who};
use proxyrank_prune::space::Counts;

use super::beside::with_header;
use crate::RunError;

/// Trials of one kind.
#[derive(Debug, Clone)]
pub struct TrialRun {
    /// What its records have in common.
    pub header: TrialHeader,
    /// Every trial after each of its epochs.
    pub records: Vec<TrialRecord>,
}

impl TrialRun {
    /// The kinds that are in a study's folder.
    pub(super) fn read_all(folder: &Path) -> Result<Vec<Self>, RunError> {
        let mut found = Vec::new();
        for name in Who::NAMES {
            let run = with_header(folder, &format!("{name}.json"), &format!("{name}.jsonl"))?;
            found.extend(run.map(|(header, records)| Self { header, records }));
        }
        Ok(found)
    }

    /// Trials that have been trained for an epoch at least.
    pub fn trials(&self) -> usize {
        self.records.iter().filter(|record| record.epoch == 1).count()
    }

    /// Seconds of all training.
    pub fn seconds(&self) -> f64 {
        self.records.iter().map(|record| record.seconds).sum()
    }

    /// Of the trials whose encoder has at most a share of its parameters, that with the lowest validation error after any of its epochs; the
    /// first one, of several.
    pub fn best(&self, share: f64, full: &Counts) -> Option<&TrialRecord> {
        let small = self.records.iter().filter(|record| record.kept.share(full) <= share);
        small.min_by(|one, other| one.error.total_cmp(&other.error))
    }
}
