//! Rank statistics at the size of the FlexiBERT benchmark: 500 architectures, 30 proxies.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use proxyrank_stats::{
    BootstrapOptions, CeilingOptions, Panel, analyse, kendall_tau_b, noise_ceiling, spearman_rho,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ARCHITECTURES: usize = 500;
const PROXIES: usize = 30;

/// Four cells of depth and width with a truth that grows with both, and proxies from good to useless; every
/// third has few values, as counts of layers have.
fn panel() -> Panel {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let cells: Vec<u32> = (0..ARCHITECTURES).map(|_| rng.random_range(0..4)).collect();
    let size: Vec<f64> =
        cells.iter().map(|&c| 4e6 * f64::from(c + 1) * (1.0 + rng.random::<f64>())).collect();
    let truth: Vec<f64> = cells
        .iter()
        .map(|&c| ((65.0 + 2.0 * f64::from(c) + 3.0 * rng.random::<f64>()) * 100.0).round() / 100.0)
        .collect();
    let scores = (0..PROXIES)
        .map(|proxy| {
            let noise = 1.0 + proxy as f64;
            let score = |&t: &f64| t + noise * rng.random::<f64>();
            let exact: Vec<f64> = truth.iter().map(score).collect();
            if proxy % 3 == 0 { exact.iter().map(|s| s.floor()).collect() } else { exact }
        })
        .collect();
    Panel {
        truth,
        scores,
        pair_size: Some(size.clone()),
        size: Some(size),
        cells: Some(cells),
        k: vec![1, 10, 50],
        ..Panel::default()
    }
}

fn correlations(c: &mut Criterion) {
    let panel = panel();
    let mut group = c.benchmark_group("correlation of 500");
    group.bench_function("tau_b", |b| {
        b.iter(|| kendall_tau_b(black_box(&panel.scores[1]), black_box(&panel.truth)));
    });
    group.bench_function("rho", |b| {
        b.iter(|| spearman_rho(black_box(&panel.scores[1]), black_box(&panel.truth)));
    });
    group.finish();
}

fn bootstrap(c: &mut Criterion) {
    let panel = panel();
    let options = BootstrapOptions { resamples: 1_000, ..BootstrapOptions::default() };
    let mut group = c.benchmark_group("analyse 30 x 500");
    group.sample_size(10);
    group.bench_function("1000 resamples", |b| b.iter(|| analyse(black_box(&panel), &options)));
    group.finish();
}

fn ceiling(c: &mut Criterion) {
    let panel = panel();
    let groups: Vec<u32> = (0..250).flat_map(|group| [group, group]).collect();
    let strata: Vec<u32> = groups.iter().map(|group| group % 2).collect();
    let options = CeilingOptions { simulations: 1_000, ..CeilingOptions::default() };
    let mut group = c.benchmark_group("noise ceiling of 500");
    group.sample_size(10);
    group.bench_function("1000 simulations", |b| {
        b.iter(|| noise_ceiling(black_box(&panel.truth), &groups, &strata, &options));
    });
    group.finish();
}

criterion_group!(benches, correlations, bootstrap, ceiling);
criterion_main!(benches);
