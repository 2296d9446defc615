//! One file for each verb.

mod audit;
mod compact;
mod compare;
mod corpus;
mod evaluate;
mod fetch;
mod leaderboard;
mod ls;
mod predict;
mod rank;
mod report;
mod reproduce;
mod search;
mod train;
mod verify;

use crate::args::{Cli, Command};
use crate::exit::Outcome;
use crate::output;
use crate::setup::{Setup, locator_options};

/// Runs what the command line says.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Outcome> {
    let global = &cli.global;
    for path in &global.proxy_files {
        proxyrank_proxies::registry::submit(path)?;
    }
    match &cli.command {
        Command::Fetch(args) => fetch::run(global, args),
        Command::Ls(args) => ls::run(global, args),
        Command::Evaluate(args) => evaluate::run(global, args),
        Command::Rank(args) => rank::run(global, args),
        Command::Compare(args) => compare::run(global, args),
        Command::Audit(args) => audit::run(global, args),
        Command::Predict(args) => predict::run(global, args),
        Command::Search(args) => search::run(global, args),
        Command::Report(args) => report::run(global, args),
        Command::Reproduce(args) => reproduce::run(global, args),
        Command::Leaderboard(command) => leaderboard::run(global, command),
        Command::Corpus(args) => corpus::run(global, args),
        Command::Train(args) => train::run(global, args),
        Command::Verify(args) => verify::run(global, args),
        Command::Compact(args) => compact::run(global, args),
        Command::Cite => {
            let setup = Setup::new(global)?;
            let entries = proxyrank_run::cite::bibliography(&setup.stores.results)?;
            if global.json {
                output::value(&serde_json::json!({ "bibtex": entries }))?;
            } else {
                output::text(&entries.join("\n\n"))?;
            }
            Ok(Outcome::Done)
        }
        Command::Doctor => {
            let store = proxyrank_store::Store::open(global.results());
            let diagnosis = proxyrank_run::doctor::diagnose(&locator_options(global)?, &store);
            if global.json {
                output::value(&diagnosis)?;
            } else {
                output::text(&diagnosis.lines().join("\n"))?;
            }
            Ok(Outcome::Done)
        }
    }
}
