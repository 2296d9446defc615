//! The data of an analysis, and what is prepared from them once for all resamples.

use super::block::check_room;
use crate::cells::Cells;
use crate::close_pairs::{ClosePairs, Partners};
use crate::error::{StatsError, check_count, check_length, check_series, constant};
use crate::moments::standardise;
use crate::ranks::Ranked;
use crate::selection::check_k;

/// The relative difference in size below which a pair counts as close.
pub const CLOSE_TOLERANCE: f64 = 0.1;

/// Ground truth and the scores of several proxies on the same architectures, in the same order.
///
/// Everything is finite and larger is better; [`FailurePolicy`](crate::FailurePolicy) brings scores into
/// that form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// The label of each architecture.
    pub truth: Vec<f64>,
    /// Per proxy, one score for each architecture.
    pub scores: Vec<Vec<f64>>,
    /// Scores that every proxy is compared with, such as rules of thumb, and that take no rank themselves.
    pub rivals: Vec<Vec<f64>>,
    /// The size (number of parameters) given which partial correlations are taken; without it there are none.
    pub size: Option<Vec<f64>>,
    /// Further variables (depth, width), given each of which a partial tau is taken.
    pub given: Vec<Vec<f64>>,
    /// The size by which pairs are called close (within 10% of the larger); without it there is no
    /// close-pairs tau.
    pub pair_size: Option<Vec<f64>>,
    /// The cell (depth and width) of each architecture; without it there is no within-cell tau.
    pub cells: Option<Vec<u32>>,
    /// The k for precision and regret at k, each between 1 and the number of architectures.
    pub k: Vec<usize>,
}

/// A variable ranked and standardised.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) ranked: Ranked,
    pub(super) standard: Vec<f64>,
}

impl Variable {
    fn new(values: &[f64]) -> Self {
        Self { ranked: Ranked::new(values), standard: standardise(values) }
    }
}

/// One proxy, also nested in the cells and as it orders the close pairs.
#[derive(Debug)]
pub(super) struct Scores {
    pub(super) variable: Variable,
    pub(super) nested: Option<Ranked>,
    pub(super) close_pairs: Partners,
}

/// The cells and the truth nested in them.
#[derive(Debug)]
pub(super) struct Nesting {
    pub(super) cells: Cells,
    pub(super) truth: Ranked,
}

/// A panel after all sorting and pairing.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub(super) truth: Variable,
    pub(super) labels: &'a [f64],
    /// The proxies, and the rivals after them.
    pub(super) proxies: Vec<Scores>,
    /// The number of proxies without the rivals.
    pub(super) ranked: usize,
    pub(super) size: Option<Ranked>,
    pub(super) given: Vec<Ranked>,
    pub(super) nesting: Option<Nesting>,
    pub(super) k: &'a [usize],
}

impl Prepared<'_> {
    /// The variables given which partial taus are taken: the size, where there is one, and the further ones.
    pub(super) fn controls(&self) -> impl Iterator<Item = &Ranked> {
        self.size.iter().chain(&self.given)
    }
}

impl Panel {
    /// The number of architectures.
    pub fn len(&self) -> usize {
        self.truth.len()
    }

    /// Whether there are no architectures.
    pub fn is_empty(&self) -> bool {
        self.truth.is_empty()
    }

    fn check(&self) -> Result<(), StatsError> {
        let n = self.len();
        check_series("truth", &self.truth, n)?;
        check_count(n, 2)?;
        check_room(n)?;
        for (index, scores) in self.scores.iter().enumerate() {
            check_series(&format!("proxy {index}"), scores, n)?;
        }
        for (index, scores) in self.rivals.iter().enumerate() {
            check_series(&format!("rival {index}"), scores, n)?;
        }
        for (what, values) in [("size", &self.size), ("pair size", &self.pair_size)] {
            values.as_ref().map_or(Ok(()), |values| check_series(what, values, n))?;
        }
        for (index, values) in self.given.iter().enumerate() {
            check_series(&format!("given variable {index}"), values, n)?;
        }
        self.cells.as_ref().map_or(Ok(()), |cells| check_length("cells", cells.len(), n))?;
        self.k.iter().try_for_each(|&k| check_k(k, n))
    }

    /// Checks the panel, then sorts every variable and lists the pairs.
    pub(super) fn prepare(&self) -> Result<Prepared<'_>, StatsError> {
        self.check()?;
        let truth = Variable::new(&self.truth);
        if truth.ranked.distinct == 1 {
            return Err(constant("truth"));
        }
        let nesting = self.cells.as_ref().map(|cells| {
            let cells = Cells::new(cells);
            Nesting { truth: cells.nest(&truth.ranked), cells }
        });
        let close_pairs =
            self.pair_size.as_ref().map(|size| ClosePairs::new(&self.truth, size, CLOSE_TOLERANCE));
        let prepare = |scores: &Vec<f64>| {
            let variable = Variable::new(scores);
            let nested = nesting.as_ref().map(|nesting| nesting.cells.nest(&variable.ranked));
            let close_pairs = close_pairs.as_ref().map(|pairs| pairs.partners(scores)).unwrap_or_default();
            Scores { variable, nested, close_pairs }
        };
        Ok(Prepared {
            proxies: self.scores.iter().chain(&self.rivals).map(prepare).collect(),
            ranked: self.scores.len(),
            truth,
            labels: &self.truth,
            size: self.size.as_ref().map(|size| Ranked::new(size)),
            given: self.given.iter().map(|given| Ranked::new(given)).collect(),
            nesting,
            k: &self.k,
        })
    }
}
