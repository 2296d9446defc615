//! Files of baselines.

use std::fs;

use proxyrank_benchmarks::check::{CheckError, Record};

use crate::support::record;

#[test]
fn a_record_comes_back_and_has_a_line_for_each_bench() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/baseline.json");
    let written = record(&[("a/b", &[&[0.123_456_78, 2.0], &[3.0]]), ("c", &[&[1e-4]])]);
    assert_eq!(Record::read(&path).unwrap(), None);
    written.write(&path).unwrap();
    assert_eq!(Record::read(&path).unwrap(), Some(written));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\n    \"a/b\": [[0.12346,2.0],[3.0]],\n"), "{text}");
    assert!(text.ends_with("}\n"));
    // Nothing else is left behind.
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_write_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baseline.json");
    // A folder cannot be replaced by a file.
    fs::create_dir_all(path.join("kept")).unwrap();
    let error = record(&[("a", &[&[1.0]])]).write(&path).unwrap_err();
    assert!(matches!(&error, CheckError::Io { .. }), "{error}");
    assert!(error.to_string().contains("baseline.json: cannot be written"), "{error}");
    assert!(path.join("kept").is_dir());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_damaged_baseline_says_what_is_wrong_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baseline.json");
    let fault = |text: &str| {
        fs::write(&path, text).unwrap();
        let error = Record::read(&path).unwrap_err();
        assert!(matches!(error, CheckError::Damaged { .. }), "{error}");
        error.to_string()
    };
    record(&[("a", &[&[1.5, 2.5]])]).write(&path).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    for end in [0, 1, good.len() / 2, good.len() - 3] {
        let message = fault(&good[..end]);
        assert!(message.contains("baseline.json: is no baseline: EOF"), "{message}");
        assert!(message.ends_with("make a new one: make bench-baseline"), "{message}");
    }
    let samples = "a has samples that are no times";
    for (from, to, reason) in [
        ("\"version\": 1", "\"version\": 2", "its version is 2, not 1"),
        ("1.5", "-1.5", samples),
        ("1.5", "0.0", samples),
        ("[1.5,2.5]", "", samples),
        ("[1.5,2.5]", "[]", samples),
        ("1.5", "\"fast\"", "invalid type: string \"fast\""),
    ] {
        let message = fault(&good.replacen(from, to, 1));
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn some_benches_can_be_recorded_anew() {
    let whole = record(&[("a", &[&[1.0]]), ("b", &[&[2.0]])]);
    let part = record(&[("b", &[&[5.0]]), ("c", &[&[6.0]])]);
    let updated = whole.updated(&part);
    assert_eq!(updated.benches, record(&[("a", &[&[1.0]]), ("b", &[&[5.0]]), ("c", &[&[6.0]])]).benches);
}
