//! The files that a run leaves for people: tables in four formats, charts, pages, and the ledger.
//!
//! ```text
//! OUT/index.html, README.md             what holds and what does not, in plain words; links to all below
//!     summary/<table>.{md,csv,tex,json} the tables of that page that stand nowhere else
//!     targets/README.md                 every proxy against every task, latency and memory
//!     ledger.{md,csv,json}              every published number with its verdicts; findings
//!     tables/<table>.{md,csv,tex,json}  the published tables, reproduced
//!     studies/<study>/README.md         what moves a correlation, and by how much
//!     cost/README.md                        what each proxy takes, beside published times
//!     survivors/README.md                   every proxy through every test
//!     <benchmark>/<reading>/README.md   the correlation table and its charts
//!                           rank_<metric>.{md,csv,tex,json}
//!                           charts/*.{png,svg}
//! ```

mod bench;
mod charts;
mod ledger;
mod overview;

use std::path::{Path, PathBuf};

use proxyrank_report::file::write_atomic;
use proxyrank_report::table::Table;
use proxyrank_stats::{BootstrapOptions, CeilingOptions};

pub(crate) use bench::ranked;
pub use bench::{BenchmarkPage, benchmark_page};
pub use charts::Charts;
pub(crate) use charts::intervals;
pub(crate) use charts::{baselines, cost, heatmap, runs_network, scatter};
pub use ledger::{Reports, Reproduced, build_ledger, write_ledger};
pub(crate) use overview::{as_published, counts};
pub use overview::{differences, overview};

use crate::RunError;

/// How much a report computes and draws.
#[derive(Debug, Clone, Copy)]
pub struct ReportOptions {
    /// Resamples of tables.
    pub bootstrap: BootstrapOptions,
    /// Simulations of the noise ceiling.
    pub ceiling: CeilingOptions,
    /// Which charts are drawn for decoder sets.
    pub decoder_charts: Charts,
}

impl ReportOptions {
    /// The usual report.
    pub fn usual() -> Self {
        Self {
            bootstrap: BootstrapOptions::default(),
            ceiling: CeilingOptions::default(),
            decoder_charts: Charts::All,
        }
    }

    /// A tenth of the resamples, and of the decoder sets only the overview charts.
    pub fn quick() -> Self {
        let usual = Self::usual();
        Self {
            bootstrap: BootstrapOptions { resamples: 1000, ..usual.bootstrap },
            ceiling: CeilingOptions { simulations: 1000, ..usual.ceiling },
            decoder_charts: Charts::Overview,
        }
    }
}

/// Writes a table as Markdown, CSV, LaTeX and JSON under one name; returns the paths in this order.
pub fn write_table(folder: &Path, name: &str, table: &Table) -> Result<[PathBuf; 4], RunError> {
    let path = |extension: &str| folder.join(format!("{name}.{extension}"));
    let paths = [path("md"), path("csv"), path("tex"), path("json")];
    let texts = [
        format!("# {}\n\n{}", table.title, table.markdown()),
        table.csv(),
        table.latex(),
        table.json().to_string() + "\n",
    ];
    for (path, text) in paths.iter().zip(texts) {
        write_atomic(path, text.as_bytes())?;
    }
    Ok(paths)
}
