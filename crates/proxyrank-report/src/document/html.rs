//! A document as one web page that needs nothing but itself.

use std::path::Path;

use super::model::{Block, Document, Figure, Grid, Section, Source, Style};
use super::prose::{Prose, Span};
use crate::page::{anchor, relative_link};
use crate::site::element::{Element, Markup, el, link};
use crate::site::page::{commands, figure, head, heading};
use crate::site::picture::picture;
use crate::site::plain;

/// The style of the leaderboard, and what only documents have.
const STYLES: [&str; 2] = [include_str!("../site/assets/site.css"), include_str!("document.css")];
/// Themes before anything is painted; then sorting, and what only documents have.
const SCRIPTS: [&str; 3] = [
    include_str!("../site/assets/theme.js"),
    include_str!("../site/assets/site.js"),
    include_str!("document.js"),
];

/// Nothing comes from anywhere but the page itself, whatever a text may contain.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'";

impl Document {
    /// The document as a web page that will stand in a folder.
    pub fn html(&self, folder: &Path) -> String {
        let [early, late, own] = SCRIPTS.map(script);
        let head = head(&self.title, POLICY)
            .child(el("style").markup(&Markup::trusted(STYLES.concat())))
            .child(early);
        let sections = self.sections.iter().map(|section| one_section(section, folder));
        let main = el("main")
            .attr("id", "main")
            .attr("tabindex", "-1")
            .child(el("h1").text(&self.title))
            .child(prose(el("p").class("claim"), &self.answer, folder))
            .children(sections);
        let body = el("body")
            .class("document")
            .child(link("#main", "Skip to the content").class("skip"))
            .child(
                el("header")
                    .class("top")
                    .child(el("span").class("brand").text("proxyrank"))
                    .child(el("span").class("grow").text("report"))
                    .child(
                        el("button").attr("type", "button").attr("id", "theme").flag("hidden").text("Theme"),
                    ),
            )
            .child(el("div").class("columns-2").child(self.contents()).child(main))
            .child(el("footer").child(el("p").text(&self.made_by)))
            .child(late)
            .child(own);
        let html = el("html").attr("lang", "en").child(head).child(body).finish();
        format!("<!doctype html>\n{}\n", html.as_str())
    }

    fn contents(&self) -> Element {
        let entries = self
            .sections
            .iter()
            .map(|section| el("li").child(link(&format!("#{}", section.id), &section.title)));
        let list = el("details")
            .flag("open")
            .child(el("summary").text("Contents"))
            .child(el("ol").children(entries));
        el("nav").class("contents").attr("aria-label", "Contents").child(list)
    }
}

fn script(text: &str) -> Element {
    el("script").markup(&Markup::trusted(text.to_owned()))
}

fn one_section(section: &Section, folder: &Path) -> Element {
    let sources: Vec<Element> =
        section.sources().map(|(anchor, source)| how(&anchor, source, folder)).collect();
    let whole = el("section")
        .child(heading(&section.id, &section.title))
        .children(section.blocks().iter().map(|part| block(part, folder)));
    if sources.is_empty() { whole } else { whole.child(el("ul").class("how").children(sources)) }
}

fn block(block: &Block, folder: &Path) -> Element {
    match block {
        Block::Text(text) => prose(el("p"), text, folder),
        Block::List(items) => {
            el("ul").class("points").children(items.iter().map(|item| prose(el("li"), item, folder)))
        }
        Block::Lines(lines) => commands(lines),
        Block::Grid(Grid { table, style }) => {
            let place = el("div").attr("id", &anchor(&table.id));
            match style {
                Style::Plain => place.child(plain::table(table)),
                Style::Heat(_) => place.child(plain::heat(table)),
                Style::Folded(words) => place.child(folded(words, plain::table(table))),
            }
        }
        Block::Figure(Figure { svg, caption, folded: words, .. }) => {
            let shown = figure(&picture(svg), caption);
            match words {
                Some(words) => folded(words, shown),
                None => shown,
            }
        }
    }
}

fn folded(words: &str, content: Element) -> Element {
    el("details").child(el("summary").text(words)).child(content)
}

/// A source in small print; numbers lead here.
fn how(anchor: &str, source: &Source, folder: &Path) -> Element {
    let mut line = el("li").attr("id", anchor).text("Made by ").child(el("code").text(&source.command));
    for (index, (name, file)) in source.files.iter().enumerate() {
        line = line.text(if index == 0 { " → " } else { ", " });
        line = line.child(link(&relative_link(folder, file), name));
    }
    line
}

fn prose(into: Element, prose: &Prose, folder: &Path) -> Element {
    prose.spans().iter().fold(into, |element, span| match span {
        Span::Text(words) => element.text(words),
        Span::Strong(words) => element.child(el("b").text(words)),
        Span::Code(words) => element.child(el("code").text(words)),
        Span::Number(words, mark) => element.child(
            link(&format!("#{}", mark.anchor), words)
                .class("num")
                .attr("title", &format!("made by {}", mark.command)),
        ),
        Span::Link(words, file) => element.child(link(&relative_link(folder, file), words)),
    })
}
