//! Options of `search`.

mod lpzero;
mod tabular;

use clap::{Args, Subcommand};

pub(crate) use lpzero::{LpzeroArgs, ObjectiveArg, ProtocolArg, StrategyArg};
pub(crate) use tabular::TabularArgs;

/// Options of `search`.
#[derive(Debug, Args)]
// A missing word is an error that names the possible ones, as everywhere.
#[command(arg_required_else_help = false)]
pub(crate) struct SearchArgs {
    /// What to search for.
    #[command(subcommand)]
    pub(crate) what: SearchWhat,
}

/// What can be searched for.
#[derive(Debug, Subcommand)]
pub(crate) enum SearchWhat {
    /// Proxies that are formulas, as LPZero does, with the whole space as yardstick
    Lpzero(Box<LpzeroArgs>),
    /// A benchmark's own architectures: which search finds a good one with few labels
    Tabular(TabularArgs),
}
