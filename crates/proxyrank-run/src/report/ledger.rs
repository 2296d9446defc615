//! The ledger and the index page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proxyrank_data::fetch::Locator;
use proxyrank_report::file::write_atomic;
use proxyrank_report::ledger::Ledger;
use proxyrank_report::page::relative_link;
use proxyrank_report::{Page, Table};

use super::{BenchmarkPage, write_table};
use crate::RunError;
use crate::findings::{Materials, findings};
use crate::papers::{PaperTable, Shelf, Stock};
use crate::rank::Detail;
use crate::studies::StudyPage;

/// What the reports of a run consist of.
pub struct Reports {
    /// The pages of benchmarks.
    pub pages: Vec<BenchmarkPage>,
    /// Who survives, and what it costs.
    pub answers: Vec<StudyPage>,
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

/// Writes the page that links everything.
pub fn write_index(reports: &Reports, out: &Path) -> Result<(), RunError> {
    let mut page = Page::new("proxyrank report");
    page.text(&format!("{}.", reports.ledger.summary()));
    page.text("A published number that differs from ours is a finding, not a failure; the ledger gives each its reason.");
    if let Some(overview) = reports.pages.iter().find_map(|page| page.overview.as_deref()) {
        page.figure(overview, out, "Kendall tau-b of every proxy with its interval");
    }
    page.heading("Ledger");
    page.raw(bullets([("Every published number with its verdicts", out.join("ledger.md"))], out));
    if !reports.answers.is_empty() {
        page.heading("What to use, and what it costs");
        let links = reports.answers.iter().map(|answer| (answer.title.as_str(), answer.path.clone()));
        page.raw(bullets(links, out));
    }
    page.heading("Published tables");
    let path = |table: &Table| out.join("tables").join(format!("{}.md", table.id));
    page.raw(bullets(reports.tables.iter().map(|table| (table.full.title.as_str(), path(&table.full))), out));
    page.heading("Correlation tables and charts");
    page.raw(bullets(reports.pages.iter().map(|page| (page.title.as_str(), page.path.clone())), out));
    if !reports.studies.is_empty() {
        page.heading("What moves a correlation");
        let links = reports.studies.iter().map(|study| (study.title.as_str(), study.path.clone()));
        page.raw(bullets(links, out));
    }
    page.heading("Findings about released data");
    let findings = reports.ledger.findings.iter();
    let lines: Vec<String> = findings.map(|f| format!("{} ({})", f.title, f.verdict.as_str())).collect();
    page.list(lines.iter().map(String::as_str));
    page.write(&out.join("README.md"))?;
    Ok(())
}

/// A Markdown list of links.
fn bullets<'a>(links: impl IntoIterator<Item = (&'a str, PathBuf)>, from: &Path) -> String {
    let line = |(title, path): (&str, PathBuf)| format!("- [{title}]({})", relative_link(from, &path));
    links.into_iter().map(line).collect::<Vec<_>>().join("\n")
}
