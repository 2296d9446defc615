//! The table of statistics of a panel.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::BootstrapOptions;
use super::block::LANES;
use super::paired::{Comparison, compare_pairs, tie_groups};
use super::panel::{Panel, Prepared};
use super::replicate::{Columns, Replicates, Workspace, draw};
use crate::error::StatsError;
use crate::estimate::Estimate;
use crate::random::stream;
use crate::ranks::{Margin, pair_count};

/// What a panel says about each proxy, and about each pair of proxies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// One entry per proxy, in the order of the panel.
    pub proxies: Vec<ProxyStatistics>,
    /// All pairs of proxies whose tau-b is defined, `a < b`.
    pub comparisons: Vec<Comparison>,
    /// Every proxy against every rival of the panel.
    pub rivalry: Rivalry,
}

/// Every proxy against every rival, with Holm's correction over all of them. In each comparison `a` is the proxy and `b`
/// the rival.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rivalry {
    /// By tau-b, where both have one.
    pub by_tau_b: Vec<Comparison>,
    /// By tau-a, which does not reward a score for the pairs that it leaves undecided.
    pub by_tau_a: Vec<Comparison>,
}

/// The statistics of one proxy. A statistic that is undefined for it (every correlation of a constant
/// score) or for which the panel lacks the data is `None`; no field is ever NaN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProxyStatistics {
    /// Kendall's tau-b with the truth.
    pub tau_b: Option<Estimate>,
    /// Kendall's tau-a with the truth; 0 for a constant score.
    pub tau_a: Estimate,
    /// Spearman's rho with the truth.
    pub rho: Option<Estimate>,
    /// Pearson's r with the truth.
    pub r: Option<Estimate>,
    /// The share of pairs tied in the score.
    pub tie_share: f64,
    /// Partial tau-b given the size.
    pub partial_tau: Option<Estimate>,
    /// Partial rho given the size.
    pub partial_rho: Option<Estimate>,
    /// Partial tau-b given each of the panel's further variables, in their order.
    pub given: Vec<Option<Estimate>>,
    /// Tau-b over the pairs that share a cell.
    pub within_cell: Option<Estimate>,
    /// `(C - D) / (C + D)` over the pairs of close size.
    pub close_pairs: Option<Estimate>,
    /// For each k, the expected share of the k best by score that are among the k best by truth.
    pub precision: Vec<(usize, Estimate)>,
    /// For each k, the truth lost by choosing the best of the k best by score, in the units of the truth.
    pub regret: Vec<(usize, Estimate)>,
    /// The rank by tau-b, 1 for the best; the interval is taken over the resamples that all proxies share.
    /// Exact ties share the average rank, proxies without a tau-b rank last.
    pub rank: Estimate,
    /// The group of proxies, from 1 for the best, from whose leader this one does not differ significantly;
    /// `None` without a tau-b.
    ///
    /// The best proxy that has no group yet leads the next one; every remaining proxy whose paired
    /// difference to that leader is not significant (Holm over all comparisons, at `1 - confidence`) joins
    /// it.
    pub tie_group: Option<usize>,
}

/// Every statistic of every proxy with its bootstrap interval, and all paired comparisons.
///
/// An error when the panel's series do not fit together, hold a value that is not finite, or the truth is
/// constant.
pub fn analyse(panel: &Panel, options: &BootstrapOptions) -> Result<Analysis, StatsError> {
    options.check()?;
    let prepared = panel.prepare()?;
    let table = Table::compute(&prepared, options);
    let n = panel.len();
    let (ranked, rivals) = (0..prepared.ranked, prepared.ranked..prepared.proxies.len());
    let pairs = ranked.clone().flat_map(|a| (a + 1..ranked.end).map(move |b| (a, b)));
    let compare =
        |pairs: Vec<(usize, usize)>, column| compare_pairs(&table, column, &pairs, n, options.confidence);
    let comparisons = compare(pairs.collect(), Columns::TAU_B);
    let against = || ranked.clone().flat_map(|a| rivals.clone().map(move |b| (a, b))).collect();
    let of_rivals = |mut comparisons: Vec<Comparison>| {
        for comparison in &mut comparisons {
            comparison.b -= prepared.ranked;
        }
        comparisons
    };
    let rivalry = Rivalry {
        by_tau_b: of_rivals(compare(against(), Columns::TAU_B)),
        by_tau_a: of_rivals(compare(against(), Columns::TAU_A)),
    };
    let taus: Vec<Option<f64>> = ranked.map(|proxy| table.point(proxy, Columns::TAU_B)).collect();
    let groups = tie_groups(&taus, &comparisons, 1.0 - options.confidence);
    let proxies = prepared.proxies[..prepared.ranked]
        .par_iter()
        .zip(groups)
        .enumerate()
        .map(|(index, (scores, tie_group))| {
            let ties = Margin::whole(&scores.variable.ranked).tied_pairs;
            let tie_share = ties as f64 / pair_count(n as u64) as f64;
            let column = ColumnEstimates { table: &table, proxy: index, n, confidence: options.confidence };
            column.statistics(&panel.k, tie_share, tie_group)
        })
        .collect();
    Ok(Analysis { proxies, comparisons, rivalry })
}

