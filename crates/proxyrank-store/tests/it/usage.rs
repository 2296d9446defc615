//! What can be stored, what is refused, and how it is said.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use proxyrank_schema::{Outcome, Status};
use proxyrank_store::verify::{Finding, Severity};
use proxyrank_store::{Published, Shard, Store, StoreError, Truth};
use tempfile::TempDir;

use crate::samples::{self, architecture, benchmark, score, truth};

fn filled(root: &Path, architectures: std::ops::Range<usize>) -> Store {
    let store = Store::open(root);
    let mut writer = store.shard(&benchmark(), Shard::whole()).unwrap();
    for number in architectures {
        let (scores, timings) = architecture(number);
        writer.append(&scores, &timings).unwrap();
    }
    writer.finish().unwrap();
    store
}

fn only_file(folder: &Path) -> std::path::PathBuf {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

fn messages(store: &Store) -> Vec<String> {
    store.verify(None).unwrap().findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_folder_that_does_not_exist_holds_nothing_and_is_not_created() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path().join("results"));
    assert!(store.scores(None).unwrap().is_empty());
    assert!(store.truth(Some(&benchmark())).unwrap().is_empty());
    assert!(store.benchmarks().unwrap().is_empty());
    assert!(store.compact(None).unwrap().is_empty());
    assert!(store.verify(None).unwrap().is_sound());
    assert!(!store.root().exists());
}

#[test]
fn journals_and_parts_are_read_as_one_sorted_table() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let mut writer =
        store.shard(&benchmark(), Shard::whole()).unwrap().sealing_every(NonZeroUsize::new(2).unwrap());
    for number in [3, 1, 2] {
        let (scores, timings) = architecture(number);
        writer.append(&scores, &timings).unwrap();
    }
    let rows = store.scores(Some(&benchmark())).unwrap();
    assert_eq!(rows.len(), 9);
    assert!(rows.is_sorted_by(|a, b| a.key < b.key));
    assert_eq!(store.timings(None).unwrap().len(), 6);
    assert_eq!(writer.done().len(), 9);
    assert_eq!(store.scores_frame(None).unwrap().shape(), (9, 20));
    assert_eq!(store.timings_frame(None).unwrap().shape(), (6, 27));
    assert_eq!(store.benchmarks().unwrap(), [benchmark()]);
    assert!(store.scores(Some(&"lts-gpt2-wt103".into())).unwrap().is_empty());
}

#[test]
fn finishing_leaves_parquet_only_and_a_new_writer_knows_what_is_done() {
    let root = TempDir::new().unwrap();
    let store = filled(root.path(), 0..3);
    let folder = root.path().join(samples::BENCHMARK);
    assert!(!folder.join("journal-1of1.jsonl").exists());
    only_file(&folder.join("scores"));
    only_file(&folder.join("timings"));
    let mut writer = store.shard(&benchmark(), Shard::new(2, 3).unwrap()).unwrap();
    let (scores, timings) = architecture(1);
    assert!(writer.done().contains(&scores[0].key));
    let error = writer.append(&scores, &timings).unwrap_err();
    assert!(matches!(error, StoreError::AlreadyStored { .. }));
    assert!(
        error.to_string().starts_with("snip version 1 {\"eta\":0.1} of flexibert 1 (benchmark file abababab")
    );
}

#[test]
fn timings_alone_may_follow_later_but_not_twice_in_one_run() {
    let root = TempDir::new().unwrap();
    let store = filled(root.path(), 0..1);
    let mut writer = store.shard(&benchmark(), Shard::whole()).unwrap();
    let mut again = samples::timing("0", "snip");
    assert!(matches!(writer.append(&[], &[again.clone()]), Err(StoreError::AlreadyStored { .. })));
    again.run_id = "r2".into();
    writer.append(&[], &[again]).unwrap();
    writer.finish().unwrap();
    assert_eq!(store.timings(None).unwrap().len(), 3);
    assert!(messages(&store).is_empty());
}

