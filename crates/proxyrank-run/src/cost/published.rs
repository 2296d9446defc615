//! Other people's times, and the names of machines.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_report::ledger::Provenance;
use proxyrank_schema::{BenchmarkId, ProxyName, Reading};
use serde::Deserialize;

use crate::papers::SpecError;

const TIMES: (&str, &str) =
    ("costs/published.toml", include_str!("../../../../benchmarks/costs/published.toml"));
const MACHINES: (&str, &str) =
    ("costs/machines.toml", include_str!("../../../../benchmarks/costs/machines.toml"));

/// One published time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedTime {
    /// How it is called.
    pub label: String,
    /// The time.
    pub seconds: f64,
    /// For how many networks; none for a whole search or training.
    pub networks: Option<u32>,
    /// What was timed, in words.
    pub what: String,
    /// Our proxy of the same name.
    pub proxy: Option<ProxyName>,
    /// On which benchmark; needed with a proxy.
    pub benchmark: Option<BenchmarkId>,
    /// On which networks; needed with a proxy.
    pub reading: Option<Reading>,
    /// What kind of device, where the source says it.
    pub device: Option<DeviceKind>,
    /// Which, as the source names it.
    pub hardware: String,
    /// What went through the network.
    pub input: String,
    /// Key of the paper in the bibliography.
    pub paper: String,
    /// Where the time stands.
    pub source: String,
    /// How directly it was seen.
    pub provenance: Provenance,
}

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A processor.
    Cpu,
    /// A GPU.
    Gpu,
}

/// What a published time can be put beside: our proxy on a benchmark under a reading, for so many networks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart<'a> {
    /// The proxy.
    pub proxy: &'a ProxyName,
    /// The benchmark.
    pub benchmark: &'a BenchmarkId,
    /// The reading.
    pub reading: Reading,
    /// The networks of the published time.
    pub networks: u32,
}

impl PublishedTime {
    /// What it can be put beside; none for a whole search.
    pub fn counterpart(&self) -> Option<Counterpart<'_>> {
        Some(Counterpart {
            proxy: self.proxy.as_ref()?,
            benchmark: self.benchmark.as_ref()?,
            reading: self.reading?,
            networks: self.networks?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    times: Vec<PublishedTime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Machines {
    machines: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: String,
    name: String,
}

/// Every published time.
pub fn times() -> Result<Vec<PublishedTime>, SpecError> {
    parse_times(TIMES.1)
}

/// The names of machines by the identifiers that timings carry.
pub fn machines() -> Result<BTreeMap<String, String>, SpecError> {
    let Machines { machines } = SpecError::read(MACHINES.0, MACHINES.1)?;
    Ok(machines.into_iter().map(|machine| (machine.id, machine.name)).collect())
}

pub(super) fn parse_times(text: &str) -> Result<Vec<PublishedTime>, SpecError> {
    let Times { times } = SpecError::read(TIMES.0, text)?;
    let mut labels = BTreeSet::new();
    for time in &times {
        let wrong = |problem: &str| SpecError::Content {
            file: TIMES.0.to_owned(),
            problem: format!("`{}`: {problem}", time.label),
        };
        if !labels.insert(&time.label) {
            return Err(wrong("two times have this label"));
        }
        if !time.seconds.is_finite() || time.seconds <= 0.0 {
            return Err(wrong("a time must be above 0 seconds"));
        }
        if time.networks == Some(0) {
            return Err(wrong("a time for no networks says nothing"));
        }
        if time.proxy.is_some() && time.counterpart().is_none() {
            return Err(wrong("a time with `proxy` also needs `benchmark`, `reading` and `networks`"));
        }
    }
    Ok(times)
}
