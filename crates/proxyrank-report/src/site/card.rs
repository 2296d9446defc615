//! The card of one proxy: what it is, what speaks against it, and how it does wherever it was measured.

use super::board::{chip, letter_word, standing_bar};
use super::element::{Element, Markup, el, link};
use super::model::{Board, Card, Entry, Parameter, Reference, Released, Submitted};
use super::page::{Depth, Page, commands, frame, heading, slug};
use super::{Site, plain};
use crate::chart::InlineScatter;
use crate::table::{Cell, Row};

/// The whole page.
pub(super) fn page(site: &Site, card: &Card) -> String {
    let mut main = el("main")
        .class("card")
        .child(el("h1").text(&card.name))
        .child(el("p").class("lead").text(&card.title).text(" ").child(chip(card.class)))
        .child(facts(site, card))
        .maybe(faults(card))
        .child(heading("standings", "Where it stands"))
        .child(standings(site, card));
    if !card.targets.is_empty() {
        main =
            main.child(heading("targets", "By ground truth")).children(card.targets.iter().map(plain::table));
    }
    if let Some(seeds) = &card.seeds {
        main = main.child(heading("seeds", "How much depends on the seed")).child(plain::table(seeds));
    }
    let plots = plots(site, card);
    if !plots.is_empty() {
        main = main
            .child(heading("plots", "Score against ground truth"))
            .child(el("p").text("One point for each network, coloured by layers × hidden size, or by layers. Ringed: a task failed to train."))
            .child(el("div").class("plots").children(plots));
    }
    if let Some(claims) = site.ledger.claims_about(&card.name) {
        main = main.child(heading("claims", "Published numbers about it")).child(plain::table(&claims));
    }
    if let Some(command) = &card.command {
        main = main.child(heading("made", "Compute it")).child(commands(std::slice::from_ref(command)));
    }
    Page { site, title: &card.name, place: "proxies.html", depth: Depth::Folder }.around(main)
}

/// Its scatter plots. Readings that give the same picture, as they do of a score that counts layers, share it.
fn plots(site: &Site, card: &Card) -> Vec<Element> {
    let mut pictures: Vec<(InlineScatter, String, Vec<&str>)> = Vec::new();
    for plot in &card.plots {
        let board = site.boards.iter().find(|board| board.id == plot.board);
        let Some((board, picture)) = board.zip(plot.chart.inline()) else { continue };
        let what = format!("{}: {}", plot.label, board.title);
        let known = pictures.iter().position(|(other, words, _)| *words == what && *other == picture);
        match known {
            Some(at) => pictures[at].2.push(&board.reading),
            None => pictures.push((picture, what, vec![&board.reading])),
        }
    }
    let figure = |(picture, what, readings): (InlineScatter, String, Vec<&str>)| {
        let colour = |(class, label): (String, String)| el("span").child(el("i").class(&class)).text(&label);
        let key = el("span").class("key").children(picture.key.into_iter().map(colour));
        let several = if readings.len() > 1 { "readings" } else { "reading" };
        let caption = format!("{what}, {several} {}", readings.join(", "));
        el("figure").markup(&Markup::trusted(picture.svg)).child(el("figcaption").text(&caption).child(key))
    };
    pictures.into_iter().map(figure).collect()
}

fn facts(site: &Site, card: &Card) -> Element {
    let mut list = el("dl").class("facts");
    if let Some(formula) = &card.formula {
        list = fact(list, "Formula", el("dd").child(el("code").class("formula").text(formula)));
    }
    list = fact(list, "Good end", el("dd").text(&card.direction));
    if !card.families.is_empty() {
        list = fact(list, "Defined for", el("dd").text(&card.families.join(", ")));
    }
    if let Some(submission) = &card.submission {
        list = submitted(list, submission);
    } else {
        let paper = card
            .paper
            .as_ref()
            .map_or_else(|| el("dd").text("none: a plain baseline or a variant of ours"), reference);
        list = fact(list, "Paper", paper);
    }
    if let Some(code) = &card.code {
        let address = format!("{}/blob/HEAD/{}", site.repository, code.path);
        let source = el("dd").child(link(&address, &code.path)).text(&format!(", version {}", code.version));
        list = fact(list, "Code", source);
    }
    for released in &card.released {
        list = fact(list, "Released scores", file(released));
    }
    if !card.params.is_empty() {
        list = fact(list, "Parameters", el("dd").child(el("ul").children(card.params.iter().map(parameter))));
    }
    if !card.relatives.is_empty() {
        let links =
            card.relatives.iter().map(|name| el("li").child(link(&format!("{}.html", slug(name)), name)));
        list = fact(list, "See also", el("dd").child(el("ul").class("inline").children(links)));
    }
    list
}

