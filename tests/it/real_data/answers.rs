//! The pages that answer what to use and what it costs.

use std::fs;

use serde_json::Value;

use super::reproduce::assert_whole;
use super::{SMALL, place};

#[test]
fn a_report_says_who_survives_and_what_it_costs() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    place.run("report --quick").exits(0);
    let reports = place.path("reports");
    let read = |file: &str| fs::read_to_string(reports.join(file)).unwrap();

    let survivors: Value = serde_json::from_str(&read("survivors/survivors.json")).unwrap();
    let rows = survivors["rows"].as_array().unwrap();
    let of = |proxy: &str| -> Vec<&Value> {
        rows.iter().map(|row| &row["cells"]).filter(|cells| cells["proxy"] == proxy).collect()
    };
    let ending = |proxy: &str, test: &str| {
        let found = of(proxy).into_iter().find(|cells| cells["test"] == test);
        found.unwrap_or_else(|| panic!("no {test} of {proxy}"))["ending"].as_str().unwrap().to_owned()
    };
    assert_eq!(of("nsc").len(), 10, "one row for each test");
    assert_eq!(ending("num_layers", "depth"), "failed");
    // Nothing in the decoder sets was trained twice, and a closed form has no seed.
    assert_eq!(
        (ending("nsc", "ceiling"), ending("nsc", "seeds")),
        ("not made".into(), "does not apply".into())
    );
    for cells in rows.iter().map(|row| &row["cells"]) {
        let has_reason = cells["remark"].as_str().is_some_and(|remark| !remark.is_empty());
        assert!(cells["value"].is_number() || has_reason, "{cells}");
    }

    assert!(read("cost/README.md").contains("not measured: no GPU at hand"));
    assert!(read(&format!("cost/cost_{}_declared.csv", SMALL.replace('-', "_"))).contains("nsc,data_free"));
    let ledger: Value = serde_json::from_str(&read("ledger.json")).unwrap();
    let claims = ledger["claims"].as_array().unwrap().iter();
    let times: Vec<&Value> = claims.filter(|claim| claim["table"] == "published-times").collect();
    assert!(!times.is_empty());
    for claim in times {
        let stages = claim["stages"].as_object().unwrap();
        assert!(stages.values().all(|stage| stage["verdict"] == "not_comparable"), "{claim:#}");
    }
    let index = read("README.md");
    assert!(index.contains("(survivors/README.md)") && index.contains("(cost/README.md)"), "{index}");
    assert_whole(&reports, &["nsc-gpt2"]);
}
