//! The files of a site.

use std::path::Path;

use super::model::Site;
use super::page::slug;
use super::{board, card, home, ledger, list, method};
use crate::WriteError;
use crate::chart::ChartError;
use crate::file::write_atomic;
use crate::table::{ParquetError, Table};

/// What every page loads: the style sheet, the choice of theme before anything is painted, and the rest.
const ASSETS: [(&str, &str); 3] = [
    ("site.css", include_str!("assets/site.css")),
    ("theme.js", include_str!("assets/theme.js")),
    ("site.js", include_str!("assets/site.js")),
];

/// Why a site could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// A download could not be encoded.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Files.
    pub files: usize,
    /// Bytes of all of them.
    pub bytes: usize,
    /// Bytes of those that are not downloads.
    pub page_bytes: usize,
}

impl Site {
    /// Writes all pages, assets and downloads below a folder. Other files there are left alone.
    pub fn write(&self, folder: &Path) -> Result<Written, SiteError> {
        let mut shelf = Shelf { folder, written: Written::default() };
        for (name, text) in ASSETS {
            shelf.page(&format!("assets/{name}"), text)?;
        }
        shelf.page("index.html", &home::page(self))?;
        shelf.page("proxies.html", &list::page(self))?;
        shelf.page("ledger.html", &ledger::page(self))?;
        shelf.page("method.html", &method::page(self))?;
        for board in &self.boards {
            shelf.page(&format!("tables/{}.html", slug(&board.id)), &board::page(self, board)?)?;
            shelf.downloads(&board.id, &board.table)?;
        }
        for card in &self.cards {
            shelf.page(&format!("proxies/{}.html", slug(&card.name)), &card::page(self, card))?;
        }
        shelf.downloads(ledger::ID, &self.ledger.long_table())?;
        Ok(shelf.written)
    }
}

/// Writes files and counts them.
struct Shelf<'a> {
    folder: &'a Path,
    written: Written,
}

impl Shelf<'_> {
    fn page(&mut self, name: &str, text: &str) -> Result<(), SiteError> {
        self.written.page_bytes += text.len();
        self.file(name, text.as_bytes())
    }

    fn downloads(&mut self, id: &str, table: &Table) -> Result<(), SiteError> {
        let id = slug(id);
        self.file(&format!("data/{id}.csv"), table.csv().as_bytes())?;
        self.file(&format!("data/{id}.json"), format!("{}\n", table.json()).as_bytes())?;
        self.file(&format!("data/{id}.parquet"), &table.parquet()?)
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), SiteError> {
        write_atomic(&self.folder.join(name), bytes)?;
        self.written.files += 1;
        self.written.bytes += bytes.len();
        Ok(())
    }
}
