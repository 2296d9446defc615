//! The page on targets.

use std::path::{Path, PathBuf};

use proxyrank_report::Page;

use super::Targets;
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
    for page in pages {
        let Some(stock) = shelf.get(&page.benchmark) else { continue };
        found.extend(Targets::of(stock, &page.ranking, &options.ceiling)?);
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
