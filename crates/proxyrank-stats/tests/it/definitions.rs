//! The fast counts against the definitions, pair by pair, and the properties that a rank correlation must
//! have.

use proptest::prelude::*;
use proxyrank_stats::{
    average_ranks, close_pairs_tau, kendall_tau_a, kendall_tau_b, pearson_r, precision_at_k, spearman_rho,
    tie_share, top_k_regret, within_cell_tau,
};

/// Pair counts by the definition.
#[derive(Default)]
struct Pairs {
    net: i32,
    untied: i32,
    all: i32,
    untied_x: i32,
    untied_y: i32,
}

fn count(x: &[f64], y: &[f64], belongs: impl Fn(usize, usize) -> bool) -> Pairs {
    let sign = |a: f64, b: f64| i32::from(a > b) - i32::from(a < b);
    let mut pairs = Pairs::default();
    for i in 0..x.len() {
        for j in (0..i).filter(|&j| belongs(i, j)) {
            let (sx, sy) = (sign(x[i], x[j]), sign(y[i], y[j]));
            pairs.net += sx * sy;
            pairs.untied += (sx * sy).abs();
            pairs.all += 1;
            pairs.untied_x += sx.abs();
            pairs.untied_y += sy.abs();
        }
    }
    pairs
}

impl Pairs {
    fn tau_b(&self) -> Option<f64> {
        let untied = f64::from(self.untied_x) * f64::from(self.untied_y);
        (untied > 0.0).then(|| f64::from(self.net) / untied.sqrt())
    }
}

/// Two series of equal length whose values come from `values` different ones, so that ties abound.
fn two_series(values: i32) -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    (2_usize..60).prop_flat_map(move |n| {
        let series = prop::collection::vec((-values..=values).prop_map(f64::from), n);
        (series.clone(), series)
    })
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

