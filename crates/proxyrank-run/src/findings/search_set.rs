//! A search that saw what it is judged on.

use proxyrank_data::load::mem_dict::MemDict;
use proxyrank_report::ledger::{Evidence, Finding};

use super::{Claim, Materials};
use crate::RunError;
use crate::data::dataset;

const CLAIM: Claim = Claim {
    id: "search_set",
    title: "LPZero searched on architectures that it is evaluated on",
    statement: "The memory of the FlexiBERT search holds the GLUE scores that programs were fitted to: they are the first \
                architectures of the benchmark, in order. All of them are among the 500 on which the found proxy is then \
                judged.",
};

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let stock = materials.stock("flexibert")?;
        let files = dataset(materials.locator, "lpzero-released")?;
        let memory = MemDict::read(files.path("data/mem_dict.json")?)?;
        let labels: Vec<f64> = stock.benchmark.entries.iter().map(|entry| entry.truth["glue"]).collect();
        let leading = labels.starts_with(&memory.glue);
        let best = memory.programs.iter().map(|p| p.stated_spearman).fold(f64::NEG_INFINITY, f64::max);
        evidence.push(Evidence::new("programs in the memory", memory.programs.len().to_string()));
        evidence.push(Evidence::new("architectures that they were fitted to", memory.glue.len().to_string()));
        evidence.push(Evidence::new(
            "these are the first of the benchmark, in order",
            if leading { "yes" } else { "no" },
        ));
        evidence.push(Evidence::new("largest Spearman rho in the memory", format!("{best:.4}")));
        Ok(leading && memory.glue.len() < labels.len())
    })
}
