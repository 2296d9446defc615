//! Tables of what exists, generated from the registries.

use proxyrank_data::manifest::manifests;
use proxyrank_proxies::published::published;
use proxyrank_proxies::{Paper, registry};
use proxyrank_report::table::{Cell, Column, Table};

use crate::RunError;
use crate::benchmark::BENCHMARKS;
use crate::papers;

fn paper(paper: Option<&'static Paper>) -> Cell {
    paper.map_or_else(|| Cell::text("baseline"), |paper| Cell::text(paper.citation()))
}

/// Every proxy that can be computed.
pub fn proxies() -> Table {
    let columns = vec![
        Column::text("name", "Proxy"),
        Column::text("class", "Cost class"),
        Column::text("direction", "Direction"),
        Column::text("families", "Families"),
        Column::text("paper", "Paper"),
        Column::text("formula", "Formula"),
        Column::text("params", "Parameters"),
        Column::text("faults", "Known faults"),
    ];
    let mut table = Table::new("proxies", "Proxies", columns);
    for proxy in registry::all() {
        let families: Vec<&str> = proxy.families.iter().map(|family| family.as_str()).collect();
        let params: Vec<String> = proxy
            .params
            .iter()
            .map(|p| format!("{}={} ({} to {}): {}", p.name, p.default, p.low, p.high, p.doc))
            .collect();
        table.push(vec![
            Cell::text(proxy.name),
            Cell::text(proxy.class.as_str()),
            Cell::text(proxy.direction.as_str()),
            Cell::text(families.join(", ")),
            paper(proxy.paper),
            Cell::text(proxy.formula),
            Cell::text(params.join("; ")),
            Cell::text(proxy.faults.join(" ")),
        ]);
    }
    table
}

/// Every released score that is replayed.
pub fn published_scores() -> Table {
    let columns = vec![
        Column::text("name", "Released score"),
        Column::text("benchmark", "Benchmark"),
        Column::text("direction", "Direction"),
        Column::text("paper", "Paper"),
        Column::text("file", "File"),
        Column::text("faults", "Known faults"),
    ];
    let mut table = Table::new("published", "Released scores", columns);
    for proxy in published() {
        table.push(vec![
            Cell::text(proxy.name),
            Cell::text(proxy.benchmark),
            Cell::text(proxy.direction.as_str()),
            paper(proxy.paper),
            Cell::text(proxy.file),
            Cell::text(proxy.faults.join(" ")),
        ]);
    }
    table
}

/// Every data set.
pub fn datasets() -> Table {
    let columns = vec![
        Column::text("name", "Data set"),
        Column::text("title", "What it is"),
        Column::text("source", "Source"),
        Column::text("licence", "Licence"),
        Column::number("files", "Files", 0),
        Column::text("faults", "Known faults"),
        Column::text("citation", "Citation"),
    ];
    let mut table = Table::new("datasets", "Data sets", columns);
    for manifest in manifests() {
        table.push(vec![
            Cell::text(&manifest.name),
            Cell::text(&manifest.title),
            Cell::text(manifest.source.to_string()),
            Cell::text(&manifest.licence),
            Cell::count(manifest.files.len() as u64),
            Cell::text(manifest.faults.join(" ")),
            Cell::text(manifest.citation.trim()),
        ]);
    }
    table
}

/// Every data set in words, a paragraph each: what a table has no room for.
pub fn datasets_in_words() -> String {
    let paragraphs = manifests().iter().map(|manifest| {
        let mut lines = vec![
            format!("{}: {}", manifest.name, manifest.title),
            format!("  source    {}", manifest.source),
            format!("  licence   {}", manifest.licence),
            format!("  homepage  {}", manifest.homepage),
            format!("  files     {}", manifest.files.len()),
        ];
        lines.extend(manifest.faults.iter().map(|fault| format!("  fault     {fault}")));
        lines.extend(manifest.citation.trim().lines().map(|line| format!("  {line}")));
        lines.join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Every benchmark.
pub fn benchmarks() -> Table {
    let columns = vec![
        Column::text("name", "Benchmark"),
        Column::text("title", "What it is"),
        Column::text("dataset", "Data set"),
        Column::text("metrics", "Ground truth (default first)"),
        Column::text("readings", "Readings (default first)"),
        Column::text("size", "#params means"),
    ];
    let mut table = Table::new("benchmarks", "Benchmarks", columns);
    for info in BENCHMARKS {
        let metrics: Vec<&str> = info.metrics.iter().map(|metric| metric.name).collect();
        let readings: Vec<&str> = info.readings.iter().map(|reading| reading.as_str()).collect();
        table.push(vec![
            Cell::text(info.id),
            Cell::text(info.title),
            Cell::text(info.dataset),
            Cell::text(metrics.join(", ")),
            Cell::text(readings.join(", ")),
            Cell::text(info.size_proxy),
        ]);
    }
    table
}

/// Every published table.
pub fn tables() -> Result<Table, RunError> {
    let columns = vec![
        Column::text("name", "Table"),
        Column::text("title", "What it is"),
        Column::text("paper", "Paper"),
        Column::number("rows", "Rows", 0),
        Column::number("claims", "Values", 0),
        Column::text("source", "Where the values stand"),
    ];
    let mut table = Table::new("tables", "Published tables", columns);
    for description in papers::tables()? {
        let claims: usize = description.rows.iter().map(|row| row.values.len()).sum();
        table.push(vec![
            Cell::text(&description.id),
            Cell::text(&description.title),
            Cell::text(&description.paper),
            Cell::count(description.rows.len() as u64),
            Cell::count(claims as u64),
            Cell::text(&description.source),
        ]);
    }
    Ok(table)
}
