//! The writer of one shard.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use proxyrank_schema::{ScoreKey, ScoreRow, TimingRow};

use crate::journal::{Journal, OpenJournal};
use crate::layout::{Folder, Table};
use crate::lock::Lock;
use crate::parquet::encode;
use crate::record::{Record, describe_key};
use crate::{Shard, StoreError, disk, snapshot};

/// After how many architectures a journal is sealed into Parquet parts, unless told otherwise.
pub const DEFAULT_SEAL_EVERY: NonZeroUsize = NonZeroUsize::new(256).unwrap();

/// Appends the finished architectures of one shard; nobody else writes that shard meanwhile.
///
/// Dropping a writer leaves the journal as it is, which the next writer of the shard takes over;
/// [`ShardWriter::finish`] leaves Parquet only.
#[derive(Debug)]
pub struct ShardWriter {
    folder: Folder,
    shard: Shard,
    seal_every: NonZeroUsize,
    done: HashSet<ScoreKey>,
    timed: HashSet<TimingKey>,
    journal: Option<OpenJournal>,
    state: State,
    _locks: [Lock; 2],
}

/// What the next append must know about the last write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Sound,
    /// A seal failed midway. Its parts may exist, and readers then skip the journal, so that it may not grow.
    SealPending,
    /// The journal ends in half a line.
    Broken,
}

/// What identifies a timing: one run times a thing once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct TimingKey {
    key: ScoreKey,
    timing: proxyrank_schema::Timing,
    threads: u32,
    machine_id: String,
    build_profile: String,
    tool_version: String,
    run_id: String,
}

impl From<&TimingRow> for TimingKey {
    fn from(row: &TimingRow) -> Self {
        Self {
            key: row.key.clone(),
            timing: row.timing,
            threads: row.threads,
            machine_id: row.machine_id.clone(),
            build_profile: row.build_profile.clone(),
            tool_version: row.tool_version.clone(),
            run_id: row.run_id.clone(),
        }
    }
}

impl ShardWriter {
    /// Takes the shard's lock, clears up after a killed predecessor, and reads what is done.
    pub(crate) fn open(folder: Folder, shard: Shard) -> Result<Self, StoreError> {
        disk::create_folder(&folder.path)?;
        let locks = [Lock::add_to(&folder)?, Lock::shard(&folder, shard)?];
        for prefix in [format!("part-{}-", shard.file_stem()), format!("journal-{}.", shard.file_stem())] {
            folder.temporaries(&prefix)?.iter().try_for_each(|path| disk::remove(path))?;
        }
        let journal = match Journal::read(&folder.journal(shard))? {
            Some(journal) if has_parts(&folder, &journal) => {
                seal(&folder, &journal)?;
                None
            }
            Some(journal) => Some(OpenJournal::reopen(journal)?),
            None => None,
        };
        let done = snapshot::read::<ScoreRow>(&folder)?.into_iter().map(|row| row.key).collect();
        let timed = snapshot::read::<TimingRow>(&folder)?.iter().map(TimingKey::from).collect();
        let (seal_every, state) = (DEFAULT_SEAL_EVERY, State::Sound);
        Ok(Self { folder, shard, seal_every, done, timed, journal, state, _locks: locks })
    }

    /// Seals after this many architectures instead of [`DEFAULT_SEAL_EVERY`].
    #[must_use]
    pub fn sealing_every(mut self, architectures: NonZeroUsize) -> Self {
        self.seal_every = architectures;
        self
    }

    /// Which shard this is.
    pub const fn shard(&self) -> Shard {
        self.shard
    }

    /// The keys that the benchmark's folder holds, whichever shard or run stored them.
    pub const fn done(&self) -> &HashSet<ScoreKey> {
        &self.done
    }

