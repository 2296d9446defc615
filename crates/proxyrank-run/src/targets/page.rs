//! The page on targets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proxyrank_report::Page;
use proxyrank_schema::BenchmarkId;

use super::panel::metrics;
use super::{Ceilings, Targets};
use crate::RunError;
use crate::papers::Shelf;
use crate::report::{BenchmarkPage, Charts, ReportOptions, write_table};
use crate::studies::StudyPage;

/// Holds every ranking against every target of its benchmark and writes tables, charts and the page below `out`. No page
/// where no benchmark has a second target.
pub fn write(
    pages: &[BenchmarkPage],
    shelf: &Shelf,
    options: &ReportOptions,
    out: &Path,
) -> Result<Option<(StudyPage, Vec<Targets>)>, RunError> {
    let mut found = Vec::new();
    // Labels are those of the benchmark, so its readings share their ceilings.
    let mut ceilings: BTreeMap<&BenchmarkId, Ceilings> = BTreeMap::new();
    for page in pages {
        let Some(stock) = shelf.get(&page.benchmark) else { continue };
        if !ceilings.contains_key(&page.benchmark) {
            let metrics = metrics(&stock.benchmark, page.ranking.options.metric);
            let simulated = Ceilings::of(&stock.benchmark, &metrics, &options.ceiling)?;
            ceilings.insert(&page.benchmark, simulated);
        }
        found.extend(Targets::of(stock, &page.ranking, &ceilings[&page.benchmark])?);
    }
    if found.is_empty() {
        return Ok(None);
    }
    let folder = out.join("targets");
    let title = "Every target beside the main one";
    let mut page = Page::new(title);
    page.text(
        "Tables rank proxies by one ground truth. Here each proxy stands against every other one that its benchmark measured: the \
         tasks behind the mean, perplexity, latency, memory.",
    );
    for targets in &found {
        page.heading(&targets.heading());
        if options.decoder_charts != Charts::None {
            let [png, _] = targets.chart().draw(&folder.join("charts").join(targets.name()))?;
            page.figure(&png, &folder, &format!("Every proxy against every target: {}", targets.heading()));
        }
        let table = targets.table();
        let files = write_table(&folder, &targets.name(), &table)?;
        page.table(&table);
        let labels = ["Markdown", "CSV", "LaTeX", "JSON"];
        page.links(labels.into_iter().zip(files.iter().map(PathBuf::as_path)), &folder);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some((StudyPage { title: title.to_owned(), path }, found)))
}
