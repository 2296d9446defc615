//! The ledger as a whole.

use super::example::ledger;
use super::{Ledger, Stage, Verdict};

#[test]
fn the_summary_counts_each_stage() {
    let summary = ledger().summary();
    assert_eq!(summary.count(Stage::Replayed, Verdict::Holds), 1);
    assert_eq!(summary.count(Stage::RecomputedDeclared, Verdict::NotYet), 1);
    insta::assert_snapshot!(summary);
    assert_eq!(Ledger::default().summary().to_string(), "0 claims");
}

#[test]
fn strict_readers_get_each_difference() {
    let ledger = ledger();
    let found: Vec<(&str, Stage)> =
        ledger.differs().map(|(claim, stage)| (claim.id.as_str(), stage)).collect();
    assert_eq!(
        found,
        [("metrics/params/tau", Stage::RecomputedAsTrained), ("metrics/params/rho", Stage::Replayed)]
    );
}

#[test]
fn the_page_reads_well() {
    insta::assert_snapshot!(ledger().markdown());
}

#[test]
fn the_terminal_shows_claims_findings_and_warnings() {
    insta::assert_snapshot!(ledger().terminal(160));
}

#[test]
fn the_csv_has_a_line_for_each_claim_and_stage() {
    insta::assert_snapshot!(ledger().csv());
}

#[test]
fn the_json_keeps_every_entry() {
    let json = ledger().json();
    assert_eq!(json["claims"][1]["stages"]["replayed"]["verdict"], "differs");
    assert_eq!(json["claims"][2]["published"], serde_json::Value::Null);
    assert_eq!(json["summary"]["stages"]["replayed"]["not_comparable"], 1);
    assert_eq!(json["findings"][0]["evidence"][0]["value"], "500 of 500");
    assert_eq!(json["findings"][1]["verdict"], "could_not_check");
}
