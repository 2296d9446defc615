//! How many different networks the benchmark holds.

use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_schema::Reading;

use super::{Claim, Materials};
use crate::RunError;

const CLAIM: Claim = Claim {
    id: "duplicates",
    title: "Five hundred entries are three hundred networks",
    statement: "Nine pairs of entries are equal word for word. Beyond that, the training code ignored operation types \
                and, where there is one FFN layer, its declared width, so many entries were trained as the same \
                network. Their labels differ by training noise alone, which bounds what any proxy can reach.",
};

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let benchmark = &materials.stock("flexibert")?.benchmark;
        let total = benchmark.entries.len();
        let declared = distinct(&benchmark.duplicates());
        let trained_groups = benchmark.equivalents(Reading::AsTrained)?;
        let trained = distinct(&trained_groups);
        let shared = trained_groups
            .iter()
            .filter(|group| trained_groups.iter().filter(|other| other == group).count() > 1)
            .count();
        evidence.push(Evidence::new("distinct declared architectures", format!("{declared} of {total}")));
        evidence.push(Evidence::new("distinct networks as trained", format!("{trained} of {total}")));
        evidence
            .push(Evidence::new("entries that share their trained network with another", shared.to_string()));
        Ok(declared == total - 9 && trained < declared)
    })
}

fn distinct(groups: &[u32]) -> usize {
    groups.iter().max().map_or(0, |last| *last as usize + 1)
}
