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
fn a_proxy_has_its_claims_a_row_each_with_the_stages_that_they_went_through() {
    let mut ledger = ledger();
    for claim in &mut ledger.claims[..2] {
        claim.proxy = Some("num_parameters".into());
    }
    let table = ledger.claims_about("num_parameters").unwrap();
    let keys: Vec<&str> = table.columns.iter().map(|column| column.key.as_str()).collect();
    assert_eq!(
        keys,
        ["what", "paper", "published", "replayed", "recomputed_released", "recomputed_as_trained"]
    );
    let csv = table.csv();
    assert!(csv.lines().count() == 3 && csv.contains("Kendall τ-b of #params"), "{csv}");
    assert!(!csv.contains("NSC"), "{csv}");
    assert_eq!(ledger.claims_about("nsc"), None);
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
