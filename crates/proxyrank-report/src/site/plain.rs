//! Any table as HTML, rounded as in the report, with footnotes for what is missing.

use super::element::{Element, el};
use super::page::frame;
use crate::table::{Align, Cell, Emphasis, Table, Tone};

/// The ground on which numbers stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// Paper.
    Plain,
    /// A colour that grows with the number's distance from zero.
    Heat,
}

/// The table, sortable by a script, in a frame that scrolls by itself where it is too wide.
pub(crate) fn table(table: &Table) -> Element {
    framed(table, Ground::Plain)
}

/// The same for correlations, on coloured ground.
pub(crate) fn heat(table: &Table) -> Element {
    framed(table, Ground::Heat)
}

fn framed(table: &Table, ground: Ground) -> Element {
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
            let element = match (cell, ground) {
                (Cell::Number(value), Ground::Heat) => heated(element, *value),
                _ if right => element.class("n"),
                _ => element,
            };
            let element = match cell {
                Cell::Flag(flag) => element.attr("data-tone", tone(flag.tone)),
                _ => element,
            };
            // The style sheet draws the mark of a verdict; the words alone are shown here.
            let words = if let Cell::Flag(flag) = cell { flag.label.as_str() } else { shown.text.as_str() };
            let text = [shown.number.as_str(), words];
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

/// A correlation on its colour: the style sheet mixes it, a share of 0 to 100 at a time.
fn heated(element: Element, value: f64) -> Element {
    let share = 100.0 * value.abs().min(1.0);
    let side = if value < 0.0 { "n h below" } else { "n h" };
    element.class(side).attr("style", &format!("--k:{share:.0}"))
}

/// How a judgement reads, as the name that the style sheet knows.
pub(crate) const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Neutral => "neutral",
    }
}