#[test]
fn impossible_rows_are_refused_before_anything_is_written() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let mut writer = store.shard(&benchmark(), Shard::whole()).unwrap();
    let with = |outcome| {
        let mut row = score("0", "snip", 1.0);
        row.outcome = outcome;
        row
    };
    let nan = with(Outcome { score: Some(f64::NAN), status: Status::Ok, detail: String::new() });
    let absent = with(Outcome { score: None, status: Status::Ok, detail: String::new() });
    let both = with(Outcome { score: Some(1.0), status: Status::Error, detail: String::new() });
    let mut foreign = score("0", "snip", 1.0);
    foreign.key.benchmark = "lts-gpt2-wt103".into();
    let mut old = score("0", "snip", 1.0);
    old.key.schema_version = 0;
    for row in [nan, absent, both, foreign, old] {
        let error = writer.append(&[score("0", "other", 1.0), row], &[]).unwrap_err();
        assert!(matches!(error, StoreError::InvalidRow { .. }), "{error}");
    }
    let twice = [score("0", "snip", 1.0), score("0", "snip", 1.0)];
    assert!(matches!(writer.append(&twice, &[]), Err(StoreError::AlreadyStored { .. })));
    assert!(writer.done().is_empty());
    assert!(store.scores(None).unwrap().is_empty());
}

#[test]
fn ground_truth_is_replaced_only_when_it_differs() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let rows = [truth("1", 80.0), truth("0", 79.5)];
    assert_eq!(store.put_truth(&benchmark(), &rows).unwrap(), Truth::Replaced);
    let modified =
        || fs::metadata(root.path().join("flexibert/ground_truth.parquet")).unwrap().modified().unwrap();
    let first = modified();
    assert_eq!(store.put_truth(&benchmark(), &[rows[1].clone(), rows[0].clone()]).unwrap(), Truth::Unchanged);
    assert_eq!(modified(), first);
    assert_eq!(store.put_truth(&benchmark(), &rows[..1]).unwrap(), Truth::Replaced);
    assert_eq!(store.truth(None).unwrap(), rows[..1]);
    assert_eq!(store.truth_frame(None).unwrap().shape(), (1, 6));
    let twice = [truth("0", 1.0), truth("0", 2.0)];
    assert!(matches!(store.put_truth(&benchmark(), &twice), Err(StoreError::InvalidRow { .. })));
    let nan = [truth("0", f64::NAN)];
    assert!(matches!(store.put_truth(&benchmark(), &nan), Err(StoreError::InvalidRow { .. })));
}

#[test]
fn published_scores_are_stored_once_and_may_not_change() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let rows = [score("0", "snip.published", 1.0), score("1", "snip.published", 2.0)];
    assert_eq!(store.put_published(&benchmark(), &rows[..1]).unwrap(), Published { added: 1, unchanged: 0 });
    assert_eq!(store.put_published(&benchmark(), &rows).unwrap(), Published { added: 1, unchanged: 1 });
    assert_eq!(store.put_published(&benchmark(), &rows).unwrap(), Published { added: 0, unchanged: 2 });
    let changed = [score("0", "snip.published", 1.5), score("2", "snip.published", 3.0)];
    let error = store.put_published(&benchmark(), &changed).unwrap_err().to_string();
    assert!(
        error.contains("snip.published version 1") && error.contains("is stored as 1.0, but 1.5 was given")
    );
    assert_eq!(store.scores(None).unwrap(), rows);
}

#[test]
fn results_of_shards_and_machines_merge_by_copying() {
    let (here, there) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = filled(here.path(), 0..2);
    filled(there.path(), 1..4);
    for table in ["scores", "timings"] {
        let file = only_file(&there.path().join(samples::BENCHMARK).join(table));
        let name = file.file_name().unwrap();
        fs::copy(&file, here.path().join(samples::BENCHMARK).join(table).join(name)).unwrap();
    }
    // Architecture 1 was evaluated twice, with the same result.
    let error = store.scores(None).unwrap_err();
    assert!(matches!(error, StoreError::DuplicateKey { .. }), "{error}");
    let report = store.verify(None).unwrap();
    assert!(!report.is_sound());
    assert_eq!(report.findings.len(), 3 + 2);
    let compacted = &store.compact(None).unwrap()[0].1;
    assert_eq!((compacted.files_before, compacted.files_after, compacted.copies_dropped), (4, 2, 5));
    assert_eq!(store.scores(None).unwrap().len(), 12);
    assert!(messages(&store).is_empty());
}

