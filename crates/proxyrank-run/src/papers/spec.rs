//! The description of one published table: which data, which protocol, which rows, which values, how close is close.
//!
//! These files hold *other people's* numbers. Our own are computed when the table is reproduced, so that a typed
//! number can never pass for a measured one.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_report::ledger::Provenance;
use proxyrank_schema::{BenchmarkId, ProxyName, Reading, Signal};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A statistic that a published table may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Kendall tau-b.
    TauB,
    /// Kendall tau-a.
    TauA,
    /// Spearman rho.
    Rho,
    /// Pearson r.
    R,
    /// Kendall tau over the pairs whose #params differ by less than 10%.
    ClosePairs,
    /// Tau-b on the 10% of the architectures with the best validation metric.
    #[serde(rename = "top10_tau_b")]
    Top10TauB,
    /// Rho on the same.
    Top10Rho,
    /// Tau-b between the score and #params.
    SizeTauB,
    /// Rho between the score and #params.
    SizeRho,
    /// Rho on the first 50 architectures of the benchmark.
    #[serde(rename = "first50_rho")]
    First50Rho,
    /// Rho on the architectures with two layers.
    TwoLayersRho,
    /// Rho on those with four.
    FourLayersRho,
}

impl Statistic {
    /// The field's name for it.
    pub fn title(self) -> &'static str {
        match self {
            Self::TauB => "Kendall tau-b",
            Self::TauA => "Kendall tau-a",
            Self::Rho => "Spearman rho",
            Self::R => "Pearson r",
            Self::ClosePairs => "10%-pairs tau",
            Self::Top10TauB => "tau-b on the best 10%",
            Self::Top10Rho => "rho on the best 10%",
            Self::SizeTauB => "tau-b with #params",
            Self::SizeRho => "rho with #params",
            Self::First50Rho => "rho on the first 50",
            Self::TwoLayersRho => "rho at 2 layers",
            Self::FourLayersRho => "rho at 4 layers",
        }
    }

    /// A name for narrow columns.
    pub fn short(self) -> &'static str {
        match self {
            Self::TauB => "tau-b",
            Self::TauA => "tau-a",
            Self::Rho => "rho",
            Self::R => "r",
            Self::ClosePairs => "10%-pairs",
            Self::Top10TauB => "top-10% tau-b",
            Self::Top10Rho => "top-10% rho",
            Self::SizeTauB => "size tau-b",
            Self::SizeRho => "size rho",
            Self::First50Rho => "first-50 rho",
            Self::TwoLayersRho => "2-layer rho",
            Self::FourLayersRho => "4-layer rho",
        }
    }

    /// The key in a table's file.
    pub fn key(self) -> &'static str {
        match self {
            Self::TauB => "tau_b",
            Self::TauA => "tau_a",
            Self::Rho => "rho",
            Self::R => "r",
            Self::ClosePairs => "close_pairs",
            Self::Top10TauB => "top10_tau_b",
            Self::Top10Rho => "top10_rho",
            Self::SizeTauB => "size_tau_b",
            Self::SizeRho => "size_rho",
            Self::First50Rho => "first50_rho",
            Self::TwoLayersRho => "two_layers_rho",
            Self::FourLayersRho => "four_layers_rho",
        }
    }
}

/// A published table, as its file in `benchmarks/papers` describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperTable {
    /// Name on the command line and of the files that the table is written to.
    pub id: String,
    /// Title.
    pub title: String,
    /// Key of the paper in the bibliography.
    pub paper: String,
    /// Where the values stand.
    pub source: String,
    /// How the values reached us.
    pub provenance: Provenance,
    /// The benchmark of rows that do not name their own.
    pub benchmark: BenchmarkId,
    /// The ground truth of rows that do not name their own.
    pub metric: String,
    /// The reading of rows that do not name their own.
    pub reading: Reading,
    /// What the published gradient metrics back-propagated.
    pub signal: Option<Signal>,
    /// Largest difference at which a replayed value still holds.
    pub tolerance: f64,
    /// The same for a recomputed value; `tolerance` where absent.
    pub recompute_tolerance: Option<f64>,
    /// Tolerances of single statistics.
    #[serde(default)]
    pub tolerances: BTreeMap<Statistic, f64>,
    /// What a reader must know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The rows.
    pub rows: Vec<PaperRow>,
}

/// One row of a published table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperRow {
    /// How the row is called.
    pub label: String,
    /// The released scores that replay it.
    pub replay: Option<ProxyName>,
    /// Our proxy that recomputes it.
    pub proxy: Option<ProxyName>,
    /// Whether the source takes the smaller of our scores for the better one, against the proxy's own direction.
    #[serde(default)]
    pub turned: bool,
    /// Overrides the table's benchmark.
    pub benchmark: Option<BenchmarkId>,
    /// Overrides the table's ground truth.
    pub metric: Option<String>,
    /// Overrides the table's reading.
    pub reading: Option<Reading>,
    /// Overrides the table's signal.
    pub signal: Option<Signal>,
    /// Overrides the table's provenance.
    pub provenance: Option<Provenance>,
    /// Overrides the table's tolerance.
    pub tolerance: Option<f64>,
    /// Overrides the table's tolerance for recomputed values.
    pub recompute_tolerance: Option<f64>,
    /// Tolerances of single statistics; they override all others.
    #[serde(default)]
    pub tolerances: BTreeMap<Statistic, f64>,
    /// Provenances of single statistics.
    #[serde(default)]
    pub provenances: BTreeMap<Statistic, Provenance>,
    /// The published values.
    pub values: BTreeMap<Statistic, f64>,
}

