//! Which proxies survive?
//!
//! A high correlation has many cheap explanations: the proxy counts layers, it measures width, it is one more name for
//! #params, it is rounding, it is the luck of a seed. Each explanation is a test here, every proxy of every benchmark and
//! reading goes through all of them, and the page counts who is left. No proxy and no test is passed over: what could not be
//! tested says why.
//!
//! - [`Test`] is a question with its criterion, [`Outcome`] an answer, [`Fate`] what all answers come to;
//! - [`trials()`] puts the proxies of one ranking through all tests;
//! - [`write()`] makes tables, charts and the page.

mod outcome;
mod page;
mod recomputed;
mod table;
mod test;
mod trial;

pub use outcome::{Ending, Fate, Outcome};
pub use page::{Case, Left, Survival, write};
pub use test::Test;
pub use trial::{Trial, trials};

#[cfg(test)]
mod tests;
