//! A benchmark of one's own: the documentation's example as it stands, and what its files must not say.

use std::fs;

use crate::place::Place;
use crate::worked::{blocks, commands, write_files};

const NAME: &str = "tiny-encoders";

/// A place with the example's files.
fn example() -> Place {
    let place = Place::new();
    write_files(&place, &blocks("own_benchmark.md"));
    place
}

#[test]
fn the_worked_example_works() {
    let place = example();
    let commands = commands(&blocks("own_benchmark.md"));
    assert!(commands.len() > 4, "{commands:?}");
    for words in &commands {
        place.run(words).exits(0);
    }
    let stored = place.store().scores(None).unwrap();
    let hashes: std::collections::BTreeSet<_> = stored.iter().map(|row| &row.key.benchmark_sha256).collect();
    assert!(stored.iter().all(|row| row.key.benchmark.as_str() == NAME) && hashes.len() == 1);
    let rank = |target: &str| {
        place.run(&format!("rank --benchmark ./tiny --target {target} --resamples 50 --json")).exits(0)
    };
    assert!(rank("accuracy").column("proxy").contains(&"num_layers".to_owned()));
    for table in ["rank_accuracy.csv", "rank_latency_ms.md"] {
        assert!(place.path("reports").join(NAME).join("declared").join(table).is_file(), "{table}");
    }
    let site = fs::read_to_string(place.path("reports/site/index.html")).unwrap();
    assert!(site.contains("Twelve encoders with made-up labels") && !site.contains("FlexiBERT"), "{site}");
    place
        .run("rank --benchmark ./tiny --target glue")
        .exits(2)
        .says("it has accuracy, latency_ms")
        .one_line();
}

#[test]
fn another_label_is_another_benchmark() {
    let place = example();
    place.run("evaluate --benchmark ./tiny --proxies nsc").exits(0).prints("12 scores computed");
    place.run("evaluate --benchmark ./tiny --proxies nsc").exits(0).prints("12 were stored");
    change(&place, "labels.csv", "61.0", "61.1");
    place.run("evaluate --benchmark ./tiny --proxies nsc --dry-run").exits(0).prints("0 scores are stored");
    place.run("rank --benchmark ./tiny").exits(2).says("proxyrank evaluate --benchmark ./tiny");
}

#[test]
fn what_is_wrong_is_named_with_file_row_and_column() {
    for (file, from, to, says) in [
        (
            "labels.csv",
            "a2,",
            "a9,",
            "tiny/labels.csv, line 3, column \"arch_id\": expected an architecture of architectures.csv",
        ),
        (
            "labels.csv",
            "b6,71.4,10.3\n",
            "",
            "tiny/labels.csv: a row for architecture `b6` of architectures.csv is missing",
        ),
        (
            "labels.csv",
            "62.5",
            "nan",
            "tiny/labels.csv, line 3, column \"accuracy\": expected a finite number",
        ),
        ("labels.csv", "62.5", "", "found nothing"),
        (
            "architectures.csv",
            "a2,",
            "a1,",
            "tiny/architectures.csv, line 3, column \"arch_id\": architecture `a1` stands there twice",
        ),
        (
            "architectures.csv",
            "dsc5",
            "dsc7",
            "line 6, column \"ops\": expected operations (sdp, wma, dft, dct, dsc5, dsc9), found `dsc7`",
        ),
        ("benchmark.toml", "tiny-encoders", "flexibert", "is the name of a public benchmark"),
    ] {
        let place = example();
        change(&place, file, from, to);
        place.run("evaluate --benchmark ./tiny").exits(2).says(says).one_line();
        assert!(!place.path("results").exists(), "{says}");
    }
    let place = example();
    place.run("evaluate --benchmark tiny").exits(2).says("write `./tiny`").one_line();
    place.run("evaluate --benchmark ./nowhere").exits(2).says("nowhere/benchmark.toml").one_line();
}

fn change(place: &Place, file: &str, from: &str, to: &str) {
    let path = place.path("tiny").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}
