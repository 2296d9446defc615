//! One submission on disk.

use std::path::{Path, PathBuf};

use proxyrank_data::load::sheet::Sheet;
use proxyrank_schema::{Params, Protocol, Reading};

use super::card::{CARD, Card, Content, read_card};
use super::combination::NotMade;
use super::fault::{Faults, Kind, Place};
use super::scores::{Scores, read_scores};
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::evaluate::supports;
use crate::papers::Stock;
use crate::rank::{Made, Origin, ScoreColumn};

/// A submission with whatever is known to be wrong with it.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Its folder.
    pub folder: PathBuf,
    /// Its card, unless that is at fault.
    pub card: Option<Card>,
    /// What is wrong with it.
    pub faults: Faults,
    sheet: Option<Sheet>,
    table: PathBuf,
    scores: Option<Scores>,
}

/// Whether a submission stands in the table of a benchmark under a reading.
#[derive(Debug, Clone)]
pub enum Standing {
    /// It does, by these scores.
    Here(Box<ScoreColumn>),
    /// It belongs to other tables.
    Elsewhere,
    /// It would, if the scores of these parts were stored.
    Lacking(Vec<String>),
}

impl Submission {
    /// Reads a submission by its folder, its card, or a table beside the card. That a file does not exist is an error;
    /// whatever is wrong inside is noted.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        std::fs::metadata(path).map_err(RunError::read(path))?;
        let is_card = path.extension().is_some_and(|extension| extension == "toml");
        let (card, table) = match path.parent() {
            _ if path.is_dir() => (path.join(CARD), None),
            _ if is_card => (path.to_owned(), None),
            parent => (parent.unwrap_or(Path::new("")).join(CARD), Some(path.to_owned())),
        };
        let folder = card.parent().unwrap_or(Path::new("")).to_owned();
        let mut submission = Self {
            folder,
            card: None,
            faults: Faults::default(),
            sheet: None,
            table: PathBuf::new(),
            scores: None,
        };
        submission.read_card(&card);
        submission.read_table(table);
        Ok(submission)
    }

    fn read_card(&mut self, path: &Path) {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                let (card, faults) = read_card(&file, text);
                self.card = card;
                self.faults.extend(faults);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let message = "is missing; a submission needs this card, as CONTRIBUTING.md shows";
                self.faults.refuse(Kind::File, Place::file(file), message);
            }
            Err(error) => {
                self.faults.refuse(Kind::File, Place::file(file), format!("cannot be read: {error}"));
            }
        }
    }

    /// Reads the table that the card names; `given` is the one that was asked for.
    fn read_table(&mut self, given: Option<PathBuf>) {
        let named = match self.card.as_ref().map(|card| &card.content) {
            Some(Content::Scores { file, .. }) => Some(self.folder.join(file)),
            Some(Content::Combination(_)) => {
                if let Some(given) = given {
                    let message = "is no part of the submission: its card has kind = \"combination\"";
                    self.faults.refuse(Kind::File, Place::file(given.display().to_string()), message);
                }
                return;
            }
            None => None,
        };
        if let (Some(named), Some(given)) = (&named, &given)
            && named.file_name() != given.file_name()
        {
            let message = format!("is not the table that the card names, {}", named.display());
            self.faults.refuse(Kind::File, Place::file(given.display().to_string()), message);
        }
        let Some(table) = given.or(named) else { return };
        match Sheet::read(&table) {
            Ok(sheet) => self.sheet = Some(sheet),
            Err(error) => {
                // The file stands in the place.
                let file = table.display().to_string();
                let message = error.to_string();
                let message =
                    message.strip_prefix(&file).unwrap_or(&message).trim_start_matches([':', ',', ' ']);
                self.faults.refuse(Kind::File, Place::file(file), message.to_owned());
            }
        }
        self.table = table;
    }

    /// Holds the table of scores against its benchmark, once; a benchmark that it does not belong to says nothing of it.
    pub fn judge(&mut self, benchmark: &Benchmark) {
        let Some(card) = &self.card else { return };
        if card.labels.seen > benchmark.entries.len() && self.is_for(benchmark) {
            let place = Place::file(self.folder.join(CARD).display().to_string()).column("labels.seen");
            let message =
                format!("is {}, and {} has {}", card.labels.seen, benchmark.info.id, benchmark.entries.len());
            self.faults.refuse(Kind::Card, place, message);
        }
        let Some(sheet) =
            self.sheet.take_if(|_| card.benchmark.is_some_and(|info| info.id == benchmark.info.id))
        else {
            return;
        };
        let file = self.table.display().to_string();
        self.scores = read_scores(&file, &sheet, benchmark, &mut self.faults);
    }

    /// Whether its table of scores, if it has one, was held against its benchmark.
    pub(super) fn is_judged(&self) -> bool {
        self.sheet.is_none()
    }

    fn is_for(&self, benchmark: &Benchmark) -> bool {
        self.card.as_ref().and_then(|card| card.benchmark).is_none_or(|info| info.id == benchmark.info.id)
    }

    /// Its place in the table of a reading, after [`Submission::judge`]. That a product cannot be made is noted.
    pub fn stand(&mut self, stock: &Stock, reading: Reading) -> Standing {
        let benchmark = &stock.benchmark;
        let Some(card) = self.card.clone().filter(|_| self.is_for(benchmark) && !self.faults.refused())
        else {
            return Standing::Elsewhere;
        };
        if ![reading, Reading::None].contains(&card.protocol.reading) {
            return Standing::Elsewhere;
        }
        match &card.content {
            Content::Scores { .. } => match &self.scores {
                Some(scores) => Standing::Here(Box::new(ScoreColumn {
                    slots: scores.slots.clone(),
                    wall_ns: scores.wall_ns,
                    ..named(&card, card.protocol.clone())
                })),
                None => Standing::Elsewhere,
            },
            Content::Combination(combination) => {
                if !combination.parts.iter().all(|part| supports(benchmark.info, part.call.proxy)) {
                    return Standing::Elsewhere;
                }
                let named = named(&card, Protocol { reading, ..Protocol::none() });
                match combination.column(benchmark.info, reading, stock.every_column(reading), named) {
                    Ok(column) => Standing::Here(Box::new(column)),
                    Err(NotMade::NotStored(parts)) => {
                        Standing::Lacking(parts.iter().map(|&part| combination.parts[part].label()).collect())
                    }
                    Err(NotMade::NotPositive(error)) => {
                        let place = Place::file(self.folder.join(CARD).display().to_string()).column("parts");
                        let arch = &benchmark.entries[error.place].id;
                        let message = format!("on architecture `{arch}` of {} {error}", benchmark.info.id);
                        self.faults.refuse(Kind::Part, place, message);
                        Standing::Elsewhere
                    }
                }
            }
        }
    }

    /// Where the score of an architecture stands, by its place in the benchmark.
    pub(super) fn place_of(&self, index: usize) -> Place {
        let row = self.scores.as_ref().and_then(|scores| scores.rows.get(index).copied());
        match row {
            Some(row) => Place::file(self.table.display().to_string()).row(row).column("score"),
            None => Place::file(self.folder.join(CARD).display().to_string()).column("parts"),
        }
    }

    /// Where the table of scores lies, or the card of a combination.
    pub(super) fn place(&self) -> Place {
        let file = if self.scores.is_some() { self.table.clone() } else { self.folder.join(CARD) };
        Place::file(file.display().to_string())
    }
}

/// A column without scores that has the name and the rest from a card.
fn named(card: &Card, protocol: Protocol) -> ScoreColumn {
    ScoreColumn {
        proxy: card.name.clone(),
        version: card.version,
        params: Params::none(),
        protocol,
        label: format!("{} (submitted)", card.name),
        direction: card.direction,
        class: card.class,
        slots: Vec::new(),
        wall_ns: None,
        timed_twice: None,
        origin: Origin::Submission(Made::OfScores),
        audit: None,
    }
}
