//! The noise ceiling on data whose noise is known, because it was made here.

use proxyrank_stats::{
    CeilingOptions, NoiseSource, TruthModel, kendall_tau_b, noise_ceiling, pearson_r, spearman_rho,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Synthetic trainings: pairs of replicates, shallow ones (stratum 2) four times as noisy as deep ones
/// (stratum 4).
struct Benchmark {
    truths: Vec<f64>,
    labels: Vec<f64>,
    groups: Vec<u32>,
    strata: Vec<u32>,
}

fn benchmark(seed: u64, pairs: u32) -> Benchmark {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || (0..12).map(|_| rng.random::<f64>() - 0.5).sum::<f64>();
    let mut b = Benchmark { truths: vec![], labels: vec![], groups: vec![], strata: vec![] };
    for group in 0..pairs {
        let (stratum, centre, sd) = if group % 2 == 0 { (2, 66.0, 2.0) } else { (4, 72.0, 0.5) };
        let truth = centre + 1.5 * normal();
        for _ in 0..2 {
            b.truths.push(truth);
            b.labels.push(truth + sd * normal());
            b.groups.push(group);
            b.strata.push(stratum);
        }
    }
    b
}

const QUICK: CeilingOptions =
    CeilingOptions { simulations: 500, seed: 1, confidence: 0.95, truth: TruthModel::WithinStrata };

#[test]
fn the_noise_put_in_is_found() {
    let b = benchmark(3, 1000);
    let ceiling = noise_ceiling(&b.labels, &b.groups, &b.strata, &QUICK).unwrap();
    assert_eq!((ceiling.architectures, ceiling.distinct), (2000, 1000));
    for (noise, (stratum, sd)) in ceiling.within.iter().zip([(2, 2.0), (4, 0.5)]) {
        assert_eq!((noise.stratum, noise.groups, noise.members), (stratum, 500, 1000));
        assert_eq!((noise.architectures, noise.source), (1000, NoiseSource::Measured));
        assert!((noise.sd / sd - 1.0).abs() < 0.08, "{noise:?}");
    }
}

#[test]
fn the_ceiling_is_what_the_real_truth_reaches() {
    // What the truth that made the labels reaches on them, averaged over benchmarks, against the estimated
    // ceiling.
    let (mut reached, mut estimated) = ([0.0; 3], [0.0; 3]);
    for seed in 0..10 {
        let b = benchmark(seed, 250);
        let ceiling = noise_ceiling(&b.labels, &b.groups, &b.strata, &QUICK).unwrap();
        let real = [
            kendall_tau_b(&b.truths, &b.labels).unwrap(),
            spearman_rho(&b.truths, &b.labels).unwrap(),
            pearson_r(&b.truths, &b.labels).unwrap(),
        ];
        let found = [ceiling.tau.point, ceiling.rho.point, ceiling.pearson];
        for i in 0..3 {
            reached[i] += real[i] / 10.0;
            estimated[i] += found[i] / 10.0;
        }
        assert!(ceiling.tau.low < ceiling.tau.point && ceiling.tau.point < ceiling.tau.high);
    }
    for i in 0..3 {
        assert!((reached[i] - estimated[i]).abs() < 0.02, "{reached:?} against {estimated:?}");
    }
}

#[test]
fn without_noise_the_ceiling_is_one() {
    let labels = [1.0, 1.0, 2.0, 3.0, 4.0];
    let ceiling = noise_ceiling(&labels, &[0, 0, 1, 2, 3], &[0; 5], &QUICK).unwrap();
    assert_eq!((ceiling.pearson, ceiling.tau.point, ceiling.rho.low), (1.0, 1.0, 1.0));
}

#[test]
fn threads_change_no_bit_and_the_truth_model_does() {
    let b = benchmark(0, 100);
    let with_threads = |threads, options: CeilingOptions| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| noise_ceiling(&b.labels, &b.groups, &b.strata, &options)).unwrap()
    };
    assert_eq!(with_threads(1, QUICK), with_threads(3, QUICK));
    let overall = with_threads(2, CeilingOptions { truth: TruthModel::Overall, ..QUICK });
    assert!((overall.tau.point - with_threads(2, QUICK).tau.point).abs() > 1e-3);
    assert_eq!(overall.within, with_threads(2, QUICK).within);
}
