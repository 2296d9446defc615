//! All statistics of all proxies on one sample: the kernel that runs once per resample.
//!
//! What depends on the truth and the size alone (their ranks, ties, walks and pair weights) is computed
//! once per sample and shared by all proxies.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::panel::{Prepared, Scores};
use crate::cells::CellSample;
use crate::close_pairs::weighted_tau;
use crate::kendall::{Concordance, CountTree, Walk};
use crate::moments::WeightedValues;
use crate::partial::partial;
use crate::ranks::{Margin, Ranked, pair_count};
use crate::selection::{Cut, precision, regret};
use crate::spearman::{rho, spread_ranks};

/// Where the statistics of one proxy stand in its slice of a row. Undefined ones are not a number there,
/// and only there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// The number of k for which selection statistics are taken.
    pub(super) k: usize,
    /// The number of variables given which partial taus are taken, beside the size.
    pub(super) given: usize,
}

impl Columns {
    pub(super) const TAU_B: usize = 0;
    pub(super) const TAU_A: usize = 1;
    pub(super) const RHO: usize = 2;
    pub(super) const R: usize = 3;
    pub(super) const PARTIAL_TAU: usize = 4;
    pub(super) const PARTIAL_RHO: usize = 5;
    pub(super) const WITHIN_CELL: usize = 6;
    pub(super) const CLOSE_PAIRS: usize = 7;
    /// The proxy's rank by tau-b among all.
    pub(super) const RANK: usize = 8;
    const SELECTION: usize = 9;

    pub(super) fn precision(index: usize) -> usize {
        Self::SELECTION + 2 * index
    }

    pub(super) fn regret(index: usize) -> usize {
        Self::SELECTION + 2 * index + 1
    }

    /// The partial tau given one of the further variables.
    pub(super) fn given(self, index: usize) -> usize {
        Self::SELECTION + 2 * self.k + index
    }

    /// The length of one proxy's slice.
    pub(super) fn width(self) -> usize {
        self.given(self.given)
    }
}

/// Draws `multiplicity.len()` items with replacement and counts how often each came.
pub(super) fn draw(multiplicity: &mut [u32], rng: &mut ChaCha8Rng) {
    multiplicity.fill(0);
    let n = multiplicity.len();
    for _ in 0..n {
        #[expect(clippy::cast_possible_truncation, reason = "it is below n")]
        let item = rng.random_range(0..n as u64) as usize;
        multiplicity[item] += 1;
    }
}

/// A variable other than a proxy, as one sample sees it.
#[derive(Debug, Default)]
struct Reference {
    margin: Margin,
    walk: Walk,
    /// Centred ranks times multiplicities.
    spread: Vec<f64>,
}

impl Reference {
    fn refill(&mut self, ranked: &Ranked, multiplicity: &[u32]) {
        self.margin.refill(ranked, multiplicity);
        self.walk.refill(ranked, multiplicity);
        spread_ranks(ranked, &self.margin, multiplicity, &mut self.spread);
    }

    /// Tau-b's counts and Spearman's rho with a variable `x`.
    fn correlate(
        &self,
        x: &Ranked,
        margin: &Margin,
        tree: &mut CountTree,
        pairs: u64,
    ) -> (Concordance, Option<f64>) {
        let concordance = Concordance {
            net: self.walk.net_concordance(x, tree),
            pairs,
            tied_x: margin.tied_pairs,
            tied_y: self.margin.tied_pairs,
        };
        (concordance, rho(x, margin, &self.spread, self.margin.variation))
    }
}

/// A variable given which partial correlations are taken, as one sample sees it.
#[derive(Debug, Default)]
struct Control {
    variable: Reference,
    /// Its own tau-b and rho with the truth.
    with_truth: (Option<f64>, Option<f64>),
}

impl Control {
    fn refill(
        &mut self,
        ranked: &Ranked,
        multiplicity: &[u32],
        truth: &Reference,
        tree: &mut CountTree,
        pairs: u64,
    ) {
        self.variable.refill(ranked, multiplicity);
        let (tau, rho) = truth.correlate(ranked, &self.variable.margin, tree, pairs);
        self.with_truth = (tau.tau_b(), rho);
    }

    /// Partial tau-b and rho of a variable `x` with the truth, given its plain ones.
    fn partials(
        &self,
        (x, margin): (&Ranked, &Margin),
        (tau, rho): (Option<f64>, Option<f64>),
        tree: &mut CountTree,
        pairs: u64,
    ) -> (Option<f64>, Option<f64>) {
        let (own_tau, own_rho) = self.variable.correlate(x, margin, tree, pairs);
        let three = |xy: Option<f64>, xz: Option<f64>, yz: Option<f64>| partial(xy?, xz?, yz?);
        (three(tau, own_tau.tau_b(), self.with_truth.0), three(rho, own_rho, self.with_truth.1))
    }
}

/// The memory of one thread, used again for every resample.
pub(super) struct Workspace<'a> {
    prepared: &'a Prepared<'a>,
    columns: Columns,
    truth: Reference,
    truth_values: WeightedValues,
    truth_cuts: Vec<Cut>,
    size: Control,
    given: Vec<Control>,
    cells: CellSample,
    close_weights: Vec<i16>,
    margin: Margin,
    tree: CountTree,
    pairs: u64,
}

