//! The process is killed at every single step that reaches the disk, and everything must still be there.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::LazyLock;

use proxyrank_schema::ScoreRow;
use tempfile::TempDir;

use crate::disk::fuse;
use crate::record::same_rows;
use crate::samples::{self, architecture, benchmark};
use crate::verify::Severity;
use crate::{Shard, Store, StoreError};

const ARCHITECTURES: usize = 3;

/// An evaluation: opens the shard, appends what is missing, finishes. Seals after every second architecture.
fn evaluate(root: &Path) -> Result<(), StoreError> {
    let store = Store::open(root);
    let mut writer = store.shard(&benchmark(), Shard::whole())?.sealing_every(NonZeroUsize::new(2).unwrap());
    for number in 0..ARCHITECTURES {
        let (scores, timings) = architecture(number);
        if !writer.done().contains(&scores[0].key) {
            writer.append(&scores, &timings)?;
        }
    }
    writer.finish()
}

/// Everything that the store holds, in a form that equals only if all bits do.
fn contents(root: &Path) -> (Vec<String>, Vec<String>) {
    let store = Store::open(root);
    let bits = |row: &ScoreRow| format!("{row:?} {:?}", row.outcome.score.map(f64::to_bits));
    let scores = store.scores(None).unwrap().iter().map(bits).collect();
    let timings = store.timings(None).unwrap().iter().map(|row| format!("{row:?}")).collect();
    (scores, timings)
}

/// What a store holds after so many architectures.
static EXPECTED: LazyLock<Vec<(Vec<String>, Vec<String>)>> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let mut writer = Store::open(folder.path()).shard(&benchmark(), Shard::whole()).unwrap();
    let mut after = vec![contents(folder.path())];
    for number in 0..ARCHITECTURES {
        let (scores, timings) = architecture(number);
        writer.append(&scores, &timings).unwrap();
        after.push(contents(folder.path()));
    }
    after
});

/// How many steps an uninterrupted evaluation takes.
fn steps_of_an_evaluation() -> usize {
    LazyLock::force(&EXPECTED);
    let folder = TempDir::new().unwrap();
    fuse::count(|| evaluate(folder.path()).unwrap())
}

/// Every finished architecture is there with all its rows, and none in part.
fn assert_is_a_prefix(root: &Path) -> usize {
    let rows = Store::open(root).scores(None).unwrap();
    let done = rows.iter().map(|row| row.key.arch_id.clone()).collect::<BTreeSet<_>>().len();
    assert_eq!(contents(root), EXPECTED[done]);
    done
}

