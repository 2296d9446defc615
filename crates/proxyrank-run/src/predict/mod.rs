//! Accuracy predictors on a benchmark: features of its architectures, the study, and what it writes.
//!
//! ```text
//! OUT/<benchmark>/<reading>/predict/<target>/README.md      tables and charts
//!     label_efficiency.{md,csv,tex,json}                    every predictor, feature set and number of labels, with intervals
//!     tau_by_labels.{md,csv,tex,json}                       the means in short
//!     held_out_depths.{md,csv,tex,json}                     learnt on other depths
//!     trials.csv                                            one line for each fit
//!     charts/tau_<features>.{png,svg}
//! ```
//!
//! - [`features`]: what predictors may look at, architecture by architecture;
//! - [`mod@problem`]: labels, features and rules of a benchmark in one;
//! - [`study`]: what is asked, and running it;
//! - [`page`] and its tables: what comes out.

mod architecture;
mod charts;
pub mod features;
pub mod page;
pub mod problem;
pub mod study;
mod tables;

pub use features::FeatureKind;
pub use page::{Written, write};
pub use problem::problem;
pub(crate) use study::Follower;
pub use study::{PredictStudy, Results};
