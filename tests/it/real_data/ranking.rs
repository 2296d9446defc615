//! What is made of stored scores: `rank`, `compare`, `cite`.

use super::{SMALL, place};
use crate::listings::bibtex_keys;

#[test]
fn from_scores_to_a_table_in_every_format() {
    let place = place!();
    let command = format!("run `proxyrank evaluate --benchmark {SMALL} --reading declared` first");
    place.run(&format!("rank --benchmark {SMALL}")).exits(2).one_line().says(&command);
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);

    let words = format!("rank --benchmark {SMALL} --resamples 200");
    let run = place.run(&words).exits(0).prints("Kendall tau-b").prints("num_parameters_body");
    let run = run.prints("10%-pairs").prints("tau-a").says("all columns: reports");
    assert!(!run.stdout.contains("NaN"), "{run}");
    for extension in ["md", "csv", "tex", "json"] {
        let file = place.path("reports").join(SMALL).join(format!("declared/rank_ppl.{extension}"));
        let text = std::fs::read_to_string(&file).unwrap();
        let escaped = if extension == "tex" { "num\\_layers" } else { "num_layers" };
        assert!(text.contains(escaped), "{}", file.display());
    }
}

#[test]
fn a_ranking_is_sorted_as_asked_and_the_same_for_any_number_of_threads() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    let rank = |words: &str| {
        let words = format!("--json rank --benchmark {SMALL} --resamples 300 {words}");
        place.run(&words).exits(0)
    };
    let one = rank("--threads 1");
    assert_eq!(one.stdout, rank("--threads 4").stdout);
    assert_ne!(one.stdout, rank("--bootstrap-seed 1").stdout);

    for (by, column, ascending) in
        [("tau", "tau_b", false), ("rho", "rho", false), ("partial", "partial_tau", false)]
    {
        let table = &rank(&format!("--by {by}")).json()[0];
        let points: Vec<f64> = table["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["cells"][column]["point"].as_f64())
            .collect();
        assert!(points.len() > 5, "{by}: {points:?}");
        assert!(points.is_sorted_by(|a, b| if ascending { a <= b } else { a >= b }), "{by}: {points:?}");
    }
}

#[test]
fn a_comparison_turned_round_changes_its_sign() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    let compare = |a: &str, b: &str| {
        let words = format!("--json compare {a} {b} --benchmark {SMALL} --resamples 500");
        place.run(&words).exits(0).json().remove(0)
    };
    let (there, back) = (compare("num_layers", "d_model"), compare("d_model", "num_layers"));
    let point = |comparison: &serde_json::Map<String, serde_json::Value>| {
        comparison["difference"]["point"].as_f64().unwrap()
    };
    assert!(point(&there).abs() > 0.0 && point(&there) + point(&back) == 0.0);
    assert_eq!(there["p_value"], back["p_value"]);
    let tau = |name: &str| there[name].as_f64().unwrap();
    assert!((tau("tau_a") - tau("tau_b") - point(&there)).abs() < 1e-12);
    assert!(point(&compare("nsc", "nsc")).abs() < f64::MIN_POSITIVE);

    place
        .run(&format!("compare nsc d_model --benchmark {SMALL} --resamples 100"))
        .exits(0)
        .prints("A minus B");
    let run = place.run(&format!("compare nsc snip --benchmark {SMALL}")).exits(2).one_line();
    run.says("no scores of `snip` are stored").says("num_layers");
}

#[test]
fn citations_are_those_of_what_was_used() {
    let place = place!();
    let everything = bibtex_keys(&place.run("cite").exits(0).stdout);
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    let run = place.run("cite").exits(0).prints("LiteTransformerSearch");
    let used = bibtex_keys(&run.stdout);
    assert!(!used.is_empty() && used.len() < everything.len(), "{used:?}");
    assert!(!run.stdout.contains("RNN"), "FlexiBERT was not used: {run}");
}

#[test]
fn an_unfinished_evaluation_is_said_to_be_one() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL} --limit 10")).exits(0);
    let run = place.run(&format!("rank --benchmark {SMALL}")).exits(2).one_line();
    run.says("35 of 45 architectures").says(&format!("`proxyrank evaluate --benchmark {SMALL}"));
}

#[test]
fn a_report_shows_what_is_stored_and_no_more() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    place.run("report --quick").exits(0).prints("reports");
    let page = place.path("reports").join(SMALL).join("declared/README.md");
    assert!(page.is_file(), "{}", page.display());
}

#[test]
fn a_proxy_that_failed_everywhere_spoils_no_report() {
    let place = place!();
    // No computer counts the operations of so long a sequence.
    let evaluate = "evaluate --benchmark lts-gpt2-wt103 --proxies flops --seq-len 4000000000";
    place.run(evaluate).exits(0).prints("200 failed");
    place.run("reproduce nsc-gpt2").exits(0);
}

#[test]
fn no_paper_is_cited_twice() {
    let place = place!();
    for benchmark in ["flexibert --limit 1", SMALL] {
        place.run(&format!("evaluate --benchmark {benchmark}")).exits(0);
    }
    let run = place.run("cite").exits(0);
    let lines = run.stdout.lines().filter(|line| line.trim().starts_with("eprint"));
    let mut numbers: Vec<&str> = lines.filter_map(|line| line.split(['{', '}']).nth(1)).collect();
    numbers.sort_unstable();
    assert!(numbers.len() > 2 && numbers.windows(2).all(|pair| pair[0] != pair[1]), "{numbers:?}");
}
