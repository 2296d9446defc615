//! The front page: the answer first, then the tables.

use proxyrank_schema::CostClass;

use super::Site;
use super::board::{chip, downloads, duration, landmarks, letter_word, standing_bar};
use super::element::{Element, el, link};
use super::ledger::{self, share};
use super::model::Board;
use super::page::{Depth, Page, frame, heading, slug};
use crate::number::{counted, estimate, fixed, in_words, none};
use crate::table::{Cell, Emphasis};

/// The whole page.
pub(super) fn page(site: &Site) -> String {
    let mut main = el("main").class("home");
    if let Some(board) = site.boards.first() {
        main = main.child(answer(board)).child(best_of_each(board));
    }
    main = main
        .child(heading("tables", "All tables"))
        .child(boards(site))
        .children((!site.ledger.claims.is_empty()).then(|| holds(site)))
        .child(heading("data", "Take the numbers"))
        .child(el("p").text(
            "Every table is there as CSV, JSON and Parquet below itself; this is the ledger of claims:",
        ))
        .child(downloads("data", ledger::ID));
    Page {
        site,
        title: "Do zero-cost proxies rank language models?",
        place: "index.html",
        depth: Depth::Root,
    }
    .around(main)
}

/// What became of published numbers.
fn holds(site: &Site) -> Element {
    el("section")
        .child(heading("holds", "What holds of what was published"))
        .child(ledger::summary(&site.ledger))
        .child(findings(site))
}

/// The rule, and how everything else fares against it.
fn answer(board: &Board) -> Element {
    let hero = el("section").class("hero").child(el("h1").text("Do zero-cost proxies rank language models?"));
    let Some(rule) = board.rules.first() else { return hero };
    let tally = board.tally();
    let tau = rule.tau.map_or_else(String::new, |tau| format!(" of {}", estimate(&tau, 3)));
    let scores = counted(tally.total(), "score");
    let sentence = match tally.better {
        0 => format!("None of {scores} beats this rule of {}.", in_words(rule.lines.len(), "line")),
        better => format!("{better} of {scores} beat this rule of {}.", in_words(rule.lines.len(), "line")),
    };
    hero.child(el("p").class("claim").text(&sentence))
        .child(el("pre").child(el("code").text(&rule.lines.join("\n"))))
        .child(el("p").text(&format!(
            "Measured on {}. The rule reaches a Kendall tau-b{tau} and looks at no data, no weights and no gradient. Of {scores} that are no \
             baseline themselves, {} rank the {} networks better, {} are even with it, {} rank them worse. Each difference was tested on \
             the same resamples of the networks and corrected for the number of comparisons.",
            board.title,
            none(tally.better),
            board.architectures,
            none(tally.even),
            tally.worse
        )))
        .child(el("p").child(link(&table_of(board), "See the whole table").class("more")))
}

/// The best score of each class of cost, beside the rule.
fn best_of_each(board: &Board) -> Element {
    let Some(tau) = board.table.columns.iter().position(|column| column.key == "tau_b") else {
        return el("div");
    };
    let time = board.table.columns.iter().position(|column| column.key == "wall_us");
    let rows = board.table.rows();
    let rule = board.rules.first().map_or("", |rule| rule.label.as_str());
    let of_rule = board.entries.iter().position(|entry| entry.label == rule);
    let best = |class: CostClass| {
        (0..rows.len()).find(|&i| {
            board.entries[i].class == class
                && rows[i].emphasis == Emphasis::Plain
                && matches!(rows[i].cells[tau], Cell::Estimate(_))
        })
    };
    let picked = of_rule.into_iter().chain(CostClass::ALL.iter().filter_map(|class| best(*class)));
    let lines = picked.map(|index| {
        let entry = &board.entries[index];
        let time = time.and_then(|column| rows[index].cells.get(column));
        let time = if let Some(Cell::Number(micros)) = time { duration(*micros) } else { "–".to_owned() };
        let row = el("tr");
        let row = if entry.label == rule { row.class("baseline") } else { row };
        row.child(
            el("th")
                .attr("scope", "row")
                .child(link(&format!("proxies/{}.html", slug(&entry.card)), &entry.label))
                .child(el("small").text(&entry.title)),
        )
        .child(standing_bar(rows[index].cells.get(tau), None))
        .child(letter_word(entry.versus.first().copied(), None))
        .child(el("td").child(chip(entry.class)))
        .child(el("td").class("n").text(&time))
    });
    let style = format!("--lo:0;--span:1{}", landmarks(board));
    let heads = [
        ("Best of each kind", false),
        ("Kendall tau-b", false),
        ("Against the rule", false),
        ("What it needs", false),
        ("CPU time, one network", true),
    ];
    let heads = heads.iter().map(|(name, right)| {
        let head = el("th").attr("scope", "col").text(name);
        if *right { head.class("n") } else { head }
    });
    let grid = el("table")
        .class(if board.ceiling.is_some() { "ceiling" } else { "" })
        .attr("style", &style)
        .child(el("caption").text(&format!(
            "The best score of each kind: {}, reading {}. The line is the rule, the band the noise ceiling.",
            board.title, board.reading
        )))
        .child(el("thead").child(el("tr").children(heads)))
        .child(el("tbody").children(lines));
    frame("Best of each kind", grid)
}

