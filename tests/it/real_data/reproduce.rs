//! `reproduce`: the gates that any implementation must pass, and a report whose files and links are all there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::evaluate::copy_folder;
use super::place;
use crate::place::{Place, files_below};

fn ledger(place: &Place) -> Value {
    serde_json::from_str(&fs::read_to_string(place.path("reports/ledger.json")).unwrap()).unwrap()
}

/// The claims of one table.
fn claims(ledger: &Value, table: &str) -> Vec<Value> {
    let all = ledger["claims"].as_array().unwrap();
    all.iter().filter(|claim| claim["table"] == table).cloned().collect()
}

/// Whether a claim about a statistic came out as a number, to as many decimals as it is written with.
#[track_caller]
fn assert_recomputed(claims: &[Value], statistic: &str, stage: &str, number: &str) {
    let decimals = number.split_once('.').unwrap().1.len();
    let came_out = claims.iter().any(|claim| {
        let result = &claim["stages"][stage];
        let value = result["value"].as_f64().map(|value| format!("{value:.decimals$}"));
        let about = claim["id"].as_str().unwrap().ends_with(&format!("/{statistic}"));
        about && result["verdict"] == "holds" && value.as_deref() == Some(number)
    });
    assert!(came_out, "no {statistic} of {number} holds, {stage}: {claims:#?}");
}

#[test]
fn flexibert_tables_pass_the_gates_and_leave_a_whole_report() {
    let place = place!();
    let run = place.run("reproduce flexibert-metrics nsc-flexibert --quick").exits(0);
    let run = run.prints("reports/README.md").says("scores computed and stored");
    assert!(!run.stdout.contains("NaN"), "{run}");

    let ledger = ledger(&place);
    let metrics = claims(&ledger, "flexibert-metrics");
    assert_eq!(metrics.len(), 15 * 3);
    for claim in &metrics {
        assert_eq!(claim["stages"]["replayed"]["verdict"], "holds", "{claim:#}");
    }
    let nsc = claims(&ledger, "nsc-flexibert");
    assert_recomputed(&nsc, "tau_b", "recomputed_declared", "0.695");
    assert_recomputed(&nsc, "rho", "recomputed_declared", "0.884");
    assert_recomputed(&nsc, "close_pairs", "recomputed_declared", "0.5051");
    assert_recomputed(&nsc, "close_pairs", "recomputed_declared", "0.0821");
    for claim in metrics.iter().chain(&nsc) {
        let stages = claim["stages"].as_object().unwrap().values();
        assert!(stages.clone().all(|stage| !stage["reason"].as_str().unwrap().is_empty()), "{claim:#}");
    }

    assert_whole(&place.path("reports"), &["flexibert-metrics", "nsc-flexibert"]);
    let charts = place.path("reports/flexibert/as_trained/charts");
    for chart in ["tau_intervals", "proxy_correlations", "scatter_nsc"] {
        for extension in ["png", "svg"] {
            let file = charts.join(format!("{chart}.{extension}"));
            assert!(file.is_file(), "{}", file.display());
        }
    }
}

#[test]
fn what_was_not_computed_comes_from_the_reference_and_says_so() {
    let place = place!();
    let rank = "rank --benchmark flexibert --resamples 100";
    place.run(rank).exits(2).says("no scores of flexibert");
    let evaluate = "evaluate --benchmark flexibert --proxies zerolm_sampled";
    place.run(&format!("{evaluate} --results elsewhere")).exits(0);
    place.run("compact --reference --results elsewhere").exits(0).prints("flexibert: 500 scores");
    copy_folder(&place.path("elsewhere/reference"), &place.path("results/reference"));
    let page = || fs::read_to_string(place.path("reports/flexibert/as_trained/rank_glue.md")).unwrap();
    place.run(rank).exits(0).prints("zerolm_sampled");
    assert!(
        page().contains("From the committed reference, not computed here: zerolm_sampled."),
        "{}",
        page()
    );
    place.run("evaluate --benchmark flexibert --proxies nsc").exits(0);
    place.run(rank).exits(0).prints("nsc");
    assert!(page().contains("not computed here: zerolm_sampled."), "{}", page());
}

