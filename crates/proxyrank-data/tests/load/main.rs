//! The loaders and batches from outside: on small invented files, on damaged ones, and on the published ones where
//! a mirror of them is at hand.

#![expect(clippy::float_cmp, reason = "a loader must keep every bit of a number")]

mod batches;
mod counts;
mod damage;
mod flexibert;
mod lts;
mod mirror;
mod samples;
mod tables;
mod texts;
