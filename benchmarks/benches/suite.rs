//! Every bench as a criterion report: `make bench`, or one group with `make bench ONLY=kernels`.

use std::time::Duration;

use criterion::{BatchSize, Bencher, Criterion, Throughput};
use proxyrank_benchmarks::{Amount, Bench, Failure, Threads, Work, suite};
use rayon::ThreadPool;

/// Few and short samples: all of it is to take ten minutes.
fn settings() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .nresamples(2_000)
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

fn report(criterion: &mut Criterion, bench: &Bench, pool: &ThreadPool) {
    let mut group = criterion.benchmark_group(bench.group);
    group.throughput(throughput(bench.amount));
    let mut work = None;
    group.bench_function(&bench.name, |bencher| {
        pool.install(|| {
            let work = work.get_or_insert_with(|| bench.start());
            match work {
                Ok(work) => measure(bencher, work),
                Err(error) => panic!("{} cannot be timed: {error}", bench.id()),
            }
        });
    });
    group.finish();
}

fn main() -> Result<(), Failure> {
    let pools = [Threads::One.pool()?, Threads::All.pool()?];
    let mut criterion = settings();
    for bench in suite::all() {
        let pool = &pools[usize::from(bench.threads == Threads::All)];
        report(&mut criterion, &bench, pool);
    }
    criterion.final_summary();
    Ok(())
}
