//! The leaderboard as a static site: a folder of pages that opens from a disk, without a server and without a request to
//! anywhere.
//!
//! Whoever looks up a proxy wants to trust a number at once. So every page is whole without a script: all rows, all columns,
//! intervals as bars, words for what each column means. A short classic script adds sorting, filters and a choice of
//! columns, since modules do not load from a disk. Charts are small SVGs in the page's own colours, so that they look right
//! on dark paper and in print. Nothing here computes a statistic; a [`Site`] comes in as the same rankings, tables, charts and
//! ledger that the report is made of.
//!
//! - `model`: what a site is made from;
//! - `element`: HTML that text cannot break; `page`: what all pages share;
//! - `home`, `board`, `card`, `list`, `ledger`, `method`: one page each;
//! - `picture`: the report's charts in the page's colours; `plain`: any [`Table`](crate::Table) as HTML;
//! - `write`: the files and the downloads.

mod board;
mod card;
pub(crate) mod element;
mod home;
mod ledger;
mod list;
mod method;
mod model;
pub(crate) mod page;
pub(crate) mod picture;
pub(crate) mod plain;
mod write;

pub use model::{
    Board, Card, Code, Entry, Parameter, Plot, Reference, Released, Rule, Site, Submitted, Tally, Versus,
};
pub use write::{SiteError, Written};
