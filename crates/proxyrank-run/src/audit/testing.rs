//! A benchmark without files, for the tests beside the audit.

use std::collections::BTreeMap;

use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{Architecture, FlexibertArch};

use crate::benchmark::{Benchmark, Entry, find};

/// The first architectures that FlexiBERT's sampler draws, without ground truth.
pub(crate) fn benchmark(count: usize) -> Benchmark {
    let entry = |(place, architecture): (usize, FlexibertArch)| Entry {
        id: place.to_string().as_str().into(),
        architecture: Architecture::Flexibert(architecture),
        truth: BTreeMap::new(),
    };
    Benchmark {
        info: find(&"flexibert".into()).unwrap(),
        sha256: "0".repeat(64),
        entries: Sampler::new(0).take(count).enumerate().map(entry).collect::<Vec<Entry>>(),
        trainings: Vec::new(),
        warnings: Vec::new(),
    }
}
