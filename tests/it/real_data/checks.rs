//! Exit code 1: our own value left the committed one, or, with `--strict`, a published number differs.

use std::fs;

use serde_json::Value;

use super::place;
use crate::place::Place;

/// A table of which one value is known to differ.
const REPRODUCE: &str = "reproduce nsc-gpt2 --quick";

/// Commits the ledger of the last run as the reference, changed by `change`.
fn commit(place: &Place, change: impl FnOnce(&mut Value)) {
    let mut ledger = serde_json::from_slice(&fs::read(place.path("reports/ledger.json")).unwrap()).unwrap();
    change(&mut ledger);
    fs::create_dir_all(place.path("reports/reference")).unwrap();
    fs::write(place.path("reports/reference/ledger.json"), ledger.to_string()).unwrap();
}

#[test]
fn a_value_that_left_the_reference_fails_and_so_does_a_difference_when_strict() {
    let place = place!();
    place.run(REPRODUCE).exits(0).prints("1 differs");

    commit(&place, |_| {});
    let run = place.run(&format!("{REPRODUCE} --strict")).exits(1).prints("1 differs");
    assert!(!run.stderr.contains("our own value changed"), "{run}");

    let mut changed = String::new();
    commit(&place, |ledger| {
        let claim = &mut ledger["claims"][0];
        changed = claim["id"].as_str().unwrap().to_owned();
        let value = &mut claim["stages"]["recomputed_declared"]["value"];
        *value = (value.as_f64().unwrap() + 1e-6).into();
    });
    let run = place.run(&format!("--json {REPRODUCE}")).exits(1).says("our own value changed").says(&changed);
    let changes = run.json()[0]["changes"].as_array().unwrap().clone();
    assert!(changes.len() == 1 && changes[0]["claim"] == changed.as_str(), "{run}");

    fs::write(place.path("reports/reference/ledger.json"), "{").unwrap();
    place.run(REPRODUCE).exits(2).says("reports/reference/ledger.json");
}

#[test]
fn an_audit_judges_what_is_stored() {
    let place = place!();
    place.run("evaluate --benchmark lts-gpt2-wt103 --proxies nsc").exits(0);
    place.run("audit claims").exits(0).prints("1 differs");
    let run = place.run("--json audit claims --strict").exits(1);
    let ledger = &run.json()[0];
    assert!(ledger["claims"].as_array().unwrap().len() > 100);
    assert!(ledger["summary"].to_string().contains("differs"), "{run}");
}
