//! What the three stored tables have in common: a key, an order, and values that must make sense.

use std::cmp::Ordering;

use polars::prelude::Column;
use proxyrank_schema::{
    BenchmarkId, SCHEMA_VERSION, ScoreKey, ScoreRow, Status, Timing, TimingRow, TruthRow,
};

use crate::columns::Columns;
use crate::layout::Table;
use crate::{StoreError, codec};

/// A value that no stored row may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: &'static str,
    pub(crate) reason: String,
}

/// A row of one of the stored tables.
pub(crate) trait Record: Clone {
    const TABLE: Table;

    /// The Arrow schema of the table.
    fn schema() -> arrow_schema::Schema;
    /// Rows as columns, in the schema's order.
    fn to_columns(rows: &[Self]) -> Vec<Column>;
    /// Columns as rows.
    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, StoreError>;
    fn benchmark(&self) -> &BenchmarkId;
    /// The order of the table; rows that are equal in it have one key.
    fn order(&self, other: &Self) -> Ordering;
    /// Whether everything is equal, numbers bit by bit.
    fn same(&self, other: &Self) -> bool;
    /// The key for a message.
    fn describe(&self) -> String;
    /// What is impossible about the row.
    fn fault(&self) -> Option<Fault>;
}

impl Record for ScoreRow {
    const TABLE: Table = Table::Scores;

    fn schema() -> arrow_schema::Schema {
        proxyrank_schema::arrow::scores()
    }

    fn to_columns(rows: &[Self]) -> Vec<Column> {
        codec::score_columns(rows)
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, StoreError> {
        codec::score_rows(columns)
    }

    fn benchmark(&self) -> &BenchmarkId {
        &self.key.benchmark
    }

    fn order(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }

    fn same(&self, other: &Self) -> bool {
        let bits = |row: &Self| row.outcome.score.map(f64::to_bits);
        self.key == other.key
            && bits(self) == bits(other)
            && self.outcome.status == other.outcome.status
            && self.outcome.detail == other.outcome.detail
    }

    fn describe(&self) -> String {
        describe_key(&self.key)
    }

    fn fault(&self) -> Option<Fault> {
        let score = |reason: String| Some(Fault { column: "score", reason });
        match (self.outcome.score, self.outcome.status) {
            (Some(value), Status::Ok) if value.is_finite() => key_fault(&self.key),
            (Some(value), Status::Ok) => score(format!("{value} under status ok; only a finite score is ok")),
            (Some(value), status) => score(format!("{value} under status {status}; it must be null")),
            (None, Status::Ok) => score("null under status ok; it must be a number".to_owned()),
            (None, _) => key_fault(&self.key),
        }
    }
}

impl Record for TimingRow {
    const TABLE: Table = Table::Timings;

    fn schema() -> arrow_schema::Schema {
        proxyrank_schema::arrow::timings()
    }

    fn to_columns(rows: &[Self]) -> Vec<Column> {
        codec::timing_columns(rows)
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, StoreError> {
        codec::timing_rows(columns)
    }

    fn benchmark(&self) -> &BenchmarkId {
        &self.key.benchmark
    }

    fn order(&self, other: &Self) -> Ordering {
        (&self.key, measurement(self)).cmp(&(&other.key, measurement(other)))
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn describe(&self) -> String {
        format!(
            "the {} timing of {} on {} threads of machine {} in run {}",
            self.timing,
            describe_key(&self.key),
            self.threads,
            self.machine_id,
            self.run_id
        )
    }

    fn fault(&self) -> Option<Fault> {
        key_fault(&self.key)
    }
}

impl Record for TruthRow {
    const TABLE: Table = Table::GroundTruth;

    fn schema() -> arrow_schema::Schema {
        proxyrank_schema::arrow::ground_truth()
    }

    fn to_columns(rows: &[Self]) -> Vec<Column> {
        codec::truth_columns(rows)
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, StoreError> {
        codec::truth_rows(columns)
    }

    fn benchmark(&self) -> &BenchmarkId {
        &self.benchmark
    }

    fn order(&self, other: &Self) -> Ordering {
        let key =
            |row: &Self| (row.benchmark.clone(), row.arch_id.clone(), row.metric.clone(), row.train_seed);
        key(self).cmp(&key(other))
    }

    fn same(&self, other: &Self) -> bool {
        self.order(other).is_eq()
            && self.value.to_bits() == other.value.to_bits()
            && self.higher_is_better == other.higher_is_better
    }

    fn describe(&self) -> String {
        format!("{} of {} {} (training seed {})", self.metric, self.benchmark, self.arch_id, self.train_seed)
    }

    fn fault(&self) -> Option<Fault> {
        (!self.value.is_finite()).then(|| Fault {
            column: "value",
            reason: format!("{} is no ground truth; leave the architecture out", self.value),
        })
    }
}

/// Whether two tables are equal, numbers bit by bit.
pub(crate) fn same_rows<R: Record>(a: &[R], b: &[R]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
}

/// What tells apart the timings of one score: two runs may time the same thing, one run only once.
fn measurement(row: &TimingRow) -> (Timing, u32, &str, &str, &str, &str) {
    (row.timing, row.threads, &row.machine_id, &row.build_profile, &row.tool_version, &row.run_id)
}

fn key_fault(key: &ScoreKey) -> Option<Fault> {
    (key.schema_version != SCHEMA_VERSION).then(|| Fault {
        column: "schema_version",
        reason: format!("{} where this version writes {SCHEMA_VERSION}", key.schema_version),
    })
}

/// A key in words, with every axis that a reader may have to tell apart.
pub(crate) fn describe_key(key: &ScoreKey) -> String {
    let p = &key.protocol;
    let file: String = key.benchmark_sha256.chars().take(8).collect();
    format!(
        "{} version {} {} of {} {} (benchmark file {file}, reading {}, signal {}, input {} {} x {}, mode {}, seeds \
         {} and {}, {} on {})",
        key.proxy,
        key.proxy_version,
        key.params.as_str(),
        key.benchmark,
        key.arch_id,
        p.reading,
        p.signal,
        p.input,
        p.batch_size,
        p.seq_len,
        p.mode,
        p.init_seed,
        p.data_seed,
        p.dtype,
        p.device
    )
}
