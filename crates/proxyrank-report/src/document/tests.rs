//! One small document, in both forms.

use std::path::{Path, PathBuf};

use super::{Document, Figure, Prose, Section, Source, Style};
use crate::table::{Cell, Column, Table};

const HOSTILE: &str = "</p><script>alert(1)</script> [x](y) *z*";

fn document() -> Document {
    let mut section = Section::new("ceiling", "How good any proxy could be");
    let made = section.source(
        Source::command("proxyrank rank --target glue")
            .file("CSV", "out/flexibert/ceiling.csv")
            .file(HOSTILE, "out/a b.md"),
    );
    section.say(Prose::of("At most ").number(&made, "0.77").text(" for ").code("w_pca").text(HOSTILE));
    section.list([Prose::of("- no list").strong("a*b"), Prose::new().link("tables", "out/tables/x.md")]);
    section.lines(["more layers first".to_owned()]);
    let mut table =
        Table::new("heat", HOSTILE, vec![Column::text("p", "Proxy"), Column::number("v", "cola", 2)]);
    table.push(vec![Cell::text(HOSTILE), Cell::number(-0.25)]);
    table.push(vec![Cell::text("b"), Cell::missing("constant")]);
    section.table(table.clone(), Style::Heat(PathBuf::from("out/heat.png")));
    section.table(table, Style::Folded("All numbers".to_owned()));
    section.figure(Figure {
        svg: "<svg role=\"img\"><rect fill=\"#FFFFFF\"/></svg>".to_owned(),
        file: PathBuf::from("out/chart.png"),
        caption: "Cost".to_owned(),
        folded: None,
    });
    Document {
        title: "Do proxies rank?".to_owned(),
        answer: Prose::of("None beats ").number(&made, "0.801").text("."),
        sections: vec![section],
        made_by: "Made by a test.".to_owned(),
    }
}

#[test]
fn markdown_says_the_same_words() {
    insta::assert_snapshot!(document().markdown(Path::new("out")).markdown());
}

#[test]
fn a_page_needs_nothing_but_itself_and_no_text_becomes_markup() {
    let html = document().html(Path::new("out"));
    assert_eq!(html.matches("<script>").count(), 3, "the scripts of the page");
    for remote in ["http:", "https:", "src=", "@import", "url("] {
        let shown = html.replace("http-equiv", "").replace("http://www.w3.org", "");
        assert!(!shown.contains(remote), "{remote}");
    }
    assert!(
        html.contains(
            "<a href=\"#how-ceiling-1\" class=\"num\" title=\"made by proxyrank rank --target glue\">0.77</a>"
        ),
        "{html}"
    );
    assert!(html.contains("<li\n id=\"how-ceiling-1\">Made by <code>proxyrank rank --target glue</code> → <a href=\"flexibert/ceiling.csv\">CSV</a>"));
    assert!(html.contains("style=\"--k:25\">-0.25<"), "{html}");
    assert!(html.contains("class=\"f-paper\""));
}

#[test]
fn every_number_leads_to_a_source_that_exists() {
    let document = document();
    let (html, text) = (document.html(Path::new("out")), document.markdown(Path::new("out")).markdown());
    for page in [html, text] {
        assert!(page.contains("#how-ceiling-1") && page.contains("id=\"how-ceiling-1\""), "{page}");
    }
}

#[test]
fn both_forms_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let files = document().write(folder.path()).unwrap();
    assert!(files.iter().all(|file| file.is_file()));
}
