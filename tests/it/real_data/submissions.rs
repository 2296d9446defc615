//! `leaderboard check`, and submissions in `rank` and on the leaderboard: what is sound stands there, what is not is refused
//! with everything that is wrong with it and costs nobody else anything.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{SMALL, place};
use crate::place::Place;

/// A card for scores on FlexiBERT; `more` are further lines before the first table.
fn card(name: &str, direction: &str, more: &str) -> String {
    format!(
        "name = \"{name}\"\ntitle = \"Mine\"\nauthors = [\"A\"]\nsource = \"https://example.org\"\nlicence = \"CC0-1.0\"\n\
         direction = \"{direction}\"\nclass = \"data_free\"\nkind = \"scores\"\nscores = \"scores.csv\"\n{more}\n\
         [labels]\nseen = 0\nhow = \"None.\"\n\n[protocol]\nbenchmark = \"flexibert\"\nreading = \"declared\"\n"
    )
}

/// A card for a combination.
fn mixture(name: &str, combine: &str, parts: &str) -> String {
    format!(
        "name = \"{name}\"\ntitle = \"Mixture\"\nauthors = [\"A\"]\nsource = \"https://example.org\"\nlicence = \"CC0-1.0\"\n\
         direction = \"higher_is_better\"\nclass = \"data_free\"\nkind = \"combination\"\ncombine = \"{combine}\"\n\
         parts = [{parts}]\nlabels = {{ seen = 0, how = \"None.\" }}\n"
    )
}

const TWO: &str = "{ proxy = \"num_layers\" }, { proxy = \"num_parameters\" }";

fn put(place: &Place, folder: &str, files: &[(&str, &[u8])]) {
    fs::create_dir_all(place.path(folder)).unwrap();
    for (name, bytes) in files {
        fs::write(place.path(folder).join(name), bytes).unwrap();
    }
}

/// A score for each architecture of FlexiBERT.
fn table(score: impl Fn(usize) -> String) -> String {
    let mut table = "arch_id,score\n".to_owned();
    for arch in 0..500 {
        writeln!(table, "{arch},{}", score(arch)).unwrap();
    }
    table
}

/// The stored scores of a proxy on FlexiBERT as a table.
fn stored(place: &Place, proxy: &str) -> String {
    place.run(&format!("evaluate --benchmark flexibert --reading declared --proxies {proxy}")).exits(0);
    let rows = place.store().scores(Some(&"flexibert".into())).unwrap();
    let mut table = "arch_id,score\n".to_owned();
    for row in rows.iter().filter(|row| row.key.proxy.as_str() == proxy) {
        writeln!(table, "{},{}", row.key.arch_id, row.outcome.score.unwrap()).unwrap();
    }
    table
}

#[test]
fn a_table_with_every_fault_is_refused_with_all_of_them() {
    let place = place!();
    let mut table = "\u{feff}arch_id,score,wall_ns,notes\r\n".to_owned();
    for arch in 0..480 {
        let (score, time) = match arch {
            3 => ("NaN", "10"),
            4 => ("-inf", "10"),
            5 => ("1e999", "10"),
            6 => ("high", "10"),
            7 => ("\"0,5\"", "10"),
            8 => ("", "10"),
            9 => ("0.25", "0.003"),
            10 => ("0.25", "-1"),
            20..30 => ("nan", "10"),
            _ => ("0.25", "10"),
        };
        write!(table, "{arch},{score},{time},\r\n").unwrap();
    }
    table.push_str("7,0.1,10,\r\n12.0,0.1,10,\r\nNB201-5,0.1,10,\r\n,0.1,10,\r\n480,0.1\r\n481,0.1,10,,\r\n");
    put(
        &place,
        "bad",
        &[
            ("submission.toml", card("mine", "higher_is_better", "").as_bytes()),
            ("scores.csv", table.as_bytes()),
        ],
    );
    let run = place.run("leaderboard check bad").exits(1);
    insta::assert_snapshot!("submission_with_every_fault", run.stdout);
    let json = place.run("leaderboard check bad/scores.csv --json").exits(1).json().remove(0);
    assert_eq!(json["check"]["refused"], true);
    let faults = json["check"]["faults"].as_array().unwrap();
    assert!(faults.len() > 30, "all of them are there for programs: {}", faults.len());
    assert_eq!(faults[2]["place"]["column"], "notes", "{faults:?}");
}

