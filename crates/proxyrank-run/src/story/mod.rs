//! What all tables come to, in plain words: the front page of a report.
//!
//! A reader who opens a folder of tables wants to know what holds. So the report begins with a page that says it, sentence by
//! sentence, from the same rankings, ledger and audits that fill the tables; no number in it is typed, and each leads to the
//! command that makes it. Each section is a file of this folder and answers one question; one whose scores are lacking is
//! left out, so a report of a single table is short and true.
//!
//! - [`tell()`] puts the sections together, [`write()`] writes them as a web page and as Markdown;
//! - `rules`, `ceiling`, `claims`, `readings`, `signals`, `audit`, `survivors`, `targets`, `costs`: a question each;
//! - `highlights` chooses the rows of a long table that say most, which the README of the repository shows too;
//! - `rest` links everything that was written.

mod audit;
mod ceiling;
mod claims;
mod costs;
mod highlights;
mod material;
mod readings;
mod rest;
mod rules;
mod signals;
mod survivors;
mod targets;

use std::path::Path;

use proxyrank_report::Document;
use proxyrank_report::document::{Prose, Section};

use crate::RunError;
use crate::papers::Shelf;
use crate::report::Reports;
use material::Material;

/// A section, and what it comes to in one sentence.
struct Told {
    section: Section,
    headline: Option<Prose>,
}

/// One question; none where there is nothing to answer it with.
type Chapter = fn(&Material<'_>) -> Result<Option<Told>, RunError>;

/// Every question in the order of the page.
const CHAPTERS: [Chapter; 10] = [
    rules::tell,
    |material| Ok(ceiling::tell(material)),
    readings::tell,
    signals::tell,
    audit::tell,
    claims::tell,
    |material| Ok(survivors::tell(material)),
    |material| Ok(targets::tell(material)),
    costs::tell,
    |material| Ok(Some(rest::tell(material))),
];

/// Tells what a report comes to. Tables that stand nowhere else are written below `out`; links lead from there.
pub fn tell(reports: &Reports, shelf: &Shelf, out: &Path) -> Result<Document, RunError> {
    let material = Material::new(reports, shelf, out);
    let mut told = Vec::new();
    for chapter in CHAPTERS {
        told.extend(chapter(&material)?);
    }
    let mut headlines: Vec<Prose> = told.iter_mut().filter_map(|told| told.headline.take()).collect();
    let mut sections = Vec::new();
    let answer = if headlines.is_empty() {
        Prose::of(format!("{}.", reports.ledger.summary()))
    } else {
        headlines.remove(0)
    };
    if !headlines.is_empty() {
        let mut short = Section::new("short", "In short");
        short.list(headlines);
        sections.push(short);
    }
    sections.extend(told.into_iter().map(|told| told.section));
    Ok(Document {
        title: "Do zero-cost proxies rank language models?".to_owned(),
        answer,
        sections,
        made_by: format!(
            "Made by proxyrank {}. Every number on this page comes from a stored score or a stored time; follow it to the command \
             that makes it.",
            env!("CARGO_PKG_VERSION")
        ),
    })
}

/// Writes `index.html` and `README.md` below `out`.
pub fn write(reports: &Reports, shelf: &Shelf, out: &Path) -> Result<(), RunError> {
    tell(reports, shelf, out)?.write(out)?;
    Ok(())
}

#[cfg(test)]
mod tests;