impl<'a> Workspace<'a> {
    pub(super) fn new(prepared: &'a Prepared<'a>, columns: Columns) -> Self {
        Self {
            prepared,
            columns,
            truth: Reference::default(),
            truth_values: WeightedValues::default(),
            truth_cuts: Vec::new(),
            size: Control::default(),
            given: prepared.given.iter().map(|_| Control::default()).collect(),
            cells: CellSample::default(),
            close_weights: Vec::new(),
            margin: Margin::default(),
            tree: CountTree::default(),
            pairs: pair_count(prepared.labels.len() as u64),
        }
    }

    /// Computes the row of a sample: one slice of [`Columns`] per proxy.
    pub(super) fn measure(&mut self, multiplicity: &[u32], row: &mut [f64]) {
        self.share(multiplicity);
        let prepared = self.prepared;
        let width = self.columns.width();
        for (proxy, slice) in prepared.proxies.iter().zip(row.chunks_exact_mut(width)) {
            self.measure_proxy(proxy, multiplicity, slice);
        }
        rank_by_tau(&mut row[..width * prepared.ranked], width);
    }

    /// Computes what all proxies share.
    fn share(&mut self, multiplicity: &[u32]) {
        let prepared = self.prepared;
        let truth = &prepared.truth;
        self.truth.refill(&truth.ranked, multiplicity);
        self.truth_values.refill(multiplicity, &truth.standard);
        self.truth_cuts.clear();
        self.truth_cuts.extend(prepared.k.iter().map(|&k| Cut::of(&self.truth.margin, k)));
        let controls = prepared.size.iter().zip(std::iter::once(&mut self.size));
        for (ranked, control) in controls.chain(prepared.given.iter().zip(&mut self.given)) {
            control.refill(ranked, multiplicity, &self.truth, &mut self.tree, self.pairs);
        }
        if let Some(nesting) = &prepared.nesting {
            self.cells.refill(&nesting.cells, &nesting.truth, multiplicity);
        }
        if let Some(pairs) = &prepared.close_pairs {
            pairs.weigh(multiplicity, &mut self.close_weights);
        }
    }

    fn measure_proxy(&mut self, proxy: &Scores, multiplicity: &[u32], slice: &mut [f64]) {
        let prepared = self.prepared;
        let ranked = &proxy.variable.ranked;
        self.margin.refill(ranked, multiplicity);
        let defined = |value: Option<f64>| value.unwrap_or(f64::NAN);

        let (truth, rho) = self.truth.correlate(ranked, &self.margin, &mut self.tree, self.pairs);
        slice[Columns::TAU_B] = defined(truth.tau_b());
        slice[Columns::TAU_A] = truth.tau_a();
        slice[Columns::RHO] = defined(rho);
        // Rounding must not give a score that is constant in this sample a correlation.
        slice[Columns::R] = defined(rho.and_then(|_| self.truth_values.pearson(&proxy.variable.standard)));

        let (x, plain) = ((ranked, &self.margin), (truth.tau_b(), rho));
        let (mut partial_tau, mut partial_rho) = (None, None);
        if prepared.size.is_some() {
            (partial_tau, partial_rho) = self.size.partials(x, plain, &mut self.tree, self.pairs);
        }
        slice[Columns::PARTIAL_TAU] = defined(partial_tau);
        slice[Columns::PARTIAL_RHO] = defined(partial_rho);
        for (index, given) in self.given.iter().enumerate() {
            let (tau, _) = given.partials(x, plain, &mut self.tree, self.pairs);
            slice[self.columns.given(index)] = defined(tau);
        }

        // Without sizes to compare there are no pairs, and without pairs no tau.
        slice[Columns::CLOSE_PAIRS] = defined(weighted_tau(&self.close_weights, &proxy.close_signs));

        for (index, (&k, &truth_cut)) in prepared.k.iter().zip(&self.truth_cuts).enumerate() {
            let cut = Cut::of(&self.margin, k);
            let walk = &self.truth.walk;
            slice[Columns::precision(index)] =
                precision(ranked, cut, walk, &prepared.truth.ranked, truth_cut, k);
            slice[Columns::regret(index)] = regret(ranked, cut, walk, prepared.labels);
        }

        // Last, because the margin is now that of the nested score.
        let within = proxy.nested.as_ref().and_then(|nested| {
            self.margin.refill(nested, multiplicity);
            self.cells.concordance(nested, &self.margin, &mut self.tree).tau_b()
        });
        slice[Columns::WITHIN_CELL] = defined(within);
    }
}

/// Ranks the proxies by tau-b, best first; exact ties share the average rank, an undefined tau-b ranks last.
fn rank_by_tau(row: &mut [f64], width: usize) {
    let key = |slice: &[f64]| {
        let tau = slice[Columns::TAU_B];
        if tau.is_nan() { f64::NEG_INFINITY } else { tau }
    };
    let taus: Vec<f64> = row.chunks_exact(width).map(key).collect();
    for (slice, &tau) in row.chunks_exact_mut(width).zip(&taus) {
        let better = taus.iter().filter(|&&other| other > tau).count();
        let not_worse = taus.iter().filter(|&&other| other >= tau).count();
        slice[Columns::RANK] = f64::midpoint((better + 1) as f64, not_worse as f64);
    }
}
