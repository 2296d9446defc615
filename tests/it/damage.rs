//! Broken result folders: a clear line with the path and the remedy, and nothing is lost or made worse.

use std::fs;
use std::path::{Path, PathBuf};

use proxyrank_store::Shard;

use crate::place::Place;
use crate::run::Run;
use crate::samples;

/// A place with the results of two shards, each in a part of its own.
fn filled() -> Place {
    let place = Place::new();
    for index in [1, 2] {
        let shard = Shard::new(index, 2).unwrap();
        let mut writer = place.store().shard(&samples::benchmark(), shard).unwrap();
        for number in [10, 20] {
            let (scores, timings) = samples::architecture(number + index as usize);
            writer.append(&scores, &timings).unwrap();
        }
        writer.finish().unwrap();
    }
    place
}

fn parts(place: &Place, table: &str) -> Vec<PathBuf> {
    let files = crate::place::files_below(&place.path("results/flexibert").join(table));
    assert!(files.iter().all(|file| file.extension().is_some_and(|extension| extension == "parquet")));
    files
}

/// A way to damage a file.
type Change = fn(&mut Vec<u8>);

fn damage(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn sound_results_verify() {
    filled().run("verify").exits(0).prints("results in results: 4 files");
    let run = filled().run("verify --json").exits(0);
    assert_eq!(run.json().last().unwrap()["results"]["sound"], true);
}

#[test]
fn a_damaged_part_is_named_with_the_remedy_by_everybody_who_reads_it() {
    let changes: [(&str, Change); 4] = [
        ("truncated", |bytes| bytes.truncate(bytes.len() - 100)),
        ("emptied", Vec::clear),
        ("garbled footer", |bytes| {
            let end = bytes.len();
            bytes[end - 60..end - 20].fill(0xff);
        }),
        ("overwritten", |bytes| bytes.fill(b'x')),
    ];
    for (what, change) in changes {
        let place = filled();
        let part = &parts(&place, "scores")[0];
        damage(part, change);
        let before = place.files("results");
        let name = part.file_name().unwrap().to_str().unwrap();
        place.run("verify").exits(1).prints(name).prints("restore it from a copy, or delete it");
        for words in ["compact", "cite"] {
            let run = place.run(words).exits(2).one_line().says(name);
            run.says("restore it from a copy, or delete it and run the same evaluation again");
        }
        assert_eq!(place.files("results"), before, "{what}: nothing was touched");
        fs::remove_file(part).unwrap();
        fs::remove_file(&parts(&place, "timings")[0]).unwrap();
        place.run("verify").exits(0);
        assert_eq!(place.store().scores(None).unwrap().len(), 6, "{what}: the other shard's are all there");
    }
}

/// Flips one bit of a part after another and lets `judge` look at each.
fn flip_bits(place: &Place, part: &Path, mut judge: impl FnMut(usize, Run)) {
    for byte in (0..fs::read(part).unwrap().len()).step_by(101) {
        damage(part, |bytes| bytes[byte] ^= 0x10);
        judge(byte, Run::noisy(&mut place.command("verify")));
        damage(part, |bytes| bytes[byte] ^= 0x10);
    }
}

#[test]
fn no_flipped_bit_changes_a_score_unnoticed() {
    let place = filled();
    let part = &parts(&place, "scores")[0];
    let name = part.file_name().unwrap().to_str().unwrap();
    let scores = place.store().scores(None).unwrap();
    let (mut found, mut harmless) = (0, 0);
    flip_bits(&place, part, |byte, run| {
        if run.stdout.contains(name) {
            run.exits(1);
            found += 1;
        } else {
            run.exits(0);
            assert!(place.store().scores(None).unwrap() == scores, "byte {byte}");
            harmless += 1;
        }
    });
    assert!(found > 0 && harmless > 0, "{found} were found, {harmless} were not");
}

#[test]
fn a_flipped_bit_is_told_in_words_for_people() {
    let place = filled();
    let part = &parts(&place, "scores")[0];
    flip_bits(&place, part, |byte, run| assert!(run.stderr.is_empty(), "byte {byte}: {run}"));
}

#[test]
fn a_torn_journal_loses_its_last_line_only() {
    let place = filled();
    let journal = place.path("results/flexibert/journal-1of3.jsonl");
    let shard = Shard::new(1, 3).unwrap();
    let mut writer = place.store().shard(&samples::benchmark(), shard).unwrap();
    for number in [31, 32] {
        let (scores, timings) = samples::architecture(number);
        writer.append(&scores, &timings).unwrap();
    }
    drop(writer);
    damage(&journal, |bytes| bytes.truncate(bytes.len() - 40));
    place.run("verify").exits(0).prints("half a line").prints("the next run drops it");
    assert_eq!(place.store().scores(None).unwrap().len(), 5 * 3);

    damage(&journal, |bytes| bytes[200] ^= 1);
    let advice = "a kill can only tear the last line";
    place.run("verify").exits(1).prints("journal-1of3.jsonl, line 2").prints(advice);
    place.run("cite").exits(2).one_line().says("journal-1of3.jsonl, line 2").says(advice);
}

#[test]
fn results_of_a_newer_version_are_left_alone() {
    let place = filled();
    let journal = place.path("results/flexibert/journal-1of1.jsonl");
    let body = r#"{"schema_version":99,"benchmark":"flexibert","shard":"1of1","id":"00"}"#;
    let sum = proxyrank_data::hash::sha256_bytes(body.as_bytes());
    fs::write(&journal, format!("{{\"sha256\":\"{sum}\",\"body\":{body}}}\n")).unwrap();
    let before = place.files("results");
    place.run("cite").exits(2).one_line().says("update proxyrank");
    place.run("verify").exits(1).prints("update proxyrank");
    assert_eq!(place.files("results"), before);
}

#[test]
fn copies_of_one_part_are_named_and_compacted_away() {
    let place = filled();
    let part = &parts(&place, "scores")[0];
    fs::copy(part, part.with_file_name("part-copy.parquet")).unwrap();
    place.run("verify").exits(1).prints("duplicate key").prints("`compact` keeps one");
    place.run("compact").exits(0).prints("copies dropped");
    place.run("verify").exits(0);
    assert_eq!(place.store().scores(None).unwrap().len(), 12);
}

#[test]
fn a_results_folder_that_is_a_file_is_named() {
    let place = Place::new();
    fs::write(place.path("results"), "mine").unwrap();
    for words in ["cite", "compact"] {
        place.run(words).exits(2).one_line().says("results");
    }
    place.run("verify").exits(2).says("error: cannot list results");
    place.run("doctor").exits(0).prints("warning").prints("results");
    assert_eq!(fs::read(place.path("results")).unwrap(), b"mine");
}

/// What only a mounted file system can show, in a namespace of the test's own. Where namespaces are not allowed, says
/// that `test` is skipped.
#[cfg(target_os = "linux")]
pub(crate) fn mounted(place: &Place, test: &str, options: &str, script: &str) -> Option<Run> {
    use std::process::Command;
    let mount = format!("mount -t tmpfs -o {options} tmpfs mounted");
    fs::create_dir(place.path("mounted")).unwrap();
    let shell = |script: &str| {
        // The binary's own environment, so that the script runs what a test would run.
        let sample = place.command("");
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script, "sh"]).arg(sample.get_program());
        command.current_dir(place.path("")).env_clear();
        command.envs(sample.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    };
    let allowed = shell(&mount).output().is_ok_and(|output| output.status.success());
    if !allowed {
        crate::place::skipped(test, "no mount namespace");
        return None;
    }
    Some(Run::of(&mut shell(&format!("{mount} && {{ {script}; }}"))))
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_can_be_read_and_is_named_when_it_must_be_written() {
    let place = filled();
    let script = "cp -r results mounted/ && mount -o remount,ro mounted && \
        \"$1\" verify --results mounted/results >/dev/null && exec \"$1\" compact --results mounted/results";
    let test = "a_read_only_folder_can_be_read_and_is_named_when_it_must_be_written";
    let Some(run) = mounted(&place, test, "size=8m", script) else { return };
    run.exits(2).one_line().says("mounted/results/flexibert").says("choose another results folder");
}
