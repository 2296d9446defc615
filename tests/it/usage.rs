//! Exit codes and error messages that need no data: wrong use is 2 and says what would be right.

use std::fs;
use std::process::Stdio;

use crate::place::Place;

#[test]
fn what_needs_no_data_works_without_any() {
    let place = Place::new();
    for words in [
        "--help",
        "--version",
        "help evaluate",
        "ls proxies",
        "ls datasets",
        "ls benchmarks",
        "ls tables",
        "doctor",
        "cite",
        "compact",
        "verify",
        "reproduce --dry-run",
    ] {
        let run = place.run(words).exits(0);
        assert!(!run.stdout.is_empty(), "{run}");
        assert!(run.stderr.is_empty(), "{run}");
    }
    assert!(!place.path("results").exists(), "looking around leaves nothing behind");
}

/// What to do about a GPU that is not there.
const NO_GPU: &str = if cfg!(feature = "cuda") { "proxyrank doctor" } else { "make cuda" };

#[test]
fn wrong_use_is_two_and_names_what_would_be_right() {
    let place = Place::new();
    for (words, right) in [
        ("evaluat", "evaluate"),
        ("ls proxy", "proxies"),
        ("evaluate", "--benchmark"),
        ("evaluate --benchmark flexiber", "flexibert"),
        ("evaluate --benchmark flexibert --proxies nscc", "nsc"),
        ("evaluate --benchmark flexibert --proxies nsc:alpha=1", "no parameter `alpha`"),
        ("evaluate --benchmark flexibert --proxies zerolm_xavier:alpha=two", "a number from"),
        ("evaluate --benchmark flexibert --proxies lpzero_closed_form", "defined for gpt2"),
        ("evaluate --benchmark flexibert --proxies ,", "--proxies all"),
        ("evaluate --benchmark flexibert --reading trained", "as_trained"),
        ("evaluate --benchmark lts-gpt2-wt103 --reading released", "declared"),
        ("evaluate --benchmark flexibert --shard 4/3", "shard 4/3 does not exist"),
        ("evaluate --benchmark flexibert --shard 0/3", "counted from 1"),
        ("evaluate --benchmark flexibert --shard x", "write I/N"),
        ("evaluate --benchmark flexibert --seq-len 0", "0 is not in 1.."),
        ("evaluate --benchmark flexibert --batch 0", "0 is not in 1.."),
        ("evaluate --benchmark flexibert --threads 100000", "100000 is not in 0..=1024"),
        ("evaluate --benchmark flexibert --device gpu", "write cpu, or cuda:0"),
        // Without CUDA in the build there is no GPU, and no machine has so many.
        ("evaluate --benchmark flexibert --device cuda:4096", NO_GPU),
        ("rank --benchmark flexiber", "flexibert"),
        ("rank --metric glu", "glue"),
        ("rank --by size", "within"),
        ("compare nsc", "<B>"),
        ("audit claim", "claims"),
        ("audit numeric --signal one", "ones"),
        ("audit numeric --proxies nscc", "nsc"),
        ("reproduce nsc-flexiber", "nsc-flexibert"),
        ("reproduce --quick --full", "cannot be used with"),
        ("fetch", "<DATASET>"),
        ("fetch flexi", "flexibert"),
        ("fetch --all flexibert", "cannot be used with"),
        ("verify flexi", "flexibert"),
    ] {
        let run = place.run(words).exits(2).says("error: ").says(right);
        assert!(run.stdout.is_empty(), "{run}");
    }
}

#[test]
fn a_mirror_that_is_no_folder_is_bad_input() {
    let place = Place::new();
    fs::write(place.path("file"), "").unwrap();
    for mirror in ["nowhere", "file"] {
        for verb in ["rank", "fetch flexibert", "evaluate --benchmark flexibert", "verify", "reproduce"] {
            let words = format!("{verb} --mirror {mirror}");
            place.run(&words).exits(2).one_line().says(mirror).says("PROXYRANK_MIRROR");
        }
        // These two look into no mirror, and the second one is how a user finds out.
        place.run(&format!("ls datasets --mirror {mirror}")).exits(0);
        place.run(&format!("doctor --mirror {mirror}")).exits(0).prints("warning").prints(mirror);
    }
}

#[test]
fn an_option_comes_before_its_variable() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    let mut command = place.command("doctor --json --mirror data --results here");
    command.env("PROXYRANK_MIRROR", "elsewhere").env("PROXYRANK_RESULTS", "there");
    let doctor = &crate::run::Run::of(&mut command).exits(0).json()[0];
    assert_eq!(doctor["mirror"], "data");
    assert_eq!(doctor["results"], "here");
}

#[test]
fn closing_the_output_early_is_no_failure() {
    let place = Place::new();
    for words in ["ls datasets", "ls proxies --json", "doctor", "cite", "--help", "verify"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(words);
        let output =
            command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert!(output.status.success(), "{words}: {output:?}");
        assert!(output.stderr.is_empty(), "{words}: {output:?}");
    }
}

#[test]
fn an_error_is_json_too_where_json_is_asked_for() {
    let run = Place::new().run("--json rank --benchmark flexiber").exits(2).says("error: ");
    let objects = run.json();
    assert!(objects.len() == 1 && objects[0]["error"].as_str().unwrap().contains("flexibert"), "{run}");
}
