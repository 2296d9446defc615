//! What the sections draw on.

use std::path::{Path, PathBuf};

use proxyrank_report::document::Source;
use proxyrank_report::table::Table;
use proxyrank_schema::Reading;

use crate::RunError;
use crate::papers::{Shelf, Stock};
use crate::report::{BenchmarkPage, Reports, write_table};

/// A finished report and the scores behind it.
pub(super) struct Material<'a> {
    pub(super) reports: &'a Reports,
    pub(super) shelf: &'a Shelf,
    pub(super) out: &'a Path,
}

/// The ranking that the page speaks of first.
pub(super) struct Main<'a> {
    pub(super) page: &'a BenchmarkPage,
    pub(super) stock: &'a Stock,
}

impl<'a> Material<'a> {
    pub(super) fn new(reports: &'a Reports, shelf: &'a Shelf, out: &'a Path) -> Self {
        Self { reports, shelf, out }
    }

    /// The first ranking: the encoders as they were trained, where they are there.
    pub(super) fn main(&self) -> Option<Main<'a>> {
        let page = self.reports.pages.first()?;
        Some(Main { page, stock: self.shelf.get(&page.benchmark)? })
    }

    /// Another reading of the main ranking's benchmark.
    pub(super) fn reading(&self, reading: Reading) -> Option<&'a BenchmarkPage> {
        let main = self.reports.pages.first()?;
        let same = |page: &&BenchmarkPage| page.benchmark == main.benchmark;
        self.reports.pages.iter().filter(same).find(|page| page.ranking.options.reading == reading)
    }

    /// Writes a table that stands nowhere else, and says where its numbers come from.
    pub(super) fn keep(&self, table: &Table, command: &str) -> Result<Source, RunError> {
        let files = write_table(&self.out.join("summary"), &table.id, table)?;
        Ok(with_files(Source::command(command), &files))
    }
}

impl Main<'_> {
    /// The command that prints its table, and the files that hold it.
    pub(super) fn source(&self) -> Source {
        let metric = self.page.ranking.options.metric.name;
        let path = |extension: &str| self.page.folder.join(format!("rank_{metric}.{extension}"));
        with_files(Source::command(rank_command(self.page)), &["md", "csv", "tex", "json"].map(path))
    }
}

/// The command that prints a ranking.
pub(super) fn rank_command(page: &BenchmarkPage) -> String {
    format!("proxyrank rank --benchmark {} --reading {}", page.benchmark, page.ranking.options.reading)
}

/// The first two of a table's files, which people and programs read.
pub(super) fn with_files(source: Source, files: &[PathBuf; 4]) -> Source {
    source.file("table", &files[0]).file("CSV", &files[1])
}
