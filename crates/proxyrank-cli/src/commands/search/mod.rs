//! `search`: what a search finds.

mod distil;
mod lpzero;
mod prune;
mod tabular;
mod wpca;

use crate::args::{Global, SearchArgs, SearchWhat};
use crate::exit::Outcome;

pub(super) fn run(global: &Global, args: &SearchArgs) -> anyhow::Result<Outcome> {
    match &args.what {
        SearchWhat::Lpzero(args) => lpzero::run(global, args),
        SearchWhat::Wpca(args) => wpca::run(global, args),
        SearchWhat::WpcaDistil(args) => distil::run(global, args),
        SearchWhat::Tabular(args) => tabular::run(global, args),
        SearchWhat::Prune(args) => prune::run(global, args),
    }
}
