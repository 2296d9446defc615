//! `audit claims`: the ledger from what is stored.

use proxyrank_run::RunError;
use proxyrank_run::benchmark::Benchmark;
use proxyrank_run::papers::tables;
use proxyrank_run::papers::{Shelf, Stock};
use proxyrank_run::report::build_ledger;
use proxyrank_run::reproduce::benchmarks;

use crate::args::{ClaimsArgs, Global};
use crate::commands::reproduce::print_end;
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &ClaimsArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let tables = tables()?;
    let mut shelf = Shelf::default();
    for info in benchmarks(&tables)? {
        shelf.add(Stock::read(Benchmark::load(info, &setup.locator)?, &setup.stores)?);
    }
    let (ledger, tables) = build_ledger(&tables, &shelf, &setup.locator)?;
    if ledger.claims.iter().flat_map(|claim| claim.stages.values()).all(|result| result.value.is_none()) {
        let what = format!("no scores are stored in {}", global.results().display());
        return Err(RunError::NothingStored { what, command: "proxyrank reproduce".to_owned() }.into());
    }
    if global.json {
        output::value(&ledger.json())?;
    } else {
        for table in &tables {
            output::table(&table.main, false)?;
            output::text("")?;
        }
        print_end(&ledger)?;
    }
    let differs = ledger.differs().next().is_some();
    Ok(if args.strict && differs { Outcome::CheckFailed } else { Outcome::Done })
}