    /// Stores all rows of one finished architecture; when this returns, a kill no longer loses them.
    ///
    /// After an error in the append itself nothing of the architecture is stored. If the append succeeded and the
    /// seal that followed it failed, the error is the seal's and the keys are in [`ShardWriter::done`]; the next
    /// append tries that seal again first.
    pub fn append(&mut self, scores: &[ScoreRow], timings: &[TimingRow]) -> Result<(), StoreError> {
        match self.state {
            State::Sound => {}
            State::SealPending => self.seal()?,
            State::Broken => return Err(StoreError::Broken { path: self.journal_path() }),
        }
        self.refuse(scores, timings)?;
        if scores.is_empty() && timings.is_empty() {
            return Ok(());
        }
        let journal = match self.journal.take() {
            Some(journal) => journal,
            None => OpenJournal::create(&self.folder, self.shard)?,
        };
        let journal = self.journal.insert(journal);
        if let Err(error) = journal.append(scores, timings) {
            if matches!(error, StoreError::Broken { .. }) {
                self.state = State::Broken;
            }
            return Err(error);
        }
        let architectures = journal.journal.architectures;
        self.done.extend(scores.iter().map(|row| row.key.clone()));
        self.timed.extend(timings.iter().map(TimingKey::from));
        if architectures >= self.seal_every.get() { self.seal() } else { Ok(()) }
    }

    /// Moves the journal's rows into Parquet parts.
    pub fn seal(&mut self) -> Result<(), StoreError> {
        if self.state == State::Broken {
            return Err(StoreError::Broken { path: self.journal_path() });
        }
        if let Some(open) = &self.journal {
            self.state = State::SealPending;
            seal(&self.folder, &open.journal)?;
        }
        self.journal = None;
        self.state = State::Sound;
        Ok(())
    }

    /// Seals what is left and gives the shard back.
    pub fn finish(mut self) -> Result<(), StoreError> {
        self.seal()
    }

    fn journal_path(&self) -> PathBuf {
        self.folder.journal(self.shard)
    }

    /// Refuses rows of another benchmark, impossible values, and keys that are stored or given twice.
    fn refuse(&self, scores: &[ScoreRow], timings: &[TimingRow]) -> Result<(), StoreError> {
        let mut new_scores = HashSet::new();
        for row in scores {
            check(&self.folder, row)?;
            if self.done.contains(&row.key) || !new_scores.insert(&row.key) {
                return Err(StoreError::AlreadyStored { key: describe_key(&row.key) });
            }
        }
        let mut new_timings = HashSet::new();
        for row in timings {
            check(&self.folder, row)?;
            let key = TimingKey::from(row);
            if self.timed.contains(&key) || !new_timings.insert(key) {
                return Err(StoreError::AlreadyStored { key: row.describe() });
            }
        }
        Ok(())
    }
}

/// Refuses a row that may not stand in the benchmark's folder.
pub(crate) fn check<R: Record>(folder: &Folder, row: &R) -> Result<(), StoreError> {
    let reason = if *row.benchmark() == folder.benchmark {
        row.fault().map(|fault| format!("{} is {}", fault.column, fault.reason))
    } else {
        Some(format!("it belongs to {}, not to {}", row.benchmark(), folder.benchmark))
    };
    reason.map_or(Ok(()), |reason| Err(StoreError::InvalidRow { key: row.describe(), reason }))
}

/// Whether a seal of this journal began.
fn has_parts(folder: &Folder, journal: &Journal) -> bool {
    [Table::Scores, Table::Timings].iter().any(|table| journal.is_sealed_in(folder, *table))
}

/// Writes a journal's rows as parts named after it, then deletes it.
///
/// Doing this again after a kill at any step gives the same result: the parts are whole or absent, and written anew
/// from the same rows.
pub(crate) fn seal(folder: &Folder, journal: &Journal) -> Result<(), StoreError> {
    write_part(folder, &journal.writer, &journal.id, &journal.rows.scores)?;
    write_part(folder, &journal.writer, &journal.id, &journal.rows.timings)?;
    disk::remove(&journal.path)
}

/// Writes rows as one part, sorted by key; no rows, no part.
pub(crate) fn write_part<R: Record>(
    folder: &Folder,
    writer: &str,
    id: &str,
    rows: &[R],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut rows = rows.to_vec();
    rows.sort_by(Record::order);
    let path = folder.part(R::TABLE, writer, id);
    disk::create_folder(&folder.parts(R::TABLE))?;
    disk::replace(&path, &encode(&path, &rows, &[])?)
}
