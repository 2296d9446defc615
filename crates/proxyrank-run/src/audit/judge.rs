//! From stored scores to verdicts.

use std::collections::BTreeMap;

use proxyrank_proxies::{Axis, Proxy, find};
use proxyrank_schema::{CostClass, Dtype, Params, Protocol, ProxyName, Reading};
use proxyrank_stats::{FailurePolicy, kendall_tau_b};
use serde::Serialize;

use super::verdict::{Answer, Evidence, Precision, Verdict};
use crate::benchmark::BenchmarkInfo;
use crate::papers::Stock;
use crate::programme::OTHER_SEEDS;
use crate::rank::{ColumnKey, ScoreColumn, Slot};
use crate::standard::departures;

/// A score that was audited, or could be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audited {
    /// The proxy.
    pub proxy: ProxyName,
    /// Version of its implementation.
    pub version: u32,
    /// Its parameters.
    pub params: Params,
    /// Under which conditions tables have it: the standard ones, its reading and its signal.
    pub protocol: Protocol,
    /// What it costs.
    pub class: CostClass,
    /// |f32 - f64| / |f64|, the median over the sample. Infinite where half of the scores failed in one of the two or vanish in
    /// f64; none where nothing is stored to tell, or the number type plays no part.
    pub relative_error: Option<f64>,
    /// Tau-b between the scores in single and in double precision; none as above, or where one of them is constant.
    pub precision_agreement: Option<f64>,
    /// Mean tau-b over all pairs of the five seeds; none as above, or where no seed plays a part.
    pub seed_agreement: Option<f64>,
    /// Architectures in the sample.
    pub architectures: usize,
    /// The verdict; none where it was not audited to the end.
    pub verdict: Option<Verdict>,
}

impl Audited {
    fn key(&self) -> ColumnKey {
        (self.proxy.clone(), self.version, self.params.clone(), self.protocol.clone())
    }

    /// Whether it is the same score as a column's, whatever the column's number type and seeds.
    pub fn is_of(&self, info: &BenchmarkInfo, column: &ScoreColumn) -> bool {
        subject(info, column).is_some_and(|(_, key)| key == self.key())
    }
}

/// The audit of every score of a reading that is stored under the standard protocol: proxies of ours in their present version,
/// with whatever parameters and signal they were stored. Released scores cannot be recomputed and are not among them.
pub fn audited(stock: &Stock, reading: Reading) -> Vec<Audited> {
    stock.audits(reading).to_vec()
}

