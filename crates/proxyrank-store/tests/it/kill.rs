//! `kill -9` at random moments, with a real process and a real signal.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use proxyrank_schema::ScoreRow;
use proxyrank_store::verify::Severity;
use proxyrank_store::{Shard, Store};
use tempfile::TempDir;

use crate::samples::{architecture, benchmark};

const FOLDER: &str = "PROXYRANK_STORE_KILL_TEST_FOLDER";
const KILLS: usize = 20;
const ARCHITECTURES: usize = 200;

fn evaluate(root: &Path) {
    let store = Store::open(root);
    let mut writer =
        store.shard(&benchmark(), Shard::whole()).unwrap().sealing_every(NonZeroUsize::new(7).unwrap());
    for number in 0..ARCHITECTURES {
        let (scores, timings) = architecture(number);
        if !writer.done().contains(&scores[0].key) {
            writer.append(&scores, &timings).unwrap();
        }
    }
    writer.finish().unwrap();
}

/// The process that gets killed: this very test binary, told to run this one test.
#[test]
#[ignore = "the child of the kill test; does nothing on its own"]
fn child() {
    if let Some(root) = std::env::var_os(FOLDER) {
        evaluate(&PathBuf::from(root));
    }
}

fn start(root: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--ignored", "--test-threads=1"])
        .env(FOLDER, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn bits(store: &Store) -> Vec<String> {
    let bits = |row: &ScoreRow| format!("{row:?} {:?}", row.outcome.score.map(f64::to_bits));
    store.scores(None).unwrap().iter().map(bits).collect()
}

/// After a kill: nothing that was there is gone, no architecture is there in part, and no file is damaged.
fn assert_intact(store: &Store, before: &HashSet<String>) -> HashSet<String> {
    let now: HashSet<String> = bits(store).into_iter().collect();
    assert!(before.is_subset(&now), "{} rows, and not all of the {} before", now.len(), before.len());
    assert!(now.len().is_multiple_of(architecture(0).0.len()), "part of an architecture is there");
    let report = store.verify(None).unwrap();
    assert!(report.findings.iter().all(|f| f.severity() == Severity::Note), "{:?}", report.findings);
    now
}

fn assert_same(store: &Store, uninterrupted: &Store) {
    assert_eq!(bits(store), bits(uninterrupted));
    assert_eq!(store.timings(None).unwrap(), uninterrupted.timings(None).unwrap());
    assert!(store.verify(None).unwrap().findings.is_empty());
}

#[test]
fn twenty_kills_change_nothing() {
    let calm = TempDir::new().unwrap();
    evaluate(calm.path());
    let uninterrupted = Store::open(calm.path());

    let mut root = TempDir::new().unwrap();
    let mut before = HashSet::new();
    let mut kills = 0;
    for round in 0.. {
        let mut child = start(root.path());
        // Spread over the child's start, its journal and its seals by a sequence that repeats nothing.
        sleep(Duration::from_millis(20 + (round * 618) % 400));
        if let Some(status) = child.try_wait().unwrap() {
            // It finished in spite of the kills before: compare, and start over.
            assert!(status.success());
            assert_same(&Store::open(root.path()), &uninterrupted);
            root = TempDir::new().unwrap();
            before = HashSet::new();
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        before = assert_intact(&Store::open(root.path()), &before);
        kills += 1;
        if kills == KILLS {
            break;
        }
    }
    evaluate(root.path());
    assert_same(&Store::open(root.path()), &uninterrupted);
}
