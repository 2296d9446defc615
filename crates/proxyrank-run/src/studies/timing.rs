//! Whether what a shared run says of a proxy's cost is what the proxy costs alone.
//!
//! A fused run computes each pass once and charges every proxy for the passes that it needs. An isolated run really computes
//! each proxy by itself. The two differ where a proxy alone could do with less than its share of a pass, or where passes
//! warm each other's caches.

use proxyrank_report::Page;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::{Protocol, Reading};

use super::variants::{Coverage, variants};
use super::{StudyPage, Subject};
use crate::RunError;
use crate::rank::{ScoreColumn, TimedTwice};
use crate::report::write_table;

const READING: Reading = Reading::AsTrained;

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let columns = variants(subject.stock, READING, Coverage::Sample, |found, _| ((), Protocol::clone(found)));
    let timed = columns.into_iter().filter_map(|(scored, columns)| {
        let column: &ScoreColumn = columns.get(&())?;
        Some((scored.label(), column, column.timed_twice?))
    });
    let mut timed: Vec<(String, &ScoreColumn, TimedTwice)> = timed.collect();
    if timed.is_empty() {
        return Ok(None);
    }
    timed.sort_by_key(|(label, _, times)| (times.isolated_ns, label.clone()));
    let title = format!("Cost in a shared run and alone: {}", subject.stock.benchmark.info.title);
    let folder = subject.folder.join("timing");
    let columns = vec![
        Column::text("proxy", "Proxy"),
        Column::text("cost_class", "Cost class"),
        Column::number("networks", "Networks", 0),
        Column::number("fused_ms", "Shared run says (ms)", 1),
        Column::number("isolated_ms", "Alone (ms)", 1),
        Column::number("ratio", "Ratio", 2),
    ];
    let mut table = Table::new("timing", format!("Median time for one network, reading {READING}"), columns);
    for (label, column, times) in timed {
        let milliseconds = |ns: u64| ns as f64 / 1e6;
        table.push(vec![
            Cell::text(label),
            Cell::text(column.class.as_str()),
            Cell::count(times.networks as u64),
            Cell::number(milliseconds(times.fused_ns)),
            Cell::number(milliseconds(times.isolated_ns)),
            Cell::number(times.fused_ns as f64 / times.isolated_ns.max(1) as f64),
        ]);
    }
    table.note("The same networks in both columns; where one was timed several times, the fastest counts.");
    write_table(&folder, &table.id, &table)?;
    let mut page = Page::new(&title);
    page.text(
        "A shared run charges each proxy for the passes that it needs and its own arithmetic. A ratio near 1 says that the \
         charge is fair.",
    );
    page.bare_table(&table);
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}
