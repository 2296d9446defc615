//! `reproduce`: from public data to the ledger of claims.

use proxyrank_report::ledger::Ledger;
use proxyrank_run::programme::{Effort, Programme};
use proxyrank_run::reference::changes;
use proxyrank_run::report::{ReportOptions, Reproduced, differences, overview};
use proxyrank_run::reproduce::{plan, reproduce};
use serde_json::json;

use crate::args::{Global, ReproduceArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

/// Folder of the committed report, below the folder of reports.
const REFERENCE: &str = "reference";

pub(super) fn run(global: &Global, args: &ReproduceArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let effort = match (args.quick, args.full) {
        (true, _) => Effort::Quick,
        (false, false) => Effort::Usual,
        (false, true) => Effort::Full,
    };
    let programme = Programme::choose(&args.tables, effort)?;
    if args.dry_run {
        for table in plan(&setup.locator, &programme.tables)? {
            if global.json {
                output::value(&table)?;
                continue;
            }
            output::text(&format!("{}: {} published values. {}", table.id, table.claims, table.title))?;
            for lacking in &table.lacking {
                output::text(&format!("  lacking: {lacking}"))?;
            }
        }
        return Ok(Outcome::Done);
    }
    let options = if args.quick { ReportOptions::quick() } else { ReportOptions::usual() };
    let reports = reproduce(&setup.workshop(&args.out), &programme, &options)?;
    let ledger = &reports.ledger;
    let changes = changes(ledger, &args.out.join(REFERENCE))?;
    if global.json {
        output::value(&json!({ "summary": ledger.summary(), "changes": changes, "out": args.out }))?;
    } else {
        print(&reports.tables, ledger)?;
        let page = |name: &str| args.out.join(name).display().to_string();
        output::text(&format!("open {}, or read {}", page("index.html"), page("README.md")))?;
    }
    let changed = changes.unwrap_or_default();
    for change in &changed {
        output::say(&format!("our own value changed: {change}"));
    }
    let differs = ledger.differs().next().is_some();
    let failed = !changed.is_empty() || (args.strict && differs);
    Ok(if failed { Outcome::CheckFailed } else { Outcome::Done })
}

/// The ledger for the terminal: how each table fared, what differs, findings and counts. All of it stands in the report.
fn print(tables: &[Reproduced], ledger: &Ledger) -> std::io::Result<()> {
    output::table(&overview(ledger, tables), false)?;
    output::text("")?;
    output::table(&differences(ledger), false)?;
    output::text("")?;
    print_end(ledger)
}

/// Findings, warnings and counts.
pub(super) fn print_end(ledger: &Ledger) -> std::io::Result<()> {
    output::table(&ledger.finding_table(), false)?;
    for warning in &ledger.warnings {
        output::text(&format!("warning: {warning}"))?;
    }
    output::text(&format!("{}.", ledger.summary()))
}
