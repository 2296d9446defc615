//! Any table as HTML, rounded as in the report, with footnotes for what is missing.

use super::element::{Element, el};
use super::page::frame;
use crate::table::{Align, Cell, Emphasis, Table, Tone};

/// The table, sortable by a script, in a frame that scrolls by itself where it is too wide.
pub(super) fn table(table: &Table) -> Element {
    let shown = table.shown();
    let heads = table.columns.iter().map(|column| {
        let head = el("th").attr("scope", "col");
        let head = if column.align == Align::Right { head.class("n") } else { head };
        head.child(el("button").attr("type", "button").text(&column.name))
    });
    let rows = table.rows().iter().zip(&shown.rows).map(|(row, cells)| {
        let cells = row.cells.iter().zip(cells).enumerate().map(|(index, (cell, shown))| {
            let right = table.columns.get(index).is_some_and(|column| column.align == Align::Right);
            let element = if index == 0 { el("th").attr("scope", "row") } else { el("td") };
            let element = if right { element.class("n") } else { element };
            let element = match cell {
                Cell::Flag(flag) => element.attr("data-tone", tone(flag.tone)),
                _ => element,
            };
            let text = [shown.number.as_str(), shown.text.as_str()];
            let text: Vec<&str> = text.into_iter().filter(|part| !part.is_empty()).collect();
            let mark = shown.mark.as_ref().map(|mark| el("sup").text(mark));
            element.text(&text.join(" ")).maybe(mark)
        });
        let tr = el("tr");
        let tr = if row.emphasis == Emphasis::Baseline { tr.class("baseline") } else { tr };
        tr.children(cells)
    });
    let grid = el("table")
        .class("sortable")
        .child(el("caption").text(&table.title))
        .child(el("thead").child(el("tr").children(heads)))
        .child(el("tbody").children(rows));
    let notes = shown
        .footnotes
        .iter()
        .map(|(mark, note)| el("li").child(el("sup").text(mark)).text(&format!(" {note}")));
    let remarks = table.notes.iter().map(|note| el("li").text(note));
    let below: Vec<Element> = notes.chain(remarks).collect();
    let whole = el("div").child(frame(&table.title, grid));
    if below.is_empty() { whole } else { whole.child(el("ul").class("notes").children(below)) }
}

/// How a judgement reads, as the name that the style sheet knows.
pub(super) const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Neutral => "neutral",
    }
}
