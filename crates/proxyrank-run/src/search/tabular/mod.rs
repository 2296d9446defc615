//! Searches replayed on a benchmark: what each finds for its labels.
//!
//! ```text
//! OUT/<benchmark>/<reading>/search/<target>/README.md      tables and charts
//!     regret.{md,csv,tex,json}                             regret by number of labels, with intervals
//!     duels.{md,csv,tex,json}                              paired tests between searches
//!     regret_by_time.{md,csv,tex,json}                     regret by hours of training, where the benchmark has training times
//!     picks.{md,csv,tex,json}                              what each proxy picks under limits of size
//!     charts/regret.{png,svg}
//! ```

mod distance;
mod page;
mod setting;
mod tables;

pub use page::{Found, write};
pub use setting::{Results, TabularSearch, run};
