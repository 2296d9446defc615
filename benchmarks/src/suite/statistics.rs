//! Rank statistics at the size of the FlexiBERT benchmark: 500 architectures.

use proxyrank_stats::{
    BootstrapOptions, CeilingOptions, Panel, analyse, close_pairs_tau, kendall_tau_b, noise_ceiling,
    partial_tau, spearman_rho, within_cell_tau,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Amount, Bench, Work};

const GROUP: &str = "statistics";
const ARCHITECTURES: usize = 500;
/// Resamples and simulations of a run.
const REPEATS: usize = 50;

/// Labels that grow with size, as the benchmark's do, and scores of proxies from good to useless.
struct Data {
    truth: Vec<f64>,
    size: Vec<f64>,
    /// Four, of depth and width.
    cells: Vec<u32>,
    scores: Vec<Vec<f64>>,
}

impl Data {
    /// Every third proxy has few values, as counts of layers have.
    fn new(proxies: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let cells: Vec<u32> = (0..ARCHITECTURES).map(|_| rng.random_range(0..4)).collect();
        let size = cells.iter().map(|&c| 4e6 * f64::from(c + 1) * (1.0 + rng.random::<f64>())).collect();
        let truth: Vec<f64> = cells
            .iter()
            .map(|&c| ((65.0 + 2.0 * f64::from(c) + 3.0 * rng.random::<f64>()) * 100.0).round() / 100.0)
            .collect();
        let scores = (0..proxies).map(|proxy| {
            let noise = 1.0 + proxy as f64;
            let exact = truth.iter().map(|&t| t + noise * rng.random::<f64>());
            if proxy % 3 == 0 { exact.map(f64::floor).collect() } else { exact.collect() }
        });
        let scores = scores.collect();
        Self { truth, size, cells, scores }
    }

    fn panel(self) -> Panel {
        let Self { truth, size, cells, scores } = self;
        let pair_size = Some(size.clone());
        Panel {
            truth,
            scores,
            pair_size,
            size: Some(size),
            cells: Some(cells),
            k: vec![1, 10, 50],
            ..Panel::default()
        }
    }
}

/// A statistic of the second proxy's scores.
fn correlation(
    name: &'static str,
    of: impl Fn(&[f64], &Data) -> Result<f64, proxyrank_stats::StatsError> + Copy + Send + Sync + 'static,
) -> Bench {
    Bench::new(GROUP, name, move || {
        let data = Data::new(2);
        Ok(Work::again(move || {
            std::hint::black_box(of(std::hint::black_box(&data.scores[1]), &data)?);
            Ok(())
        }))
    })
}

pub(super) fn benches() -> Vec<Bench> {
    vec![
        correlation("tau-b", |scores, data| kendall_tau_b(scores, &data.truth)),
        correlation("rho", |scores, data| spearman_rho(scores, &data.truth)),
        correlation("partial tau", |scores, data| partial_tau(scores, &data.truth, &data.size)),
        correlation("within-cell tau", |scores, data| within_cell_tau(scores, &data.truth, &data.cells)),
        correlation("10%-pairs tau", |scores, data| close_pairs_tau(scores, &data.truth, &data.size, 0.1)),
        Bench::new(GROUP, "bootstrap of 10 proxies", || Ok(bootstrap(10, REPEATS)))
            .of(Amount::Items(REPEATS as u64)),
        Bench::new(GROUP, "bootstrap of 30 proxies, 1000 resamples", || Ok(bootstrap(30, 1_000)))
            .of(Amount::Items(1_000))
            .for_readers(),
        Bench::new(GROUP, "noise ceiling", || Ok(ceiling())).of(Amount::Items(REPEATS as u64)),
    ]
}

fn bootstrap(proxies: usize, resamples: usize) -> Work {
    let panel = Data::new(proxies).panel();
    let options = BootstrapOptions { resamples, ..BootstrapOptions::default() };
    Work::again(move || Ok(analyse(&panel, &options).map(drop)?))
}

fn ceiling() -> Work {
    let truth = Data::new(0).truth;
    let groups: Vec<u32> = (0..250).flat_map(|group| [group, group]).collect();
    let strata: Vec<u32> = groups.iter().map(|group| group % 2).collect();
    let options = CeilingOptions { simulations: REPEATS, ..CeilingOptions::default() };
    Work::again(move || Ok(noise_ceiling(&truth, &groups, &strata, &options).map(drop)?))
}
