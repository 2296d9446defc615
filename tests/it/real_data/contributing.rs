//! The worked examples of CONTRIBUTING.md, run as they stand there.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::evaluate::copy_folder;
use super::place;
use crate::place::{Place, skipped};

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The fenced blocks of one language in a section of the guide.
fn blocks(section: &str, language: &str) -> Vec<String> {
    let guide = fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap();
    let (_, after) =
        guide.split_once(&format!("### {section}\n")).unwrap_or_else(|| panic!("no section {section}"));
    let body = after.split("\n### ").next().unwrap().split("\n## ").next().unwrap();
    let mut found = Vec::new();
    for rest in body.split(&format!("```{language}\n")).skip(1) {
        found.push(rest.split("```").next().unwrap().to_owned());
    }
    assert!(!found.is_empty(), "no {language} in {section}");
    found
}

/// Writes a block to the file that its first line names.
fn put(place: &Place, block: &str) -> String {
    let file = block.lines().next().unwrap().trim_start_matches("# ").to_owned();
    let path = place.path(&file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, block).unwrap();
    file
}

/// Runs the commands of a block, and returns what the last one printed.
fn run(place: &Place, block: &str) -> String {
    let mut printed = String::new();
    for line in block.lines() {
        match line.split_once(" > ") {
            _ if line.starts_with("mkdir ") => fs::create_dir_all(place.path(&line[6..])).unwrap(),
            Some((command, file)) => {
                let run = place.run(command.strip_prefix("proxyrank ").unwrap()).exits(0);
                fs::write(place.path(file), run.stdout).unwrap();
            }
            None => printed = place.run(line.strip_prefix("proxyrank ").unwrap()).exits(0).stdout,
        }
    }
    printed
}

#[test]
fn scores_from_another_language_join() {
    let place = place!();
    let (shell, cards) = (blocks("One table of scores", "sh"), blocks("One table of scores", "toml"));
    run(&place, &shell[0]);
    let script = put(&place, &blocks("One table of scores", "python")[0]);
    put(&place, &cards[0]);
    let python = Command::new("python3").arg(script).current_dir(place.path("")).status();
    if !python.is_ok_and(|status| status.success()) {
        skipped("scores_from_another_language_join", "no python3");
        return;
    }
    let printed = run(&place, &shell[1]);
    assert!(printed.contains("head_count may join the leaderboard: no fault, 0 warnings"), "{printed}");
    assert!(
        printed.contains("head_count (submitted)") && printed.contains("significantly better than"),
        "{printed}"
    );
}

#[test]
fn scores_of_a_known_proxy_are_computed_again() {
    let place = place!();
    copy_folder(&repository().join("results/reference"), &place.path("results/reference"));
    let cards = blocks("One table of scores", "toml");
    let head = cards[0].split("[protocol]").next().unwrap().replace("\"data_free\"", "\"forward\"");
    put(&place, &format!("{head}{}", cards[1]));
    let reference = proxyrank_store::Store::open(place.path("results/reference"));
    let rows = reference.scores(Some(&"flexibert".into())).unwrap();
    let wanted = |row: &&proxyrank_schema::ScoreRow| {
        let (key, protocol) = (&row.key, &row.key.protocol);
        let zeros = protocol.init_seed + protocol.data_seed == 0 && protocol.batch_size == 16;
        key.proxy.as_str() == "w_pca"
            && key.params.number("eta") == Some(0.99)
            && zeros
            && (protocol.reading, protocol.input, protocol.dtype, protocol.mode)
                == (
                    proxyrank_schema::Reading::AsTrained,
                    proxyrank_schema::Input::Zipf,
                    proxyrank_schema::Dtype::F32,
                    proxyrank_schema::Mode::Eval,
                )
            && protocol.seq_len == 128
            && protocol.device == proxyrank_schema::Device::cpu()
    };
    let lines: Vec<String> = rows
        .iter()
        .filter(wanted)
        .map(|row| format!("{},{}\n", row.key.arch_id, row.outcome.score.unwrap()))
        .collect();
    assert_eq!(lines.len(), 500);
    fs::write(place.path("head_count/scores.csv"), format!("arch_id,score\n{}", lines.concat())).unwrap();
    let run = place.run("leaderboard check head_count --resamples 100 --recompute 4").exits(0);
    run.prints("w_pca: 4 of 4 agree").prints("ranks every pair as w_pca does");
}

#[test]
fn a_combination_joins() {
    let place = place!();
    put(&place, &blocks("One combination", "toml")[0]);
    let printed = run(&place, &blocks("One combination", "sh")[0]);
    assert!(printed.contains("wide_and_cheap may join the leaderboard: no fault"), "{printed}");
    assert!(
        printed.contains("nsc: 25 of 25 agree") && printed.contains("flops: 25 of 25 agree"),
        "{printed}"
    );
}

#[test]
fn what_is_committed_is_sound() {
    let place = place!();
    copy_folder(&repository().join("submissions"), &place.path("submissions"));
    let mut count = 0;
    for entry in fs::read_dir(place.path("submissions")).unwrap() {
        let entry = entry.unwrap();
        if !entry.path().is_dir() {
            continue;
        }
        let name = entry.file_name().into_string().unwrap();
        let run = place
            .run(&format!("leaderboard check submissions/{name} --resamples 200 --recompute 1%"))
            .exits(0);
        run.prints("may join the leaderboard: no fault, 0 warnings");
        count += 1;
    }
    assert!(count > 0);
}
