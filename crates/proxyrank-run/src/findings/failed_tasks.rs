//! Labels that are no measurement.

use proxyrank_report::ledger::{Evidence, Finding};

use super::{Claim, Materials};
use crate::RunError;
use crate::ceiling::is_outlier;

const CLAIM: Claim = Claim {
    id: "failed_tasks",
    title: "Some GLUE labels contain tasks that failed to train",
    statement: "Fourteen architectures have a task far below all others (STS-B below 60, QNLI below 70, MNLI below 58), one \
                of them with RTE 0, a missing result that was averaged as zero. CoLA is 0 or negative on 62, all of them \
                with two layers. These labels are noise that no proxy can predict.",
};

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let entries = &materials.stock("flexibert")?.benchmark.entries;
        let ids = |wanted: &dyn Fn(&crate::benchmark::Entry) -> bool| -> Vec<&str> {
            entries.iter().filter(|entry| wanted(entry)).map(|entry| entry.id.as_str()).collect()
        };
        let outliers = ids(&|entry| is_outlier(&entry.truth));
        let no_rte = ids(&|entry| entry.truth.get("rte").is_some_and(|score| *score <= 0.0));
        let no_cola = ids(&|entry| entry.truth.get("cola").is_some_and(|score| *score <= 0.0));
        let shallow = entries
            .iter()
            .filter(|e| no_cola.contains(&e.id.as_str()) && e.architecture.depth() == 2)
            .count();
        evidence.push(Evidence::new("architectures with a failed task", outliers.join(", ")));
        evidence.push(Evidence::new("architectures with RTE 0", no_rte.join(", ")));
        evidence.push(Evidence::new("architectures with CoLA of 0 or less", no_cola.len().to_string()));
        evidence.push(Evidence::new("of these, with two layers", shallow.to_string()));
        Ok(outliers.len() == 14 && no_rte.len() == 1 && no_cola.len() == 62 && shallow == 62)
    })
}
