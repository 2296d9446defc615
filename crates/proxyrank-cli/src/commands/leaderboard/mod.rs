//! `leaderboard`: the static site, and what joins it.

mod build;
mod check;

use proxyrank_run::submission::Refused;

use crate::args::{Global, LeaderboardCommand};
use crate::exit::Outcome;
use crate::output;

pub(super) fn run(global: &Global, command: &LeaderboardCommand) -> anyhow::Result<Outcome> {
    match command {
        LeaderboardCommand::Build(args) => build::run(global, args),
        LeaderboardCommand::Check(args) => check::run(global, args),
    }
}

/// Says what is wrong with submissions; with any of them, a check has failed.
pub(super) fn tell(refused: &[Refused]) -> Outcome {
    for Refused { folder, faults } in refused {
        output::say(&format!("refused: {folder}"));
        for line in faults.lines() {
            output::say(&format!("  {line}"));
        }
    }
    if refused.is_empty() { Outcome::Done } else { Outcome::CheckFailed }
}
