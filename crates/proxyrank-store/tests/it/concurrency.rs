//! Several processes at one results folder; a second handle in this process is the same to the lock.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use proxyrank_store::{Shard, Store, StoreError};
use tempfile::TempDir;

use crate::samples::{architecture, benchmark, score};

fn locked(result: Result<impl Sized, StoreError>) -> String {
    match result.map(|_| ()) {
        Err(error @ StoreError::Locked { .. }) => error.to_string(),
        other => panic!("expected a lock, got {other:?}"),
    }
}

#[test]
fn a_shard_has_one_writer_at_a_time() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let first = store.shard(&benchmark(), Shard::whole()).unwrap();
    let message = locked(store.shard(&benchmark(), Shard::whole()));
    assert!(message.contains("shard-1of1.lock"), "{message}");
    assert!(message.contains(&format!("(pid {})", std::process::id())), "{message}");
    drop(first);
    store.shard(&benchmark(), Shard::whole()).unwrap();
}

#[test]
fn shards_of_one_count_run_side_by_side_and_other_counts_wait() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let shard = |i, n| store.shard(&benchmark(), Shard::new(i, n).unwrap());
    let (mut one, mut two) = (shard(1, 2).unwrap(), shard(2, 2).unwrap());
    let message = locked(shard(1, 3));
    assert!(message.contains("another number of shards than 3"), "{message}");
    for number in 0..4 {
        let (scores, timings) = architecture(number);
        let writer = if Shard::new(1, 2).unwrap().owns(number) { &mut one } else { &mut two };
        writer.append(&scores, &timings).unwrap();
    }
    assert_eq!(store.scores(None).unwrap().len(), 12);
    one.finish().unwrap();
    two.finish().unwrap();
    assert_eq!(shard(1, 3).unwrap().done().len(), 12);
}

#[test]
fn compaction_and_writing_exclude_each_other() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let mut writer = store.shard(&benchmark(), Shard::whole()).unwrap();
    let (scores, timings) = architecture(0);
    writer.append(&scores, &timings).unwrap();
    assert!(locked(store.compact(None)).contains("benchmark.lock"));
    // Published scores may come while an evaluation runs.
    store.put_published(&benchmark(), &[score("0", "snip.published", 1.0)]).unwrap();
    drop(writer);
    assert_eq!(store.compact(None).unwrap()[0].1.rows, 3 + 2 + 1);
}

#[test]
fn readers_see_whole_architectures_while_others_write_and_compact() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let finished = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..6 {
                let mut writer = store
                    .shard(&benchmark(), Shard::whole())
                    .unwrap()
                    .sealing_every(NonZeroUsize::new(3).unwrap());
                for number in round * 5..(round + 1) * 5 {
                    let (scores, timings) = architecture(number);
                    writer.append(&scores, &timings).unwrap();
                }
                drop(writer);
                store.compact(None).unwrap();
            }
            finished.store(true, Ordering::Relaxed);
        });
        let mut before = 0;
        while !finished.load(Ordering::Relaxed) {
            let rows = store.scores(None).unwrap().len();
            assert!(rows >= before && rows.is_multiple_of(3), "{rows} rows after {before}");
            before = rows;
        }
    });
    assert_eq!(store.scores(None).unwrap().len(), 90);
}

#[test]
fn published_scores_put_by_many_at_once_are_stored_once() {
    let root = TempDir::new().unwrap();
    let store = Store::open(root.path());
    let rows: Vec<_> = (0..20).map(|n| score(&n.to_string(), "snip.published", f64::from(n))).collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| store.put_published(&benchmark(), &rows).unwrap());
        }
    });
    assert_eq!(store.scores(None).unwrap().len(), 20);
    assert!(store.verify(None).unwrap().findings.is_empty());
}
