//! Training: killed at any moment it goes on as if nothing had happened, and says what is wrong.

use std::fs;
use std::time::{Duration, Instant};

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
