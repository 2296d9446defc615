//! Proxies that are formulas in a file: listed, refused where they are wrong, and the worked example that contributors read.

use std::fs;
use std::path::Path;

use crate::place::Place;

const ENTRY: &str = "[[proxy]]\nname = \"mine\"\ntitle = \"Mine\"\ndirection = \"higher_is_better\"\nexpression = \"mean(act)\"\n";

#[test]
fn files_and_folders_add_proxies() {
    let place = Place::new();
    fs::create_dir(place.path("formulas")).unwrap();
    fs::write(place.path("formulas/one.toml"), ENTRY).unwrap();
    fs::write(place.path("formulas/notes.txt"), "no TOML").unwrap();
    fs::write(place.path("two.toml"), ENTRY.replace("mine", "yours").replace("act", "grad * grad")).unwrap();
    let run = place.run("--json ls proxies --proxy-file formulas --proxy-file two.toml").exits(0);
    let (names, classes, formulas) = (run.column("name"), run.column("class"), run.column("formula"));
    let found: Vec<_> = names.iter().zip(&classes).zip(&formulas).rev().take(2).collect();
    assert_eq!(found[1], ((&"mine".to_owned(), &"forward".to_owned()), &"mean(act)".to_owned()));
    assert_eq!(found[0], ((&"yours".to_owned(), &"gradient".to_owned()), &"mean(grad * grad)".to_owned()));
    assert!(names.iter().any(|name| name == "lpzero.flexibert"));
}

#[test]
fn what_is_wrong_with_a_file_is_said_where_it_is() {
    let place = Place::new();
    let wrong = [
        (
            ENTRY.replace("mean(act)", "mean(act) + mean(pow(heat))"),
            "line 5: the expression of `mine`, character 22",
        ),
        (ENTRY.replace("mean(act)", "mean(act) + mean(pow(heat))"), "\n                       ^\n"),
        (ENTRY.replace("mean(act)", "mean(matmul(act))"), "`*` is the product of two numbers"),
        (ENTRY.replace("higher_is_better", "up"), "line 4"),
        (ENTRY.replace("mine", "num_layers"), "a proxy named `num_layers` exists already"),
        (ENTRY.replace("mine", "snip.published"), "exists already"),
        (ENTRY.replace("title", "titel"), "unknown field `titel`"),
        ("nonsense".to_owned(), "TOML parse error"),
        (String::new(), "there is no [[proxy]] in it"),
    ];
    for (text, right) in wrong {
        fs::write(place.path("wrong.toml"), &text).unwrap();
        let run = place.run("ls proxies --proxy-file wrong.toml").exits(2).says("wrong.toml").says(right);
        assert!(run.stdout.is_empty(), "{run}");
    }
    fs::create_dir(place.path("empty")).unwrap();
    place.run("ls proxies --proxy-file empty").exits(2).says("the folder has no .toml file");
    place.run("ls proxies --proxy-file absent.toml").exits(2).says("absent.toml: cannot read it");
    // The same file twice is the same name twice.
    fs::write(place.path("right.toml"), ENTRY).unwrap();
    place.run("ls proxies --proxy-file right.toml --proxy-file right.toml").exits(2).says("exists already");
    // Without its file nobody knows the proxy.
    let words = "evaluate --benchmark flexibert --proxies mine --offline";
    place.run(words).exits(2).says("there is no proxy `mine`");
    place.run(&format!("{words} --proxy-file right.toml")).exits(3).says("flexibert");
}

/// The file of the worked example in CONTRIBUTING.md, with its name, and the commands below it.
pub(crate) fn worked_example(place: &Place) -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../CONTRIBUTING.md");
    let text = fs::read_to_string(page).unwrap();
    let (_, section) = text.split_once("### One formula").unwrap();
    let fenced = |kind: &str| {
        let (_, rest) = section.split_once(&format!("```{kind}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    fs::write(place.path("query_spread.toml"), fenced("toml")).unwrap();
    let commands = fenced("sh").lines().map(|line| line.strip_prefix("proxyrank ").unwrap().to_owned());
    commands.collect()
}

#[test]
fn the_worked_example_is_listed() {
    let place = Place::new();
    let commands = worked_example(&place);
    assert_eq!(commands.len(), 4);
    place.run(&commands[0]).exits(0).prints("query_spread");
    let formulas = place.run(&format!("--json {}", commands[0])).exits(0).column("formula");
    assert!(formulas.iter().any(|formula| formula == "mean(to_std(head)) - mean(to_std(weight))"));
}
