//! The binary as its users meet it: started, fed, killed, and judged by its output, its exit code and what it leaves on
//! disk.
//!
//! - [`place`] is where a test runs the binary, [`run`] is what it says of a finished run;
//! - [`usage`], [`help`], [`listings`] and [`missing_data`] need no data;
//! - [`damage`] breaks result folders on purpose;
//! - [`formulas`] are proxies in files;
//! - [`real_data`] runs on the public data, and skips itself by name where they are not.

mod damage;
mod formulas;
mod help;
mod listings;
mod missing_data;
mod place;
mod real_data;
mod run;
#[expect(dead_code, reason = "not every kind of row is needed here")]
#[path = "../../crates/proxyrank-store/src/samples.rs"]
mod samples;
mod usage;
