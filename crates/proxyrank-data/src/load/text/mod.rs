//! Text data sets in the hub's Parquet layout.
//!
//! Each data set states its columns once; a file with other columns or other types is refused
//! before its first row is read, because a renamed column would otherwise turn up as an empty batch much later. Rows
//! stream: at no time more than one record batch is in memory.
//!
//! How many rows a split officially has is no business of these loaders: a truncated file is a fact about where it
//! came from, and the manifest of its data set knows the number.

mod glue;
mod lines;
mod parquet;
mod squad;

pub use glue::{GlueConfig, GlueRow, Label};
pub use lines::{is_wikitext_paragraph, texts};
pub use parquet::Rows;
pub use squad::{Answer, SquadRow, SquadVersion, squad};
