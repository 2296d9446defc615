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

    /// The proxy, with its parameters where it has any.
    pub fn name(&self) -> String {
        if self.params.is_empty() {
            self.proxy.to_string()
        } else {
            format!("{} ({})", self.proxy, self.params)
        }
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
            relative_error: precision.and_then(|precision| precision.relative_error),
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
        let relative_error = errors.get(errors.len() / 2).copied();
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
        // A score that vanishes in double precision and not in single gives infinity.
        (Some(single), Some(double)) => {
            let difference = (single - double).abs();
            Some(if difference > 0.0 { difference / double.abs() } else { 0.0 })
        }
        _ => Some(f64::INFINITY),
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Signal;

    use super::super::testing::benchmark;
    use super::*;
    use crate::benchmark::find as find_benchmark;
    use crate::rank::Origin;
    use crate::standard;

    const SAMPLE: [usize; 6] = [0, 2, 3, 5, 6, 7];

    fn info() -> &'static BenchmarkInfo {
        find_benchmark(&"flexibert".into()).unwrap()
    }

    /// A column of eight architectures.
    fn column(name: &str, dtype: Dtype, seed: u64, score: impl Fn(usize) -> f64) -> ScoreColumn {
        let proxy = find(name).unwrap();
        let standard = standard::protocol(info(), Reading::AsTrained, Signal::Ones);
        ScoreColumn {
            proxy: proxy.id(),
            version: proxy.version,
            params: proxy.default_params(),
            protocol: under(proxy, &standard, dtype, seed),
            label: name.to_owned(),
            direction: proxy.direction,
            class: proxy.class,
            slots: (0..8).map(|place| slot(score(place))).collect(),
            wall_ns: None,
            timed_twice: None,
            origin: Origin::Results,
            audit: None,
        }
    }

    fn slot(score: f64) -> Slot {
        if score.is_nan() { Slot::Failed } else { Slot::Score(score) }
    }

    fn seeds(name: &str, score: impl Fn(usize, u64) -> f64) -> Vec<ScoreColumn> {
        (0..=4).map(|seed| column(name, Dtype::F32, seed, |place| score(place, seed))).collect()
    }

    fn only(columns: &[ScoreColumn]) -> Audited {
        let audited = judge(info(), &SAMPLE, columns);
        assert_eq!(audited.len(), 1, "{audited:?}");
        assert!(columns.iter().all(|column| audited[0].is_of(info(), column)));
        audited.into_iter().next().unwrap()
    }

    #[test]
    fn digits_in_double_precision_and_rankings_under_seeds_decide() {
        let steady = |place: usize, seed: u64| place as f64 + 1.0 + 0.01 * seed as f64;
        let mut columns = seeds("grad_norm", steady);
        columns.push(column("grad_norm", Dtype::F64, 0, |place| steady(place, 0) * (1.0 + 1e-6)));
        let audited = only(&columns);
        assert_eq!((audited.verdict, audited.architectures), (Some(Verdict::Sound), 6));
        assert!((audited.relative_error.unwrap() - 1e-6).abs() < 1e-9);
        assert_eq!((audited.precision_agreement, audited.seed_agreement), (Some(1.0), Some(1.0)));

        columns[5] = column("grad_norm", Dtype::F64, 0, |place| steady(place, 0) * 1e-8);
        let noise = only(&columns);
        assert_eq!(noise.verdict, Some(Verdict::RoundingNoise));
        assert!((noise.relative_error.unwrap() - 1e8).abs() < 1e3 && noise.precision_agreement == Some(1.0));

        let lucky = |place: usize, seed: u64| if seed == 3 { -(place as f64) } else { place as f64 };
        let mut columns = seeds("grad_norm", lucky);
        columns.push(column("grad_norm", Dtype::F64, 0, |place| lucky(place, 0)));
        let lucky = only(&columns);
        // Four of the ten pairs are reversed.
        assert_eq!(lucky.verdict, Some(Verdict::SeedSensitive));
        assert!((lucky.seed_agreement.unwrap() - 0.2).abs() < 1e-12);
    }

    #[test]
    fn only_the_sample_counts_and_all_of_it_must_be_there() {
        let mut columns = seeds("weight_norm", |place, _| place as f64);
        assert_eq!(only(&columns).verdict, Some(Verdict::Sound));
        columns[2].slots[4] = Slot::Absent;
        assert_eq!(only(&columns).verdict, Some(Verdict::Sound));
        columns[2].slots[5] = Slot::Absent;
        let audited = only(&columns);
        assert_eq!((audited.verdict, audited.seed_agreement), (None, None));
    }

    #[test]
    fn a_score_that_fails_in_one_precision_only_is_noise() {
        let mut columns = seeds("grad_norm", |place, _| if place > 2 { f64::NAN } else { place as f64 });
        columns.push(column("grad_norm", Dtype::F64, 0, |place| place as f64));
        let audited = only(&columns);
        assert_eq!(
            (audited.relative_error, audited.verdict),
            (Some(f64::INFINITY), Some(Verdict::RoundingNoise))
        );
    }

    #[test]
    fn closed_forms_are_exact_and_constants_useless() {
        assert_eq!(only(&[column("nsc", Dtype::F32, 0, |place| place as f64)]).verdict, Some(Verdict::Exact));
        for score in [0.0, f64::NAN] {
            let columns = [column("eznas", Dtype::F32, 0, |_| score)];
            assert_eq!(only(&columns).verdict, Some(Verdict::NoSpread));
        }
    }

    #[test]
    fn other_conditions_older_versions_and_released_scores_are_not_audited() {
        let mut batch = column("grad_norm", Dtype::F32, 0, |place| place as f64);
        batch.protocol.batch_size = 4;
        let mut older = column("grad_norm", Dtype::F32, 0, |place| place as f64);
        older.version += 1;
        let mut released = column("grad_norm", Dtype::F32, 0, |place| place as f64);
        released.proxy = "grad_norm.published".into();
        assert_eq!(judge(info(), &SAMPLE, &[batch, older, released]), []);
    }

    #[test]
    fn a_benchmark_can_be_audited_on_its_own_sample() {
        let benchmark = benchmark(8);
        let sample = super::super::sample(&benchmark).unwrap();
        let columns = seeds("weight_norm", |place, _| place as f64);
        assert_eq!(judge(benchmark.info, &sample, &columns)[0].architectures, 8);
    }
}