proptest! {
    #[test]
    fn tau_is_its_definition((x, y) in prop_oneof![two_series(1), two_series(4), two_series(1000)]) {
        let pairs = count(&x, &y, |_, _| true);
        prop_assert!(close(kendall_tau_a(&x, &y).unwrap(), f64::from(pairs.net) / f64::from(pairs.all)));
        match pairs.tau_b() {
            Some(tau) => prop_assert!(close(kendall_tau_b(&x, &y).unwrap(), tau)),
            None => prop_assert!(kendall_tau_b(&x, &y).is_err()),
        }
        prop_assert!(close(tie_share(&x).unwrap(), 1.0 - f64::from(pairs.untied_x) / f64::from(pairs.all)));
    }

    #[test]
    fn subset_taus_are_their_definitions(
        (x, y) in two_series(6),
        cells in prop::collection::vec(0_u32..4, 60),
        size in prop::collection::vec(50.0..100.0_f64, 60),
    ) {
        let (cells, size) = (&cells[..x.len()], &size[..x.len()]);
        let within = count(&x, &y, |i, j| cells[i] == cells[j]).tau_b();
        prop_assert_eq!(within_cell_tau(&x, &y, cells).ok().is_some(), within.is_some());
        if let Some(tau) = within {
            prop_assert!(close(within_cell_tau(&x, &y, cells).unwrap(), tau));
        }
        let near = count(&x, &y, |i, j| (size[i] - size[j]).abs() / size[i].max(size[j]) < 0.1);
        let expected = (near.untied > 0).then(|| f64::from(near.net) / f64::from(near.untied));
        prop_assert_eq!(close_pairs_tau(&x, &y, size, 0.1).ok(), expected);
    }

    #[test]
    fn rho_is_the_pearson_correlation_of_average_ranks((x, y) in two_series(5)) {
        let (rank_x, rank_y) = (average_ranks(&x).unwrap(), average_ranks(&y).unwrap());
        match (spearman_rho(&x, &y), pearson_r(&rank_x, &rank_y)) {
            (Ok(rho), Ok(r)) => prop_assert!(close(rho, r)),
            (rho, r) => prop_assert!(rho.is_err() && r.is_err()),
        }
        let sum = (x.len() * (x.len() + 1)) as f64 / 2.0;
        prop_assert!(close(rank_x.iter().sum(), sum));
    }

    #[test]
    fn rank_correlations_ignore_monotone_maps_and_change_sign_on_reversal((x, y) in two_series(20)) {
        let stretched: Vec<f64> = x.iter().map(|v| (v / 7.0).exp() - 3.0).collect();
        let reversed: Vec<f64> = x.iter().map(|v| -v).collect();
        for correlation in [kendall_tau_b, kendall_tau_a, spearman_rho] {
            let Ok(value) = correlation(&x, &y) else { continue };
            prop_assert_eq!(correlation(&stretched, &y), Ok(value));
            prop_assert_eq!(correlation(&reversed, &y), Ok(-value));
            prop_assert!(close(correlation(&y, &x).unwrap(), value));
            prop_assert!((-1.0..=1.0).contains(&value));
        }
        if let Ok(tau) = kendall_tau_b(&x, &x) {
            prop_assert!(close(tau, 1.0));
            prop_assert_eq!(spearman_rho(&x, &x), Ok(1.0));
        }
    }

    #[test]
    fn nothing_depends_on_the_order_of_the_architectures((x, y) in two_series(5), seed in 0_usize..1000) {
        let n = x.len();
        // A step that shares no factor with n visits every index once.
        let coprime = |s: &usize| (2..=n).all(|d| !s.is_multiple_of(d) || !n.is_multiple_of(d));
        let step = (1..=n).rev().find(coprime).unwrap_or(1);
        let shuffled = |v: &[f64]| (0..n).map(|i| v[(i * step + seed) % n]).collect::<Vec<_>>();
        prop_assert_eq!(kendall_tau_b(&x, &y), kendall_tau_b(&shuffled(&x), &shuffled(&y)));
        for k in 1..=n.min(5) {
            let (whole, moved) = (precision_at_k(&x, &y, k), precision_at_k(&shuffled(&x), &shuffled(&y), k));
            prop_assert!(close(whole.unwrap(), moved.unwrap()));
            let (whole, moved) = (top_k_regret(&x, &y, k), top_k_regret(&shuffled(&x), &shuffled(&y), k));
            prop_assert!(close(whole.unwrap(), moved.unwrap()));
        }
    }

    #[test]
    fn selection_is_the_mean_over_all_ways_to_break_ties(
        (x, y) in (2_usize..7).prop_flat_map(|n| {
            let series = prop::collection::vec((0..3).prop_map(f64::from), n);
            (series.clone(), series)
        }),
        k in 1_usize..7,
    ) {
        prop_assume!(k <= x.len());
        let (x_sets, y_sets) = (top_sets(&x, k), top_sets(&y, k));
        let best = y.iter().copied().fold(f64::MIN, f64::max);
        let (mut hits, mut regret) = (0.0, 0.0);
        for chosen in &x_sets {
            let chosen_truths = (0..x.len()).filter(|i| chosen >> i & 1 == 1).map(|i| y[i]);
            let best_chosen = chosen_truths.fold(f64::MIN, f64::max);
            regret += (best - best_chosen) / x_sets.len() as f64;
            for truly in &y_sets {
                hits += f64::from((chosen & truly).count_ones()) / (x_sets.len() * y_sets.len()) as f64;
            }
        }
        prop_assert!(close(precision_at_k(&x, &y, k).unwrap(), hits / k as f64));
        prop_assert!(close(top_k_regret(&x, &y, k).unwrap(), regret));
    }

    #[test]
    fn any_numbers_at_all_are_answered_or_refused(
        x in prop::collection::vec(any::<f64>(), 0..20),
        y in prop::collection::vec(any::<f64>(), 0..20),
        k in 0_usize..30,
    ) {
        for correlation in [kendall_tau_b, kendall_tau_a, spearman_rho, pearson_r] {
            if let Ok(value) = correlation(&x, &y) {
                prop_assert!((-1.0..=1.0).contains(&value), "{value}");
            }
        }
        let _ = (precision_at_k(&x, &y, k), top_k_regret(&x, &y, k), average_ranks(&x), tie_share(&y));
        let _ = (close_pairs_tau(&x, &y, &x, 0.1), within_cell_tau(&x, &y, &[1; 10]));
    }
}

/// All sets of k items (as bits) that hold the k largest values under some way to break ties.
fn top_sets(values: &[f64], k: usize) -> Vec<u32> {
    let allowed = |set: &u32| {
        let inside = |i: usize| set >> i & 1 == 1;
        set.count_ones() as usize == k
            && (0..values.len())
                .all(|i| (0..values.len()).all(|j| !inside(i) || inside(j) || values[i] >= values[j]))
    };
    (0..1_u32 << values.len()).filter(allowed).collect()
}
