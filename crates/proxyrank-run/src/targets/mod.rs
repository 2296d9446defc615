//! Every ground truth beside the one that tables are about: the tasks behind a mean, latency, memory.
//!
//! A proxy that ranks networks by the mean of eight tasks may do so by two of them; one that predicts quality may be a clock
//! read backwards. So each proxy is held against each target, and each target against the noise in its own labels.
//!
//! - [`Targets`] is one ranking against all targets of its benchmark;
//! - [`write()`] makes tables, charts and the page.

mod page;
mod panel;

pub use page::write;
pub use panel::{Ceilings, Line, Targets};
