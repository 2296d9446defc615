//! The published parameter counts belong to other networks than the benchmark's.

use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_schema::Reading;
use proxyrank_space::counts::parameters;

use super::{Claim, Materials};
use crate::RunError;

const CLAIM: Claim = Claim {
    id: "wrong_widths",
    title: "Published FlexiBERT metrics were computed on networks of the wrong width",
    statement: "The released code passes neither the hidden size nor the FFN width of an entry on, so every metric was \
                computed on a network of hidden size 256 and FFN width 1024. The published parameter counts prove it: \
                they equal those of the released reading and of no other.",
};

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let stock = materials.stock("flexibert")?;
        let published = stock.needed("num_parameters.published", Reading::Released)?;
        let total = stock.benchmark.entries.len();
        let mut equal = Vec::new();
        for reading in [Reading::Released, Reading::Declared, Reading::AsTrained] {
            let counts =
                stock.benchmark.networks(reading)?.into_iter().map(|n| parameters(&n).total() as f64);
            let same =
                counts.zip(&published.slots).filter(|(count, slot)| slot.score() == Some(*count)).count();
            evidence.push(Evidence::new(
                format!("published counts equal to those of the {reading} networks"),
                format!("{same} of {total}"),
            ));
            equal.push(same);
        }
        let narrow = stock.benchmark.entries.iter().filter(|e| e.architecture.width() == 128).count();
        evidence.push(Evidence::new("entries that declare hidden size 128", format!("{narrow} of {total}")));
        Ok(equal[0] == total && equal[1] < total && equal[2] < total)
    })
}
