//! The files of a search.

use std::path::{Path, PathBuf};

use proxyrank_report::Page;
use proxyrank_report::table::Table;
use proxyrank_search::wpca::evolution::History;
use proxyrank_search::wpca::generations;

use super::WpcaRequest;
use super::run::Found;
use super::summary::Summary;
use super::{charts, tables};
use crate::RunError;
use crate::report::write_table;

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The page.
    pub page: PathBuf,
    /// Every table, the main one first.
    pub tables: Vec<Table>,
}

/// Writes tables, charts, every candidate and the page below `out`, and a summary below the folder of results.
pub fn write(request: &WpcaRequest, found: &Found, results: &Path, out: &Path) -> Result<Written, RunError> {
    if let Some(summary) = Summary::of(request, found) {
        summary.write(request, results)?;
    }
    let folder = out.join("search").join("wpca").join(&request.name).join(request.eta.as_str());
    let tables = tables::tables(request, found);
    for table in &tables {
        write_table(&folder, &table.id, table)?;
    }
    generations::write(&folder.join("generations.parquet"), &histories(found))?;
    let mut page = Page::new(&format!("W-PCA's own search: {}, eta {}", request.name, request.eta.as_str()));
    page.text(&format!(
        "{} layers of twelve blocks each, at most {:.1} million parameters. A network's score is the number of principal components that hold eta of \
         the variance of each first feed-forward layer's output, at random weights, summed over layers, times the number of parameters. \
         docs/search_wpca.md says how all of this is made and what it means.",
        request.space.layers,
        request.space.limit as f64 / 1e6,
    ));
    let pictures = charts::draw(request, found, &folder.join("charts"))?;
    for (png, caption) in &pictures {
        page.figure(png, &folder, caption);
    }
    for table in &tables {
        page.table(table);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Written { page: path, tables })
}

/// Every search with its name.
fn histories(found: &Found) -> Vec<(String, History)> {
    let by_passes = found.searches.iter().map(|search| ("by passes".to_owned(), search.history.clone()));
    let on_table = found.repeated.iter().flat_map(|kind| {
        kind.histories.iter().map(|history| (format!("on the table: {}", kind.what), history.clone()))
    });
    by_passes.chain(on_table).collect()
}
