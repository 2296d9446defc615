//! The ledger, and what a report consists of.

use std::collections::BTreeSet;
use std::path::Path;

use proxyrank_data::fetch::Locator;
use proxyrank_report::Table;
use proxyrank_report::file::write_atomic;
use proxyrank_report::ledger::Ledger;

use super::{BenchmarkPage, write_table};
use crate::RunError;
use crate::findings::{Materials, findings};
use crate::papers::{PaperTable, Shelf, Stock};
use crate::rank::Detail;
use crate::studies::StudyPage;
use crate::survivors::Survival;
use crate::targets::Targets;

/// What the reports of a run consist of.
pub struct Reports {
    /// The pages of benchmarks.
    pub pages: Vec<BenchmarkPage>,
    /// Who survives.
    pub survival: Option<Survival>,
    /// What proxies cost.
    pub cost: Option<StudyPage>,
    /// Every target beside the main one: the page, and for each ranking what it shows.
    pub targets: Option<(StudyPage, Vec<Targets>)>,
    /// The pages of studies.
    pub studies: Vec<StudyPage>,
    /// The published tables with our values beside the published ones.
    pub tables: Vec<Reproduced>,
    /// The ledger.
    pub ledger: Ledger,
}

/// A published table with our values beside the published ones.
pub struct Reproduced {
    /// With every stage.
    pub full: Table,
    /// Narrow enough for a terminal.
    pub main: Table,
}

/// Judges every value of the tables and computes every finding.
pub fn build_ledger(
    tables: &[PaperTable],
    shelf: &Shelf,
    locator: &Locator,
) -> Result<(Ledger, Vec<Reproduced>), RunError> {
    let mut claims = Vec::new();
    let mut laid_out = Vec::new();
    for table in tables {
        let judged = table.judge(shelf)?;
        let layout = |detail| table.layout(&judged, detail);
        laid_out.push(Reproduced { full: layout(Detail::Full), main: layout(Detail::Main) });
        claims.extend(judged.into_iter().map(|value| value.claim));
    }
    let mut warnings: Vec<String> =
        shelf.stocks().flat_map(|stock| stock.benchmark.warnings.iter().cloned()).collect();
    warnings.sort();
    warnings.dedup();
    let findings = findings(&Materials { shelf, locator })?;
    let notes = vec![devices(shelf)];
    Ok((Ledger { claims, findings, warnings, notes }, laid_out))
}

/// Where the networks of the stored scores ran.
fn devices(shelf: &Shelf) -> String {
    let readings = |stock: &'_ Stock| stock.benchmark.info.readings.iter();
    let columns = shelf.stocks().flat_map(|stock| readings(stock).flat_map(|&r| stock.every_column(r)));
    let gpus =
        columns.map(|column| column.protocol.device.0.as_str()).filter(|name| name.starts_with("cuda"));
    let gpus: BTreeSet<&str> = gpus.collect();
    if gpus.is_empty() {
        return "Every network ran on the processor. There are no measurements on a GPU, neither scores nor times.".to_owned();
    }
    let gpus: Vec<&str> = gpus.into_iter().collect();
    format!(
        "Some networks also ran on {}. Their scores and times are stored beside those of the processor, which the tables show.",
        gpus.join(", ")
    )
}

/// Writes the ledger, and each reproduced table by itself.
pub fn write_ledger(ledger: &Ledger, tables: &[Reproduced], out: &Path) -> Result<(), RunError> {
    ledger.page().write(&out.join("ledger.md"))?;
    write_atomic(&out.join("ledger.csv"), ledger.csv().as_bytes())?;
    write_atomic(&out.join("ledger.json"), format!("{:#}\n", ledger.json()).as_bytes())?;
    for Reproduced { full, .. } in tables {
        write_table(&out.join("tables"), &full.id, full)?;
    }
    Ok(())
}
