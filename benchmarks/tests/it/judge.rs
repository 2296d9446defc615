//! What is called slower.
#![expect(clippy::float_cmp, reason = "quartiles of numbers that are exact")]

use proptest::prelude::*;
use proxyrank_benchmarks::check::{Judgement, Record, SLOWER, Samples, Verdict, judge};

use crate::support::{around, record};

/// The judgement of one bench.
fn judged(before: &[f64], now: &[&[f64]]) -> Judgement {
    let judgements = judge(&record(&[("b", &[before])]), &record(&[("b", now)]), |_| true);
    judgements.into_iter().next().unwrap()
}

#[test]
fn a_pass_counts_by_its_lower_quartile() {
    let mut samples = Samples::of_pass(&[4.0, 1.0, 2.0, 3.0, 100.0]);
    assert_eq!((samples.best(), samples.typical()), (2.0, 2.0));
    samples.add(Samples::of_pass(&[1.5, 1.5, 50.0]));
    assert_eq!((samples.best(), samples.typical()), (1.5, 1.75));
    samples.add(Samples::of_pass(&[9.0]));
    assert_eq!((samples.best(), samples.typical()), (1.5, 2.0));
}

/// What becomes of the only bench.
fn verdict(before: &Record, now: &Record) -> Verdict {
    judge(before, now, |_| true)[0].verdict
}

#[test]
fn a_lucky_pass_on_either_side_makes_no_verdict() {
    // Column sums on a busy machine: one of the baseline's four passes was a quarter faster.
    let (usual, lucky) = (around(0.0245, 0.005), around(0.0187, 0.005));
    let (usual, lucky) = (&usual[..], &lucky[..]);
    let mixed = record(&[("b", &[usual, usual, lucky, usual])]);
    assert_eq!(verdict(&mixed, &record(&[("b", &[usual; 2])])), Verdict::Same);
    assert_eq!(verdict(&record(&[("b", &[usual; 4])]), &mixed), Verdict::Same);
    let slower = around(0.0245 * 1.3, 0.005);
    assert_eq!(verdict(&mixed, &record(&[("b", &[&slower[..]; 2])])), Verdict::Slower);
}

#[test]
fn the_spread_is_the_median_deviation_as_a_share() {
    assert_eq!(Samples::of_pass(&[8.0, 10.0, 11.0, 10.0, 90.0]).spread(), 0.1);
    assert_eq!(Samples::of_pass(&[7.0]).spread(), 0.0);
}

#[test]
fn a_fifth_more_is_slower_and_a_tenth_is_not() {
    let before = around(2.0, 0.005);
    assert_eq!(judged(&before, &[&around(2.4, 0.005)]).verdict, Verdict::Slower);
    assert_eq!(judged(&before, &[&around(2.2, 0.005)]).verdict, Verdict::Same);
    assert_eq!(judged(&before, &[&around(1.6, 0.005)]).verdict, Verdict::Faster);
    let judgement = judged(&before, &[&around(2.4, 0.005)]);
    assert!((judgement.change().unwrap() - 0.2).abs() < 1e-3);
    assert_eq!(judgement.threshold, Some(SLOWER));
}

#[test]
fn noise_on_either_side_raises_the_threshold() {
    let (quiet, noisy) = (around(2.0, 0.005), around(2.0, 0.1));
    let slower: Vec<f64> = around(2.5, 0.005);
    assert_eq!(judged(&quiet, &[&slower]).verdict, Verdict::Slower);
    assert_eq!(judged(&noisy, &[&slower]).verdict, Verdict::Unsure);
    let noisily_slower = around(2.6, 0.1);
    assert_eq!(judged(&quiet, &[&noisily_slower]).verdict, Verdict::Unsure);
    assert!(judged(&quiet, &[&noisily_slower]).threshold.unwrap() > 0.3);
    assert_eq!(judged(&noisy, &[&around(6.0, 0.1)]).verdict, Verdict::Slower);
}

#[test]
fn a_disturbed_pass_is_forgiven_by_a_better_one() {
    let before = around(2.0, 0.005);
    let (disturbed, calm) = (around(3.0, 0.005), around(2.02, 0.005));
    assert_eq!(judged(&before, &[&disturbed]).verdict, Verdict::Slower);
    let calm_again = judged(&before, &[&disturbed, &calm, &calm]);
    assert_eq!(calm_again.verdict, Verdict::Same);
    assert_eq!(judged(&before, &[&disturbed, &disturbed, &disturbed]).verdict, Verdict::Slower);
}

#[test]
fn benches_of_one_side_only_are_named() {
    let (before, now) = (record(&[("a", &[&[1.0]]), ("x", &[&[1.0]])]), record(&[("b", &[&[1.0]])]));
    let verdicts = |chosen: &dyn Fn(&str) -> bool| -> Vec<(String, Verdict)> {
        let judgements = judge(&before, &now, chosen).into_iter();
        judgements.map(|judgement| (judgement.bench, judgement.verdict)).collect()
    };
    let gone = |name: &str| (name.to_owned(), Verdict::Gone);
    assert_eq!(verdicts(&|_| true), [gone("a"), ("b".to_owned(), Verdict::New), gone("x")]);
    assert_eq!(verdicts(&|name| name != "x"), [gone("a"), ("b".to_owned(), Verdict::New)]);
}

proptest! {
    #[test]
    fn an_unchanged_bench_is_never_slower_and_a_doubled_one_always(
        time in 1e-4_f64..1e3,
        deviations in prop::collection::vec(0.0_f64..0.05, 5..20),
        rising in 0_usize..20,
    ) {
        let samples = |scale: f64| -> Vec<f64> {
            deviations.iter().map(|deviation| scale * time * (1.0 + deviation)).collect()
        };
        let mut turned = samples(1.0);
        turned.rotate_left(rising % deviations.len());
        prop_assert_eq!(judged(&samples(1.0), &[&turned]).verdict, Verdict::Same);
        prop_assert_eq!(judged(&samples(1.0), &[&samples(2.0)]).verdict, Verdict::Slower);
        prop_assert_eq!(judged(&samples(2.0), &[&samples(1.0)]).verdict, Verdict::Faster);
    }
}