/// What is wrong with a file of published numbers.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The file does not parse.
    #[error("benchmarks/{file}: {source}")]
    Syntax {
        /// The file below `benchmarks`.
        file: String,
        /// Line, column and what was expected.
        source: Box<toml::de::Error>,
    },
    /// The file parses and still makes no sense.
    #[error("benchmarks/{file}: {problem}")]
    Content {
        /// The file below `benchmarks`.
        file: String,
        /// What is wrong, and where.
        problem: String,
    },
}

impl SpecError {
    /// Reads a file below `benchmarks` that is compiled in.
    pub(crate) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Self> {
        toml::from_str(text)
            .map_err(|source| Self::Syntax { file: file.to_owned(), source: Box::new(source) })
    }
}

impl PaperTable {
    /// Reads and checks one description. `file` only names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, SpecError> {
        let file = format!("papers/{file}");
        let table: Self = SpecError::read(&file, text)?;
        table.check().map_err(|problem| SpecError::Content { file, problem })?;
        Ok(table)
    }

    fn check(&self) -> Result<(), String> {
        if self.rows.is_empty() {
            return Err("a table needs at least one row".to_owned());
        }
        let mut labels = BTreeSet::new();
        for row in &self.rows {
            let benchmark = row.benchmark.as_ref().unwrap_or(&self.benchmark);
            if !labels.insert((benchmark, &row.label)) {
                return Err(format!("two rows are called `{}` on {benchmark}", row.label));
            }
            if row.values.is_empty() {
                return Err(format!("row `{}` has no values", row.label));
            }
            if row.proxy.is_none() && row.replay.is_none() {
                return Err(format!("row `{}` names neither `replay` nor `proxy`", row.label));
            }
            if let Some((statistic, value)) = row.values.iter().find(|(_, v)| !v.is_finite() || v.abs() > 1.0)
            {
                return Err(format!("row `{}`: {} = {value} is no correlation", row.label, statistic.key()));
            }
        }
        let of_row = |row: &PaperRow| [row.tolerance, row.recompute_tolerance].into_iter().flatten();
        let of_rows = self.rows.iter().flat_map(|row| of_row(row).chain(row.tolerances.values().copied()));
        let of_table = [self.tolerance].into_iter().chain(self.recompute_tolerance);
        let mut all = of_table.chain(self.tolerances.values().copied()).chain(of_rows);
        if let Some(bad) = all.find(|t| t.is_nan() || *t <= 0.0) {
            return Err(format!("a tolerance must be above 0, not {bad}"));
        }
        Ok(())
    }

    /// The tolerance of a replayed value.
    pub fn replay_tolerance(&self, row: &PaperRow, statistic: Statistic) -> f64 {
        let single = row.tolerances.get(&statistic).or(self.tolerances.get(&statistic)).copied();
        single.or(row.tolerance).unwrap_or(self.tolerance)
    }

    /// The tolerance of a recomputed value; never narrower than the digits that were published.
    pub fn recompute_tolerance(&self, row: &PaperRow, statistic: Statistic) -> f64 {
        let wanted = row.recompute_tolerance.or(row.tolerance).or(self.recompute_tolerance).unwrap_or(0.0);
        wanted.max(self.replay_tolerance(row, statistic))
    }

    /// Every benchmark that the table needs.
    pub fn benchmarks(&self) -> BTreeSet<BenchmarkId> {
        self.rows.iter().map(|row| row.benchmark.clone().unwrap_or_else(|| self.benchmark.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"
        id = "t"
        title = "T"
        paper = "p"
        source = "s"
        provenance = "printed"
        benchmark = "flexibert"
        metric = "glue"
        reading = "declared"
        tolerance = 0.01
    "#;

    fn parse(rows: &str) -> Result<PaperTable, SpecError> {
        PaperTable::parse("t.toml", &format!("{HEAD}\nrows = [{rows}]"))
    }

    #[test]
    fn an_unknown_statistic_is_named() {
        let error = parse(r#"{ label = "a", proxy = "nsc", values = { tau = 0.1 } }"#).unwrap_err();
        assert!(format!("{error}").contains("tau"), "{error}");
    }

    #[test]
    fn values_that_are_no_correlations_are_refused() {
        let error = parse(r#"{ label = "a", proxy = "nsc", values = { tau_b = 69.5 } }"#).unwrap_err();
        assert_eq!(error.to_string(), "benchmarks/papers/t.toml: row `a`: tau_b = 69.5 is no correlation");
    }

    #[test]
    fn a_row_needs_scores_and_a_name_of_its_own() {
        assert!(parse(r#"{ label = "a", values = { tau_b = 0.5 } }"#).is_err());
        let twice = r#"{ label = "a", proxy = "x", values = { r = 0.5 } }, { label = "a", proxy = "y", values = { r = 0.5 } }"#;
        assert!(parse(twice).unwrap_err().to_string().contains("two rows"));
    }

    #[test]
    fn a_statistic_tolerance_overrides_the_table() {
        let text = format!(
            "{HEAD}\ntolerances = {{ rho = 0.5 }}\nrows = [{{ label = \"a\", proxy = \"x\", values = {{ rho = 0.1 }} }}]"
        );
        let table = PaperTable::parse("t.toml", &text).unwrap();
        assert!((table.replay_tolerance(&table.rows[0], Statistic::Rho) - 0.5).abs() < 1e-15);
        assert!((table.replay_tolerance(&table.rows[0], Statistic::TauB) - 0.01).abs() < 1e-15);
    }
}
