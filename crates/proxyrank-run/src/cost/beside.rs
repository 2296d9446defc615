//! A published time beside ours.

use proxyrank_schema::Signal;

use super::measured::{Cost, Place, best, is_of};
use super::published::{Counterpart, PublishedTime};
use crate::papers::Shelf;
use crate::standard::SIGNAL;

/// A published time with what we measured for the same proxy, benchmark and reading.
pub(super) struct Beside<'a> {
    pub(super) time: &'a PublishedTime,
    /// On the processor.
    pub(super) cpu: Option<&'a Cost>,
    /// On a GPU.
    pub(super) gpu: Option<&'a Cost>,
}

impl<'a> Beside<'a> {
    pub(super) fn of(time: &'a PublishedTime, shelf: &'a Shelf) -> Self {
        let found = |place| time.counterpart().and_then(|counterpart| find(&counterpart, shelf, place));
        Self { time, cpu: found(Place::Shared).or_else(|| found(Place::Alone)), gpu: found(Place::Gpu) }
    }

    /// What ours would take for as many networks as the published time was for, all of them like the median one: a process that
    /// was held up on a few networks must not decide a ratio.
    pub(super) fn seconds(&self, cost: &Cost) -> Option<f64> {
        Some(cost.median_ns as f64 * f64::from(self.time.networks?) / 1e9)
    }
}

fn find<'a>(wanted: &Counterpart<'_>, shelf: &'a Shelf, place: Place) -> Option<&'a Cost> {
    let costs = shelf.get(wanted.benchmark)?.costs().iter();
    let same = |cost: &&Cost| {
        cost.proxy == *wanted.proxy
            && is_of(cost, wanted.reading)
            && [SIGNAL, Signal::None].contains(&cost.protocol.signal)
    };
    best(costs.filter(same), place)
}
