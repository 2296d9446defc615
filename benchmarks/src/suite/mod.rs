//! Every bench, by what it is of.
//!
//! Sizes are such that one run takes milliseconds: long enough for a clock, short enough for a check of all of them in a
//! few minutes. Inputs are drawn from fixed seeds; nothing is read from a data set.

mod bounds;
mod forward;
mod gradient;
mod kernels;
mod lab;
mod loaders;
mod proxies;
mod statistics;
mod store;

use std::sync::Arc;

use crate::{Audience, Bench};

pub use bounds::{BOUNDS, PRODUCT, product};
pub use lab::Lab;

/// Every bench, in the order of reports.
pub fn all() -> Vec<Bench> {
    let lab = Arc::new(Lab::default());
    [
        bounds::benches(),
        kernels::benches(),
        forward::benches(&lab),
        gradient::benches(&lab),
        proxies::benches(&lab),
        statistics::benches(),
        store::benches(),
        loaders::benches(),
    ]
    .concat()
}

/// Those that the check is for.
pub fn checked() -> Vec<Bench> {
    all().into_iter().filter(|bench| bench.audience == Audience::Everyone).collect()
}
