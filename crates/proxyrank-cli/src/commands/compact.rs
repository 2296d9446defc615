//! `compact`: merge stored parts.

use proxyrank_run::RunError;
use proxyrank_store::Store;

use crate::args::Global;
use crate::exit::Outcome;
use crate::output;

pub(super) fn run(global: &Global) -> anyhow::Result<Outcome> {
    let store = Store::open(&global.results);
    for (benchmark, compacted) in store.compact(None).map_err(RunError::from)? {
        output::text(&format!(
            "{benchmark}: {} files became {}, {} rows, {} copies dropped",
            compacted.files_before, compacted.files_after, compacted.rows, compacted.copies_dropped
        ))?;
    }
    Ok(Outcome::Done)
}
