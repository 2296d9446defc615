//! Small networks on real tasks.

use std::fs;

use serde_json::Value;

use super::place;
use crate::training::names;

#[test]
fn networks_and_baselines_are_measured_on_the_same_examples_and_go_on_where_they_stopped() {
    let place = place!();
    let mut plan: Value = serde_json::from_str(&place.run("train real --show-plan").exits(0).stdout).unwrap();
    plan["architectures"] = vec![9].into();
    plan["seeds"] = 1.into();
    plan["unlabelled"] = 50.into();
    plan["pretrain"]["steps"] = 8.into();
    plan["pretrain"]["warmup"] = 2.into();
    let task = |name: &str, most: usize| serde_json::json!({ "task": name, "seq_len": 96, "most": most, "epochs": 1 });
    plan["tasks"] = vec![task("stsb", 32), task("wnli", 32)].into();
    fs::write(place.path("plan.json"), plan.to_string()).unwrap();
    let train = |words: &str| place.run(&format!("train real --plan plan.json {words}"));

    train("--limit 2 --workers 1").exits(0).says("0 of 5 rows are there; 2 to add now");
    assert!(place.path("results/real_tasks/pretrained-9-0.safetensors").is_file());
    train("").exits(0).says("2 of 5 rows are there; 3 to add now").prints("Averaged embeddings");
    let file = place.path("results/real_tasks/rows.jsonl");
    let mut rows = names(&file, ["task", "model", "examples"]);
    rows.sort();
    // The development splits are whole; the training split of STS-B stands there twice.
    let wanted = [
        "stsb 9 [64,1500,0]",
        "stsb words [64,1500,0]",
        "wnli 9 [32,71,0]",
        "wnli majority [32,71,0]",
        "wnli words [32,71,0]",
    ];
    assert_eq!(rows, wanted);
    train("--limit 1").exits(0).says("5 of 5 rows are there; 0 to add now");
    place.run("train real").exits(2).says("was made with other settings");

    plan["tasks"][0]["task"] = "sst3".into();
    fs::write(place.path("plan.json"), plan.to_string()).unwrap();
    train("").exits(2).says("unknown task `sst3`");
}
