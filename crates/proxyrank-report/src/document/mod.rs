//! One text, written twice: as a web page that opens from a file, and as Markdown for a repository.
//!
//! Two copies of a report drift apart, and a number in a sentence is the first thing to go stale. So a [`Document`] is built
//! once, from values; its numbers are marked, and each leads to the [`Source`] that names the command which makes it and the
//! files in which it stands. The web page holds everything it needs (style, script, charts); the Markdown page shows the same
//! words and tables and links pictures.
//!
//! - `model`: sections, blocks and sources; `prose`: sentences whose numbers know where they come from;
//! - `html`, `markdown`: one format each.

mod html;
mod markdown;
mod model;
mod prose;

pub use model::{Block, Document, Figure, Grid, Mark, Section, Source, Style};
pub use prose::{Prose, Span};

#[cfg(test)]
mod tests;
