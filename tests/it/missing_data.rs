//! Neither a mirror nor a network: exit 3, naming what is missing, in which revision, and how to get it.

use std::collections::{BTreeMap, BTreeSet};

use crate::place::Place;
use crate::run::Run;

/// Tables of every source, and what they need.
const TABLES: &str = "reproduce nsc-flexibert nsc-gpt2";
const FOR_ALL_TABLES: &[&str] = &["flexibert", "lpzero-released", "lts"];
/// Architectures of the embedded benchmark.
const ARCHITECTURES: usize = 96;

#[test]
fn offline_every_missing_data_set_is_named() {
    let place = Place::new();
    for (words, datasets) in [
        (TABLES, FOR_ALL_TABLES),
        ("reproduce nsc-gpt2 --quick", &["lts"]),
        ("evaluate --benchmark flexibert", &["flexibert"]),
        ("evaluate --benchmark lts-transxl-wt103", &["lts"]),
        ("evaluate --benchmark flexibert --dry-run", &["flexibert"]),
        ("rank", &["flexibert"]),
        ("audit numeric", &["flexibert"]),
        ("compare nsc flops --benchmark lts-gpt2-lm1b", &["lts"]),
        ("fetch flexibert squad_v2", &["flexibert", "squad_v2"]),
    ] {
        let run = place.run(&format!("{words} --offline")).exits(3);
        assert_names(&run, &place, datasets);
    }
    assert!(!place.path("results").exists() && !place.path("reports").exists(), "nothing was begun");
}

#[test]
fn offline_the_embedded_benchmark_is_still_reproduced() {
    let place = Place::new();
    // Before every architecture has a training there is nothing to go on with.
    let rows = include_str!("../../datasets/embedded/rows.jsonl").lines();
    let archs: BTreeSet<&str> = rows.filter_map(|row| row.split('"').nth(3)).collect();
    if archs.len() < ARCHITECTURES {
        assert_names(&place.run("reproduce --quick --offline").exits(3), &place, FOR_ALL_TABLES);
        place
            .run("rank --benchmark embedded --offline")
            .exits(2)
            .says("trainings are finished in this build");
        return;
    }
    let run = place.run("reproduce --quick --offline").exits(0).says("none of the public data are here");
    run.says("so these tables cannot be made: ").says("nsc-flexibert");
    for file in ["index.html", "ledger.md", "embedded/declared/README.md", "embedded/declared/rank_probe.csv"]
    {
        assert!(place.path("reports").join(file).is_file(), "{file}");
    }
    place.run("rank --benchmark embedded --offline --resamples 50").exits(0).prints("num_layers");
}

#[test]
fn fetching_everything_offline_names_everything() {
    let place = Place::new();
    let names = place.run("ls datasets --json").column("name");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_names(&place.run("fetch --all --offline").exits(3), &place, &names);
}

#[test]
fn the_hubs_own_switch_counts_for_all_data() {
    let place = Place::new();
    let run = Run::of(place.command(TABLES).env("HF_HUB_OFFLINE", "1")).exits(3);
    assert_names(&run, &place, FOR_ALL_TABLES);
}

#[test]
fn online_with_dead_servers_every_missing_data_set_is_named() {
    let place = Place::new();
    let run = place.run(TABLES).exits(3).says("cannot be reached");
    assert_names(&run, &place, FOR_ALL_TABLES);
    let run = place.run("fetch glue flexibert wikitext-2 --quiet").exits(3);
    assert_names(&run, &place, &["glue", "flexibert", "wikitext-2"]);
    assert!(run.stderr.lines().count() == 4, "quiet leaves nothing but the error: {run}");
}

#[test]
fn a_dead_mirror_is_no_reason_to_stop_short_of_naming_the_data() {
    let place = Place::new();
    let words = format!("fetch flexibert --quiet --mirror {}", crate::place::NOWHERE);
    assert_names(&place.run(&words).exits(3), &place, &["flexibert"]);
}

#[test]
fn missing_data_are_an_object_where_json_is_asked_for() {
    let run = Place::new().run(&format!("--json {TABLES} --offline")).exits(3);
    let objects = run.json();
    assert!(objects.len() == 1 && objects[0]["error"].as_str().unwrap().contains("flexibert"), "{run}");
}

#[test]
fn a_plan_says_what_is_lacking_and_succeeds() {
    let place = Place::new();
    for plan in place.run("reproduce --dry-run --json --offline").exits(0).json() {
        assert!(!plan["lacking"].as_array().unwrap().is_empty(), "{plan:?}");
    }
    place.run("fetch lts --dry-run --offline").exits(0).prints("lts: ");
}

/// Each data set stands in the message with its revision and the command that fetches it.
#[track_caller]
fn assert_names(run: &Run, place: &Place, datasets: &[&str]) {
    let listing = place.run("ls datasets --json");
    let sources: BTreeMap<String, String> =
        listing.column("name").into_iter().zip(listing.column("source")).collect();
    for dataset in datasets {
        let revision = sources[*dataset].rsplit(' ').next().unwrap();
        let command = format!("`proxyrank fetch {dataset}`");
        for part in [revision, command.as_str(), "PROXYRANK_MIRROR"] {
            assert!(run.stderr.contains(part), "no {part} in {run}");
        }
    }
}
