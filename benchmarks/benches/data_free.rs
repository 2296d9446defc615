//! How long the counts and the data-free proxies take over a population drawn from the FlexiBERT space.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use proxyrank_proxies::{ProxyCall, REGISTRY, Subject};
use proxyrank_space::counts::{macs, matrices, parameters};
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{Architecture, Family, Reading};

/// As many as the benchmark has.
const POPULATION: usize = 500;

fn population() -> Vec<Subject> {
    let drawn = Sampler::new(0).take(POPULATION).map(Architecture::Flexibert);
    let networks = drawn.filter_map(|arch| arch.network(Reading::Declared).ok());
    networks.map(|network| Subject { network, seq_len: 128 }).collect()
}

fn counts(criterion: &mut Criterion) {
    let subjects = population();
    let mut group = criterion.benchmark_group("counts of 500 encoders");
    group.bench_function("sampling and networks", |bencher| bencher.iter(population));
    group.bench_function("parameters", |bencher| {
        bencher.iter(|| {
            subjects.iter().map(|subject| parameters(black_box(&subject.network)).total()).sum::<u64>()
        });
    });
    group.bench_function("macs", |bencher| {
        bencher.iter(|| {
            subjects.iter().filter_map(|subject| macs(black_box(&subject.network), 128).ok()).count()
        });
    });
    group.bench_function("matrices", |bencher| {
        bencher.iter(|| {
            subjects.iter().map(|subject| matrices(black_box(&subject.network)).len()).sum::<usize>()
        });
    });
    group.finish();
}

fn proxies(criterion: &mut Criterion) {
    let subjects = population();
    let mut group = criterion.benchmark_group("data-free proxies of 500 encoders");
    for proxy in REGISTRY.iter().filter(|proxy| proxy.supports(Family::Encoder)) {
        let ProxyCall { proxy, params } = ProxyCall::new(proxy);
        group.bench_function(proxy.name, |bencher| {
            bencher.iter(|| {
                subjects
                    .iter()
                    .filter_map(|subject| proxy.score(black_box(subject), &params).score)
                    .sum::<f64>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, counts, proxies);
criterion_main!(benches);
