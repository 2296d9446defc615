//! The binary as its users meet it: started, fed, killed, and judged by its output, its exit code and what it leaves on
//! disk.
//!
//! - [`place`] is where a test runs the binary, [`run`] is what it says of a finished run;
//! - [`browser`] drives a headless Chromium, where there is one;
//! - [`usage`], [`help`], [`listings`] and [`missing_data`] need no data;
//! - [`own_benchmark`] and [`python`] run what the documentation shows, which [`worked`] takes from there;
//! - [`training`] trains small networks, and kills them;
//! - [`damage`] breaks result folders on purpose;
//! - [`formulas`] are proxies in files;
//! - [`real_data`] runs on the public data, and skips itself by name where they are not.

mod browser;
mod damage;
mod formulas;
mod help;
mod listings;
mod missing_data;
mod own_benchmark;
mod place;
mod python;
mod real_data;
mod run;
#[expect(dead_code, reason = "not every kind of row is needed here")]
#[path = "../../crates/proxyrank-store/src/samples.rs"]
mod samples;
mod training;
mod usage;
mod worked;
