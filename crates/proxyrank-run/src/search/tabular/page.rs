//! The files of a replay.

use std::path::{Path, PathBuf};

use proxyrank_report::Page;
use proxyrank_report::chart::curves::Series;
use proxyrank_report::chart::{AxisScale, Curves};
use proxyrank_report::table::Table;
use proxyrank_search::tabular::curve;

use super::setting::{Results, TabularSearch};
use super::tables;
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::report::write_table;

/// What was written.
#[derive(Debug, Clone)]
pub struct Found {
    /// The page.
    pub page: PathBuf,
    /// Regret by number of labels.
    pub regret: Table,
    /// Paired tests.
    pub duels: Table,
    /// What each proxy picks.
    pub picks: Table,
}

/// Writes tables, chart and page below `out`.
pub fn write(
    benchmark: &Benchmark,
    search: &TabularSearch,
    results: &Results,
    out: &Path,
) -> Result<Found, RunError> {
    let target = search.target.name;
    let folder = out.join(benchmark.info.id).join(search.reading.as_str()).join("search").join(target);
    let regret = tables::by_labels(search, results);
    let duels = tables::tests(search, results);
    let picks = tables::picks(search, results);
    let by_time = tables::by_time(search, results);
    for table in [Some(&regret), Some(&duels), Some(&picks), by_time.as_ref()].into_iter().flatten() {
        write_table(&folder, &table.id, table)?;
    }
    let title = format!("{}, reading {}", benchmark.info.title, search.reading);
    let [png, _] = chart(search, results, &title).draw(&folder.join("charts/regret"))?;
    let mut page = Page::new(&format!("Searches on a table: {title}, {target}"));
    page.text(
        "Each search labels one architecture after another, and its regret is how far the best so far lies below the best of all. Searches are judged \
         at equal numbers of labels. They search the benchmark's architectures and not the space that these were drawn from.",
    );
    page.figure(&png, &folder, "Regret by number of labels");
    for table in [Some(&regret), by_time.as_ref(), Some(&duels), Some(&picks)].into_iter().flatten() {
        page.table(table);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Found { page: path, regret, duels, picks })
}

fn chart(search: &TabularSearch, results: &Results, title: &str) -> Curves {
    let budget = search.budget.min(results.space.labels.len());
    let points = |traced| {
        let point = |k: usize| Some((k as f64, curve(&results.space, traced, k)?.point));
        (1..=budget).filter(|k| *k <= 10 || k % 5 == 0 || *k == budget).filter_map(point).collect()
    };
    let searches = results.searches.iter().zip(&results.traced);
    Curves {
        title: "Regret by number of labels".into(),
        subtitle: format!("{title}; mean of {} runs", search.repeats),
        x_label: "Labelled architectures".into(),
        y_label: format!("Regret in {}", search.target.name),
        x_axis: AxisScale::Log,
        y_axis: AxisScale::Linear,
        series: searches
            .map(|((name, _), traced)| Series { name: name.clone(), points: points(traced) })
            .collect(),
        references: Vec::new(),
    }
}
