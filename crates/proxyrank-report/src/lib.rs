//! What a reader sees: tables, charts, the ledger of claims, and the Markdown pages that bind them.
//!
//! A measuring tool is judged by its numbers, so nothing here computes statistics, save the mean and the spread of
//! the values in a row of one chart. Values come in typed, with their intervals, and each output format decides only
//! how to show them: full precision where a machine reads (CSV, JSON), rounded where a person does (Markdown, LaTeX,
//! terminal). Everything is deterministic: the same values give the same bytes, so reports can be committed and
//! compared.
//!
//! - [`table`] has one model with typed cells and one file for each output format;
//! - [`chart`] draws plain data structs into PNG and SVG with an embedded font;
//! - [`ledger`] holds published numbers against ours and says which hold;
//! - [`page`] assembles a Markdown page with relative links;
//! - [`document`] is one text that is written as a web page and as Markdown;
//! - [`site`] is the leaderboard as a folder of web pages;
//! - [`file`](mod@file) writes a file whole or not at all.

pub mod chart;
pub mod document;
pub mod file;
pub mod ledger;
pub mod number;
pub mod page;
pub mod site;
pub mod table;

pub use chart::{ChartError, CostScatter, Curves, Heatmap, Scatter, Scorecard, SeedSpread, TauIntervals};
pub use document::Document;
pub use file::{WriteError, write_atomic};
pub use ledger::{Claim, Finding, Ledger, Stage, Verdict};
pub use page::Page;
pub use site::Site;
pub use table::{Cell, Column, Table};
