//! `train exits`: what cheaper pre-training costs.

use proxyrank_run::studies::early_exit_table;
use proxyrank_run::train::embedded::{EmbeddedRecipe, Share};
use proxyrank_run::train::exits::{ArmRow, fill, summary};
use proxyrank_run::train::rows::read;

use crate::args::{ExitsArgs, Global};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &ExitsArgs) -> anyhow::Result<Outcome> {
    let recipe = match &args.recipe {
        Some(file) => EmbeddedRecipe::read(file)?,
        None => EmbeddedRecipe::standard(),
    };
    if !args.dry_run {
        let setup = Setup::new(global)?;
        let share = Share { workers: usize::from(args.workers), limit: args.limit };
        let added = fill(&args.rows, &recipe, share, setup.watch.as_ref(), &setup.stop)?;
        output::say(&format!("{added} rows added to {}", args.rows.display()));
    }
    let rows: Vec<ArmRow> = read(&args.rows)?;
    output::table(&early_exit_table(&summary(&rows, &recipe)?), global.json)?;
    Ok(Outcome::Done)
}
