//! `train`: ground truth of one's own.

mod embedded;
mod one;

use crate::args::{Global, TrainArgs, TrainWhat};
use crate::exit::Outcome;

pub(super) fn run(global: &Global, args: &TrainArgs) -> anyhow::Result<Outcome> {
    match &args.what {
        Some(TrainWhat::Embedded(args)) => embedded::run(global, args),
        None => one::run(global, &args.one),
    }
}
