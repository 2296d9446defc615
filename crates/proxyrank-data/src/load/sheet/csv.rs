//! The text format.

use std::path::Path;

use super::{MOST_ROWS, Quirk, Sheet, SheetFormat, SheetRow, cell, too_long};
use crate::load::error::{LoadError, Place};
use crate::load::source;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads CSV. Rows of other lengths than the header are kept as they are.
pub(super) fn parse(file: &Path, bytes: &[u8]) -> Result<Sheet, LoadError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let found = "UTF-16, as its byte order mark says; save it as UTF-8";
        return Err(LoadError::unexpected(file, Place::File, "UTF-8 text", found));
    }
    let text = source::text(file, bytes)?;
    let mut quirks = Vec::new();
    if bytes.starts_with(BYTE_ORDER_MARK) {
        quirks.push(Quirk::ByteOrderMark);
    }
    if text.contains("\r\n") {
        quirks.push(Quirk::CarriageReturns);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut header = None;
    let mut rows = Vec::new();
    let mut lines = Lines::of(text);
    for record in reader.records() {
        let record = record.map_err(|error| LoadError::syntax(file, Place::File, "CSV", error))?;
        if header.is_none() {
            header = Some(record.iter().map(str::to_owned).collect());
            continue;
        }
        if rows.len() == MOST_ROWS {
            return Err(too_long(file));
        }
        let number = record.position().map_or(0, |position| lines.at(position.byte()));
        rows.push(SheetRow { number, cells: record.iter().map(cell).collect() });
    }
    let Some(header) = header.filter(|_| !text.trim().is_empty()) else {
        return Err(LoadError::unexpected(file, Place::File, "a row of column names", "an empty file"));
    };
    Ok(Sheet { format: SheetFormat::Csv, header, rows, quirks })
}

/// Counts lines up to the bytes that records begin at. The reader's own count stands before empty lines, and before the
/// second half of a line end of two bytes.
struct Lines<'a> {
    bytes: &'a [u8],
    byte: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), byte: 0, line: 1 }
    }

    /// The line of the first byte from here on that ends none; bytes must be asked for in ascending order.
    fn at(&mut self, byte: u64) -> u64 {
        while let Some(&next) = self.bytes.get(self.byte) {
            let ends = matches!(next, b'\r' | b'\n');
            if !ends && self.byte as u64 >= byte {
                break;
            }
            let half = next == b'\r' && self.bytes.get(self.byte + 1) == Some(&b'\n');
            self.line += u64::from(ends && !half);
            self.byte += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(bytes: &[u8]) -> Result<Sheet, String> {
        parse(Path::new("s.csv"), bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn cells_are_text_and_rows_are_lines() {
        let sheet = sheet(b"arch_id, score\n0,0.5\n\n\"1\" ,\n2,3,4\n").unwrap();
        assert_eq!(sheet.header, ["arch_id", "score"]);
        let row = |number, cells: &[Option<&str>]| SheetRow {
            number,
            cells: cells.iter().map(|cell| cell.map(str::to_owned)).collect(),
        };
        let rows = [
            row(2, &[Some("0"), Some("0.5")]),
            row(4, &[Some("1"), None]),
            row(5, &[Some("2"), Some("3"), Some("4")]),
        ];
        assert_eq!(sheet.rows, rows);
        assert!(sheet.quirks.is_empty());
    }

    #[test]
    fn a_mark_and_carriage_returns_are_seen_and_skipped() {
        let sheet = sheet(b"\xef\xbb\xbfarch_id,score\r\n0,1\r\n").unwrap();
        assert_eq!(sheet.header, ["arch_id", "score"]);
        assert_eq!(sheet.rows[0].cells[1].as_deref(), Some("1"));
        assert_eq!(sheet.quirks, [Quirk::ByteOrderMark, Quirk::CarriageReturns]);
    }

    #[test]
    fn lines_are_counted_however_they_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a", "1", "", "", "\"2", "3\"", "4", ""].join(end);
            let rows = sheet(text.as_bytes()).unwrap().rows;
            assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 5, 7], "{end:?}");
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(sheet(b" \n").unwrap_err(), "s.csv: expected a row of column names, found an empty file");
        assert!(sheet(b"").unwrap_err().contains("an empty file"));
        assert!(sheet(b"\xff\xfea\x00").unwrap_err().contains("save it as UTF-8"));
        assert!(sheet(b"a,b\n\xff,1\n").unwrap_err().contains("byte 4 is not UTF-8"));
    }
}
