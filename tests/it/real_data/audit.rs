//! `audit numeric`: what is computed, what is judged, and what `--strict` makes of it.

use proxyrank_schema::{Outcome, ScoreRow};

use super::place;
use crate::place::Place;

/// Drawn weights alone: no forward pass, so the audit takes seconds.
const AUDIT: &str = "audit numeric --proxies weight_norm";

#[test]
fn a_sample_is_scored_once_under_five_seeds_and_then_only_judged() {
    let place = place!();
    place
        .run(&format!("{AUDIT} --dry-run"))
        .exits(0)
        .prints("120 scores to compute in 5 runs of 24 architectures");
    let run = place.run(&format!("{AUDIT} --json --strict")).exits(0);
    let audit = &run.json()[0];
    assert_eq!(audit["sample"].as_array().unwrap().len(), 24);
    let score = &audit["readings"][0]["audited"][0];
    assert!(score["proxy"] == "weight_norm" && score["verdict"] == "sound", "{run}");
    assert!(score["seed_agreement"].as_f64().unwrap() > 0.9 && score["relative_error"].is_null(), "{run}");

    let rows = place.store().scores(None).unwrap();
    assert_eq!(rows.len(), 24 * 5);
    place.run(&format!("{AUDIT} --dry-run")).exits(0).prints("0 scores to compute");
    let run = place.run(AUDIT).exits(0).prints("1 scores: 1 sound.").prints("plays no part");
    assert!(!run.stderr.contains("evaluate"), "{run}");
    assert_eq!(place.store().scores(None).unwrap().len(), rows.len());

    // From the reference instead, all equal: nothing to compute, and nothing to rank by.
    let other = place!();
    let constant = |row: ScoreRow| ScoreRow { outcome: Outcome::from_value(1.0), ..row };
    let rows: Vec<ScoreRow> = rows.into_iter().map(constant).collect();
    reference(&other).put_published(&"flexibert".into(), &rows).unwrap();
    other.run(AUDIT).exits(0).prints("no spread");
    other.run(&format!("{AUDIT} --strict")).exits(1).prints("no spread");
    assert!(other.store().scores(None).unwrap().is_empty());
}

fn reference(place: &Place) -> proxyrank_store::Store {
    proxyrank_store::Store::open(place.path("results/reference"))
}

#[test]
fn closed_forms_are_exact_and_their_tables_say_so() {
    const COUNTED: &str = "lts-pareto-transxl-lm1b-arm";
    let place = place!();
    let audit = format!("audit numeric --benchmark {COUNTED} --proxies num_layers,num_parameters");
    place.run(&audit).exits(2).one_line().says(&format!("proxyrank evaluate --benchmark {COUNTED}"));
    place.run(&format!("evaluate --benchmark {COUNTED} --proxies num_layers,num_parameters")).exits(0);
    place.run(&format!("{audit} --strict")).exits(0).prints("2 scores: 2 exact.");
    place.run(&format!("rank --benchmark {COUNTED} --resamples 50")).exits(0).prints("Audit").prints("exact");
}