/// The same from columns; `sample` has the places of the architectures.
pub(crate) fn judge(info: &BenchmarkInfo, sample: &[usize], columns: &[ScoreColumn]) -> Vec<Audited> {
    let stored: BTreeMap<ColumnKey, &ScoreColumn> =
        columns.iter().map(|column| (column.key(), column)).collect();
    let mut subjects: BTreeMap<ColumnKey, (&'static Proxy, &ScoreColumn)> = BTreeMap::new();
    for column in columns {
        if let Some((proxy, key)) = subject(info, column) {
            subjects.entry(key).or_insert((proxy, column));
        }
    }
    let of = |((proxy, version, params, protocol), (record, column)): (
        ColumnKey,
        (&'static Proxy, &ScoreColumn),
    )| {
        let runs = Runs { stored: &stored, sample, proxy: record, column, protocol: &protocol };
        let evidence = runs.evidence();
        let precision = evidence.precision.found();
        Audited {
            proxy,
            version,
            params,
            class: column.class,
            relative_error: precision.map(|precision| precision.relative_error),
            precision_agreement: precision.and_then(|precision| precision.agreement),
            seed_agreement: evidence.seeds.found().flatten(),
            architectures: sample.len(),
            verdict: evidence.verdict(),
            protocol,
        }
    };
    subjects.into_iter().map(of).collect()
}

/// Whether every architecture of a sample was evaluated.
pub(crate) fn covers(column: &ScoreColumn, sample: &[usize]) -> bool {
    sample.iter().all(|&place| column.slots[place] != Slot::Absent)
}

/// Which audited score a column belongs to: its own key with the standard seed and number type; none for released scores, older
/// versions, and other departures from the standard protocol.
fn subject(info: &BenchmarkInfo, column: &ScoreColumn) -> Option<(&'static Proxy, ColumnKey)> {
    let proxy = find(column.proxy.as_str()).ok().filter(|proxy| proxy.version == column.version)?;
    let protocol = under(proxy, &column.protocol, Dtype::F32, 0);
    departures(info, &protocol)
        .is_empty()
        .then(|| (proxy, (column.proxy.clone(), column.version, column.params.clone(), protocol)))
}

/// A protocol with another number type and seed, as far as the proxy depends on them.
fn under(proxy: &Proxy, protocol: &Protocol, dtype: Dtype, seed: u64) -> Protocol {
    proxy.protocol(&Protocol { dtype, init_seed: seed, data_seed: seed, ..protocol.clone() })
}

/// The runs of one score.
struct Runs<'a> {
    stored: &'a BTreeMap<ColumnKey, &'a ScoreColumn>,
    sample: &'a [usize],
    proxy: &'static Proxy,
    /// Any of them.
    column: &'a ScoreColumn,
    protocol: &'a Protocol,
}

impl Runs<'_> {
    /// Its scores on the sample, if they are all there.
    fn scores(&self, dtype: Dtype, seed: u64) -> Option<Vec<Slot>> {
        let protocol = under(self.proxy, self.protocol, dtype, seed);
        let column = &self.column;
        let key = (column.proxy.clone(), column.version, column.params.clone(), protocol);
        let found = self.stored.get(&key).filter(|column| covers(column, self.sample))?;
        Some(self.sample.iter().map(|&place| found.slots[place]).collect())
    }

    fn evidence(&self) -> Evidence {
        let uses = |axis| self.proxy.axes.uses(axis);
        let usual = self.scores(Dtype::F32, 0);
        let spreads = usual.as_ref().map_or(Answer::Lacking, |scores| Answer::Found(spreads(scores)));
        let precision = if uses(Axis::Dtype) {
            let both = usual.as_ref().zip(self.scores(Dtype::F64, 0));
            both.map_or(Answer::Lacking, |(single, double)| Answer::Found(self.precision(single, &double)))
        } else {
            Answer::DoesNotApply
        };
        let seeds = if uses(Axis::InitSeed) || uses(Axis::DataSeed) {
            let others = OTHER_SEEDS.iter().map(|&seed| self.scores(Dtype::F32, seed));
            let all: Option<Vec<Vec<Slot>>> = std::iter::once(usual).chain(others).collect();
            all.map_or(Answer::Lacking, |all| Answer::Found(self.mean_agreement(&all)))
        } else {
            Answer::DoesNotApply
        };
        Evidence { spreads, precision, seeds }
    }

    fn precision(&self, single: &[Slot], double: &[Slot]) -> Precision {
        let mut errors: Vec<f64> = single.iter().zip(double).filter_map(|(a, b)| error(*a, *b)).collect();
        errors.sort_unstable_by(f64::total_cmp);
        let relative_error = errors.get(errors.len() / 2).copied().unwrap_or(f64::INFINITY);
        Precision { relative_error, agreement: self.agreement(single, double) }
    }

    /// Mean tau-b over all pairs of series; none where one of them is constant.
    fn mean_agreement(&self, series: &[Vec<Slot>]) -> Option<f64> {
        let pairs = (0..series.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let taus: Option<Vec<f64>> = pairs.map(|(a, b)| self.agreement(&series[a], &series[b])).collect();
        taus.filter(|taus| !taus.is_empty()).map(|taus| taus.iter().sum::<f64>() / taus.len() as f64)
    }

    /// Tau-b of two series in which failures rank last, as they do in tables; none where one is constant.
    fn agreement(&self, a: &[Slot], b: &[Slot]) -> Option<f64> {
        let scores = |slots: &[Slot]| slots.iter().map(|slot| slot.score()).collect::<Vec<_>>();
        let sign = self.column.direction.sign();
        let aligned = FailurePolicy::RankLast.align(&[(&scores(a), sign), (&scores(b), sign)]).ok()?;
        kendall_tau_b(&aligned.scores[0], &aligned.scores[1]).ok()
    }
}

/// Whether any two scores differ.
fn spreads(scores: &[Slot]) -> bool {
    scores.windows(2).any(|pair| pair[0] != pair[1])
}

/// |single - double| / |double|; infinite where only one of them failed, nothing where both did.
fn error(single: Slot, double: Slot) -> Option<f64> {
    match (single.score(), double.score()) {
        (None, None) => None,
        (Some(single), Some(double)) if single.to_bits() == double.to_bits() => Some(0.0),
        // A score that vanishes in double precision gives infinity.
        (Some(single), Some(double)) => Some(((single - double) / double).abs()),
        _ => Some(f64::INFINITY),
    }
}
