//! `predict` and `search tabular`: from labels to a ranking, and to the best of a table.

use std::fs;

use super::{SMALL, place};

#[test]
fn predictors_are_judged_beside_rules_and_repeat_themselves() {
    let place = place!();
    let study = format!("predict --benchmark {SMALL} --predictor ridge,forest --labels 10,400 --repeats 3");
    place.run(&format!("{study} --features architecture --dry-run")).exits(0).prints("models to fit for ppl");

    let run = place.run(&format!("{study} --features architecture --json")).exits(0);
    let rows = run.json()[0]["label_efficiency"]["rows"].as_array().unwrap().clone();
    // Two predictors at 10 labels and at seven in ten of 45, and rules without labels, whose scores nobody had computed before.
    let labels: Vec<i64> = rows.iter().map(|row| row["cells"]["labels"].as_i64().unwrap()).collect();
    assert_eq!(labels[..4], [10, 31, 10, 31]);
    assert!(labels.len() > 5 && labels[4..].iter().all(|labels| *labels == 0), "{run}");
    let folder = place.path("reports").join(SMALL).join("declared/predict/ppl");
    let trials = fs::read_to_string(folder.join("trials.csv")).unwrap();
    assert_eq!(trials.lines().count(), 1 + labels.len() * 3, "{trials}");
    assert!(folder.join("charts/tau_architecture.png").is_file());

    place.run(&format!("{study} --features architecture --threads 1 -q")).exits(0);
    assert_eq!(fs::read_to_string(folder.join("trials.csv")).unwrap(), trials);
    place.run(&format!("{study} --features proxies -q")).exits(0).prints("forest");
    place.run("predict --predictor tree").exits(2).says("known are ridge");
    place
        .run(&format!("predict --benchmark {SMALL} --labels 1 --features architecture"))
        .exits(2)
        .says("needs 2");
}

#[test]
fn searches_are_replayed_on_stored_scores() {
    let place = place!();
    let search = format!("search tabular --benchmark {SMALL} --budget 12 --repeats 4");
    let run = place.run(&format!("{search} --json")).exits(0);
    let rows = run.json()[0]["regret"]["rows"].as_array().unwrap().clone();
    assert!(rows.len() >= 7, "{run}");
    for row in &rows {
        let last = &row["cells"]["labels_12"];
        assert!(
            last["point"].as_f64().unwrap() <= row["cells"]["labels_1"]["point"].as_f64().unwrap(),
            "{run}"
        );
    }
    let folder = place.path("reports").join(SMALL).join("declared/search/ppl");
    assert!(folder.join("charts/regret.png").is_file() && folder.join("picks.csv").is_file());
}
