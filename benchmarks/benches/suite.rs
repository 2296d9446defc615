//! Every bench under criterion: `make bench`, or some of them with `make bench ONLY=kernels`.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BatchSize, Bencher, BenchmarkGroup, Criterion, Throughput};
use proxyrank_benchmarks::{Amount, Bench, Failure, Threads, Work, suite};
use rayon::ThreadPool;

/// Few and short samples, for there are many benches. No charts: criterion draws text in a system font, and plotters is built
/// for an embedded one.
fn settings() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .nresamples(2_000)
        .without_plots()
        .configure_from_args()
}

fn throughput(amount: Amount) -> Throughput {
    match amount {
        Amount::One => Throughput::Elements(1),
        Amount::Items(count) | Amount::Flops(count) => Throughput::Elements(count),
        Amount::Kernel(work) => {
            Throughput::ElementsAndBytes { elements: work.flops, bytes: work.moved_bytes }
        }
    }
}

fn measure(bencher: &mut Bencher<'_>, work: &mut Work) {
    match work {
        Work::Again(run) => bencher.iter(run),
        Work::Afresh(make) => {
            bencher.iter_batched(make, |once| once.and_then(|once| once()), BatchSize::PerIteration);
        }
    }
}

fn report(group: &mut BenchmarkGroup<'_, WallTime>, bench: &Bench, pool: &ThreadPool) {
    group.throughput(throughput(bench.amount));
    let mut work = None;
    group.bench_function(&bench.name, |bencher| {
        pool.install(|| match work.get_or_insert_with(|| bench.start()) {
            Ok(work) => measure(bencher, work),
            Err(error) => panic!("{} cannot be timed: {error}", bench.id()),
        });
    });
}

fn main() -> Result<(), Failure> {
    let pools = [Threads::One.pool()?, Threads::All.pool()?];
    let mut criterion = settings();
    let mut benches = suite::all();
    benches.sort_by_key(|bench| bench.group);
    for benches in benches.chunk_by(|a, b| a.group == b.group) {
        let mut group = criterion.benchmark_group(benches[0].group);
        for bench in benches {
            report(&mut group, bench, &pools[usize::from(bench.threads == Threads::All)]);
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
