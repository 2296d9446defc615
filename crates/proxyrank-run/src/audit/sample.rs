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
/// 24 make 276 pairs, and 2,760 over the ten pairs of five seeds: a tau-b of 0.9 is then known to about 0.03, while all proxies but
/// those of second order take a few minutes for each signal.
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
