//! `report`: tables, charts and pages from what is stored.

use proxyrank_run::programme::{Effort, Programme};
use proxyrank_run::report::ReportOptions;
use proxyrank_run::reproduce::report;

use crate::args::{Global, ReportArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &ReportArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let options = if args.quick { ReportOptions::quick() } else { ReportOptions::usual() };
    let reports = report(&setup.workshop(&args.out), &Programme::choose(&[], Effort::Usual)?, &options)?;
    if global.json {
        output::value(&reports.ledger.summary())?;
    } else {
        let page = |name: &str| args.out.join(name).display().to_string();
        output::text(&format!(
            "{}\nopen {}, or read {}",
            reports.ledger.summary(),
            page("index.html"),
            page("README.md")
        ))?;
    }
    Ok(Outcome::Done)
}
