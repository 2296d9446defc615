//! The bootstrap of a whole panel: against the plain functions, against a resample written out in full, and
//! for any number of threads.

use proxyrank_stats::{
    BootstrapOptions, Estimate, Panel, StatsError, analyse, close_pairs_tau, compare, holm, kendall_tau_a,
    kendall_tau_b, partial_rho, partial_tau, pearson_r, precision_at_k, quantile, spearman_rho, tie_share,
    top_k_regret, within_cell_tau,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const N: usize = 120;

/// A panel of five proxies of falling quality: close to the truth, twice noisy, few values, constant.
fn panel() -> Panel {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut noise = || (0..12).map(|_| rng.random::<f64>() - 0.5).sum::<f64>();
    let truth: Vec<f64> = (0..N).map(|_| (noise() * 100.0).round() / 100.0).collect();
    let size: Vec<f64> = truth.iter().map(|t| 1000.0 + (100.0 * (t + noise())).round()).collect();
    let mut noisy = |sd: f64| truth.iter().map(|t| t + sd * noise()).collect::<Vec<_>>();
    let scores =
        vec![noisy(0.1), noisy(1.5), noisy(1.6), truth.iter().map(|t| t.floor()).collect(), vec![3.0; N]];
    let cells = (0..N).map(|i| u32::try_from(i % 3).unwrap()).collect();
    Panel {
        truth,
        scores,
        size: Some(size.clone()),
        // A variable with few values, as depth has, and the size once more.
        given: vec![(0..N).map(|i| (i % 2) as f64).collect(), size.clone()],
        pair_size: Some(size),
        cells: Some(cells),
        k: vec![1, 10],
        ..Panel::default()
    }
}

const QUICK: BootstrapOptions = BootstrapOptions { resamples: 300, seed: 5, confidence: 0.95 };

fn points(estimate: Option<Estimate>) -> Option<f64> {
    estimate.map(|e| e.point)
}

#[test]
fn points_are_the_plain_statistics() {
    let panel = panel();
    let analysis = analyse(&panel, &QUICK).unwrap();
    let (truth, size) = (&panel.truth, panel.size.as_ref().unwrap());
    for (scores, found) in panel.scores.iter().zip(&analysis.proxies) {
        assert_eq!(points(found.tau_b), kendall_tau_b(scores, truth).ok());
        assert_eq!(found.tau_a.point.to_bits(), kendall_tau_a(scores, truth).unwrap().to_bits());
        assert_eq!(points(found.rho), spearman_rho(scores, truth).ok());
        assert_eq!(points(found.r), pearson_r(scores, truth).ok());
        assert_eq!(points(found.partial_tau), partial_tau(scores, truth, size).ok());
        assert_eq!(points(found.partial_rho), partial_rho(scores, truth, size).ok());
        for (given, variable) in found.given.iter().zip(&panel.given) {
            assert_eq!(points(*given), partial_tau(scores, truth, variable).ok());
        }
        assert_eq!(found.given[1], found.partial_tau);
        let cells = panel.cells.as_ref().unwrap();
        assert_eq!(points(found.within_cell), within_cell_tau(scores, truth, cells).ok());
        assert_eq!(points(found.close_pairs), close_pairs_tau(scores, truth, size, 0.1).ok());
        assert_eq!(found.tie_share.to_bits(), tie_share(scores).unwrap().to_bits());
        for (&(k, precision), &(_, regret)) in found.precision.iter().zip(&found.regret) {
            assert_eq!(precision.point.to_bits(), precision_at_k(scores, truth, k).unwrap().to_bits());
            assert_eq!(regret.point.to_bits(), top_k_regret(scores, truth, k).unwrap().to_bits());
        }
        assert_eq!(found.tau_a.n, N);
    }
}

/// Stream i of the seed, as the documentation promises, written out in full.
fn resampled(values: &[f64], index: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(QUICK.seed);
    rng.set_stream(index as u64);
    (0..values.len())
        .map(|_| values[usize::try_from(rng.random_range(0..values.len() as u64)).unwrap()])
        .collect()
}

type Statistic = fn(&[f64], &[f64], &[f64]) -> Result<f64, StatsError>;

#[test]
fn intervals_are_percentiles_over_resamples_written_out() {
    let panel = panel();
    let analysis = analyse(&panel, &QUICK).unwrap();
    let size = panel.size.as_ref().unwrap();
    for proxy in [1, 3] {
        let found = &analysis.proxies[proxy];
        let checks: [(Option<Estimate>, Statistic); 9] = [
            (found.tau_b, |x, y, _| kendall_tau_b(x, y)),
            (Some(found.tau_a), |x, y, _| kendall_tau_a(x, y)),
            (found.rho, |x, y, _| spearman_rho(x, y)),
            (found.r, |x, y, _| pearson_r(x, y)),
            (found.partial_tau, partial_tau),
            (found.partial_rho, partial_rho),
            (found.close_pairs, |x, y, size| close_pairs_tau(x, y, size, 0.1)),
            (Some(found.precision[1].1), |x, y, _| precision_at_k(x, y, 10)),
            (Some(found.regret[1].1), |x, y, _| top_k_regret(x, y, 10)),
        ];
        for (index, (estimate, statistic)) in checks.into_iter().enumerate() {
            let mut values: Vec<f64> = (0..QUICK.resamples)
                .map(|i| {
                    let draw = |v: &[f64]| resampled(v, i);
                    statistic(&draw(&panel.scores[proxy]), &draw(&panel.truth), &draw(size)).unwrap()
                })
                .collect();
            let estimate = estimate.unwrap();
            let low = quantile(&mut values, 0.025).unwrap();
            let high = quantile(&mut values, 0.975).unwrap();
            assert!((estimate.low - low).abs() < 1e-12, "statistic {index} of proxy {proxy}");
            assert!((estimate.high - high).abs() < 1e-12, "statistic {index} of proxy {proxy}");
        }
    }
}

#[test]
fn copies_are_no_pairs_for_the_pair_statistics() {
    let panel = panel();
    let found = &analyse(&panel, &QUICK).unwrap().proxies[2];
    let (truth, scores, cells) = (&panel.truth, &panel.scores[2], panel.cells.as_ref().unwrap());
    let labels: Vec<f64> = (0..N).map(|i| i as f64).collect();
    let mut values: Vec<f64> = (0..QUICK.resamples)
        .map(|index| {
            let (mut net, mut untied_x, mut untied_y) = (0.0, 0.0, 0.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small indices")]
            let drawn: Vec<usize> = resampled(&labels, index).into_iter().map(|i| i as usize).collect();
            for (place, &i) in drawn.iter().enumerate() {
                for &j in drawn[..place].iter().filter(|&&j| j != i && cells[i] == cells[j]) {
                    let sign = |v: &[f64]| f64::from(i8::from(v[i] > v[j]) - i8::from(v[i] < v[j]));
                    net += sign(scores) * sign(truth);
                    untied_x += sign(scores).abs();
                    untied_y += sign(truth).abs();
                }
            }
            net / f64::sqrt(untied_x * untied_y)
        })
        .collect();
    let estimate = found.within_cell.unwrap();
    assert!((estimate.low - quantile(&mut values, 0.025).unwrap()).abs() < 1e-12);
    assert!((estimate.high - quantile(&mut values, 0.975).unwrap()).abs() < 1e-12);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let analysis = pool.install(|| analyse(&panel(), &QUICK)).unwrap();
        // JSON keeps every bit of a number, which equality of floats alone would not show for zeros.
        serde_json::to_string(&analysis).unwrap()
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn the_seed_matters_and_repeats() {
    let other = BootstrapOptions { seed: 6, ..QUICK };
    assert_eq!(analyse(&panel(), &QUICK), analyse(&panel(), &QUICK));
    assert_ne!(analyse(&panel(), &QUICK), analyse(&panel(), &other));
}

#[test]
fn ranks_and_groups_tell_the_proxies_apart() {
    let analysis = analyse(&panel(), &QUICK).unwrap();
    let best = &analysis.proxies[0];
    assert_eq!((best.rank.point, best.rank.low, best.rank.high), (1.0, 1.0, 1.0));
    assert_eq!(best.tie_group, Some(1));
    // The two noisy proxies are alike and clearly worse.
    assert_eq!(analysis.proxies[1].tie_group, analysis.proxies[2].tie_group);
    assert_ne!(analysis.proxies[1].tie_group, Some(1));
    let constant = &analysis.proxies[4];
    assert_eq!((constant.tau_b, constant.rho, constant.r, constant.within_cell), (None, None, None, None));
    assert_eq!((constant.rank.point, constant.rank.low, constant.tie_group), (5.0, 5.0, None));
    assert_eq!((constant.tau_a.point, constant.tie_share), (0.0, 1.0));
    // Pairs among the four proxies that have a tau-b.
    assert_eq!(analysis.comparisons.len(), 6);
    let raw: Vec<f64> = analysis.comparisons.iter().map(|c| c.p_value).collect();
    let adjusted: Vec<f64> = analysis.comparisons.iter().map(|c| c.p_holm).collect();
    assert_eq!(adjusted, holm(&raw));
}

#[test]
fn rivals_are_compared_and_take_no_rank() {
    let plain = panel();
    let coarse: Vec<f64> = plain.truth.iter().map(|t| f64::from(u8::from(*t > 0.0))).collect();
    let rivals = vec![plain.scores[1].clone(), coarse.clone()];
    let with = analyse(&Panel { rivals, ..plain.clone() }, &QUICK).unwrap();
    let without = analyse(&plain, &QUICK).unwrap();
    assert_eq!((&with.proxies, &with.comparisons), (&without.proxies, &without.comparisons));

    let find =
        |list: &[proxyrank_stats::Comparison], a, b| *list.iter().find(|c| (c.a, c.b) == (a, b)).unwrap();
    let itself = find(&with.rivalry.by_tau_b, 1, 0);
    assert_eq!((itself.difference.point, itself.p_value), (0.0, 1.0));
    // Four proxies have a tau-b, five a tau-a; the correction is that of these comparisons alone.
    assert_eq!((with.rivalry.by_tau_b.len(), with.rivalry.by_tau_a.len()), (4 * 2, 5 * 2));
    let raw: Vec<f64> = with.rivalry.by_tau_b.iter().map(|c| c.p_value).collect();
    let adjusted: Vec<f64> = with.rivalry.by_tau_b.iter().map(|c| c.p_holm).collect();
    assert_eq!(adjusted, holm(&raw));

    // Tau-a charges the rival of two values for the pairs that it leaves undecided.
    let (by_b, by_a) = (find(&with.rivalry.by_tau_b, 0, 1), find(&with.rivalry.by_tau_a, 0, 1));
    let tau_a = |scores| kendall_tau_a(scores, &plain.truth).unwrap();
    assert!((by_a.difference.point - (tau_a(&plain.scores[0]) - tau_a(&coarse))).abs() < 1e-15);
    assert!(by_b.difference.point < by_a.difference.point && by_b.difference.high < by_a.difference.high);
}

#[test]
fn identical_proxies_share_rank_and_group() {
    let mut panel = panel();
    panel.scores = vec![panel.scores[1].clone(), panel.scores[1].iter().map(|s| s.exp()).collect()];
    let analysis = analyse(&panel, &QUICK).unwrap();
    for proxy in &analysis.proxies {
        assert_eq!((proxy.rank.point, proxy.rank.high, proxy.tie_group), (1.5, 1.5, Some(1)));
    }
    let same = &analysis.comparisons[0];
    assert_eq!((same.difference.point, same.difference.low, same.p_value), (0.0, 0.0, 1.0));
}

#[test]
fn comparing_two_is_the_panel_of_two() {
    let panel = panel();
    let found = compare(&panel.truth, &panel.scores[0], &panel.scores[1], &QUICK).unwrap();
    assert!(found.difference.low > 0.0 && found.p_value < 0.01);
    assert_eq!(found.p_value.to_bits(), found.p_holm.to_bits());
    let swapped = compare(&panel.truth, &panel.scores[1], &panel.scores[0], &QUICK).unwrap();
    assert!((swapped.difference.low + found.difference.high).abs() < 1e-12);
    assert_eq!(swapped.p_value.to_bits(), found.p_value.to_bits());
    let constant = compare(&panel.truth, &panel.scores[0], &panel.scores[4], &QUICK);
    assert_eq!(constant, Err(StatsError::Constant { what: "proxy 1".into() }));
}

#[test]
fn a_panel_without_extras_or_proxies_is_fine() {
    let bare = Panel { truth: vec![1.0, 2.0, 3.0], scores: vec![vec![1.0, 3.0, 2.0]], ..Panel::default() };
    let found = &analyse(&bare, &QUICK).unwrap().proxies[0];
    assert_eq!((found.partial_tau, found.within_cell, found.close_pairs), (None, None, None));
    assert!(found.precision.is_empty() && found.tau_b.is_some());
    let empty = Panel { truth: vec![1.0, 2.0], ..Panel::default() };
    assert!(analyse(&empty, &QUICK).unwrap().proxies.is_empty());
}

#[test]
fn what_does_not_fit_is_refused() {
    let good = Panel { truth: vec![1.0, 2.0, 3.0], scores: vec![vec![1.0, 3.0, 2.0]], ..Panel::default() };
    let refused = |panel: Panel| analyse(&panel, &QUICK).unwrap_err().to_string();
    assert!(refused(Panel { truth: vec![1.0; 3], ..good.clone() }).contains("truth is constant"));
    assert!(refused(Panel { scores: vec![vec![1.0; 2]], ..good.clone() }).contains("proxy 0 has 2 values"));
    assert!(refused(Panel { scores: vec![vec![0.0, f64::NAN, 1.0]], ..good.clone() }).contains("index 1"));
    assert!(refused(Panel { size: Some(vec![1.0]), ..good.clone() }).contains("size has 1 values"));
    assert!(refused(Panel { rivals: vec![vec![1.0]], ..good.clone() }).contains("rival 0 has 1 values"));
    assert!(refused(Panel { given: vec![vec![f64::NAN; 3]], ..good.clone() }).contains("given variable 0"));
    assert!(refused(Panel { cells: Some(vec![]), ..good.clone() }).contains("cells has 0 values"));
    assert!(refused(Panel { k: vec![4], ..good.clone() }).contains("k = 4"));
    let options = BootstrapOptions { confidence: 1.0, ..QUICK };
    assert!(analyse(&good, &options).unwrap_err().to_string().contains("confidence"));
    let options = BootstrapOptions { resamples: 0, ..QUICK };
    assert!(analyse(&good, &options).unwrap_err().to_string().contains("resamples"));
}
