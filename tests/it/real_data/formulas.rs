//! Formulas on real networks: scored, resumed, ranked, and searched for.

use std::fs;
use std::time::Duration;

use super::{place, scores};
use crate::formulas::worked_example;
use crate::place::Place;

#[test]
fn the_worked_example_is_scored_and_stands_in_the_table() {
    let place = place!();
    let commands = worked_example(&place);
    place.run(&commands[1]).exits(0).prints("8 scores computed");
    // All 500 take minutes; what the test can afford of the third command is its plan.
    place.run(&format!("{} --dry-run", commands[2])).exits(0).prints("8 scores are stored, 992 to compute");
    let stored = scores(&place.store());
    let rows: Vec<_> =
        stored.values().flatten().filter(|(row, _)| row.key.proxy.as_str() == "query_spread").collect();
    assert_eq!(rows.len(), 4);
    let formula = "expression=mean(to_std(head)) - mean(to_std(weight))";
    assert!(rows.iter().all(|(row, _)| row.key.params.to_string() == formula && row.outcome.score.is_some()));
    place.run(&commands[3]).exits(2).says("496 of 500 architectures are not evaluated yet");

    // Another formula under the same name is another score.
    let text = fs::read_to_string(place.path("query_spread.toml")).unwrap();
    fs::write(place.path("query_spread.toml"), text.replace(" - mean", " + mean")).unwrap();
    place.run(&commands[1]).exits(0).prints("4 scores computed, 4 were stored before");
    // Without its file the proxy is unknown, and its rows stay out of tables.
    let file = place.path("query_spread.toml");
    fs::remove_file(file).unwrap();
    place.run("rank --benchmark flexibert").exits(2).says("num_layers: 496 of 500");
}

const SEARCH: &str =
    "search lpzero --limit 24 --batch 2 --seq-len 16 --sample 512 --runs 2 --iterations 60 --population 20";

/// What a search leaves: its table, states and journals, its summary, and every file of the report.
fn left(place: &Place) -> Vec<(std::path::PathBuf, String)> {
    let mut files = place.files("results/search");
    files.extend(place.files("reports"));
    let below = |path: &std::path::Path| path.strip_prefix(place.path("")).unwrap().to_owned();
    files.into_iter().map(|(path, hash)| (below(&path), hash)).collect()
}

#[test]
fn a_search_that_is_killed_ends_as_one_that_was_not() {
    let once = place!();
    once.run(SEARCH).exits(0).prints("best of all trees").prints("layers_then_hidden");
    let expected = left(&once);
    assert!(expected.iter().any(|(path, _)| path.ends_with("generations.parquet")));
    let often = place!();
    for wait in [300, 700, 1500] {
        let mut child = often.start(SEARCH);
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    often.run(SEARCH).exits(0);
    assert_eq!(left(&often), expected);
    // The best formula is a proxy like any other.
    let best = "reports/search/lpzero/flexibert/as_trained/honest/rho/best.toml";
    often.run(&format!("ls proxies --proxy-file {best}")).exits(0).prints("lpzero_search_best");
}

/// GPT-2 has its own lists of tensors; what is found there is scored on encoders too, and one formula is looked for that ranks both.
#[test]
fn decoders_are_searched_and_encoders_judge_as_well() {
    let place = place!();
    let search = "search lpzero --benchmark lts-gpt2-wt103 --signal gaussian --limit 10 --batch 1 --seq-len 16 --sample 256 \
                  --runs 1 --iterations 20 --population 10 --other-seeds 1 --with flexibert";
    place.run(search).exits(0).prints("best of all trees").prints("lpzero.gpt2").prints("attention_params");
    let out = "reports/search/lpzero/lts-gpt2-wt103/declared/honest/rho";
    let found = fs::read_to_string(place.path(&format!("{out}/search_lpzero.md"))).unwrap();
    assert!(found.contains("rho, held out, seed 1"), "{found}");
    let both = fs::read_to_string(place.path(&format!("{out}/search_lpzero_both.md"))).unwrap();
    assert!(both.contains("tau-b, flexibert"), "{both}");
    let best = fs::read_to_string(place.path(&format!("{out}/best.toml"))).unwrap();
    // No decoder shows its attention probabilities, and `head` is the list that `act` is.
    assert!(!best.contains("(softmax)"), "{best}");
    let summary = place.path("results/search/lpzero/found/lts-gpt2-wt103-declared-honest-rho.json");
    assert!(!summary.exists(), "a trial must not take the place of what reports show");
}
