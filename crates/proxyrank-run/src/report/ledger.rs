//! The ledger and the index page.

use std::path::Path;

use proxyrank_data::fetch::Locator;
use proxyrank_report::file::write_atomic;
use proxyrank_report::ledger::Ledger;
use proxyrank_report::{Page, Table};

use super::{BenchmarkPage, write_table};
use crate::RunError;
use crate::findings::{Materials, findings};
use crate::papers::{PaperTable, Shelf};

/// What the reports of a run consist of.
pub struct Reports {
    /// The pages of benchmarks.
    pub pages: Vec<BenchmarkPage>,
    /// The ledger.
    pub ledger: Ledger,
}

/// Judges every claim of the tables and computes every finding.
pub fn build_ledger(tables: &[PaperTable], shelf: &Shelf, locator: &Locator) -> Result<Ledger, RunError> {
    let mut claims = Vec::new();
    for table in tables {
        claims.extend(table.claims(shelf)?);
    }
    let mut warnings: Vec<String> =
        shelf.stocks().flat_map(|stock| stock.benchmark.warnings.iter().cloned()).collect();
    warnings.sort();
    warnings.dedup();
    let findings = findings(&Materials { shelf, locator })?;
    Ok(Ledger { claims, findings, warnings })
}

/// Writes the ledger, and each reproduced table by itself.
pub fn write_ledger(ledger: &Ledger, tables: &[PaperTable], out: &Path) -> Result<(), RunError> {
    ledger.page().write(&out.join("ledger.md"))?;
    write_atomic(&out.join("ledger.csv"), ledger.csv().as_bytes())?;
    write_atomic(&out.join("ledger.json"), format!("{:#}\n", ledger.json()).as_bytes())?;
    for mut table in ledger.claim_tables() {
        if let Some(description) = tables.iter().find(|description| description.id == table.id) {
            describe(&mut table, description);
        }
        let name = table.id.clone();
        write_table(&out.join("tables"), &name, &table)?;
    }
    Ok(())
}

/// Gives a table of claims the title and the remarks of its description.
fn describe(table: &mut Table, description: &PaperTable) {
    table.title.clone_from(&description.title);
    let mut notes = vec![format!("Published values: {}.", description.source)];
    notes.extend(description.notes.iter().cloned());
    notes.append(&mut table.notes);
    table.notes = notes;
}

/// Writes the page that links everything.
pub fn write_index(reports: &Reports, tables: &[PaperTable], out: &Path) -> Result<(), RunError> {
    let mut page = Page::new("proxyrank report");
    page.text(&format!("{}.", reports.ledger.summary()));
    page.text("A published number that differs from ours is a finding, not a failure; the ledger gives each its reason.");
    page.links([("Ledger of claims", out.join("ledger.md").as_path())], out);
    page.heading("Correlation tables");
    for benchmark in &reports.pages {
        page.links([(benchmark.title.as_str(), benchmark.path.as_path())], out);
    }
    if let Some(overview) = reports.pages.iter().find_map(|page| page.overview.as_deref()) {
        page.figure(overview, out, "Kendall tau-b of every proxy with its interval");
    }
    page.heading("Published tables");
    for table in tables {
        let path = out.join("tables").join(format!("{}.md", table.id));
        page.links([(table.title.as_str(), path.as_path())], out);
    }
    page.heading("Findings about released data");
    let findings = reports.ledger.findings.iter();
    let lines: Vec<String> = findings.map(|f| format!("{} ({})", f.title, f.verdict.as_str())).collect();
    page.list(lines.iter().map(String::as_str));
    page.write(&out.join("README.md"))?;
    Ok(())
}
