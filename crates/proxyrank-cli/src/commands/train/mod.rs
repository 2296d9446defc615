//! `train`: ground truth of one's own.

mod embedded;
mod exits;
mod one;
mod real;

use crate::args::{Global, TrainArgs, TrainWhat};
use crate::exit::Outcome;

pub(super) fn run(global: &Global, args: &TrainArgs) -> anyhow::Result<Outcome> {
    match &args.what {
        Some(TrainWhat::Embedded(args)) => embedded::run(global, args),
        Some(TrainWhat::Exits(args)) => exits::run(global, args),
        Some(TrainWhat::Real(args)) => real::run(global, args),
        None => one::run(global, &args.one),
    }
}
