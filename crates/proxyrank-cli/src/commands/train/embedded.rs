//! `train embedded`: the rows of the benchmark that is compiled in.

use proxyrank_run::train::embedded::{Comparison, EmbeddedRecipe, Share, fill, progress, recreate};

use crate::args::{EmbeddedArgs, Global};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &EmbeddedArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let recipe = match &args.recipe {
        Some(file) => EmbeddedRecipe::read(file)?,
        None => EmbeddedRecipe::standard(),
    };
    if args.dry_run {
        output::value(&recipe)?;
        let (there, all) = progress(&args.rows)?;
        output::say(&format!("{}: {there} of {all} rows", args.rows.display()));
        return Ok(Outcome::Done);
    }
    if let Some(word) = &args.row {
        let (row, comparison) = recreate(word, recipe, &setup.stop)?;
        output::value(&row)?;
        let (words, outcome) = match comparison {
            Comparison::Unknown => ("no such row is compiled in".to_owned(), Outcome::Done),
            Comparison::Equal => {
                ("every number of the row that is compiled in, bit for bit".to_owned(), Outcome::Done)
            }
            Comparison::Different { largest } => (
                format!("scores differ from the row that is compiled in by up to {largest:.2} points"),
                Outcome::CheckFailed,
            ),
        };
        output::say(&words);
        return Ok(outcome);
    }
    let share = Share { workers: usize::from(args.workers), limit: args.limit };
    let added = fill(&args.rows, recipe, share, setup.watch.as_ref(), &setup.stop)?;
    if global.json {
        output::value(&serde_json::json!({ "rows": args.rows, "added": added }))?;
    } else {
        output::say(&format!("{added} rows added to {}", args.rows.display()));
    }
    Ok(Outcome::Done)
}
