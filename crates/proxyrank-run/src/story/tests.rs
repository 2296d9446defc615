//! Words from invented results: what is said follows from them, and what they do not bear out is not said.

use std::collections::BTreeMap;
use std::path::Path;

use proxyrank_report::document::{Block, Document};
use proxyrank_report::ledger::{Claim, Ledger, Provenance, Source, Stage};

use super::tell;
use crate::papers::Shelf;
use crate::report::Reports;

fn claim(id: usize, paper: &str, ours: f64) -> Claim {
    let mut claim = Claim {
        id: format!("t/{id}"),
        table: "t".into(),
        paper: paper.into(),
        what: format!("tau-b {id}"),
        proxy: None,
        published: Some(0.5),
        source: Source { place: "table 1".into(), provenance: Provenance::Printed },
        tolerance: 0.01,
        digits: 2,
        stages: BTreeMap::new(),
    };
    claim.record(Stage::Replayed, claim.judge(Some(0.5)));
    claim.record(Stage::RecomputedReleased, claim.judge(Some(ours)));
    claim
}

fn told(claims: Vec<Claim>) -> (tempfile::TempDir, Document) {
    let folder = tempfile::tempdir().unwrap();
    let reports = Reports {
        pages: Vec::new(),
        survival: None,
        cost: None,
        targets: None,
        studies: Vec::new(),
        tables: Vec::new(),
        ledger: Ledger { claims, ..Ledger::default() },
    };
    let document = tell(&reports, &Shelf::default(), folder.path()).unwrap();
    (folder, document)
}

#[test]
fn claims_are_counted_by_paper_and_the_words_follow_the_counts() {
    let (folder, document) =
        told(vec![claim(0, "A 2023", 0.9), claim(1, "A 2023", 0.5), claim(2, "B 2024", 0.9)]);
    let answer = document.answer.plain();
    assert!(
        answer.contains("3 of 3 published numbers hold") && answer.ends_with("on the same networks, 1 of 3."),
        "{answer}"
    );
    assert!(answer.starts_with("Most released files say what was printed"), "{answer}");
    let csv = std::fs::read_to_string(folder.path().join("summary/papers.csv")).unwrap();
    assert!(
        csv.contains("A 2023,2,2 hold,\"1 hold, 1 differ\"") && csv.contains("B 2024,1,1 hold,1 differ"),
        "{csv}"
    );

    let (_folder, document) = told(vec![claim(0, "A 2023", 0.5)]);
    let answer = document.answer.plain();
    assert!(answer.starts_with("Published numbers, checked."), "nothing to boast of: {answer}");
}

#[test]
fn a_report_of_nothing_says_nothing_but_what_there_is() {
    let (_folder, document) = told(Vec::new());
    let titles: Vec<&str> = document.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles, ["Everything that was written"]);
    assert!(document.sections[0].blocks().iter().any(|block| matches!(block, Block::Lines(_))));
    assert!(document.html(Path::new("out")).contains("0 claims"));
}
