//! Joining the leaderboard: scores that others computed, and formulas made of scores that are stored.
//!
//! Whoever has a proxy should see where it stands without writing Rust, and nobody should have to trust a table that was
//! mailed in. So a submission is a folder with a card ([`Card`]) and, for scores, one table; it is judged by the same ranking
//! as everything else, stands in tables under the name of its authors, and is refused with *all* of its faults named. A broken
//! submission costs itself and no other.
//!
//! - `card` and `keys` read `submission.toml`; `scores` holds a table against its benchmark; `combination` and `recipe` read
//!   what is computed here; `fault` is what they all report;
//! - [`Submission`] is one of them, [`Submissions`] a folder of them, which `rank` and the leaderboard show;
//! - [`check()`] is what its authors run before they hand it in, with a [`Preview`] of its row;
//! - [`Recompute`] computes a random sample of it again.

mod card;
mod check;
mod combination;
mod fault;
mod folder;
mod keys;
mod preview;
mod recipe;
mod recompute;
mod scores;
mod set;
#[cfg(test)]
mod tests;

pub use card::{CARD, Card, Content, LabelsSeen};
pub use check::{CheckOptions, Checked, check};
pub use combination::{Combination, Part};
pub use fault::{Fault, Faults, Kind, Place, Severity};
pub use folder::{Standing, Submission};
pub use preview::{AgainstRule, Preview};
pub use recompute::{Recompute, Recomputed, Rerun, Share, ShareError};
pub use set::{Refused, Submissions};
