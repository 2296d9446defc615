//! The journal: one line per finished architecture, each with its checksum.
//!
//! A line is JSON, `{"sha256":"<64 digits>","body":<JSON>}`, so that ordinary tools can read it; the checksum covers
//! the body's bytes. The first line's body says whose journal it is. A line counts only when it is whole; since every
//! append is synced before the next, only the last line can be torn, and losing it loses the architecture in hand.

use std::fs::File;
use std::path::{Path, PathBuf};

use proxyrank_schema::{BenchmarkId, SCHEMA_VERSION, ScoreRow, TimingRow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::layout::{Folder, Table, fresh_id};
use crate::record::Record;
use crate::text::{ScoreLine, sha256};
use crate::{Shard, StoreError, disk};

const BEFORE_SUM: &str = "{\"sha256\":\"";
const BEFORE_BODY: &str = "\",\"body\":";
const SUM_DIGITS: usize = 64;

/// The body of the first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    schema_version: u32,
    benchmark: BenchmarkId,
    shard: String,
    id: String,
}

/// The body of every other line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    scores: Vec<ScoreLine>,
    timings: Vec<TimingRow>,
}

/// The rows of some finished architectures.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) scores: Vec<ScoreRow>,
    pub(crate) timings: Vec<TimingRow>,
}

/// What a journal holds.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) path: PathBuf,
    /// What its parts are named after.
    pub(crate) id: String,
    /// Who wrote it, as in part names.
    pub(crate) writer: String,
    pub(crate) rows: Rows,
    pub(crate) architectures: usize,
    /// Bytes of whole lines; what follows is a torn line.
    pub(crate) whole_bytes: u64,
    /// Whether a torn line follows.
    pub(crate) torn: bool,
}

impl Journal {
    /// Reads a journal; none where the file is absent or not even its first line is whole, so that nothing is in it.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        match disk::read(path) {
            Ok(bytes) => Self::parse(path, &bytes),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the table's rows stand in a part by now, so that they no longer count here.
    pub(crate) fn is_sealed_in(&self, folder: &Folder, table: Table) -> bool {
        folder.part(table, &self.writer, &self.id).exists()
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Option<Self>, StoreError> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
        let mut journal: Option<Self> = None;
        while let Some((index, line)) = lines.next() {
            let at =
                |reason: String| StoreError::DamagedLine { path: path.to_owned(), line: index + 1, reason };
            let body = match (body(line), lines.peek()) {
                (Ok(body), _) => body,
                (Err(_), None) => {
                    if let Some(journal) = &mut journal {
                        journal.torn = true;
                    }
                    break;
                }
                (Err(reason), Some(_)) => return Err(at(reason)),
            };
            if let Some(journal) = &mut journal {
                journal.take(body).map_err(at)?;
            } else {
                journal = Some(Self::begin(path, body, at)?);
            }
            if let Some(journal) = &mut journal {
                journal.whole_bytes += line.len() as u64;
            }
        }
        Ok(journal)
    }

    fn begin(path: &Path, body: &[u8], at: impl Fn(String) -> StoreError) -> Result<Self, StoreError> {
        let header: Header = json(body).map_err(&at)?;
        if header.schema_version != SCHEMA_VERSION {
            return Err(StoreError::Version { path: path.to_owned(), found: header.schema_version });
        }
        // Both become part of file names.
        if ![&header.id, &header.shard].iter().all(|text| text.chars().all(|c| c.is_ascii_alphanumeric())) {
            return Err(at("the id or the shard is no plain name".to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            id: header.id,
            writer: header.shard,
            rows: Rows::default(),
            architectures: 0,
            whole_bytes: 0,
            torn: false,
        })
    }

    fn take(&mut self, body: &[u8]) -> Result<(), String> {
        let body: Body = json(body)?;
        for line in body.scores {
            let row = ScoreRow::try_from(line)?;
            if let Some(fault) = row.fault() {
                return Err(format!("{}: {}", fault.column, fault.reason));
            }
            self.rows.scores.push(row);
        }
        self.rows.timings.extend(body.timings);
        self.architectures += 1;
        Ok(())
    }
}

/// A journal that one writer appends to.
#[derive(Debug)]
pub(crate) struct OpenJournal {
    pub(crate) journal: Journal,
    file: File,
}

impl OpenJournal {
    /// Starts a new journal under a new id.
    pub(crate) fn create(folder: &Folder, shard: Shard) -> Result<Self, StoreError> {
        let path = folder.journal(shard);
        let header = Header {
            schema_version: SCHEMA_VERSION,
            benchmark: folder.benchmark.clone(),
            shard: shard.file_stem(),
            id: fresh_id(),
        };
        let first = line(&path, &header)?;
        disk::replace(&path, &first)?;
        let journal = Journal {
            id: header.id,
            writer: header.shard,
            rows: Rows::default(),
            architectures: 0,
            whole_bytes: first.len() as u64,
            torn: false,
            path,
        };
        Self::reopen(journal)
    }

    /// Goes on with a journal that was read, without its torn line.
    pub(crate) fn reopen(journal: Journal) -> Result<Self, StoreError> {
        let file = disk::open_for_append(&journal.path)?;
        if journal.torn {
            disk::truncate(&file, &journal.path, journal.whole_bytes)?;
        }
        Ok(Self { journal: Journal { torn: false, ..journal }, file })
    }

