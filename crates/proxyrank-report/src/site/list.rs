//! All proxies on one page, each with its best-known standing.

use super::Site;
use super::board::{chip, letter_word, standing_bar};
use super::element::{Element, el, link};
use super::model::Card;
use super::page::{Depth, Page, frame, slug};

/// The whole page.
pub(super) fn page(site: &Site) -> String {
    let heads = ["Proxy", "What it needs", "First table: tau-b", "Against the rule", "Formula", "Paper"];
    let heads = heads
        .iter()
        .map(|name| el("th").attr("scope", "col").child(el("button").attr("type", "button").text(name)));
    let rows = site.cards.iter().map(|card| row(site, card));
    let grid = el("table")
        .class("sortable")
        .attr("style", "--lo:-1;--span:2")
        .child(el("caption").text("Proxies and released scores"))
        .child(el("thead").child(el("tr").children(heads)))
        .child(el("tbody").children(rows));
    let main = el("main")
        .child(el("h1").text("Proxies"))
        .child(el("p").class("lead").text(&format!(
            "{} proxies, variants and released scores. Each has a card with its formula, its paper, its code, what speaks against it, and every table that it stands in. \
             The tau-b shown here is that of the first table that it is in.",
            site.cards.len()
        )))
        .child(
            el("label").class("find").attr("id", "filter").flag("hidden").child(el("span").text("Find a proxy"))
                .child(el("input").attr("type", "search").attr("autocomplete", "off")),
        )
        .child(frame("Proxies", grid));
    Page { site, title: "Proxies", place: "proxies.html", depth: Depth::Root }.around(main)
}

fn row(site: &Site, card: &Card) -> Element {
    let standing = site.boards.iter().find_map(|board| {
        let row = board.entries.iter().position(|entry| entry.card == card.name)?;
        Some((board, row))
    });
    let cell = standing.and_then(|(board, row)| {
        let index = board.table.columns.iter().position(|column| column.key == "tau_b")?;
        board.table.rows().get(row)?.cells.get(index)
    });
    let versus = standing.and_then(|(board, row)| board.entries[row].versus.first().copied());
    let rule = standing.and_then(|(board, _)| board.rules.first());
    let to = format!("proxies/{}.html", slug(&card.name));
    let given = if card.submission.is_some() { "as submitted" } else { "as released" };
    el("tr")
        .child(
            el("th").attr("scope", "row").child(link(&to, &card.name)).child(el("small").text(&card.title)),
        )
        .child(el("td").child(chip(card.class)))
        .child(standing_bar(cell, rule.and_then(|rule| rule.tau)))
        .child(letter_word(versus, rule.map(|rule| rule.label.as_str())))
        .child(el("td").class("formula").text(card.formula.as_deref().unwrap_or(given)))
        .child(el("td").text(card.paper.as_ref().map_or("", |paper| paper.citation.as_str())))
}
