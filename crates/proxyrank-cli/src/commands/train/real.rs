//! `train real`: small networks on GLUE and SQuAD.

use proxyrank_run::studies::real_tasks_table;
use proxyrank_run::train::embedded::Share;
use proxyrank_run::train::real::{Plan, RealRow, fill};
use proxyrank_run::train::rows::read;

use crate::args::{Global, RealArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &RealArgs) -> anyhow::Result<Outcome> {
    let plan = match &args.plan {
        Some(file) => Plan::read(file)?,
        None => Plan::standard(),
    };
    if args.show_plan {
        output::value(&plan)?;
        return Ok(Outcome::Done);
    }
    if !args.dry_run {
        let setup = Setup::new(global)?;
        let share = Share { workers: usize::from(args.workers), limit: args.limit };
        let added = fill(&args.rows, &plan, share, &setup.locator, setup.watch.as_ref(), &setup.stop)?;
        output::say(&format!("{added} rows added to {}", args.rows.display()));
    }
    let rows: Vec<RealRow> = read(&args.rows)?;
    output::table(&real_tasks_table(&rows), global.json)?;
    Ok(Outcome::Done)
}
