//! The generator as a whole: its bytes are pinned, and what it says holds together.

use std::collections::HashSet;

use proptest::prelude::*;

use super::grammar::recognise::is_grammatical;
use super::*;
use crate::hash::sha256_bytes;

fn text(seed: u64, documents: u64) -> String {
    (0..documents).map(|number| Document::generate(seed, number).text()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_first_documents_are_those_of_the_datasheet() {
    let sheet: toml::Table = DATASHEET.parse().unwrap();
    let pinned = sheet["generator"].as_table().unwrap();
    let of = |key: &str| pinned[key].as_str().unwrap();
    let documents = u64::try_from(pinned["documents"].as_integer().unwrap()).unwrap();
    let found = [
        sha256_bytes(text(0, documents).as_bytes()),
        sha256_bytes(Words::new().tokens().join("\n").as_bytes()),
        sha256_bytes(tasks_text().as_bytes()),
    ];
    // A change of the generator changes every number that was trained on it: raise the version and say so.
    assert_eq!(found, [of("documents_sha256"), of("vocabulary_sha256"), of("tasks_sha256")]);
}

fn tasks_text() -> String {
    let lines = tasks::Task::ALL.into_iter().flat_map(|task| task.examples(tasks::Split::Dev, 0, 40));
    lines.map(|example| export::line(0, &example)).collect()
}

#[test]
fn sheets_of_data_say_what_they_are() {
    let sheet: toml::Table = DATASHEET.parse().unwrap();
    for key in ["title", "licence", "homepage", "citation"] {
        assert!(sheet[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
    }
    assert!(!sheet["faults"].as_array().unwrap().is_empty());
}

#[test]
fn documents_differ() {
    let texts: HashSet<String> = (0..300).map(|number| Document::generate(0, number).text()).collect();
    assert_eq!(texts.len(), 300);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_sentence_of_any_document_is_grammatical(seed: u64, number: u64) {
        for sentence in Document::generate(seed, number).words() {
            prop_assert!(is_grammatical(&sentence), "{}", sentence.join(" "));
        }
    }

    #[test]
    fn every_example_of_any_seed_is_well_formed(seed: u64, number in 0_u64..1 << 40) {
        for task in tasks::Task::ALL {
            let example = task.example(tasks::Split::Train, seed, number);
            prop_assert_eq!(example.second.is_some(), !matches!(task, tasks::Task::Acceptability | tasks::Task::Sentiment));
            for sentence in std::iter::once(&example.first).chain(&example.second) {
                prop_assert!(task == tasks::Task::Acceptability || is_grammatical(sentence), "{}", sentence.join(" "));
            }
        }
    }
}
