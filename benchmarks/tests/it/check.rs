//! The check as a whole. Benches that really run are compared with baselines a thousand times off, so that no outcome
//! hangs on how fast the machine is.

use std::fs;
use std::path::Path;

use proxyrank_benchmarks::check::{
    CheckError, Options, Outcome, Plan, Recorded, Verdict, check, judgements, rates, summary,
};
use proxyrank_benchmarks::{Amount, Bench, Threads, Work, suite};
use serde_json::Value;

const SHORT: Plan = Plan { passes: 1, rounds: 3, sample_s: 1e-4 };

fn options(root: &Path, only: &[&str]) -> Options {
    Options {
        only: only.iter().map(|part| (*part).to_owned()).collect(),
        baselines: root.join("baseline"),
        runs: root.join("runs"),
        record: false,
        plan: SHORT,
    }
}

fn counter(name: &str) -> Bench {
    Bench::new("loops", name, || {
        Ok(Work::infallible(|| (0..1_000_u64).map(std::hint::black_box).sum::<u64>()))
    })
}

fn benches() -> Vec<Bench> {
    let fresh = Bench::new("loops", "fresh", || {
        Ok(Work::afresh(|| {
            let list = vec![1_u8; 100];
            Ok(move || Ok(Box::new(std::hint::black_box(list)) as Box<dyn std::any::Any>))
        }))
    });
    vec![counter("one"), counter("all").on(Threads::All), fresh]
}

fn run(benches: &[Bench], options: &Options) -> Result<Outcome, CheckError> {
    check(benches, options, &mut |_| {})
}

/// Multiplies every sample of a bench in a baseline.
fn doctor(file: &Path, bench: &str, factor: f64) {
    let mut baseline: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    for pass in baseline["benches"][bench].as_array_mut().unwrap() {
        for sample in pass.as_array_mut().unwrap() {
            *sample = (factor * sample.as_f64().unwrap()).into();
        }
    }
    fs::write(file, baseline.to_string()).unwrap();
}

#[test]
fn an_unknown_processor_is_recorded_and_passes() {
    let root = tempfile::tempdir().unwrap();
    let outcome = run(&benches(), &options(root.path(), &[])).unwrap();
    assert_eq!(outcome.recorded, Some(Recorded::First));
    assert!(!outcome.slower() && outcome.report.judgements.is_empty());
    assert!(outcome.baseline.is_file() && outcome.run.is_file());
    let text = summary(&outcome);
    assert!(text.contains("3 benches in ") && text.contains("no baseline for "), "{text}");
    assert!(text.contains("commit that file"), "{text}");
    assert_eq!(judgements(&outcome, &benches(), true), "");
}

#[test]
fn what_is_slower_is_measured_again_and_named() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), &[]);
    let baseline = run(&benches(), &options).unwrap().baseline;
    doctor(&baseline, "loops/one", 1e-3);
    doctor(&baseline, "loops/fresh", 1e3);
    let mut said = Vec::new();
    let outcome = check(&benches(), &options, &mut |progress| said.push(progress.to_owned())).unwrap();
    assert!(outcome.slower() && outcome.recorded.is_none());
    assert!(said.iter().any(|line| line.ends_with("look slower; attempt 3 of 3")), "{said:?}");
    let verdict = |bench: &str| {
        let judgements = &outcome.report.judgements;
        judgements.iter().find(|judgement| judgement.bench == bench).unwrap().verdict
    };
    assert_eq!([verdict("loops/one"), verdict("loops/fresh")], [Verdict::Slower, Verdict::Faster]);
    let table = judgements(&outcome, &benches(), false);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[1].starts_with("loops/one ") && lines[1].ends_with("SLOWER"), "{table}");
    assert!(lines.last().unwrap().ends_with("faster"), "{table}");
    let kept: Value = serde_json::from_slice(&fs::read(&outcome.run).unwrap()).unwrap();
    assert_eq!(kept["judgements"][2]["verdict"], "slower");
    assert_eq!(kept["benches"]["loops/one"].as_array().unwrap().len(), 3);
}

#[test]
fn new_and_gone_benches_pass_and_are_named() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), &[]);
    run(&[counter("old")], &options).unwrap();
    let outcome = run(&[counter("young")], &options).unwrap();
    assert!(!outcome.slower());
    let table = judgements(&outcome, &[counter("young")], false);
    assert!(table.contains("loops/old") && table.contains("gone"), "{table}");
    assert!(table.contains("loops/young") && table.contains("new"), "{table}");
    let text = summary(&outcome);
    assert!(text.contains("2 new or gone (make bench-baseline records them)"), "{text}");
}

#[test]
fn some_benches_can_be_checked_or_recorded_alone() {
    let root = tempfile::tempdir().unwrap();
    let everything = options(root.path(), &[]);
    let baseline = run(&benches(), &everything).unwrap().baseline;
    let before: Value = serde_json::from_slice(&fs::read(&baseline).unwrap()).unwrap();
    let one = options(root.path(), &["one"]);
    let outcome = run(&benches(), &one).unwrap();
    assert_eq!(outcome.report.judgements.len(), 1);
    let outcome = run(&benches(), &Options { record: true, ..one }).unwrap();
    assert_eq!(outcome.recorded, Some(Recorded::Asked));
    let after: Value = serde_json::from_slice(&fs::read(&baseline).unwrap()).unwrap();
    assert_eq!(after["benches"]["loops/all"], before["benches"]["loops/all"]);
    assert_eq!(after["benches"].as_object().unwrap().len(), 3);
}

#[test]
fn what_cannot_be_measured_is_an_error_and_records_nothing() {
    let root = tempfile::tempdir().unwrap();
    let error = run(&benches(), &options(root.path(), &["nothing"])).unwrap_err();
    assert!(error.to_string().starts_with("no bench has a name with `nothing` in it"), "{error}");
    let broken = Bench::new("loops", "broken", || Ok(Work::again(|| Err("no such network".into()))));
    let error = run(&[counter("one"), broken], &options(root.path(), &[])).unwrap_err();
    assert_eq!(error.to_string(), "loops/broken cannot be timed: no such network");
    assert!(!root.path().join("baseline").exists());
}

#[test]
fn a_damaged_baseline_is_found_before_anything_is_measured() {
    let root = tempfile::tempdir().unwrap();
    let options = options(root.path(), &[]);
    let baseline = run(&benches(), &options).unwrap().baseline;
    fs::write(&baseline, "{").unwrap();
    let mut heard = 0;
    let error = check(&benches(), &options, &mut |_| heard += 1).unwrap_err();
    assert!(matches!(error, CheckError::Damaged { .. }) && heard == 0, "{error}");
    assert_eq!(fs::read_to_string(&baseline).unwrap(), "{");
}

#[test]
fn rates_are_shares_of_what_the_machine_does_in_the_same_run() {
    let product = suite::all().into_iter().find(|bench| bench.id() == "bounds/product").unwrap();
    let Amount::Flops(flops) = product.amount else { panic!("{:?}", product.amount) };
    let half = counter("half").of(Amount::Flops(flops / 2));
    let record = crate::support::record(&[("bounds/product", &[&[1.0]]), ("loops/half", &[&[1.0]])]);
    let text = rates(&record, &[product, half.clone()]);
    assert!(
        text.lines().any(|line| line.starts_with("loops/half") && line.ends_with(" 50% arithmetic")),
        "{text}"
    );
    assert_eq!(rates(&record, &[half]), "");
}
