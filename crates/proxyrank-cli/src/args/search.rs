//! Options of `search`.

mod distil;
mod lpzero;
mod prune;
mod tabular;
mod wpca;

use clap::{Args, Subcommand};

pub(crate) use distil::{DistilArgs, TaskArg};
pub(crate) use lpzero::{LpzeroArgs, ObjectiveArg, ProtocolArg, StrategyArg};
pub(crate) use prune::PruneArgs;
pub(crate) use tabular::TabularArgs;
pub(crate) use wpca::{EtaArg, RulesArg, SpaceArg, WpcaArgs};

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
    /// Architectures of W-PCA's own space, with the exact optimum as yardstick
    Wpca(Box<WpcaArgs>),
    /// Small networks of that space: which learns most from a teacher
    WpcaDistil(DistilArgs),
    /// A benchmark's own architectures: which search finds a good one with few labels
    Tabular(TabularArgs),
    /// Sub-networks of a pre-trained encoder: structural pruning as search
    Prune(Box<PruneArgs>),
}