/// What the authors of a submission say of it. An address that is none becomes text.
fn submitted(list: Element, submission: &Submitted) -> Element {
    let Submitted { authors, source, licence, labels, conditions, card } = submission;
    let is_address = source.starts_with("https://") || source.starts_with("http://");
    let source = if is_address { el("dd").child(link(source, source)) } else { el("dd").text(source) };
    let facts = [
        ("Submitted by", el("dd").text(&authors.join(", "))),
        ("Source", source),
        ("Licence", el("dd").text(licence)),
        ("Belongs to", el("dd").text(conditions)),
        ("Labels seen", el("dd").text(labels)),
        ("Card", el("dd").child(el("code").text(card))),
    ];
    facts.into_iter().fold(list, |list, (term, description)| fact(list, term, description))
}

fn fact(list: Element, term: &str, description: Element) -> Element {
    list.child(el("dt").text(term)).child(description)
}

fn reference(paper: &Reference) -> Element {
    let cited = format!("{}: ", paper.citation);
    let title = paper
        .address
        .as_ref()
        .map_or_else(|| el("span").text(&paper.title), |address| link(address, &paper.title));
    el("dd").text(&cited).child(title).text(&format!(". {}", paper.venue))
}

fn file(released: &Released) -> Element {
    let address = format!("https://github.com/{}/blob/HEAD/{}", released.repository, released.file);
    el("dd")
        .text(&format!("{}: ", released.benchmark))
        .child(link(&address, &format!("{}/{}", released.repository, released.file)))
        .text(&format!(", {}; {}", released.part, released.conditions))
}

fn parameter(parameter: &Parameter) -> Element {
    let Parameter { name, default, low, high, doc } = parameter;
    el("li").child(el("code").text(&format!("{name}={default}"))).text(&format!(" ({low} to {high}): {doc}"))
}

fn faults(card: &Card) -> Option<Element> {
    let items = card.faults.iter().map(|fault| el("li").text(fault));
    let list = || {
        el("section")
            .class("faults")
            .child(heading("faults", "What speaks against it"))
            .child(el("ul").children(items))
    };
    (!card.faults.is_empty()).then(list)
}

/// The boards on which a proxy stands, a row for each of its labels.
fn standings(site: &Site, card: &Card) -> Element {
    let heads = ["Benchmark, reading", "Kendall tau-b", "Against the rule", "Rank", "Tie group"];
    let heads = heads
        .iter()
        .map(|name| el("th").attr("scope", "col").child(el("button").attr("type", "button").text(name)));
    let rows = site.boards.iter().flat_map(|board| {
        let own = board.entries.iter().zip(board.table.rows()).filter(|(entry, _)| entry.card == card.name);
        own.map(move |(entry, row)| standing(board, entry, row))
    });
    let grid = el("table")
        .class("sortable")
        .attr("style", "--lo:-1;--span:2")
        .child(el("caption").text("Every table that it is in"))
        .child(el("thead").child(el("tr").children(heads)))
        .child(el("tbody").children(rows));
    frame("Standings", grid)
}

fn standing(board: &Board, entry: &Entry, row: &Row) -> Element {
    let to = format!("../tables/{}.html#row-{}", board.id, slug(&entry.label));
    let place = format!("{}, {}", board.title, board.reading);
    let cell = |key: &str| {
        board.table.columns.iter().position(|column| column.key == key).and_then(|index| row.cells.get(index))
    };
    let versus = entry.versus.first().copied();
    let rule = board.rules.first();
    let interval = |cell: Option<&Cell>| match cell {
        Some(Cell::Interval(i)) => el("td")
            .class("n")
            .text(&i.point.to_string())
            .child(el("small").text(&format!("{} to {} of {}", i.low, i.high, board.entries.len()))),
        Some(Cell::Integer(value)) => el("td").class("n").text(&value.to_string()),
        _ => el("td").class("none").text("–"),
    };
    // A label that is the name says nothing on the page of that name.
    let label = (entry.label != entry.card).then(|| el("small").text(&entry.label));
    el("tr")
        .child(el("th").attr("scope", "row").child(link(&to, &place)).maybe(label))
        .child(standing_bar(cell("tau_b"), rule.and_then(|rule| rule.tau)))
        .child(letter_word(versus, rule.map(|rule| rule.label.as_str())))
        .child(interval(cell("rank")))
        .child(interval(cell("tie_group")))
}