    /// Adds one architecture; when this returns, the disk has it.
    ///
    /// A failed append is undone, so that the next one does not follow half a line.
    pub(crate) fn append(&mut self, scores: &[ScoreRow], timings: &[TimingRow]) -> Result<(), StoreError> {
        let journal = &mut self.journal;
        let body = Body { scores: scores.iter().map(ScoreLine::from).collect(), timings: timings.to_vec() };
        let line = line(&journal.path, &body)?;
        if let Err(error) = disk::append(&mut self.file, &journal.path, &line) {
            return match disk::truncate(&self.file, &journal.path, journal.whole_bytes) {
                Ok(()) => Err(error),
                Err(_) => Err(StoreError::Broken { path: journal.path.clone() }),
            };
        }
        journal.whole_bytes += line.len() as u64;
        journal.architectures += 1;
        journal.rows.scores.extend_from_slice(scores);
        journal.rows.timings.extend_from_slice(timings);
        Ok(())
    }
}

fn line(path: &Path, body: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let body = serde_json::to_string(body).map_err(|e| StoreError::io("encode", path)(e.into()))?;
    Ok(format!("{BEFORE_SUM}{}{BEFORE_BODY}{body}}}\n", sha256(body.as_bytes())).into_bytes())
}

/// The body of a whole line with the right checksum.
fn body(line: &[u8]) -> Result<&[u8], String> {
    let parts = || {
        let rest = line.strip_prefix(BEFORE_SUM.as_bytes())?;
        let (sum, rest) = rest.split_at_checked(SUM_DIGITS)?;
        Some((sum, rest.strip_prefix(BEFORE_BODY.as_bytes())?.strip_suffix(b"}\n")?))
    };
    let (sum, body) = parts().ok_or("the line is not whole")?;
    if sha256(body).as_bytes() == sum { Ok(body) } else { Err("the checksum is wrong".to_owned()) }
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;
    use crate::samples;

    const ARCHITECTURES: usize = 4;

    /// A journal's bytes, and where its lines end.
    fn written() -> (Vec<u8>, Vec<usize>) {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), &samples::benchmark()).unwrap();
        disk::create_folder(&folder.path).unwrap();
        let mut open = OpenJournal::create(&folder, Shard::whole()).unwrap();
        for number in 0..ARCHITECTURES {
            let (scores, timings) = samples::architecture(number);
            open.append(&scores, &timings).unwrap();
        }
        let bytes = disk::read(&open.journal.path).unwrap();
        assert_eq!(bytes.len() as u64, open.journal.whole_bytes);
        let ends = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
        (bytes, ends)
    }

    fn parse(bytes: &[u8]) -> Result<Option<Journal>, StoreError> {
        Journal::parse(Path::new("journal-1of1.jsonl"), bytes)
    }

    fn assert_holds(journal: &Journal, architectures: usize) {
        let wanted = (0..architectures).flat_map(|number| samples::architecture(number).0);
        assert_eq!(journal.architectures, architectures);
        assert_eq!(journal.rows.scores.len(), wanted.clone().count());
        assert!(journal.rows.scores.iter().zip(wanted).all(|(a, b)| a.same(&b)));
    }

    #[test]
    fn cut_at_any_byte_it_keeps_the_architectures_before() {
        let (bytes, ends) = written();
        for length in 0..=bytes.len() {
            let whole_lines = ends.iter().filter(|end| **end <= length).count();
            let journal = parse(&bytes[..length]).unwrap();
            assert_eq!(journal.is_some(), whole_lines > 0, "{length} bytes");
            if let Some(journal) = journal {
                assert_holds(&journal, whole_lines - 1);
                assert_eq!(usize::try_from(journal.whole_bytes).unwrap(), ends[whole_lines - 1]);
                assert_eq!(journal.torn, length > ends[whole_lines - 1]);
            }
        }
    }

    #[test]
    fn a_changed_byte_before_the_last_line_is_named_with_its_line() {
        let (bytes, ends) = written();
        for at in (0..ends[ends.len() - 2] - 1).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            let line = 1 + ends.iter().filter(|end| **end <= at).count();
            match parse(&changed) {
                Err(StoreError::DamagedLine { line: named, .. }) => assert_eq!(named, line, "byte {at}"),
                other => panic!("byte {at}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_changed_byte_in_the_last_line_drops_that_line() {
        let (bytes, ends) = written();
        for at in (ends[ends.len() - 2]..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            let journal = parse(&changed).unwrap().unwrap();
            assert!(journal.torn);
            assert_holds(&journal, ARCHITECTURES - 1);
        }
    }

    #[test]
    fn a_journal_of_another_version_is_refused() {
        let header = Header {
            schema_version: SCHEMA_VERSION + 1,
            benchmark: samples::benchmark(),
            shard: "1of1".into(),
            id: "0".into(),
        };
        let bytes = line(Path::new("j"), &header).unwrap();
        assert!(
            matches!(parse(&bytes), Err(StoreError::Version { found, .. }) if found == SCHEMA_VERSION + 1)
        );
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        let header = Header {
            schema_version: SCHEMA_VERSION,
            benchmark: samples::benchmark(),
            shard: "1of1".into(),
            id: "../x".into(),
        };
        let bytes = line(Path::new("j"), &header).unwrap();
        assert!(matches!(parse(&bytes), Err(StoreError::DamagedLine { line: 1, .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }
    }
}
