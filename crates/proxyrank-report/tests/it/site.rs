//! A small site from invented numbers: what hostile names may not do, and what appears only where there is something to show.

use std::fs;
use std::path::Path;

use proxyrank_report::chart::scatter::ScatterPoint;
use proxyrank_report::chart::{AxisScale, Heatmap, Scatter};
use proxyrank_report::ledger::Ledger;
use proxyrank_report::site::{Board, Card, Entry, Plot, Rule, Site, Submitted, Tally, Versus};
use proxyrank_report::table::{Cell, Column, Emphasis, Flag, Row, Table, Tone};
use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

const HOSTILE: &str = "\"><script>alert('x')</script>&";

fn estimate(point: f64) -> Estimate {
    Estimate { point, low: point - 0.1, high: point + 0.1, n: 20 }
}

fn site(audited: bool) -> Site {
    let mut columns = vec![
        Column::text("proxy", "Proxy"),
        Column::text("cost_class", "Cost class"),
        Column::number("tau_b", "Kendall tau-b", 3),
        Column::number("rank", "Rank", 0),
        Column::number("wall_us", "Time", 1),
        Column::text("versus_rule", "Against the rule"),
    ];
    if audited {
        columns.push(Column::text("audit", "Numerical audit"));
    }
    let mut table = Table::new("t", HOSTILE, columns);
    let mut entries = Vec::new();
    let proxies =
        [("rule", 0.5, Versus::Itself), ("good", 0.6, Versus::Even), (HOSTILE, -0.2, Versus::Worse)];
    for (rank, (label, tau, versus)) in proxies.into_iter().enumerate() {
        let mut cells = vec![
            Cell::text(label),
            Cell::text("forward"),
            Cell::from(estimate(tau)),
            Cell::count(rank as u64 + 1),
            Cell::missing(HOSTILE),
            Cell::text(versus.as_str()),
        ];
        if audited {
            cells.push(Cell::Flag(Flag { tone: Tone::Bad, label: "noise".into(), value: None }));
        }
        let emphasis = if label == "rule" { Emphasis::Baseline } else { Emphasis::Plain };
        table.push_row(Row { cells, emphasis });
        entries.push(Entry {
            label: label.into(),
            card: label.into(),
            title: HOSTILE.into(),
            class: CostClass::Forward,
            versus: vec![versus],
        });
    }
    table.note(HOSTILE);
    let names: Vec<String> = entries.iter().map(|entry| entry.label.clone()).collect();
    let cards = names.iter().map(|name| card(name)).collect();
    let board = Board {
        id: "b-declared".into(),
        title: HOSTILE.into(),
        reading: "declared".into(),
        reading_words: HOSTILE.into(),
        metric: "glue".into(),
        architectures: 20,
        table,
        entries,
        rules: vec![Rule { label: "rule".into(), lines: vec![HOSTILE.into()], tau: Some(estimate(0.5)) }],
        ceiling: Some(estimate(0.8)),
        ceilings: None,
        cost: None,
        alike: Heatmap {
            title: HOSTILE.into(),
            subtitle: String::new(),
            value_label: String::new(),
            values: vec![vec![Some(1.0); names.len()]; names.len()],
            names,
        },
        commands: vec![HOSTILE.into()],
    };
    Site {
        boards: vec![board],
        cards,
        ledger: Ledger { warnings: vec![HOSTILE.into()], ..Ledger::default() },
        generator: "proxyrank".into(),
        repository: "https://example.org/x".into(),
    }
}

fn card(name: &str) -> Card {
    Card {
        name: name.into(),
        title: HOSTILE.into(),
        class: CostClass::Forward,
        direction: HOSTILE.into(),
        families: vec![HOSTILE.into()],
        formula: Some("a < b".into()),
        paper: None,
        code: None,
        released: Vec::new(),
        params: Vec::new(),
        faults: vec![HOSTILE.into()],
        relatives: vec!["rule".into()],
        targets: Vec::new(),
        seeds: None,
        plots: Vec::new(),
        submission: (name != "rule").then(|| Submitted {
            authors: vec![HOSTILE.into()],
            source: "javascript:alert(1)".into(),
            licence: HOSTILE.into(),
            labels: HOSTILE.into(),
            conditions: HOSTILE.into(),
            card: HOSTILE.into(),
        }),
        command: Some(HOSTILE.into()),
    }
}

