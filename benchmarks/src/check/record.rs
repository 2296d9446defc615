//! What was measured, as a file.
//!
//! A baseline and a run have one form, so that a run can be looked at beside the baseline, or become one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, PrettyFormatter};

use super::error::CheckError;
use super::judge::Judgement;
use super::{Processor, Samples};

/// Version of the form; it rises when old files mean something else.
const VERSION: u32 = 1;

/// What the unit of time took, in nanoseconds; none where nothing was measured in it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct UnitTimes {
    /// Processor time of the product on one thread.
    pub one_thread_ns: Option<f64>,
    /// Elapsed time of a product on every thread.
    pub all_threads_ns: Option<f64>,
}

/// Times of benches on one processor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// Where.
    pub processor: Processor,
    /// When, RFC 3339, UTC.
    pub started_at: String,
    /// What the unit took.
    pub units: UnitTimes,
    /// Samples by bench, in units.
    pub benches: BTreeMap<String, Samples>,
}

impl Record {
    /// What was measured.
    pub const fn new(
        processor: Processor,
        started_at: String,
        units: UnitTimes,
        benches: BTreeMap<String, Samples>,
    ) -> Self {
        Self { version: VERSION, processor, started_at, units, benches }
    }

    /// Takes another measurement's passes in.
    pub fn add(&mut self, other: Self) {
        for (bench, samples) in other.benches {
            self.benches.entry(bench).or_default().add(samples);
        }
    }

    /// The same with some benches measured again, or for the first time.
    #[must_use]
    pub fn updated(mut self, with: &Self) -> Self {
        self.benches.extend(with.benches.clone());
        self
    }

    /// Reads a file; none if there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, CheckError> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(CheckError::io(path, "read"))?,
        };
        let damaged = |reason: String| CheckError::Damaged { path: path.to_owned(), reason };
        let record: Self = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if record.version != VERSION {
            return Err(damaged(format!("its version is {}, not {VERSION}", record.version)));
        }
        match record.benches.iter().find(|(_, samples)| !samples.are_times()) {
            Some((bench, _)) => Err(damaged(format!("{bench} has samples that are no times"))),
            None => Ok(Some(record)),
        }
    }

    /// Writes a file: all of it, or nothing.
    pub fn write(&self, path: &Path) -> Result<(), CheckError> {
        write(path, self)
    }
}

/// A run, and how it compares.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What the check took, in seconds.
    pub seconds: f64,
    /// Each bench against the baseline; none without one.
    pub judgements: Vec<Judgement>,
    /// What was measured.
    #[serde(flatten)]
    pub record: Record,
}

impl Report {
    /// Keeps the run in a folder, under the time of its start.
    pub fn keep(&self, folder: &Path) -> Result<PathBuf, CheckError> {
        let path = folder.join(format!("{}.json", self.record.started_at.replace(':', "-")));
        write(&path, self)?;
        Ok(path)
    }
}

fn write(path: &Path, content: &impl Serialize) -> Result<(), CheckError> {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Lines(PrettyFormatter::new()));
    // A number that is none becomes null, so nothing here can fail but the disk.
    let written = content.serialize(&mut serializer).map_err(io::Error::from);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let replaced = written.and_then(|()| {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&text)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        // A temporary file is its owner's alone.
        #[cfg(unix)]
        file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    });
    replaced.map_err(CheckError::io(path, "written"))
}

/// JSON with a line for each entry of an object, and lists in one line: a bench is a line.
struct Lines(PrettyFormatter<'static>);

impl Formatter for Lines {
    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
