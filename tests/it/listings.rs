//! What the binary tells about itself: listings, bibliography, machine.

use std::collections::BTreeSet;

use crate::place::Place;
use crate::run::Run;

#[test]
fn listings_are_json_and_name_everything_once() {
    let place = Place::new();
    for (what, some) in [
        ("proxies", "num_parameters"),
        ("datasets", "flexibert"),
        ("benchmarks", "lts-gpt2-wt103"),
        ("tables", "nsc-flexibert"),
    ] {
        let names = place.run(&format!("--json ls {what}")).exits(0).column("name");
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{what}: {names:?}");
        assert!(distinct.contains(&some.to_owned()), "{what}: {names:?}");
        let for_people = place.run(&format!("ls {what}")).exits(0);
        assert!(names.iter().all(|name| for_people.stdout.contains(name.as_str())), "{for_people}");
    }
}

#[test]
fn proxies_are_listed_with_the_released_scores_that_are_replayed() {
    let tables = Place::new().run("ls proxies --json").exits(0).json();
    let ids: Vec<_> = tables.iter().map(|table| table["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["proxies", "published"]);
}

#[test]
fn every_verb_that_needs_no_data_speaks_json() {
    let place = Place::new();
    for words in ["doctor", "cite", "verify", "compact", "reproduce --dry-run", "fetch flexibert --dry-run"] {
        let run = place.run(&format!("--json {words}")).exits(0);
        run.json();
        assert!(run.stderr.is_empty(), "{run}");
    }
}

#[test]
fn citations_are_bibtex_with_keys_of_their_own() {
    let run = Place::new().run("cite").exits(0);
    let keys = bibtex_keys(&run.stdout);
    let distinct: BTreeSet<&String> = keys.iter().collect();
    assert!(keys.len() > 10 && distinct.len() == keys.len(), "{keys:?}");
}

/// The keys of all entries. Each entry must open with `@kind{key,` and close with the brace that balances it.
#[track_caller]
pub(crate) fn bibtex_keys(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (kind, after) = rest.split_once('{').unwrap_or_else(|| panic!("no entry begins: {rest}"));
        assert!(kind.starts_with('@') && kind[1..].chars().all(char::is_alphabetic), "`{kind}` is no entry");
        let (key, _) = after.split_once(',').unwrap_or_else(|| panic!("no key: {after}"));
        assert!(!key.is_empty() && !key.contains(char::is_whitespace), "`{key}` is no key");
        keys.push(key.to_owned());
        let mut depth = 0_i32;
        let end = rest.char_indices().find(|(_, letter)| {
            depth += i32::from(*letter == '{') - i32::from(*letter == '}');
            *letter == '}' && depth == 0
        });
        let (end, _) = end.unwrap_or_else(|| panic!("the braces of {key} do not close"));
        rest = rest[end + 1..].trim_start();
    }
    keys
}

#[test]
fn the_doctor_tells_where_things_are_and_keeps_the_token_to_itself() {
    let place = Place::new();
    let mut command = place.command("doctor --json --offline");
    let run = Run::of(command.env("HF_TOKEN", "hf_secret")).exits(0);
    assert!(!run.stdout.contains("hf_secret"), "{run}");
    let doctor = &run.json()[0];
    assert_eq!(doctor["network"], "offline");
    assert_eq!(doctor["cache"], place.path("cache").to_str().unwrap());
    assert_eq!(doctor["hub_cache"], place.path("hub/hub").to_str().unwrap());
    assert_eq!(doctor["results"], "results");
    assert!(
        doctor["threads"].as_u64().unwrap() > 0 && doctor["stored"].as_array().unwrap().is_empty(),
        "{run}"
    );
    assert!(doctor["environment"].to_string().contains("HF_TOKEN"), "{run}");
    let gpu = |device: &serde_json::Value| device.as_str().unwrap().starts_with("cuda:");
    let devices = doctor["devices"].as_array().unwrap();
    assert_eq!(devices[0], "cpu");
    assert!(devices[1..].iter().all(gpu), "{run}");
    let has_cuda = !doctor["no_gpu"].to_string().contains("make cuda");
    assert_eq!(has_cuda, cfg!(feature = "cuda"), "{run}");
}
