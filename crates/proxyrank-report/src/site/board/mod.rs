//! The page of one benchmark under one reading: what its table says in one sentence, the table, the charts.

mod cells;
mod columns;
mod controls;

pub(super) use cells::{chip, duration, landmarks, letter_word, standing_bar};
pub(super) use columns::explanations;

use super::element::{Element, Markup, el, link};
use super::model::{Board, Entry};
use super::page::{Depth, Page, commands, figure, heading, slug, tall_frame};
use super::picture::picture;
use super::{Site, plain};
use crate::chart::ChartError;
use crate::number::{counted, estimate, none};
use crate::table::Emphasis;
use columns::{Kind, Words, arranged};

/// The file names of a board's downloads with what each is.
const DOWNLOADS: [(&str, &str); 3] = [("csv", "CSV"), ("json", "JSON"), ("parquet", "Parquet")];

/// The whole page.
pub(super) fn page(site: &Site, board: &Board) -> Result<String, ChartError> {
    let title = format!("{}, reading {}", board.title, board.reading);
    let mut main = el("main")
        .child(readings(site, board))
        .child(el("h1").text(&board.title))
        .child(el("p").class("lead").markup(&verdict(board)))
        .child(el("p").text(&board.reading_words))
        .child(controls::controls(board))
        .child(table(board))
        .child(downloads("../data", &board.id))
        .child(notes(board));
    if let Some(cost) = &board.cost {
        main = main.child(heading("cost", "What a proxy costs, beside what it is worth")).child(figure(
            &picture(&cost.svg()?),
            "Time for one network against Kendall tau-b; the line is the best for its cost",
        ));
    }
    main = main
        .child(heading("alike", "How alike proxies rank"))
        .child(figure(&Markup::trusted(board.alike.inline_svg()?), "Kendall tau-b between proxies, from -1 (orange) to 1 (blue); a block is one idea under several names"));
    if let Some(ceilings) = &board.ceilings {
        main = main.child(heading("ceiling", "How good any proxy could be")).child(plain::table(ceilings));
    }
    main = main.child(heading("made", "Make this table")).child(commands(&board.commands));
    Ok(Page { site, title: &title, place: "index.html", depth: Depth::Folder }.around(main))
}

/// The other boards, those of the same benchmark first.
fn readings(site: &Site, board: &Board) -> Element {
    let same = site.boards.iter().filter(|other| other.title == board.title);
    let links = same.map(|other| {
        let link = link(&format!("{}.html", other.id), &other.reading);
        el("li").child(if other.id == board.id { link.attr("aria-current", "page") } else { link })
    });
    el("nav").class("tabs").attr("aria-label", "Readings").child(el("ul").children(links))
}

/// What the table says in one sentence.
fn verdict(board: &Board) -> Markup {
    let Some(rule) = board.rules.first() else { return Markup::default() };
    let tally = board.tally();
    let tau = rule.tau.map_or_else(|| "undefined".to_owned(), |tau| estimate(&tau, 3));
    el("span")
        .text("Of ")
        .child(el("b").text(&counted(tally.total(), "score")))
        .text(&format!(
            " that are no baseline, {} rank these {} networks significantly better than ",
            none(tally.better),
            board.architectures
        ))
        .child(link(&format!("../proxies/{}.html", slug(&rule.label)), &rule.label))
        .text(&format!(
            " (tau-b {tau}), {} are even with it, and {} rank them worse.",
            none(tally.even),
            none(tally.worse)
        ))
        .finish()
}

/// The table itself.
fn table(board: &Board) -> Element {
    let columns = arranged(&board.table);
    let heads = columns.iter().map(|(index, words)| head(board, *index, words));
    let rows = board.table.rows().iter().zip(&board.entries).map(|(row, entry)| {
        let cells =
            columns.iter().map(|(index, words)| cells::cell(board, entry, &row.cells[*index], *index, words));
        row_of(entry, row.emphasis).children(cells)
    });
    let (low, high) = cells::reach(board);
    let style = format!("--lo:{low:.2};--span:{:.2}{}", high - low, cells::landmarks(board));
    let grid = el("table")
        .class(if board.ceiling.is_some() { "board sortable ceiling" } else { "board sortable" })
        .attr("id", "board")
        .attr("style", &style)
        .child(el("caption").text(&board.table.title))
        .child(el("thead").child(el("tr").children(heads)))
        .child(el("tbody").children(rows));
    tall_frame("Table", grid)
}

fn head(board: &Board, index: usize, words: &Words) -> Element {
    let column = &board.table.columns[index];
    let name = words.short.as_deref().unwrap_or(&column.name);
    let mut head = el("th").attr("scope", "col").attr("data-key", &column.key).attr("title", &words.meaning);
    if !words.shown {
        head = head.flag("data-off");
    }
    head = head.attr("data-first", if words.low_first { "ascending" } else { "descending" });
    if column.key == "rank" {
        head = head.attr("aria-sort", "ascending");
    }
    head = if words.kind == Kind::Text { head } else { head.class("n") };
    head.child(el("button").attr("type", "button").text(name))
}

fn row_of(entry: &Entry, emphasis: Emphasis) -> Element {
    let versus: String = entry.versus.iter().map(|versus| cells::letter(*versus)).collect();
    let row = el("tr")
        .attr("id", &format!("row-{}", slug(&entry.label)))
        .attr("data-class", entry.class.as_str())
        .attr("data-versus", &versus);
    if emphasis == Emphasis::Baseline { row.class("baseline") } else { row }
}

/// Links to the files of a table.
pub(super) fn downloads(folder: &str, id: &str) -> Element {
    let links = DOWNLOADS.iter().map(|(extension, name)| {
        el("li").child(link(&format!("{folder}/{id}.{extension}"), name).flag("download"))
    });
    el("div")
        .class("downloads")
        .child(el("span").text("Download the whole table: "))
        .child(el("ul").children(links))
}

/// A remark that lists more names is folded behind its first words.
const LONG_LIST: usize = 20;

/// A remark on a table.
fn remark(note: &str) -> Element {
    let listed = note.split_once(": ").map(|(what, names)| (what, names, names.split(", ").count()));
    match listed {
        Some((what, names, count)) if count > LONG_LIST => {
            let summary = el("summary").text(&format!("{what} ({count})"));
            el("li").child(el("details").child(summary).child(el("p").text(names)))
        }
        _ => el("li").text(note),
    }
}

fn notes(board: &Board) -> Element {
    let (left_out, notes): (Vec<&String>, Vec<&String>) =
        board.table.notes.iter().partition(|note| note.starts_with("Left out: "));
    let items =
        |notes: Vec<&String>| el("ul").class("notes").children(notes.into_iter().map(|note| remark(note)));
    let count = left_out.len();
    let whole = el("div").child(items(notes));
    if count == 0 {
        return whole;
    }
    let summary = el("summary").text(&format!("{} left out, with the reason", counted(count, "score")));
    whole.child(el("details").child(summary).child(items(left_out)))
}
