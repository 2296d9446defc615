//! Training: killed at any moment it goes on as if nothing had happened, and says what is wrong.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::place::Place;

/// A few seconds of training.
const WORDS: &str = "train --arch 3 --steps 150 --batch 4 --corpus-tokens 8000 --examples 32 --epochs 1 \
                     --tasks sentiment --lr 1e-3 --threads 1";

#[test]
fn a_killed_training_gives_the_same_curve_bit_for_bit() {
    let place = Place::new();
    place.run(&format!("{WORDS} --out whole")).exits(0).prints("sentiment");
    let checkpoint = place.path("killed/checkpoint.safetensors");
    for round in 0..3 {
        let mut child = place.start(&format!("{WORDS} --out killed --checkpoint-every 0"));
        // Each round dies a little after it has begun to write checkpoints of its own.
        let before = fs::read(&checkpoint).ok();
        let started = Instant::now();
        while fs::read(&checkpoint).ok() == before && started.elapsed() < Duration::from_mins(1) {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis(20 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(checkpoint.is_file(), "round {round} ended before its first checkpoint");
    }
    place.run(&format!("{WORDS} --out killed --checkpoint-every 0")).exits(0);
    for file in ["curve.parquet", "scores.json"] {
        let [whole, killed] =
            ["whole", "killed"].map(|folder| fs::read(place.path(folder).join(file)).unwrap());
        assert!(whole == killed, "{file} differs");
    }
    place
        .run(&format!("{WORDS} --out killed --seed 1"))
        .exits(2)
        .says("cannot go on from this checkpoint: it belongs to a run with other settings");
}

#[test]
fn what_cannot_be_trained_is_said() {
    let place = Place::new();
    for (words, says) in [
        (
            "train --arch 3 --corpus-tokens 3000 --tasks sst2",
            "unknown task `sst2`; with this text there are acceptability",
        ),
        ("train --arch 96", "embedded has no architecture `96`"),
        ("train --arch 3 --reading released", "has no reading `released`"),
        (
            "train --arch 3 --lr 1e30 --steps 50 --batch 2 --corpus-tokens 3000 --tasks none",
            "training diverged at step",
        ),
        ("train embedded --row 7", "ARCHITECTURE/SEED"),
        ("train embedded --recipe nowhere.json", "nowhere.json"),
    ] {
        place.run(words).exits(2).says(says);
    }
}

/// Names of rows in a file, in order.
pub(crate) fn names(file: &Path, keys: [&str; 3]) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| keys.map(|key| row[key].to_string().replace('"', "")).join(" ")).collect()
}

#[test]
fn cheaper_pre_trainings_are_compared_and_go_on_where_they_stopped() {
    let place = Place::new();
    let mut recipe: Value =
        serde_json::from_str(&place.run("train embedded --dry-run").exits(0).stdout).unwrap();
    recipe["corpus_tokens"] = 8000.into();
    recipe["pretrain"]["steps"] = 40.into();
    recipe["pretrain"]["warmup"] = 4.into();
    recipe["pretrain"]["window"] = 10.into();
    recipe["tasks"]["train"] = 16.into();
    recipe["tasks"]["dev"] = 16.into();
    fs::write(place.path("recipe.json"), recipe.to_string()).unwrap();
    let train = |words: &str| place.run(&format!("train exits --recipe recipe.json {words}"));

    train("--limit 5 --workers 2").exits(0).says("0 of 40 rows are there; 5 to train now");
    let run = train("--limit 4 --workers 1").exits(0).says("5 of 40 rows are there; 4 to train now");
    let names = names(&place.path("results/early_exit/rows.jsonl"), ["arm", "train_seed", "arch_id"]);
    let mut sorted = names.clone();
    sorted.sort();
    let first = [
        "exit-1",
        "exit-2",
        "exit-2-wide",
        "narrow-generator",
        "no-generator",
        "plain",
        "plain-50",
        "plain-75",
    ];
    let mut wanted: Vec<String> = first.map(|arm| format!("{arm} 0 33")).to_vec();
    wanted.insert(6, "plain 1 33".to_owned());
    assert_eq!(sorted, wanted);
    // A sequence that leaves after the first of four layers costs the discriminator less, and fewer steps cost less of everything.
    run.prints("exit after layer 1").prints("no generator");
    let table = place.run("train exits --recipe recipe.json --dry-run --json").exits(0);
    let costs: Vec<f64> = table.column("cost").iter().map(|cost| cost.parse().unwrap()).collect();
    assert_eq!(costs.len(), 8);
    assert!((costs[0] - 1.0).abs() < 1e-9 && (costs[2] - 0.5).abs() < 1e-9 && costs[3] < 1.0, "{costs:?}");
    assert!(costs[7] < costs[6] && costs[6] < 1.0, "{costs:?}");

    place
        .run("train exits --limit 1")
        .exits(2)
        .says("none of those that are compared now; choose another file");
}
