//! `compact`: merge stored parts.

use proxyrank_run::RunError;
use proxyrank_store::Store;
use serde_json::json;

use crate::args::Global;
use crate::exit::Outcome;
use crate::output;

pub(super) fn run(global: &Global) -> anyhow::Result<Outcome> {
    let store = Store::open(global.results());
    let compacted = store.compact(None).map_err(RunError::from)?;
    if global.json {
        let object = |(benchmark, done): &(_, proxyrank_store::Compacted)| {
            json!({
                "benchmark": benchmark, "files_before": done.files_before, "files_after": done.files_after,
                "rows": done.rows, "copies_dropped": done.copies_dropped,
            })
        };
        let benchmarks: Vec<_> = compacted.iter().map(object).collect();
        output::value(&json!({ "results": store.root(), "benchmarks": benchmarks }))?;
        return Ok(Outcome::Done);
    }
    for (benchmark, done) in &compacted {
        output::text(&format!(
            "{benchmark}: {} files became {}, {} rows, {} copies dropped",
            done.files_before, done.files_after, done.rows, done.copies_dropped
        ))?;
    }
    if compacted.is_empty() {
        output::text(&format!("nothing is stored in {}", store.root().display()))?;
    }
    Ok(Outcome::Done)
}
