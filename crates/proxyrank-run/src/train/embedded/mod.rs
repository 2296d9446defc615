//! The embedded benchmark: small networks of the FlexiBERT space, trained here from nothing.
//!
//! The recipe, the plan and the rows so far are compiled in; `datasets/embedded/README.md` is the datasheet.

mod again;
mod fill;
mod material;
mod plan;
mod recipe;

pub use again::{Comparison, committed, ground_truth, recreate};
pub use fill::{Share, fill, progress};
pub use material::Material;
pub use plan::{ARCHITECTURES, architectures, schedule};
pub use recipe::EmbeddedRecipe;
