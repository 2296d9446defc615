//! What heads and units are worth by themselves, and the sub-networks that keep the most of it at a size: the baselines that searches are
//! compared with.
//!
//! - [`Norms`]: magnitudes of weights;
//! - [`Sensitivities`]: derivatives of each example's loss by the masks, from which come Michel et al.'s importance (arXiv 1905.10650)
//!   and the diagonal Fisher information of Kwon et al. (arXiv 2204.09656);
//! - [`Importance`]: a number for each head and unit, and the masks that follow from it: [`Importance::prune`] leaves out the least
//!   first, [`Importance::keep_most`] finds the best split between heads and units, as Kwon et al. do;
//! - [`rearrange`]: exchanges inside a layer that see how heads or units stand in for each other;
//! - [`drop_top`]: layers from the top;
//! - [`tune`]: new scales for what is left, by least squares.

mod budget;
mod gradients;
mod magnitude;
mod rearrange;
mod tune;

use crate::space::{BlockShape, Masks};

pub use budget::{Importance, drop_top};
pub use gradients::Sensitivities;
pub use magnitude::Norms;
pub use rearrange::rearrange;
pub use tune::tune;

/// Heads and units that each layer keeps.
pub fn kept_counts(masks: &Masks) -> (Vec<usize>, Vec<usize>) {
    let count =
        |rows: &[Vec<bool>]| rows.iter().map(|row| row.iter().filter(|kept| **kept).count()).collect();
    (count(&masks.heads), count(&masks.units))
}

/// Masks without anything.
fn nothing(shape: BlockShape) -> Masks {
    Masks {
        heads: vec![vec![false; shape.heads]; shape.layers],
        units: vec![vec![false; shape.units]; shape.layers],
    }
}