#[test]
fn contradicting_copies_are_an_error_that_names_both_files() {
    let (here, there) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (store, other) = (Store::open(here.path()), Store::open(there.path()));
    store.put_published(&benchmark(), &[score("0", "snip", 1.0)]).unwrap();
    other.put_published(&benchmark(), &[score("0", "snip", 1.0 + f64::EPSILON)]).unwrap();
    let file = only_file(&there.path().join("flexibert/scores"));
    fs::copy(&file, here.path().join("flexibert/scores/copy.parquet")).unwrap();
    for error in [store.scores(None).unwrap_err(), store.compact(None).unwrap_err()] {
        let message = error.to_string();
        assert!(message.contains("copy.parquet") && message.contains("part-published-"), "{message}");
    }
}

#[test]
fn verify_names_every_damaged_file_and_goes_on() {
    let root = TempDir::new().unwrap();
    let store = filled(root.path(), 0..3);
    store.put_truth(&benchmark(), &[truth("0", 80.0)]).unwrap();
    assert!(messages(&store).is_empty());
    let folder = root.path().join(samples::BENCHMARK);
    let scores = only_file(&folder.join("scores"));
    let bytes = fs::read(&scores).unwrap();
    fs::write(&scores, &bytes[..bytes.len() / 2]).unwrap();
    fs::write(folder.join("ground_truth.parquet"), "nonsense").unwrap();
    fs::write(folder.join("journal-2of2.jsonl"), "{\"sha256\":").unwrap();
    fs::write(folder.join("timings/part-1of1-0.parquet.tmp"), "half").unwrap();
    let report = store.verify(None).unwrap();
    let faults = report.findings.iter().filter(|f| f.severity() == Severity::Fault).count();
    assert_eq!(faults, 2, "two files: {:?}", report.findings);
    let unmatched = |f: &Finding| matches!(f, Finding::UnmatchedTimings { timings: 6, .. });
    assert_eq!(
        report.findings.iter().filter(|f| unmatched(f)).count(),
        1,
        "said once: {:?}",
        report.findings
    );
    assert!(report.findings.iter().any(|f| matches!(f, Finding::StaleTemporary(_))));
    assert!(report.findings.iter().any(|f| matches!(f, Finding::TornLine(_))));
    assert!(matches!(store.scores(None), Err(StoreError::Damaged { .. })));
    assert!(matches!(store.truth(None), Err(StoreError::Damaged { .. })));
}

#[test]
fn rows_in_another_benchmarks_folder_are_an_error() {
    let root = TempDir::new().unwrap();
    let store = filled(root.path(), 0..1);
    fs::rename(root.path().join("flexibert"), root.path().join("other")).unwrap();
    let error = store.scores(None).unwrap_err().to_string();
    assert!(error.contains("flexibert in the folder of other"), "{error}");
    assert!(!store.verify(None).unwrap().is_sound());
}

#[test]
fn a_benchmark_name_cannot_leave_the_results_folder() {
    let store = Store::open("results");
    let error = store.shard(&"../elsewhere".into(), Shard::whole()).unwrap_err();
    assert!(matches!(error, StoreError::BadBenchmarkName(_)));
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_file_is_named() {
    let root = TempDir::new().unwrap();
    let file = root.path().join("results");
    fs::write(&file, "").unwrap();
    let error = Store::open(&file).shard(&benchmark(), Shard::whole()).unwrap_err().to_string();
    assert!(error.contains("results"), "{error}");
}
