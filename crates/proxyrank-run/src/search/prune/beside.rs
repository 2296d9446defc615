//! Records of the parts that are no searches.

use std::path::Path;

use proxyrank_predict::Method;
use proxyrank_prune::ratios::{Judged as JudgedPredictor, Pair, quality};
use proxyrank_prune::runner::{
    BaselineHeader, BaselineRecord, PairRecord, PickRecord, ProxyHeader, ProxyRecord, RatioHeader,
};
use proxyrank_prune::space::Counts;
use proxyrank_prune::zero_cost::{Candidate, Comparison, Guided, Judged, Scored, Stage, guided, judge};
use proxyrank_stats::{BootstrapOptions, StatsError};
use serde::de::DeserializeOwned;

use super::summary::lines;
use crate::RunError;

/// A guided search evaluates one in so many of the candidates.
const ONE_IN: usize = 10;
/// Random choices that it is compared with.
const DRAWS: usize = 2000;
/// Resamples behind intervals.
const RESAMPLES: usize = 1000;

/// Pruning without a search.
#[derive(Debug, Clone)]
pub struct BaselineRun {
    /// What its records have in common.
    pub header: BaselineHeader,
    /// The pruned networks.
    pub records: Vec<BaselineRecord>,
}

/// Zero-cost proxies on sub-networks.
#[derive(Debug, Clone)]
pub struct ProxyRun {
    /// What its records have in common.
    pub header: ProxyHeader,
    /// The candidates.
    pub records: Vec<ProxyRecord>,
}

/// Pruning by a predictor of keep ratios.
#[derive(Debug, Clone)]
pub struct RatioRun {
    /// What its records have in common.
    pub header: RatioHeader,
    /// Pairs of keep ratios and errors.
    pub pairs: Vec<PairRecord>,
    /// What was chosen at each size.
    pub picks: Vec<PickRecord>,
}

/// Which weights scores were computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The pre-trained ones with a fresh classifier.
    Pretrained,
    /// The super-network's.
    Supernet,
}

impl On {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pretrained, Self::Supernet];

    const fn scored(self, record: &ProxyRecord) -> &Scored {
        match self {
            Self::Pretrained => &record.pretrained,
            Self::Supernet => &record.supernet,
        }
    }
}

/// A header and its records, where both are there.
fn with_header<H: DeserializeOwned, R: DeserializeOwned>(
    folder: &Path,
    header: &str,
    records: &str,
) -> Result<Option<(H, Vec<R>)>, RunError> {
    let found = lines(&folder.join(header))?.pop();
    let records = lines(&folder.join(records))?;
    Ok(found.filter(|_| !records.is_empty()).map(|header| (header, records)))
}

impl BaselineRun {
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, RunError> {
        let found = with_header(folder, "baselines.json", "baselines.jsonl")?;
        Ok(found.map(|(header, records)| Self { header, records }))
    }

    /// Sizes, largest first, the whole network left out.
    pub fn shares(&self) -> Vec<f64> {
        falling(self.records.iter().map(|record| record.target))
    }
}

/// Different shares below one, largest first.
pub(super) fn falling(shares: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut shares: Vec<f64> = shares.filter(|share| *share < 1.0).collect();
    shares.sort_by(|one, other| other.total_cmp(one));
    shares.dedup();
    shares
}

impl ProxyRun {
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, RunError> {
        let found = with_header(folder, "proxies.json", "proxies.jsonl")?;
        Ok(found.map(|(header, records)| Self { header, records }))
    }

    fn candidate<'a>(record: &'a ProxyRecord, on: On, full: &Counts) -> Candidate<'a> {
        Candidate { error: record.error, share: record.kept.share(full), scores: &on.scored(record).scores }
    }

    fn candidates(&self, on: On, full: &Counts) -> Vec<Candidate<'_>> {
        let candidate = |record| Self::candidate(record, on, full);
        self.records.iter().map(candidate).collect()
    }

    /// What each proxy's ranking of the candidates is worth; nothing where all errors are equal.
    pub fn judge(&self, on: On, full: &Counts) -> Result<Option<Vec<Judged>>, RunError> {
        let options =
            BootstrapOptions { resamples: RESAMPLES, seed: self.header.seed, ..BootstrapOptions::default() };
        match judge(&self.candidates(on, full), &options) {
            Err(StatsError::Constant { .. }) => Ok(None),
            found => Ok(Some(found.map_err(RunError::stats("proxies on sub-networks"))?)),
        }
    }

    /// What a search finds that evaluates the tenth that each proxy likes.
    pub fn guided(&self, on: On, full: &Counts) -> Result<Vec<Guided>, RunError> {
        let count = self.records.len() as f64;
        let mean = |of: &dyn Fn(&ProxyRecord) -> f64| self.records.iter().map(of).sum::<f64>() / count;
        let comparison = Comparison {
            picks: self.picks(),
            scoring: std::array::from_fn::<f64, { Stage::ALL.len() }, _>(|stage| {
                mean(&|record| on.scored(record).seconds[stage])
            }),
            evaluating: mean(&|record| record.seconds),
            draws: DRAWS,
            seed: self.header.seed,
        };
        guided(&self.candidates(on, full), &comparison).map_err(RunError::stats("guided searches"))
    }

    /// Candidates that a guided search evaluates.
    pub fn picks(&self) -> usize {
        self.records.len().div_ceil(ONE_IN)
    }
}

impl RatioRun {
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, RunError> {
        let Some((header, pairs)) = with_header(folder, "ratios.json", "pairs.jsonl")? else {
            return Ok(None);
        };
        Ok(Some(Self { header, pairs, picks: lines(&folder.join("picks.jsonl"))? }))
    }

    /// What predictors are worth on the pairs that they have not seen; nothing while there are fewer pairs than were asked for.
    pub fn quality(&self) -> Result<Option<Vec<JudgedPredictor>>, RunError> {
        if self.pairs.len() < self.header.pairs {
            return Ok(None);
        }
        let pairs: Vec<Pair> = self.pairs.iter().map(PairRecord::pair).collect();
        Ok(Some(quality(&pairs, &self.header.size, self.header.seed)?))
    }

    /// Sizes, largest first, the whole network left out.
    pub fn shares(&self) -> Vec<f64> {
        falling(self.picks.iter().map(|pick| pick.target))
    }

    /// Whether the search asked this predictor.
    pub fn asked(&self, method: Method) -> bool {
        self.header.predictor == method.as_str()
    }
}
