//! `train real`: small networks on GLUE.

use proxyrank_run::studies::real_tasks_table;
use proxyrank_run::train::real::{Plan, RealRow, fill};
use proxyrank_run::train::rows::read;

use crate::args::{Global, RealArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &RealArgs) -> anyhow::Result<Outcome> {
    if !args.dry_run {
        let setup = Setup::new(global)?;
        let (watch, plan) = (setup.watch.as_ref(), Plan::standard());
        let workers = usize::from(args.workers);
        let added = fill(&args.rows, &plan, workers, &setup.locator, watch, &setup.stop)?;
        output::say(&format!("{added} rows added to {}", args.rows.display()));
    }
    let rows: Vec<RealRow> = read(&args.rows)?;
    output::table(&real_tasks_table(&rows), global.json)?;
    Ok(Outcome::Done)
}
