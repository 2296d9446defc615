//! The architectures of the audit.
//!
//! Rounding and seeds act differently on shallow and deep, narrow and wide networks, so the sample must hold all of them in
//! the benchmark's own proportions: the architectures in order of depth, width and #params are cut into equal runs, and each
//! run gives one. Which one, a hash of its name decides, so the sample needs no stored state and no generator.

use proxyrank_data::hash::sha256_bytes;
use proxyrank_schema::Reading;

use crate::RunError;
use crate::benchmark::Benchmark;

/// Architectures in the sample.
///
/// Twice 24 runs of a network for each seed take a few minutes, and 276 pairs are enough: over all proxies of one forward pass, tau-b
/// between seeds differs from that on all 500 architectures by 0.03 at the most.
pub const SAMPLE_SIZE: usize = 24;

/// Keeps the choice apart from other uses of the same names.
const SEED: &str = "audit-0";

/// The places of the sampled architectures in the benchmark, ascending; all of them where there are no more than
/// [`SAMPLE_SIZE`]. Two networks that some reading cannot tell apart are both taken only where a run has no other.
pub fn sample(benchmark: &Benchmark) -> Result<Vec<usize>, RunError> {
    let count = benchmark.entries.len();
    if count <= SAMPLE_SIZE {
        return Ok((0..count).collect());
    }
    let sizes = benchmark.sizes(Reading::Declared)?;
    let shape = |place: usize| {
        let architecture = &benchmark.entries[place].architecture;
        (architecture.depth(), architecture.width())
    };
    let mut ordered: Vec<usize> = (0..count).collect();
    ordered.sort_by(|&a, &b| shape(a).cmp(&shape(b)).then(sizes[a].total_cmp(&sizes[b])));
    let kinds = benchmark.info.readings.iter().map(|&reading| benchmark.equivalents(reading));
    let kinds: Vec<Vec<u32>> = kinds.collect::<Result<_, _>>()?;
    let alike = |a: usize, b: usize| kinds.iter().any(|kind| kind[a] == kind[b]);

    let mut chosen: Vec<usize> = Vec::with_capacity(SAMPLE_SIZE);
    for run in 0..SAMPLE_SIZE {
        let mut run = ordered[run * count / SAMPLE_SIZE..(run + 1) * count / SAMPLE_SIZE].to_vec();
        run.sort_by_cached_key(|&place| lot(benchmark, place));
        let fresh = run.iter().find(|&&place| chosen.iter().all(|&other| !alike(place, other)));
        chosen.extend(fresh.or(run.first()));
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// What decides between the architectures of a run.
fn lot(benchmark: &Benchmark, place: usize) -> String {
    sha256_bytes(format!("{SEED}/{}/{}", benchmark.info.id, benchmark.entries[place].id).as_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::testing::benchmark;
    use super::*;

    #[test]
    fn cells_keep_their_share_and_no_network_comes_twice() {
        let benchmark = benchmark(500);
        let sample = sample(&benchmark).unwrap();
        assert!(sample.len() == SAMPLE_SIZE && sample.is_sorted());

        let cells = benchmark.cells();
        let mut shares: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        for cell in &cells {
            shares.entry(*cell).or_default().0 += SAMPLE_SIZE as f64 / 500.0;
        }
        for &place in &sample {
            shares.entry(cells[place]).or_default().1 += 1.0;
        }
        assert!(shares.len() == 4 && shares.values().all(|(due, got)| (due - got).abs() < 1.5), "{shares:?}");

        for &reading in benchmark.info.readings {
            let kinds = benchmark.equivalents(reading).unwrap();
            let mut sampled: Vec<u32> = sample.iter().map(|&place| kinds[place]).collect();
            sampled.sort_unstable();
            sampled.dedup();
            assert_eq!(sampled.len(), SAMPLE_SIZE, "{reading}");
        }
    }

    #[test]
    fn sizes_are_spread_over_their_range() {
        let benchmark = benchmark(500);
        let sizes = benchmark.sizes(Reading::Declared).unwrap();
        let mean =
            |places: &[usize]| places.iter().map(|&place| sizes[place]).sum::<f64>() / places.len() as f64;
        let (some, all) = (mean(&sample(&benchmark).unwrap()), mean(&(0..500).collect::<Vec<_>>()));
        assert!((some / all - 1.0).abs() < 0.02, "{some} {all}");
    }

    #[test]
    fn names_decide_and_a_small_benchmark_is_taken_whole() {
        let mut benchmark = benchmark(200);
        let before = sample(&benchmark).unwrap();
        assert_eq!(before, sample(&benchmark).unwrap());
        for entry in &mut benchmark.entries {
            entry.id = format!("other-{}", entry.id).as_str().into();
        }
        assert_ne!(before, sample(&benchmark).unwrap());
        benchmark.entries.truncate(SAMPLE_SIZE);
        assert_eq!(sample(&benchmark).unwrap(), (0..SAMPLE_SIZE).collect::<Vec<_>>());
    }
}
