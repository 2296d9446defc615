//! All statistics of all proxies on a block of samples: the kernel that runs once per block of resamples.
//!
//! What depends on the truth and the size alone (their ranks, ties and walks) is computed once per sample and shared by all
//! proxies. What is a count of pairs is counted in all samples of the block at once.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::block::{Block, LANES};
use super::panel::{Prepared, Scores};
use crate::close_pairs::tau;
use crate::kendall::{Concordance, Walk};
use crate::moments::WeightedValues;
use crate::partial::partial;
use crate::ranks::{Margin, Ranked, pair_count};
use crate::selection::{Cut, precision, regret};
use crate::spearman::{rho, spread_ranks};

/// One statistic of one proxy in each sample of a block.
pub(super) type Replicates = [f64; LANES];

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

/// A variable that proxies are correlated with, as one sample sees it.
#[derive(Debug, Default)]
struct Reference {
    margin: Margin,
    /// Centred ranks times multiplicities.
    spread: Vec<f64>,
}

impl Reference {
    fn refill(&mut self, ranked: &Ranked, multiplicity: &[u32]) {
        self.margin.refill(ranked, multiplicity);
        spread_ranks(ranked, &self.margin, multiplicity, &mut self.spread);
    }

    /// Spearman's rho with a variable `x`.
    fn rho(&self, x: &Ranked, margin: &Margin) -> Option<f64> {
        rho(x, margin, &self.spread, self.margin.variation)
    }
}

/// What all proxies share in one sample.
#[derive(Debug, Default)]
struct Sample {
    truth: Reference,
    walk: Walk,
    values: WeightedValues,
    cuts: Vec<Cut>,
    size: Reference,
    /// Rho of the size with the truth.
    size_rho: Option<f64>,
}

impl Sample {
    fn refill(&mut self, prepared: &Prepared<'_>, multiplicity: &[u32]) {
        let truth = &prepared.truth;
        self.truth.refill(&truth.ranked, multiplicity);
        self.walk.refill(&truth.ranked, multiplicity);
        self.values.refill(multiplicity, &truth.standard);
        self.cuts.clear();
        self.cuts.extend(prepared.k.iter().map(|&k| Cut::of(&self.truth.margin, k)));
        if let Some(size) = &prepared.size {
            self.size.refill(size, multiplicity);
            self.size_rho = self.truth.rho(size, &self.size.margin);
        }
    }
}

/// A variable given which partial taus are taken, in each sample of a block.
#[derive(Debug, Default)]
struct Control {
    tied_pairs: [u64; LANES],
    /// Its own tau-b with the truth.
    with_truth: [Option<f64>; LANES],
}

/// Pairs within cells, in each sample of a block.
#[derive(Debug, Default)]
struct Within {
    pairs: [u64; LANES],
    /// Those of them that are tied in the truth.
    tied_in_truth: [u64; LANES],
}

/// The counts of one proxy in each sample of a block.
struct Counts {
    /// Concordant minus discordant pairs with the truth, and with each control.
    truth: [i64; LANES],
    controls: Vec<[i64; LANES]>,
    /// The same within cells, all pairs between cells counting as concordant, and ties within cells.
    nested: Option<([i64; LANES], [u64; LANES])>,
    close: [(i64, i64); LANES],
}

/// The memory of one thread, used again for every block.
pub(super) struct Workspace<'a> {
    prepared: &'a Prepared<'a>,
    columns: Columns,
    block: Block,
    samples: Vec<Sample>,
    /// The size first, where there is one, then the further variables.
    controls: Vec<Control>,
    within: Within,
    margin: Margin,
    pairs: u64,
}

impl<'a> Workspace<'a> {
    pub(super) fn new(prepared: &'a Prepared<'a>, columns: Columns) -> Self {
        Self {
            prepared,
            columns,
            block: Block::default(),
            samples: (0..LANES).map(|_| Sample::default()).collect(),
            controls: prepared.controls().map(|_| Control::default()).collect(),
            within: Within::default(),
            margin: Margin::default(),
            pairs: pair_count(prepared.labels.len() as u64),
        }
    }

    /// Computes the cells of at most [`LANES`] samples: [`Columns`] of each proxy, one after the other.
    pub(super) fn measure(&mut self, samples: &[Vec<u32>], cells: &mut [Replicates]) {
        self.share(samples);
        let prepared = self.prepared;
        let width = self.columns.width();
        for (proxy, cells) in prepared.proxies.iter().zip(cells.chunks_exact_mut(width)) {
            let counts = self.count(proxy);
            for (lane, sample) in samples.iter().enumerate() {
                self.margin.refill(&proxy.variable.ranked, sample);
                self.measure_proxy(proxy, &counts, lane, cells);
            }
        }
        for lane in 0..samples.len() {
            rank_by_tau(&mut cells[..width * prepared.ranked], width, lane);
        }
    }

