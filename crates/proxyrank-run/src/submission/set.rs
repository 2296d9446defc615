//! All submissions of a folder, as tables take them.

use std::io;
use std::path::Path;

use proxyrank_schema::Reading;
use serde::Serialize;

use super::card::{CARD, Card};
use super::fault::{Faults, Kind, Place};
use super::folder::{Standing, Submission};
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::papers::Stock;
use crate::rank::ScoreColumn;
use crate::watch::Watch;

/// The submissions of a folder.
#[derive(Debug, Clone, Default)]
pub struct Submissions {
    all: Vec<Submission>,
}

/// A submission that stands in no table.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    /// Its folder.
    pub folder: String,
    /// What is wrong with it.
    pub faults: Faults,
}

impl Submissions {
    /// The folder that submissions lie in unless another is named.
    pub const FOLDER: &'static str = "submissions";

    /// Reads every folder in a folder; hidden ones and files beside them are passed over. A folder that does not exist holds no
    /// submissions.
    pub fn read(folder: &Path) -> Result<Self, RunError> {
        let listing = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            listing => listing.map_err(RunError::read(folder))?,
        };
        let mut folders = Vec::new();
        for entry in listing {
            let entry = entry.map_err(RunError::read(folder))?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.path().is_dir() && !hidden {
                folders.push(entry.path());
            }
        }
        folders.sort();
        let mut all: Vec<Submission> =
            folders.iter().map(|folder| Submission::open(folder)).collect::<Result<_, _>>()?;
        for later in 1..all.len() {
            let (before, rest) = all.split_at_mut(later);
            let Some(card) = &rest[0].card else { continue };
            let same = |other: &&Submission| other.card.as_ref().is_some_and(|other| other.name == card.name);
            if let Some(first) = before.iter().find(same) {
                let place = Place::file(rest[0].folder.join(CARD).display().to_string()).column("name");
                let message = format!("`{}` is the name of {} already", card.name, first.folder.display());
                rest[0].faults.refuse(Kind::Card, place, message);
            }
        }
        Ok(Self { all })
    }

    /// Holds every table of scores against its benchmark.
    pub fn judge(&mut self, benchmark: &Benchmark) {
        for submission in &mut self.all {
            submission.judge(benchmark);
        }
    }

    /// The columns that stand in the table of a reading, after [`Submissions::judge`]. What could stand there if more were
    /// stored is told to `watch`.
    pub fn columns(&mut self, stock: &Stock, reading: Reading, watch: &dyn Watch) -> Vec<ScoreColumn> {
        let mut columns = Vec::new();
        for submission in &mut self.all {
            match submission.stand(stock, reading) {
                Standing::Here(column) => columns.push(*column),
                Standing::Elsewhere => {}
                Standing::Lacking(parts) => watch.note(&format!(
                    "{} is not in the table of {} {reading}: {} not stored",
                    submission.folder.display(),
                    stock.benchmark.info.id,
                    parts.join(", ") + if parts.len() == 1 { " is" } else { " are" },
                )),
            }
        }
        columns
    }

    /// Those whose benchmark was never loaded, each with its name: they were not held against anything, and stand nowhere.
    pub fn unjudged(&self) -> impl Iterator<Item = (&Path, &'static str)> {
        let open = self.all.iter().filter(|submission| !submission.is_judged());
        open.filter_map(|submission| {
            Some((submission.folder.as_path(), submission.card.as_ref()?.benchmark?.id))
        })
    }

    /// The cards of those that are not refused, each with its folder.
    pub fn cards(&self) -> impl Iterator<Item = (&Path, &Card)> {
        let accepted = self.all.iter().filter(|submission| !submission.faults.refused());
        accepted.filter_map(|submission| Some((submission.folder.as_path(), submission.card.as_ref()?)))
    }

    /// The card of that name, unless it is refused, with its folder.
    pub fn card(&self, name: &str) -> Option<(&Path, &Card)> {
        self.cards().find(|(_, card)| card.name.as_str() == name)
    }

    /// Those that are refused. A table of a benchmark that was never loaded is not among them.
    pub fn refused(&self) -> Vec<Refused> {
        let refused = self.all.iter().filter(|submission| submission.faults.refused());
        refused
            .map(|submission| Refused {
                folder: submission.folder.display().to_string(),
                faults: submission.faults.clone(),
            })
            .collect()
    }
}