#[test]
fn files_that_are_no_tables_are_refused_by_name() {
    let place = place!();
    let card = card("mine", "higher_is_better", "");
    let parquet =
        fs::read(first_parquet(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/reference")));
    let parquet = parquet.unwrap();
    let cases: [(&str, &str, &[u8], &str); 7] = [
        ("cut", "scores.parquet", &parquet[..parquet.len() / 2], "cut/scores.parquet: not valid Parquet"),
        ("foreign", "scores.parquet", &parquet, "there is no such column; rename it if `score` is meant"),
        ("text", "scores.parquet", b"arch_id,score\n", "expected Parquet, which begins with PAR1"),
        ("empty", "scores.csv", b"", "empty/scores.csv: expected a row of column names, found an empty file"),
        ("wide", "scores.csv", b"\xff\xfea\x00r\x00", "save it as UTF-8"),
        ("latin", "scores.csv", b"arch_id,score\n0,\xe9\n", "is not UTF-8"),
        ("german", "scores.csv", b"arch_id;score\n0;0,5\n", "separated by `;`"),
    ];
    for (folder, file, bytes, message) in cases {
        let card = card.replace("scores.csv", file);
        put(&place, folder, &[("submission.toml", card.as_bytes()), (file, bytes)]);
        place.run(&format!("leaderboard check {folder}")).exits(1).prints(message).prints("mine is refused");
    }
    put(&place, "bare", &[("scores.csv", b"arch_id,score\n")]);
    place.run("leaderboard check bare/scores.csv").exits(1).prints("bare/submission.toml: is missing");
    put(&place, "lost", &[("submission.toml", card.as_bytes())]);
    place.run("leaderboard check lost").exits(1).prints("lost/scores.csv: cannot be read");
    put(&place, "two", &[("submission.toml", card.as_bytes()), ("scores.csv", b""), ("other.csv", b"")]);
    place.run("leaderboard check two/other.csv").exits(1).prints("is not the table that the card names");
    place.run("leaderboard check nowhere").exits(2).one_line().says("cannot read nowhere");
    place.run("leaderboard check two --recompute 0%").exits(2).says("such as 5%");
}

fn first_parquet(folder: &Path) -> std::path::PathBuf {
    let files = crate::place::files_below(folder);
    files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "parquet")).unwrap()
}

