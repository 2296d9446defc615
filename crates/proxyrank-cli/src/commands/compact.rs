//! `compact`: merge stored parts.

use proxyrank_run::RunError;
use proxyrank_run::archive::archive;
use proxyrank_run::papers::Stores;
use serde_json::json;

use crate::args::{CompactArgs, Global};
use crate::exit::Outcome;
use crate::output;

pub(super) fn run(global: &Global, args: &CompactArgs) -> anyhow::Result<Outcome> {
    let stores = Stores::open(global.results());
    let store = &stores.results;
    let compacted = store.compact(None).map_err(RunError::from)?;
    let archived = if args.reference { archive(&stores)? } else { Vec::new() };
    if global.json {
        let object = |(benchmark, done): &(_, proxyrank_store::Compacted)| {
            json!({
                "benchmark": benchmark, "files_before": done.files_before, "files_after": done.files_after,
                "rows": done.rows, "copies_dropped": done.copies_dropped,
            })
        };
        let benchmarks: Vec<_> = compacted.iter().map(object).collect();
        output::value(&json!({ "results": store.root(), "benchmarks": benchmarks, "archived": archived }))?;
        return Ok(Outcome::Done);
    }
    for (benchmark, done) in &compacted {
        output::text(&format!(
            "{benchmark}: {} files became {}, {} rows, {} copies dropped",
            done.files_before, done.files_after, done.rows, done.copies_dropped
        ))?;
    }
    for done in &archived {
        let (benchmark, root) = (&done.benchmark, stores.reference.root().display());
        output::text(&format!(
            "{benchmark}: {} scores and {} timings are in {root}",
            done.scores, done.timings
        ))?;
    }
    if compacted.is_empty() {
        output::text(&format!("nothing is stored in {}", store.root().display()))?;
    }
    Ok(Outcome::Done)
}