fn pages(folder: &Path) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for below in ["", "tables", "proxies"] {
        for entry in fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "html") {
                pages.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    pages
}

#[test]
fn no_name_breaks_out_of_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let written = site(true).write(folder.path()).unwrap();
    let pages = pages(folder.path());
    assert_eq!(pages.len(), 4 + 1 + 3);
    assert_eq!(written.files, pages.len() + 3 + 2 * 3);
    for (file, text) in &pages {
        // The two scripts of the head.
        assert_eq!(text.matches("<script").count(), 2, "{file}");
        assert!(!text.contains("alert('x')") && !text.contains("href=\"javascript"), "{file}");
        assert!(text.starts_with("<!doctype html>\n<html lang=\"en\">"), "{file}");
    }
}

#[test]
fn the_audit_appears_where_there_are_verdicts() {
    for audited in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        site(audited).write(folder.path()).unwrap();
        let board = fs::read_to_string(folder.path().join("tables/b-declared.html")).unwrap();
        assert_eq!(board.contains("data-key=\"audit\""), audited);
        assert_eq!(board.contains("id=\"audit\""), audited);
        assert_eq!(board.contains(">noise<"), audited);
    }
}

#[test]
fn a_page_is_whole_without_a_script() {
    let folder = tempfile::tempdir().unwrap();
    site(false).write(folder.path()).unwrap();
    let board = fs::read_to_string(folder.path().join("tables/b-declared.html")).unwrap();
    assert!(board.contains("id=\"controls\" hidden"), "what needs the script is hidden without it");
    assert_eq!(board.matches("<tr\n id=\"row-").count(), 3);
    assert!(!board.contains("<td hidden") && !board.contains("<tr hidden"));
    assert!(board.contains("--p:.600;--a:.500;--b:.700") && board.contains("0.500 to 0.700"));
}

#[test]
fn the_same_site_is_the_same_bytes() {
    let read = || {
        let folder = tempfile::tempdir().unwrap();
        site(true).write(folder.path()).unwrap();
        ["index.html", "tables/b-declared.html", "data/b-declared.parquet", "data/ledger.json"]
            .map(|file| fs::read(folder.path().join(file)).unwrap())
    };
    assert!(read() == read());
}

#[test]
fn baselines_do_not_count_against_the_rule() {
    let tally = site(false).boards[0].tally();
    assert_eq!(tally, Tally { better: 0, even: 1, worse: 1 });
    assert_eq!(tally.total(), 2);
}

#[test]
fn readings_that_give_the_same_picture_share_it() {
    let mut site = site(false);
    for reading in ["released", "trained"] {
        let board = Board { id: format!("b-{reading}"), reading: reading.into(), ..site.boards[0].clone() };
        site.boards.push(board);
    }
    // The scores of the last reading are the other way round.
    for (board, sign) in [("b-declared", 1.0), ("b-released", 1.0), ("b-trained", -1.0)] {
        let point = |i: u32| ScatterPoint {
            score: Some(sign * f64::from(i)),
            truth: f64::from(i * i),
            depth: 2,
            width: 128,
            highlight: None,
        };
        let chart = Scatter {
            title: "good on b".into(),
            score_label: "good".into(),
            truth_label: "glue".into(),
            tau: None,
            rho: None,
            points: (1..9).map(point).collect(),
            score_axis: AxisScale::Linear,
            truth_axis: AxisScale::Linear,
            highlight: String::new(),
        };
        site.cards[1].plots.push(Plot { board: board.into(), label: "good".into(), chart });
    }
    let folder = tempfile::tempdir().unwrap();
    site.write(folder.path()).unwrap();
    let card = fs::read_to_string(folder.path().join("proxies/good.html")).unwrap();
    assert_eq!(card.matches("<svg class=\"scatter\"").count(), 2);
    assert!(card.contains(", readings declared, released<") && card.contains(", reading trained<"));
    assert!(card.contains("<i class=\"g0\"></i>2 × 128"), "the key stands in the caption");
}
