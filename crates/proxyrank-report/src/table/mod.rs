//! One table, six ways to show it.
//!
//! A [`Table`] keeps values, not text: an estimate stays three numbers until an output format asks for it. Formats that
//! people read ([Markdown](Table::markdown), [LaTeX](Table::latex), [terminal](Table::terminal)) round to the
//! column's digits and turn a missing value into a dash with a footnote; formats that programs read
//! ([CSV](Table::csv), [JSON](Table::json), [Parquet](Table::parquet)) keep full precision and no decoration.
//!
//! - `cell`, `model`: the values and their arrangement;
//! - `shown`: the rounding and footnotes that all formats for people share;
//! - `markdown`, `latex`, `terminal`, `csv`, `json`, `parquet`: one format each, with its escaping.

mod cell;
mod csv;
mod json;
mod latex;
mod markdown;
mod model;
mod parquet;
mod shown;
mod terminal;

pub use cell::{Cell, Flag, Interval, Rounded, Tone};
pub use model::{Align, Column, Emphasis, Row, Table};
pub use parquet::ParquetError;
pub use terminal::UNBOUNDED;

pub(crate) use markdown::escape as escape_markdown;
pub(crate) use terminal::printable;