fn table_of(board: &Board) -> String {
    format!("tables/{}.html", board.id)
}

/// One row for each table.
fn boards(site: &Site) -> Element {
    let heads = [
        ("Benchmark, reading", ""),
        ("Networks", "n"),
        ("Best", ""),
        ("The rule", ""),
        ("better", "n"),
        ("even", "n"),
        ("worse", "n"),
        ("against the rule", ""),
    ];
    let heads = heads.iter().map(|(name, class)| {
        let head = el("th").attr("scope", "col").text(name);
        if class.is_empty() { head } else { head.class(class) }
    });
    let rows = site.boards.iter().map(|board| {
        let tally = board.tally();
        let number = |value: usize| el("td").class("n").text(&value.to_string());
        let tau = board.table.columns.iter().position(|column| column.key == "tau_b");
        let point = |row: usize| match board
            .table
            .rows()
            .get(row)
            .zip(tau)
            .and_then(|(row, column)| row.cells.get(column))
        {
            Some(Cell::Estimate(estimate)) => fixed(estimate.point, 3),
            _ => "–".to_owned(),
        };
        let named = |label: &str, tau: &str| {
            let to = board
                .entries
                .iter()
                .find(|entry| entry.label == label)
                .map_or("", |entry| entry.card.as_str());
            el("td").child(link(&format!("proxies/{}.html", slug(to)), label)).child(el("small").text(tau))
        };
        let best = board.entries.first().map_or_else(|| el("td"), |entry| named(&entry.label, &point(0)));
        let rule = board.rules.first().map_or_else(
            || el("td"),
            |rule| named(&rule.label, &rule.tau.map_or_else(String::new, |tau| fixed(tau.point, 3))),
        );
        el("tr")
            .child(
                el("th")
                    .attr("scope", "row")
                    .child(link(&table_of(board), &board.title))
                    .child(el("small").text(&format!("reading {}, against {}", board.reading, board.metric))),
            )
            .child(number(board.architectures))
            .child(best)
            .child(rule)
            .child(number(tally.better))
            .child(number(tally.even))
            .child(number(tally.worse))
            .child(el("td").child(share(&[
                ("good", tally.better),
                ("neutral", tally.even),
                ("bad", tally.worse),
            ])))
    });
    let grid = el("table")
        .child(el("caption").text(
            "How many scores, baselines apart, rank significantly better or worse than the table's rule",
        ))
        .child(el("thead").child(el("tr").children(heads)))
        .child(el("tbody").children(rows));
    frame("Tables", grid)
}

fn findings(site: &Site) -> Element {
    let items = site.ledger.findings.iter().map(|finding| {
        el("li")
            .child(link(&format!("ledger.html#{}", slug(&finding.id)), &finding.title))
            .text(&format!(" ({})", finding.verdict.as_str()))
    });
    el("section")
        .child(el("h3").text("Faults of published data"))
        .child(el("ul").class("two").children(items))
}