    /// Computes what all proxies share.
    fn share(&mut self, samples: &[Vec<u32>]) {
        let Self { prepared, block, samples: shared, controls, within, pairs, .. } = self;
        for (shared, sample) in shared.iter_mut().zip(samples) {
            shared.refill(prepared, sample);
        }
        block.refill(samples);
        let truth = &prepared.truth.ranked;
        for (ranked, control) in prepared.controls().zip(controls) {
            let net = block.net_concordance(ranked, truth);
            control.tied_pairs = block.tied_pairs(ranked);
            for (lane, shared) in shared[..samples.len()].iter().enumerate() {
                let (tied_x, tied_y) = (control.tied_pairs[lane], shared.truth.margin.tied_pairs);
                control.with_truth[lane] =
                    Concordance { net: net[lane], pairs: *pairs, tied_x, tied_y }.tau_b();
            }
        }
        if let Some(nesting) = &prepared.nesting {
            within.pairs = block.tied_pairs(&nesting.cells.ranked);
            within.tied_in_truth = block.tied_pairs(&nesting.truth);
        }
    }

    /// Counts the pairs of a proxy.
    fn count(&mut self, proxy: &Scores) -> Counts {
        let Self { prepared, block, .. } = self;
        let x = &proxy.variable.ranked;
        let nested = proxy.nested.as_ref().zip(prepared.nesting.as_ref());
        Counts {
            truth: block.net_concordance(x, &prepared.truth.ranked),
            controls: prepared.controls().map(|control| block.net_concordance(x, control)).collect(),
            nested: nested
                .map(|(x, nesting)| (block.net_concordance(x, &nesting.truth), block.tied_pairs(x))),
            close: block.close_pairs(&proxy.close_pairs),
        }
    }

    /// Writes the statistics of a proxy, whose margin in this sample is at hand.
    fn measure_proxy(&self, proxy: &Scores, counts: &Counts, lane: usize, cells: &mut [Replicates]) {
        let (prepared, shared, margin, pairs) =
            (self.prepared, &self.samples[lane], &self.margin, self.pairs);
        let ranked = &proxy.variable.ranked;
        let mut put = |column: usize, value: Option<f64>| cells[column][lane] = value.unwrap_or(f64::NAN);

        let tied_x = margin.tied_pairs;
        let (net, tied_y) = (counts.truth[lane], shared.truth.margin.tied_pairs);
        let truth = Concordance { net, pairs, tied_x, tied_y };
        let rho = shared.truth.rho(ranked, margin);
        put(Columns::TAU_B, truth.tau_b());
        put(Columns::TAU_A, Some(truth.tau_a()));
        put(Columns::RHO, rho);
        // Rounding must not give a score that is constant in this sample a correlation.
        put(Columns::R, rho.and_then(|_| shared.values.pearson(&proxy.variable.standard)));

        let three = |xy: Option<f64>, xz: Option<f64>, yz: Option<f64>| partial(xy?, xz?, yz?);
        let mut taus = counts.controls.iter().zip(&self.controls).map(|(net, control)| {
            let (net, tied_y) = (net[lane], control.tied_pairs[lane]);
            let own = Concordance { net, pairs, tied_x, tied_y }.tau_b();
            three(truth.tau_b(), own, control.with_truth[lane])
        });
        let mut partial_rho = None;
        let mut partial_tau = None;
        if prepared.size.is_some() {
            partial_tau = taus.next().flatten();
            partial_rho = three(rho, shared.size.rho(ranked, margin), shared.size_rho);
        }
        put(Columns::PARTIAL_TAU, partial_tau);
        put(Columns::PARTIAL_RHO, partial_rho);
        for (index, tau) in taus.enumerate() {
            put(self.columns.given(index), tau);
        }

        // Without sizes to compare there are no pairs, and without pairs no tau.
        let (net, untied) = counts.close[lane];
        put(Columns::CLOSE_PAIRS, tau(net, untied));

        for (index, (&k, &truth_cut)) in prepared.k.iter().zip(&shared.cuts).enumerate() {
            let (cut, walk) = (Cut::of(margin, k), &shared.walk);
            let precision = precision(ranked, cut, walk, &prepared.truth.ranked, truth_cut, k);
            put(Columns::precision(index), Some(precision));
            put(Columns::regret(index), Some(regret(ranked, cut, walk, prepared.labels)));
        }

        let within = counts.nested.as_ref().and_then(|(net, tied)| {
            let inside = self.within.pairs[lane];
            let net = net[lane] - (pairs - inside).cast_signed();
            let (tied_x, tied_y) = (tied[lane], self.within.tied_in_truth[lane]);
            Concordance { net, pairs: inside, tied_x, tied_y }.tau_b()
        });
        put(Columns::WITHIN_CELL, within);
    }
}

/// Ranks the proxies by their tau-b in one sample, best first; exact ties share the average rank, an undefined tau-b ranks last.
fn rank_by_tau(cells: &mut [Replicates], width: usize, lane: usize) {
    let key = |cells: &[Replicates]| {
        let tau = cells[Columns::TAU_B][lane];
        if tau.is_nan() { f64::NEG_INFINITY } else { tau }
    };
    let taus: Vec<f64> = cells.chunks_exact(width).map(key).collect();
    for (cells, &tau) in cells.chunks_exact_mut(width).zip(&taus) {
        let better = taus.iter().filter(|&&other| other > tau).count();
        let not_worse = taus.iter().filter(|&&other| other >= tau).count();
        cells[Columns::RANK][lane] = f64::midpoint((better + 1) as f64, not_worse as f64);
    }
}