/// Ledger and tables are there in every format, no file is empty, and every link leads somewhere.
#[track_caller]
pub(super) fn assert_whole(reports: &Path, tables: &[&str]) {
    let mut expected: Vec<String> =
        ["index.html", "README.md", "ledger.md", "ledger.csv", "ledger.json"].map(Into::into).into();
    for table in tables {
        expected.extend(["md", "csv", "tex", "json"].map(|extension| format!("tables/{table}.{extension}")));
    }
    for file in expected {
        assert!(reports.join(&file).is_file(), "{file}");
    }
    for file in files_below(reports) {
        let bytes = fs::read(&file).unwrap();
        let sound = match file.extension().and_then(|extension| extension.to_str()).unwrap() {
            "png" => bytes.len() > 5_000 && bytes.starts_with(b"\x89PNG"),
            "svg" => bytes.len() > 1_000 && bytes.ends_with(b"</svg>\n"),
            "json" => serde_json::from_slice::<Value>(&bytes).is_ok(),
            "md" => {
                let text = String::from_utf8(bytes).unwrap();
                links(&text).all(|link| leads_somewhere(&file, &text, link))
            }
            "html" => {
                let text = String::from_utf8(bytes).unwrap();
                let links = text.split(" href=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0));
                assert!(!text.contains(" src=") && text.contains("</html>"), "{}", file.display());
                links.filter(|link| *link != "data:,").all(|link| leads_somewhere(&file, &text, link))
            }
            _ => !bytes.is_empty(),
        };
        assert!(sound, "{}", file.display());
    }
}

/// Whether a link of a page leads to a file, or to a place on the page.
#[track_caller]
fn leads_somewhere(page: &Path, text: &str, link: &str) -> bool {
    let exists = match link.strip_prefix('#') {
        Some(anchor) => text.contains(&format!("id=\"{anchor}\"")),
        None => link.contains("://") || page.with_file_name("").join(link).exists(),
    };
    assert!(exists, "{} links to {link}", page.display());
    exists
}

/// The targets of Markdown links and images.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
}

#[test]
fn every_listed_table_can_be_planned_by_its_name() {
    let place = place!();
    let listing = place.run("ls tables --json").exits(0);
    for (name, claims) in listing.column("name").into_iter().zip(listing.column("claims")) {
        let plan = place.run(&format!("--json reproduce {name} --dry-run")).exits(0).json();
        assert_eq!(plan.len(), 1);
        assert_eq!(
            (&plan[0]["id"], plan[0]["claims"].to_string()),
            (&name.clone().into(), claims),
            "{plan:?}"
        );
        assert!(plan[0]["lacking"].as_array().unwrap().is_empty(), "{plan:?}");
    }
    assert!(!place.path("results").exists() && !place.path("reports").exists(), "plans write nothing");
}

#[test]
fn decoder_tables_stand_alone_and_a_second_run_computes_nothing() {
    let place = place!();
    place.run("reproduce nsc-gpt2 lpzero-gpt2 --quick").exits(0);
    assert_whole(&place.path("reports"), &["nsc-gpt2", "lpzero-gpt2"]);
    let tables = files_below(&place.path("reports/tables"));
    assert!(
        tables.iter().all(|file| file.to_str().unwrap().contains("gpt2")),
        "only what was asked for: {tables:?}"
    );
    let (reports, results) = (place.files("reports"), place.files("results"));
    place.run("reproduce nsc-gpt2 lpzero-gpt2 --quick --threads 1").exits(0);
    assert_eq!(place.files("results"), results, "nothing is computed twice");
    for (before, after) in reports.iter().zip(place.files("reports")) {
        assert!(*before == after, "{} differs from run to run", before.0.display());
    }
}
