//! Two objectives, both minimised: fronts, hypervolumes, and orders of points.
//!
//! - [`front`], [`dominates`]: who is dominated by nobody;
//! - [`hypervolume`], [`raw_hypervolume`]: how much a set of points dominates;
//! - [`Quantiles`]: the transform of a pool of observations, by which hypervolumes of different data sets become comparable;
//! - [`ranks`], [`layers`], [`epsilon_net`], [`crowding`]: which point is better when none dominates the other.

mod front;
mod hypervolume;
mod order;
mod quantile;

pub use front::{Point, dominates, front};
pub use hypervolume::{hypervolume, raw_hypervolume};
pub use order::{RankRule, crowding, epsilon_net, layers, ranks};
pub use quantile::{POOLED_REFERENCE, Pool, Quantiles};