/// The statistics on the whole sample and on every resample.
pub(super) struct Table {
    columns: Columns,
    point: Vec<f64>,
    /// For each block of resamples, one cell for each of `point`.
    blocks: Vec<Replicates>,
    resamples: usize,
}

impl Table {
    fn compute(prepared: &Prepared<'_>, options: &BootstrapOptions) -> Self {
        let columns = Columns { k: prepared.k.len(), given: prepared.given.len() };
        let width = columns.width() * prepared.proxies.len();
        let (n, resamples) = (prepared.labels.len(), options.resamples);
        let mut whole = vec![[0.0; LANES]; width];
        Workspace::new(prepared, columns).measure(&[vec![1; n]], &mut whole);
        let mut blocks = vec![[0.0; LANES]; width * resamples.div_ceil(LANES)];
        // Without proxies the blocks are empty, and chunks of length zero are not allowed.
        blocks.par_chunks_exact_mut(width.max(1)).enumerate().for_each_init(
            || (Workspace::new(prepared, columns), vec![vec![0; n]; LANES]),
            |(workspace, samples), (block, cells)| {
                let first = block * LANES;
                let samples = &mut samples[..LANES.min(resamples - first)];
                for (lane, sample) in samples.iter_mut().enumerate() {
                    draw(sample, &mut stream(options.seed, first + lane));
                }
                workspace.measure(samples, cells);
            },
        );
        Self { columns, point: whole.iter().map(|cell| cell[0]).collect(), blocks, resamples }
    }

    fn cell(&self, proxy: usize, column: usize) -> usize {
        proxy * self.columns.width() + column
    }

    /// The value on the whole sample, if it is defined there.
    pub(super) fn point(&self, proxy: usize, column: usize) -> Option<f64> {
        Some(self.point[self.cell(proxy, column)]).filter(|v| !v.is_nan())
    }

    /// The values of one statistic of one proxy over the resamples; undefined ones are not a number.
    pub(super) fn replicates(&self, proxy: usize, column: usize) -> Vec<f64> {
        let cells = self.blocks.iter().skip(self.cell(proxy, column)).step_by(self.point.len());
        cells.flatten().copied().take(self.resamples).collect()
    }
}

/// Reads the estimates of one proxy out of a table.
struct ColumnEstimates<'a> {
    table: &'a Table,
    proxy: usize,
    n: usize,
    confidence: f64,
}

impl ColumnEstimates<'_> {
    fn estimate(&self, column: usize) -> Option<Estimate> {
        let point = self.table.point(self.proxy, column)?;
        let mut replicates = self.table.replicates(self.proxy, column);
        Some(Estimate::from_replicates(point, &mut replicates, self.confidence, self.n))
    }

    /// The estimate of a statistic that is defined for every score.
    fn always(&self, column: usize) -> Estimate {
        self.estimate(column).unwrap_or(Estimate { point: 0.0, low: 0.0, high: 0.0, n: self.n })
    }

    fn statistics(&self, k: &[usize], tie_share: f64, tie_group: Option<usize>) -> ProxyStatistics {
        let per_k = |column: fn(usize) -> usize| {
            k.iter().enumerate().map(|(index, &k)| (k, self.always(column(index)))).collect()
        };
        ProxyStatistics {
            tau_b: self.estimate(Columns::TAU_B),
            tau_a: self.always(Columns::TAU_A),
            rho: self.estimate(Columns::RHO),
            r: self.estimate(Columns::R),
            tie_share,
            partial_tau: self.estimate(Columns::PARTIAL_TAU),
            partial_rho: self.estimate(Columns::PARTIAL_RHO),
            given: (0..self.table.columns.given)
                .map(|index| self.estimate(self.table.columns.given(index)))
                .collect(),
            within_cell: self.estimate(Columns::WITHIN_CELL),
            close_pairs: self.estimate(Columns::CLOSE_PAIRS),
            precision: per_k(Columns::precision),
            regret: per_k(Columns::regret),
            rank: self.always(Columns::RANK),
            tie_group,
        }
    }
}
