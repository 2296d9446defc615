//! Filters and the choice of columns. Without a script there is nothing to choose with, so they are hidden until it runs.

use proxyrank_schema::CostClass;

use super::cells::needs;
use super::columns::arranged;
use crate::site::element::{Element, el};
use crate::site::model::Board;
use crate::table::Cell;

/// The form above a board.
pub(super) fn controls(board: &Board) -> Element {
    let search = el("label").class("find").child(el("span").text("Find a proxy")).child(
        el("input")
            .attr("type", "search")
            .attr("id", "find")
            .attr("autocomplete", "off")
            .attr("placeholder", "name or title"),
    );
    let status = el("p").attr("id", "shown").attr("role", "status");
    let button = |id: &str, text: &str| el("button").attr("type", "button").attr("id", id).text(text);
    // Folded on narrow screens, where the table would else begin below the first page.
    let more =
        el("details").attr("id", "more").flag("open").child(el("summary").text("Filters and columns")).child(
            el("div")
                .class("controls")
                .child(rules(board))
                .child(classes(board))
                .maybe(verdicts(board))
                .child(columns(board))
                .child(button("save", "Save this view as CSV"))
                .child(button("reset", "Reset")),
        );
    el("div").class("controls").attr("id", "controls").flag("hidden").child(search).child(more).child(status)
}

fn rules(board: &Board) -> Element {
    let options = board
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| el("option").attr("value", &index.to_string()).text(&rule.label));
    let choice = el("label")
        .child(el("span").text("Rule to beat"))
        .child(el("select").attr("id", "rule").children(options));
    let only = el("label")
        .class("tick")
        .child(el("input").attr("type", "checkbox").attr("id", "beats"))
        .text("only those that beat it");
    el("div").class("pair").child(choice).child(only)
}

fn classes(board: &Board) -> Element {
    let there =
        CostClass::ALL.iter().filter(|class| board.entries.iter().any(|entry| entry.class == **class));
    let ticks = there.map(|class| {
        let input = el("input").attr("type", "checkbox").attr("name", "class").attr("value", class.as_str());
        el("label")
            .class("tick")
            .child(input.flag("checked"))
            .child(el("i").class("swatch").attr("data-class", class.as_str()))
            .text(needs(*class))
    });
    el("fieldset").child(el("legend").text("Needs")).children(ticks)
}

/// Verdicts of the numerical audit, where the table has any; the script reads them from the column.
fn verdicts(board: &Board) -> Option<Element> {
    let column = board.table.columns.iter().position(|column| column.key == "audit")?;
    let audited = board.table.rows().iter().any(|row| matches!(row.cells[column], Cell::Flag(_)));
    let choice = || {
        el("label").child(el("span").text("Audit")).child(
            el("select").attr("id", "audit").child(el("option").attr("value", "").text("all verdicts")),
        )
    };
    audited.then(choice)
}

fn columns(board: &Board) -> Element {
    let ticks = arranged(&board.table).into_iter().skip(1).map(|(index, words)| {
        let column = &board.table.columns[index];
        let name = words.short.as_deref().unwrap_or(&column.name);
        let input = el("input").attr("type", "checkbox").attr("name", "column").attr("value", &column.key);
        let input = if words.shown { input.flag("checked") } else { input };
        el("label").class("tick").attr("title", &words.meaning).child(input).text(name)
    });
    let all: Vec<Element> = ticks.collect();
    el("details")
        .class("menu")
        .child(el("summary").text("Columns"))
        .child(el("div").class("ticks").children(all))
}
