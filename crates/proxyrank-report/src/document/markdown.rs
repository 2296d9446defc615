//! A document as Markdown.

use std::path::Path;

use super::model::{Block, Document, Figure, Grid, Section, Source, Style};
use super::prose::{Prose, Span};
use crate::page::{Page, escape_alternative, escape_paragraph, relative_link};
use crate::table::escape_markdown;

impl Document {
    /// The document as a Markdown page that will stand in a folder.
    pub fn markdown(&self, folder: &Path) -> Page {
        let mut page = Page::new(&self.title);
        page.raw(prose(&self.answer, folder));
        for section in &self.sections {
            write(&mut page, section, folder);
        }
        page.text(&self.made_by);
        page
    }
}

fn write(page: &mut Page, section: &Section, folder: &Path) {
    page.raw(format!("<a id=\"{}\"></a>", section.id));
    page.heading(&section.title);
    for block in section.blocks() {
        match block {
            Block::Text(text) => page.raw(prose(text, folder)),
            Block::List(items) => {
                let items: Vec<String> =
                    items.iter().map(|item| format!("- {}", prose(item, folder))).collect();
                page.raw(items.join("\n"));
            }
            Block::Lines(lines) => page.raw(format!("```text\n{}\n```", lines.join("\n"))),
            Block::Grid(Grid { table, style }) => {
                if let Style::Heat(picture) = style {
                    page.figure(picture, folder, &table.title);
                }
                if let Style::Folded(words) = style {
                    page.raw(format!("<details><summary>{}</summary>", escape_markdown(words)));
                    page.table(table);
                    page.raw("</details>");
                } else {
                    page.table(table);
                }
            }
            Block::Figure(Figure { file, caption, .. }) => page.figure(file, folder, caption),
        }
    }
    let sources: Vec<String> =
        section.sources().map(|(anchor, source)| how(&anchor, source, folder)).collect();
    if !sources.is_empty() {
        page.raw(sources.join("<br>\n"));
    }
}

/// A source as a line of small print.
fn how(anchor: &str, source: &Source, folder: &Path) -> String {
    let files = source.files.iter().map(|(name, file)| link(name, file, folder));
    let files: Vec<String> = files.collect();
    let files = if files.is_empty() { String::new() } else { format!(" → {}", files.join(", ")) };
    format!("<a id=\"{anchor}\"></a><sub>Made by {}{files}</sub>", code(&source.command))
}

fn prose(prose: &Prose, folder: &Path) -> String {
    let mut text = String::new();
    for (index, span) in prose.spans().iter().enumerate() {
        let part = match span {
            Span::Text(words) if index == 0 => keep_ends(words, escape_paragraph),
            Span::Text(words) => keep_ends(words, escape_markdown),
            // Markdown wants no space beside the stars.
            Span::Strong(words) => keep_ends(words, |words| format!("**{}**", escape_markdown(words))),
            Span::Code(words) => code(words),
            Span::Number(words, mark) => format!("[{}](#{})", escape_alternative(words), mark.anchor),
            Span::Link(words, file) => link(words, file, folder),
        };
        text.push_str(&part);
    }
    text
}

/// Escapes words, which trims them, and puts the spaces at their ends back.
fn keep_ends(words: &str, escape: impl Fn(&str) -> String) -> String {
    let inner = words.trim();
    if inner.is_empty() {
        return words.to_owned();
    }
    let lead = if words.starts_with(char::is_whitespace) { " " } else { "" };
    let tail = if words.ends_with(char::is_whitespace) { " " } else { "" };
    format!("{lead}{}{tail}", escape(inner))
}

fn link(words: &str, file: &Path, folder: &Path) -> String {
    format!("[{}]({})", escape_alternative(words), relative_link(folder, file))
}

/// Text between backticks; a backtick inside it, which no command has, becomes an apostrophe.
fn code(words: &str) -> String {
    format!("`{}`", words.replace('`', "'"))
}