#[test]
fn a_sound_table_gets_its_row_and_what_it_beats() {
    let place = place!();
    let scores = stored(&place, "nsc");
    put(
        &place,
        "mine",
        &[
            ("submission.toml", card("mine", "higher_is_better", "").as_bytes()),
            ("scores.csv", scores.as_bytes()),
        ],
    );
    let run = place.run("leaderboard check mine/scores.csv --resamples 300").exits(0);
    let run = run.prints("mine (submitted)").prints("significantly better than ").prints("attention_params");
    let run = run.prints("against the rule of thumb layers, then hidden: worse by tau-b");
    run.prints("warning: ranks every pair as nsc does")
        .prints("mine may join the leaderboard: no fault, 1 warning");

    let json = place.run("leaderboard check mine --resamples 300 --json").exits(0).json().remove(0);
    let preview = &json["check"]["preview"];
    let names = |key: &str| preview[key].as_array().unwrap().len() as u64;
    let others = preview["of"].as_u64().unwrap() - 1;
    assert_eq!(names("beats") + names("loses_to") + names("even_with"), others, "{preview}");
    assert!(preview["even_with"].as_array().unwrap().contains(&"nsc".into()), "{preview}");
    assert!(preview["rank"]["low"].as_f64().unwrap() >= 1.0 && preview["tie_group"].is_u64(), "{preview}");
    let rows = json["table"]["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["cells"]["proxy"] == "mine (submitted)"), "{rows:?}");
}

#[test]
fn the_wrong_direction_and_constants_are_seen() {
    let place = place!();
    let turned = card("turned", "lower_is_better", "");
    let scores = stored(&place, "num_layers");
    put(&place, "turned", &[("submission.toml", turned.as_bytes()), ("scores.csv", scores.as_bytes())]);
    let run = place.run("leaderboard check turned --resamples 300").exits(0).prints("warning: tau-b is -0.");
    run.prints("better networks score worse").prints("ranks every pair as num_layers does, turned round");

    let flat = table(|arch| if arch == 0 { "2".to_owned() } else { "1".to_owned() });
    let card = card("flat", "higher_is_better", "");
    put(&place, "flat", &[("submission.toml", card.as_bytes()), ("scores.csv", flat.as_bytes())]);
    place.run("leaderboard check flat --resamples 300").exits(0).prints("is 1 in 499 of 500 rows");
    put(&place, "flat", &[("scores.csv", table(|_| "0.10".to_owned()).as_bytes())]);
    place.run("leaderboard check flat").exits(1).prints("is 0.1 in every row, which ranks nothing");
}

#[test]
fn a_sample_is_computed_again_where_that_can_be_done() {
    let place = place!();
    let scores = stored(&place, "nsc");
    let named = card("mine", "higher_is_better", "recompute = { proxy = \"nsc\", version = 1 }");
    put(&place, "mine", &[("submission.toml", named.as_bytes()), ("scores.csv", scores.as_bytes())]);
    let check = "leaderboard check mine --resamples 100 --recompute";
    place
        .run(&format!("{check} 5%"))
        .exits(0)
        .prints("nsc: 25 of 25 agree")
        .prints("on 25 architectures, seed 0");

    let line = scores.lines().find(|line| line.starts_with("77,")).unwrap();
    let altered = scores.replace(line, "77,1");
    put(&place, "mine", &[("scores.csv", altered.as_bytes())]);
    let run = place.run(&format!("{check} 100%")).exits(1).prints("nsc: 499 of 500 agree");
    let row = altered.lines().position(|line| line == "77,1").unwrap() + 1;
    run.prints(&format!(
        "mine/scores.csv, row {row}, column `score`: nsc on architecture `77` is 1, and came out as"
    ));

    let unnamed = card("mine", "higher_is_better", "");
    put(&place, "mine", &[("submission.toml", unnamed.as_bytes())]);
    place
        .run(&format!("{check} 5"))
        .exits(0)
        .prints("cannot be computed again: mine: the card has no [recompute]");

    put(&place, "mixture", &[("submission.toml", mixture("mixture", "rank_sum", TWO).as_bytes())]);
    let run = place.run("leaderboard check mixture --resamples 100 --recompute 10").exits(0);
    run.prints("num_layers: 10 of 10 agree").prints("num_parameters: 10 of 10 agree");
}

#[test]
fn combinations_stand_wherever_their_parts_do() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    put(&place, "submissions/sum", &[("submission.toml", mixture("sum", "rank_sum", TWO).as_bytes())]);
    let product = mixture("root", "product", "{ proxy = \"nsc\" }, { proxy = \"flops\", weight = -0.5 }");
    put(&place, "submissions/root", &[("submission.toml", product.as_bytes())]);
    let rank = format!("rank --benchmark {SMALL} --resamples 200");
    let plain = place.run(&rank).exits(0);
    assert!(!plain.stdout.contains("submitted"), "{plain}");
    let run = place.run(&format!("{rank} --submissions")).exits(0);
    let run =
        run.prints("sum (submitted)").prints("root (submitted)").prints("Submitted, under the conditions");
    run.prints("Made of ranks among the architectures of this benchmark");
    let compare = format!("compare sum nsc --benchmark {SMALL} --resamples 200");
    place.run(&compare).exits(2).says("no scores of `sum`");
    place.run(&format!("{compare} --submissions submissions")).exits(0).prints("sum (submitted)");

    let sums = place.run(&format!("{rank} --submissions --json")).exits(0);
    let names = sums.column("proxy");
    assert_eq!(names.iter().filter(|name| name.ends_with("(submitted)")).count(), 2, "{names:?}");

    // What is not stored is said, and stops nothing.
    let network = mixture("network", "rank_sum", "{ proxy = \"num_layers\" }, { proxy = \"zen\" }");
    put(&place, "w", &[("submission.toml", network.replace("data_free", "forward").as_bytes())]);
    place.run("leaderboard check w").exits(2).one_line().says("scores of zen are not stored for flexibert");
    // A width of 0 has no logarithm, and neither has a negative score; the rest of the message is the benchmark's.
    place.run(&format!("leaderboard check w --benchmark {SMALL}")).exits(2).says("is not defined on");
}

#[test]
fn a_broken_submission_breaks_nothing_else() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    put(&place, "submissions/sum", &[("submission.toml", mixture("sum", "rank_sum", TWO).as_bytes())]);
    put(&place, "submissions/again", &[("submission.toml", mixture("sum", "rank_product", TWO).as_bytes())]);
    put(&place, "submissions/broken", &[("submission.toml", b"name = ")]);
    put(&place, "submissions/empty", &[]);
    fs::write(place.path("submissions/README.md"), "not a submission").unwrap();

    let run = place.run(&format!("rank --benchmark {SMALL} --resamples 200 --submissions")).exits(1);
    let run = run.prints("sum (submitted)").says("refused: submissions/broken").says("not valid TOML");
    run.says("submissions/empty/submission.toml: is missing")
        .says("`sum` is the name of submissions/again already");

    let run = place.run("leaderboard build --quick").exits(1).says("refused: submissions/broken");
    run.prints("(1 of submissions)");
    let card = fs::read_to_string(place.path("reports/site/proxies/sum.html")).unwrap();
    for text in
        ["Submitted by", "https://example.org", "Labels seen", "rank(num_layers) · rank(num_parameters)"]
    {
        assert!(card.contains(text), "no `{text}` in {card}");
    }
    let table = fs::read_to_string(place.path(&format!("reports/site/data/{SMALL}-declared.csv"))).unwrap();
    assert!(table.contains("\nsum (submitted),"), "{table}");
}
