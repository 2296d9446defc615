//! `evaluate`: the same scores whatever the number of threads, however the work is divided, and computed once.

use std::fs;
use std::path::Path;

use proxyrank_store::Store;

use super::{SMALL, place, scores};
use crate::place::{Place, files_below};

/// What `evaluate --json` reports: architectures, computed, stored, failed.
#[track_caller]
fn evaluate(place: &Place, words: &str) -> [u64; 4] {
    let run = place.run(&format!("--json evaluate {words}")).exits(0);
    let objects = run.json();
    assert_eq!(objects.len(), 1, "{run}");
    ["architectures", "computed", "stored", "failed"].map(|name| objects[0][name].as_u64().unwrap())
}

#[test]
fn evaluating_again_computes_nothing_and_changes_nothing() {
    let place = place!();
    let words = format!("--benchmark {SMALL}");
    let [architectures, computed, ..] = evaluate(&place, &words);
    assert!(architectures == 45 && computed > 0);
    let before = place.files("results");
    assert_eq!(evaluate(&place, &words), [45, 0, computed, 0]);
    let plan = &place.run(&format!("--json evaluate {words} --dry-run")).exits(0).json()[0];
    assert_eq!((&plan["scores"], &plan["stored"]), (&0.into(), &computed.into()));
    assert_eq!(place.files("results"), before);
}

#[test]
fn a_part_first_and_the_rest_later_is_the_whole() {
    let place = place!();
    let whole = format!("--benchmark {SMALL}");
    let [_, all, ..] = evaluate(&place, &format!("{whole} --results whole"));
    let [ten, first, ..] = evaluate(&place, &format!("{whole} --limit 10"));
    assert_eq!((ten, first), (10, all / 45 * 10));
    let [_, one_proxy, ..] = evaluate(&place, &format!("{whole} --proxies nsc"));
    assert_eq!(one_proxy, 35);
    let [_, rest, stored, _] = evaluate(&place, &whole);
    assert_eq!((rest, stored), (all - first - one_proxy, first + one_proxy));
    assert!(scores(&place.store()) == scores(&Store::open(place.path("whole"))));
}

#[test]
fn shards_merge_into_the_whole_by_copying_folders() {
    let place = place!();
    evaluate(&place, &format!("--benchmark {SMALL} --results whole"));
    for shard in 1..=3 {
        let [architectures, ..] =
            evaluate(&place, &format!("--benchmark {SMALL} --shard {shard}/3 --results shard{shard}"));
        assert_eq!(architectures, 15);
        copy_folder(&place.path(&format!("shard{shard}")), &place.path("results"));
    }
    let whole = scores(&Store::open(place.path("whole")));
    assert!(scores(&place.store()) == whole);
    place.run("compact").exits(0);
    assert!(scores(&place.store()) == whole);
    place.run("verify lts").exits(0);
}

/// Copies every file of one folder into another.
pub(super) fn copy_folder(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
}

#[test]
fn scores_do_not_depend_on_the_number_of_threads() {
    let place = place!();
    for words in [
        "--benchmark flexibert --reading all --limit 70",
        "--benchmark flexibert --reading all --limit 3 --proxies forward,weights,gradient,per_sample,second_order --batch 9 --seq-len 64",
        "--benchmark lts-transxl-lm1b --limit 70",
    ] {
        let computed = [1, 4]
            .map(|threads| evaluate(&place, &format!("{words} --threads {threads} --results {threads}"))[1]);
        assert!(computed[0] > 0 && computed[0] == computed[1]);
    }
    let [one, four] = ["1", "4"].map(|folder| scores(&Store::open(place.path(folder))));
    assert!(one == four);
}

#[test]
fn timing_alone_adds_times_and_leaves_scores_as_they_are() {
    let place = place!();
    let words = "--benchmark flexibert --limit 2 --proxies v_pca,snip,synflow,nsc --batch 2 --seq-len 16";
    assert_eq!(evaluate(&place, words), [2, 8, 0, 0]);
    let whole = scores(&place.store());
    let alone = format!("{words} --timing isolated");
    assert_eq!(evaluate(&place, &alone), [2, 8, 0, 0]);
    assert_eq!(evaluate(&place, &alone), [2, 0, 8, 0]);
    assert!(scores(&place.store()) == whole);
    assert_eq!(place.store().timings(None).unwrap().len(), 16);
    place.run("verify flexibert").exits(0);
}

#[test]
fn a_plan_writes_nothing() {
    let place = place!();
    place.run("evaluate --benchmark flexibert --dry-run").exits(0).prints("flexibert: 500 architectures");
    assert!(!place.path("results").exists());
}

#[test]
fn parameters_of_a_proxy_are_scores_of_their_own() {
    let place = place!();
    let calls = "nsc,zerolm_xavier:alpha=0.3,zerolm_xavier:alpha=1";
    let [_, computed, ..] = evaluate(&place, &format!("--benchmark {SMALL} --limit 4 --proxies {calls}"));
    assert_eq!(computed, 12);
    let [_, computed, stored, _] =
        evaluate(&place, &format!("--benchmark {SMALL} --limit 4 --proxies zerolm_xavier"));
    assert_eq!((computed, stored), (0, 4), "1 is the default, so it is the same score");
}
