//! Everything that was written, and how to write it again.

use std::path::PathBuf;

use proxyrank_report::document::{Prose, Section};

use super::Told;
use super::material::Material;
use crate::studies::StudyPage;

pub(super) fn tell(material: &Material<'_>) -> Told {
    let reports = material.reports;
    let mut section = Section::new("all", "Everything that was written");
    let out = |name: &str| material.out.join(name);
    let study = |page: &StudyPage| (page.title.clone(), page.path.clone());
    let answers = reports.survival.iter().map(|survival| &survival.page).chain(&reports.cost);
    let answers = answers.chain(reports.targets.iter().map(|(page, _)| page));
    let groups: [(&str, Vec<(String, PathBuf)>); 5] = [
        ("Ledger", vec![("Every published number with its verdicts".to_owned(), out("ledger.md"))]),
        ("What to use, and what it costs", answers.map(study).collect()),
        (
            "Published tables",
            reports
                .tables
                .iter()
                .map(|table| (table.full.title.clone(), out("tables").join(format!("{}.md", table.full.id))))
                .collect(),
        ),
        (
            "Correlation tables and charts",
            reports.pages.iter().map(|page| (page.title.clone(), page.path.clone())).collect(),
        ),
        ("What moves a correlation", reports.studies.iter().map(study).collect()),
    ];
    for (title, links) in groups.into_iter().filter(|(_, links)| !links.is_empty()) {
        section.say(Prose::new().strong(title));
        section.list(links.into_iter().map(|(name, path)| Prose::new().link(name, path)));
    }
    let ledger = &reports.ledger;
    if !ledger.warnings.is_empty() || !ledger.notes.is_empty() {
        section.say(Prose::new().strong("Know before you trust the rest"));
        section.list(ledger.warnings.iter().chain(&ledger.notes).map(Prose::of));
    }
    section.say(Prose::new().strong("Make it again"));
    section.lines(
        [
            "make reproduce-quick        closed forms; scores of networks from the committed reference",
            "make reproduce              networks as well",
            "make leaderboard            the same tables as a site to search: site/index.html",
            "proxyrank rank --help       one table, by any target and reading",
        ]
        .map(str::to_owned),
    );
    Told { section, headline: None }
}
