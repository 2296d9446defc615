//! From a table's description and the stored scores to claims with verdicts.
//!
//! Every published value goes through up to three stages: replayed from the scores that were released with it, recomputed
//! on the networks that it was published for, and recomputed on the networks that were really trained. A stage that
//! cannot be run says why; nothing is left out in silence.

use std::collections::BTreeMap;

use proxyrank_proxies::papers::paper;
use proxyrank_report::ledger::{Claim, Source, Stage, StageResult};
use proxyrank_schema::{ProxyName, Reading, Signal};

use super::shelf::{Shelf, Stock};
use super::statistic::compute;
use super::{PaperRow, PaperTable, Statistic};
use crate::RunError;
use crate::audit;
use crate::benchmark::{BenchmarkInfo, Metric, find};
use crate::standard;

/// One published value of a table, judged.
#[derive(Debug, Clone)]
pub struct JudgedValue {
    /// Index of its row in the table.
    pub row: usize,
    /// Its column.
    pub statistic: Statistic,
    /// What became of it.
    pub claim: Claim,
    /// What the numerical audit says of our score on the networks that the value was published for.
    pub audit: Option<audit::Verdict>,
}

impl PaperTable {
    /// Judges every value of the table by what is on the shelf, row by row.
    pub fn judge(&self, shelf: &Shelf) -> Result<Vec<JudgedValue>, RunError> {
        let mut judged = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let audit = self.audit(shelf, row);
            for (&statistic, &published) in &row.values {
                let claim = self.claim(shelf, row, statistic, published)?;
                judged.push(JudgedValue { row: index, statistic, claim, audit });
            }
        }
        Ok(judged)
    }

    fn audit(&self, shelf: &Shelf, row: &PaperRow) -> Option<audit::Verdict> {
        let benchmark = row.benchmark.as_ref().unwrap_or(&self.benchmark);
        let (stock, info) = (shelf.get(benchmark)?, find(benchmark).ok()?);
        let (reading, signal) = (row.reading.unwrap_or(self.reading), self.signal_of(row, info));
        stock.column_under(row.proxy.as_ref()?, reading, signal)?.audit
    }

    /// What gradient proxies of a row back-propagate.
    fn signal_of(&self, row: &PaperRow, info: &BenchmarkInfo) -> Signal {
        row.signal.or(self.signal).unwrap_or(standard::signal(info))
    }

    fn claim(
        &self,
        shelf: &Shelf,
        row: &PaperRow,
        statistic: Statistic,
        published: f64,
    ) -> Result<Claim, RunError> {
        let benchmark = row.benchmark.as_ref().unwrap_or(&self.benchmark);
        let info = find(benchmark)?;
        let metric = info.metric(Some(row.metric.as_deref().unwrap_or(&self.metric)))?;
        let reading = info.reading(Some(row.reading.unwrap_or(self.reading)))?;
        let tolerance = self.replay_tolerance(row, statistic);
        let mut claim = Claim {
            id: format!("{}/{}/{}/{}", self.id, benchmark, slug(&row.label), statistic.key()),
            table: self.id.clone(),
            paper: paper(&self.paper).map_or_else(|| self.paper.clone(), proxyrank_proxies::Paper::citation),
            what: format!("{} of {}, {benchmark}, {}", statistic.title(), row.label, metric.name),
            proxy: row.proxy.clone(),
            published: Some(published),
            source: Source {
                place: self.source.clone(),
                provenance: row
                    .provenances
                    .get(&statistic)
                    .copied()
                    .or(row.provenance)
                    .unwrap_or(self.provenance),
            },
            tolerance,
            digits: digits(tolerance),
            stages: BTreeMap::new(),
        };
        let Some(stock) = shelf.get(benchmark) else {
            let lacking =
                format!("nothing is stored about it; run `proxyrank evaluate --benchmark {benchmark}`");
            claim.record(Stage::Replayed, StageResult::missing(lacking));
            return Ok(claim);
        };
        let check = Check { stock, metric, statistic, turned: false };
        if let Some(proxy) = &row.replay {
            let result = check.run(&claim, proxy, reading, standard::signal(info))?;
            claim.record(Stage::Replayed, result);
        }
        if let Some(proxy) = &row.proxy {
            let strict = Claim { tolerance: self.recompute_tolerance(row, statistic), ..claim.clone() };
            let check = Check { turned: row.turned, ..check };
            let result = check.run(&strict, proxy, reading, self.signal_of(row, info))?;
            claim.record(stage(reading), result);
            // What the same proxy says about the networks behind the labels.
            if info.readings.contains(&Reading::AsTrained) && reading != Reading::AsTrained {
                let mut result = check.run(&strict, proxy, Reading::AsTrained, standard::signal(info))?;
                if result.value.is_some() {
                    result = result.because("published for other networks than the trained ones");
                }
                claim.record(Stage::RecomputedAsTrained, result);
            }
        }
        Ok(claim)
    }
}

/// What a row's value is computed from.
struct Check<'a> {
    stock: &'a Stock,
    metric: Metric,
    statistic: Statistic,
    /// Whether the score's direction is turned first; every statistic then has the other sign.
    turned: bool,
}

impl Check<'_> {
    fn run(
        &self,
        claim: &Claim,
        proxy: &ProxyName,
        reading: Reading,
        signal: Signal,
    ) -> Result<StageResult, RunError> {
        match self.stock.column_under(proxy, reading, signal) {
            Some(column) => {
                let value = compute(&self.stock.benchmark, column, self.metric, self.statistic)?;
                Ok(if self.turned {
                    claim.judge(Some(-value)).because("with the sign of the source, which is not our proxy's")
                } else {
                    claim.judge(Some(value))
                })
            }
            None if proxy.as_str().contains(".published") => {
                Ok(StageResult::missing(format!("the released scores of {proxy} are not in the store")))
            }
            None if proxyrank_proxies::find(proxy.as_str()).is_ok() => Ok(StageResult::missing(format!(
                "not evaluated; run `proxyrank evaluate --benchmark {} --reading {reading} --proxies {proxy}`",
                self.stock.benchmark.info.id
            ))),
            None => Ok(StageResult::not_yet(format!("this version does not compute {proxy}"))),
        }
    }
}

/// The stage at which we compute on the networks of a reading.
pub(crate) fn stage(reading: Reading) -> Stage {
    match reading {
        Reading::Released => Stage::RecomputedReleased,
        Reading::AsTrained => Stage::RecomputedAsTrained,
        Reading::Declared | Reading::None => Stage::RecomputedDeclared,
    }
}

/// Decimals of a number that was published to half a unit of its last digit.
fn digits(tolerance: f64) -> usize {
    let mut unit = 1.0;
    for digits in 0..10 {
        if unit < 2.5 * tolerance {
            return digits;
        }
        unit /= 10.0;
    }
    4
}

/// A label as a part of an identifier: `Synaptic Diversity` becomes `synaptic_diversity`.
fn slug(label: &str) -> String {
    let words = label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_from_the_tolerance() {
        assert_eq!([0.005, 0.0005, 0.00005].map(digits), [2, 3, 4]);
    }

    #[test]
    fn labels_become_identifiers() {
        assert_eq!(slug("(layers, hidden, params) sort"), "layers_hidden_params_sort");
        assert_eq!(slug("4 L d^2"), "4_l_d_2");
    }
}
