//! The pages that answer what to use and what it costs.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::reproduce::assert_whole;
use super::{SMALL, place};
use crate::browser::{Chromium, Tab, find, looks};
use crate::place::skipped;

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
    for page in ["survivors", "cost", "targets"] {
        assert!(index.contains(&format!("({page}/README.md)")), "{page}: {index}");
    }
    front_page(&reports);
    assert_whole(&reports, &["nsc-gpt2"]);
}

/// The front page works from a disk, and a number on it leads to its command.
fn front_page(reports: &Path) {
    let Some(program) = find() else {
        skipped("front_page", "no Chromium; run `make browser`");
        return;
    };
    let mut tab = Tab::new(Chromium::start(&program));
    looks(&mut tab, reports, &["index.html"]);
    tab.open(&reports.join("index.html"));
    assert!(tab.count("document.querySelectorAll('a.num').length") > 20);
    let lost = "[...document.querySelectorAll('a.num')].map((a) => a.hash.slice(1)).filter((id) => !document.getElementById(id)?.textContent.startsWith('Made by proxyrank '))";
    assert_eq!(tab.texts(lost), Vec::<String>::new(), "every number has a command");
    assert_eq!(tab.count("performance.getEntriesByType('resource').length"), 0, "nothing is fetched");
    assert_eq!(tab.problems(), Vec::<String>::new());
}
