//! Invented records.

use proxyrank_benchmarks::check::{Processor, Record, Samples, UnitTimes};

/// A record of these benches, each with its passes.
pub(crate) fn record(benches: &[(&str, &[&[f64]])]) -> Record {
    let samples = |passes: &[&[f64]]| {
        let mut samples = Samples::default();
        for pass in passes {
            samples.add(Samples::of_pass(pass));
        }
        samples
    };
    let benches = benches.iter().map(|(name, passes)| ((*name).to_owned(), samples(passes))).collect();
    let units = UnitTimes { one_thread_ns: Some(1e6), all_threads_ns: Some(1.1e6) };
    Record::new(Processor::of("model name : A", 2), "2026-01-01T00:00:00Z".to_owned(), units, benches)
}

/// Seven samples around a time, with deviations of this share of it.
pub(crate) fn around(time: f64, deviation: f64) -> Vec<f64> {
    [0.0, -1.0, 1.0, -2.0, 2.0, 0.0, 9.0].map(|step| time * (1.0 + step * deviation)).to_vec()
}
