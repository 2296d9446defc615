//! The page on costs.

use std::path::Path;

use proxyrank_report::{Page, Table};

use super::beside::Beside;
use super::measured::Cost;
use super::published::{machines, times};
use super::table::{NO_GPU, of_benchmarks, of_proxies, of_published};
use crate::RunError;
use crate::papers::{Shelf, Stock};
use crate::report::write_table;
use crate::studies::StudyPage;

/// Writes tables and page below `out`; none where nothing was timed.
pub fn write(shelf: &Shelf, out: &Path) -> Result<Option<StudyPage>, RunError> {
    let costs = || shelf.stocks().flat_map(Stock::costs);
    if costs().next().is_none() {
        return Ok(None);
    }
    let (machines, times) = (machines()?, times()?);
    let folder = out.join("cost");
    let title = "What proxies cost";
    let mut page = Page::new(title);
    page.text(
        "Seconds and memory of every proxy, from the stored timings, and the times that others published. A time belongs to its \
         machine, its input and its way of timing; all three stand beside it.",
    );
    page.text(&if costs().any(Cost::is_gpu) {
        "Networks ran on a processor and on a GPU; the tables have both.".to_owned()
    } else {
        format!("Seconds on a GPU: {NO_GPU}.")
    });
    let published: Vec<Beside<'_>> = times.iter().map(|time| Beside::of(time, shelf)).collect();
    let mut show = |table: &Table| -> Result<(), RunError> {
        let files = write_table(&folder, &table.id, table)?;
        page.table(table);
        let labels = ["Markdown", "CSV", "LaTeX", "JSON"];
        page.links(labels.into_iter().zip(files.iter().map(std::path::PathBuf::as_path)), &folder);
        Ok(())
    };
    show(&of_published(&published, &machines))?;
    show(&of_benchmarks(shelf.stocks(), &machines))?;
    for stock in shelf.stocks() {
        for &reading in stock.benchmark.info.readings {
            let table = of_proxies(stock, reading, &machines);
            // Those that run networks are shown; the rest take microseconds and stand in files of their own.
            if stock.benchmark.info.readings.first() == Some(&reading)
                && stock.benchmark.info.readings.len() > 1
            {
                show(&table)?;
            } else if !table.rows().is_empty() {
                write_table(&folder, &table.id, &table)?;
            }
        }
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title: title.to_owned(), path }))
}