fn assert_complete_and_clean(root: &Path) {
    assert_eq!(contents(root), EXPECTED[ARCHITECTURES]);
    let report = Store::open(root).verify(None).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

fn assert_no_faults(root: &Path) {
    let report = Store::open(root).verify(None).unwrap();
    assert!(report.findings.iter().all(|f| f.severity() == Severity::Note), "{:?}", report.findings);
}

#[test]
fn an_evaluation_killed_at_any_step_resumes() {
    let steps = steps_of_an_evaluation();
    assert!(steps > 20, "only {steps} steps were counted");
    let mut prefixes = BTreeSet::new();
    for step in 0..steps {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        fuse::kill_at(step, || evaluate(root)).expect_err("the kill must be felt");
        prefixes.insert(assert_is_a_prefix(root));
        assert_no_faults(root);
        evaluate(root).unwrap();
        assert_complete_and_clean(root);
    }
    assert_eq!(prefixes, (0..=ARCHITECTURES).collect());
}

#[test]
fn a_resumption_killed_at_any_step_resumes() {
    let steps = steps_of_an_evaluation();
    // The first kills that leave something to recover from: half a line, or a seal between its two parts.
    for first in (0..steps).step_by(3) {
        for second in 0..8 {
            let folder = TempDir::new().unwrap();
            let root = folder.path();
            fuse::kill_at(first, || evaluate(root)).unwrap_err();
            if fuse::kill_at(second, || evaluate(root)).is_err() {
                assert_is_a_prefix(root);
                evaluate(root).unwrap();
            }
            assert_complete_and_clean(root);
        }
    }
}

#[test]
fn a_disk_that_refuses_one_step_costs_no_row() {
    let steps = steps_of_an_evaluation();
    for step in 0..steps {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        fuse::refuse_at(step, || {
            let store = Store::open(root);
            let open = || store.shard(&benchmark(), Shard::whole());
            let mut writer = open().or_else(|_| open()).unwrap().sealing_every(NonZeroUsize::new(2).unwrap());
            for number in 0..ARCHITECTURES {
                let (scores, timings) = architecture(number);
                // The caller's rule: after an error, append again what is not done.
                if writer.append(&scores, &timings).is_err() && !writer.done().contains(&scores[0].key) {
                    writer.append(&scores, &timings).unwrap();
                }
                assert_is_a_prefix(root);
            }
            writer.seal().or_else(|_| writer.seal()).unwrap();
        });
        evaluate(root).unwrap();
        assert_complete_and_clean(root);
    }
}

/// Two parts of each table, and a journal that its writer left.
fn uncompacted(root: &Path) {
    let store = Store::open(root);
    for number in 0..ARCHITECTURES {
        let mut writer = store.shard(&benchmark(), Shard::whole()).unwrap();
        let (scores, timings) = architecture(number);
        writer.append(&scores, &timings).unwrap();
        if number < 2 {
            writer.finish().unwrap();
        }
    }
}

#[test]
fn a_compaction_killed_at_any_step_loses_and_doubles_nothing() {
    let compact = |root: &Path| Store::open(root).compact(None);
    let steps = {
        let folder = TempDir::new().unwrap();
        uncompacted(folder.path());
        fuse::count(|| {
            let done = compact(folder.path()).unwrap();
            assert_eq!((done[0].1.files_before, done[0].1.files_after), (5, 2));
        })
    };
    for step in 0..steps {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        uncompacted(root);
        fuse::kill_at(step, || compact(root)).expect_err("the kill must be felt");
        assert_eq!(contents(root), EXPECTED[ARCHITECTURES]);
        assert_no_faults(root);
        compact(root).unwrap();
        assert_complete_and_clean(root);
    }
}

#[test]
fn a_whole_table_is_put_or_not_when_the_process_is_killed() {
    let truth = [samples::truth("0", 80.5), samples::truth("1", -0.0)];
    let scores = [samples::score("0", "snip.published", 1.5), samples::score("1", "snip.published", 2.5)];
    for step in 0..30 {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path());
        let put = || {
            store.put_truth(&benchmark(), &truth)?;
            store.put_published(&benchmark(), &scores).map(|_| ())
        };
        let killed = fuse::kill_at(step, put).is_err();
        assert!([0, 2].contains(&store.truth(None).unwrap().len()));
        assert!([0, 2].contains(&store.scores(None).unwrap().len()));
        assert_no_faults(folder.path());
        put().unwrap();
        let stored = store.truth(None).unwrap();
        assert!(same_rows(&stored, &truth));
        assert_eq!(store.scores(None).unwrap(), scores);
        assert!(store.verify(None).unwrap().findings.is_empty());
        if !killed {
            return;
        }
    }
    panic!("putting two small tables takes fewer than 30 steps");
}

#[test]
fn a_failed_seal_hides_no_row_that_follows() {
    LazyLock::force(&EXPECTED);
    for step in 0..30 {
        let folder = TempDir::new().unwrap();
        let mut writer = Store::open(folder.path()).shard(&benchmark(), Shard::whole()).unwrap();
        let ((scores, timings), (more_scores, more_timings)) = (architecture(0), architecture(1));
        writer.append(&scores, &timings).unwrap();
        let failed = fuse::refuse_at(step, || writer.seal()).is_err();
        assert_eq!(contents(folder.path()), EXPECTED[1]);
        writer.append(&more_scores, &more_timings).unwrap();
        assert_eq!(contents(folder.path()), EXPECTED[2]);
        if !failed {
            return;
        }
    }
    panic!("a seal takes fewer than 30 steps");
}
