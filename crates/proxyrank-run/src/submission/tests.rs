//! What is said of cards.

use proxyrank_schema::{CostClass, Direction, Input, Reading};

use super::card::{Content, read_card};

const WHOLE: &str = r#"
        name = "my_proxy.variant"
        title = "Mine"
        authors = ["A", "B"]
        source = "https://example.org/paper"
        licence = "CC0-1.0"
        direction = "lower_is_better"
        class = "forward"
        version = 2
        faults = ["One."]
        kind = "scores"
        scores = "scores.parquet"
        labels = { seen = 3, how = "The weights were fitted." }
        [protocol]
        benchmark = "flexibert"
        reading = "declared"
        input = "zipf"
        batch_size = 16
        seq_len = 128
        mode = "eval"
        init_seed = 7
        dtype = "f32"
        device = "cpu"
    "#;

const MIXTURE: &str = r#"
        name = "mixture"
        title = "Mixture"
        authors = ["A"]
        source = "https://example.org"
        licence = "CC0-1.0"
        direction = "higher_is_better"
        class = "gradient"
        kind = "combination"
        combine = "rank_sum"
        labels = { seen = 0, how = "None." }
        parts = [
            { proxy = "snip", signal = "rtd", weight = 2 },
            { proxy = "w_pca", params = { eta = 0.9 } },
        ]
    "#;

fn lines(text: &str) -> Vec<String> {
    let (card, faults) = read_card("submission.toml", text);
    assert_eq!(card.is_none(), faults.refused());
    faults.lines()
}

#[test]
fn a_whole_card_is_read() {
    let (card, faults) = read_card("submission.toml", WHOLE);
    assert!(faults.all().is_empty(), "{faults:?}");
    let card = card.unwrap();
    assert_eq!((card.name.as_str(), card.version, card.labels.seen), ("my_proxy.variant", 2, 3));
    assert_eq!((card.direction, card.class), (Direction::LowerIsBetter, CostClass::Forward));
    let protocol = &card.protocol;
    assert_eq!((protocol.reading, protocol.input, protocol.init_seed), (Reading::Declared, Input::Zipf, 7));
    assert!(matches!(&card.content, Content::Scores { file, recipe: None } if file == "scores.parquet"));
}

#[test]
fn a_combination_has_its_formula() {
    let (card, faults) = read_card("submission.toml", MIXTURE);
    assert!(faults.all().is_empty(), "{faults:?}");
    let Content::Combination(combination) = card.unwrap().content else { panic!("no combination") };
    assert_eq!(combination.formula(), "2 rank(snip (rtd)) + rank(w_pca:eta=0.9)");
}

#[test]
fn every_fault_of_a_table_of_scores_has_its_line_and_key() {
    let text = r#"
name = "NSC"
titel = "Mine"
authors = []
source = "doi 10.1"
licence = ""
direction = "up"
class = "free"
version = 0
faults = "none"
kind = "scores"
scores = "../scores.csv"
combine = "rank_sum"

[labels]
seen = -1
how_much = "all"

[protocol]
benchmark = "flexbert"
reading = "trained"
signal = "loss"
batch_size = "16"
sequence_length = 128

[recompute]
proxy = "w_pcaa"
version = 1
"#;
    insta::assert_snapshot!("faulty_scores_card", lines(text).join("\n"));
}

#[test]
fn every_fault_of_a_combination_has_its_line_and_key() {
    let text = r#"
name = "nsc"
title = "Mine"
authors = ["A", ""]
source = "https://example.org"
licence = "CC0-1.0"
direction = "lower_is_better"
class = "data_free"
kind = "combination"
combine = "sum"
scores = "scores.csv"
labels = { seen = 0, how = "None." }

[protocol]
benchmark = "lts-transxl-wt103"
reading = "released"
input = "zipf"

[[parts]]
proxy = "w_pca"
params = { eta = 2 }
weight = 0

[[parts]]
proxy = "nsc"
signal = "rtd"
wieght = 2

[[parts]]
proxy = "zen"
weight = "one"
"#;
    insta::assert_snapshot!("faulty_combination_card", lines(text).join("\n"));
    let one = MIXTURE.replace("{ proxy = \"w_pca\", params = { eta = 0.9 } },", "");
    assert!(lines(&one)[0].ends_with("key `parts`: needs two proxies or more"), "{:?}", lines(&one));
    let unsigned = MIXTURE.replace(", signal = \"rtd\"", "");
    assert!(lines(&unsigned)[0].contains("`parts.signal`: is missing: snip back-propagates one"));
    let cheap = MIXTURE.replace("\"gradient\"", "\"forward\"");
    assert!(
        lines(&cheap)[0].ends_with("is forward, and the dearest part, snip, is gradient"),
        "{:?}",
        lines(&cheap)
    );
}

#[test]
fn a_card_that_is_no_toml_or_empty_is_refused() {
    assert!(
        lines("name = ")[0].starts_with("submission.toml, line 1: not valid TOML"),
        "{:?}",
        lines("name = ")
    );
    assert!(lines("").iter().all(|line| line.contains("is missing: ")));
    assert!(lines("").len() > 8);
}

#[test]
fn a_recipe_needs_a_whole_protocol_and_our_version() {
    let recipe = |version: u32| format!("{WHOLE}\n[recompute]\nproxy = \"w_pca\"\nversion = {version}");
    assert!(lines(&recipe(1)).is_empty(), "{:?}", lines(&recipe(1)));
    assert!(lines(&recipe(9))[0].contains("`recompute.version`: is 9, and w_pca is at version 1 here"));
    let open = recipe(1).replace("mode = \"eval\"", "");
    assert!(lines(&open)[0].ends_with("w_pca depends on `mode`, which [protocol] does not give"));
    let closed = WHOLE.replace("input = \"zipf\"", "");
    assert!(lines(&closed)[0].contains("warning: gives no input"), "{:?}", lines(&closed));
}
