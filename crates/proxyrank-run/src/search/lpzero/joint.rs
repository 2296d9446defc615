//! One formula for two benchmarks, found on the training halves of both and judged on the others.
//!
//! The rule that chooses is laid down here, before anything is seen of the halves that judge. Of the formulas of every length
//! that reach on the second benchmark's training half what its best simple count reaches there, the one is taken that is best on
//! the first's. Of these the longest is the best, for it has the most rivals; what is chosen is the shortest that lies within
//! one standard error of it (the one-standard-error rule of Breiman et al., 1984), because the best of a million is
//! lucky, and a short formula has had less opportunity to be.

use proxyrank_proxies::symbolic::Expression;
use proxyrank_proxies::{Proxy, Subject, find};
use proxyrank_search::lpzero::contest::Contest;
use proxyrank_search::lpzero::fitness::{Judge, Objective};
use proxyrank_search::lpzero::joint::{Both, Formula, Front, enumerate_both};
use proxyrank_search::lpzero::panel::Panel;
use proxyrank_search::lpzero::table::BranchTable;
use proxyrank_space::Network;
use proxyrank_stats::{Analysis, BootstrapOptions, Estimate, Panel as Sample, ProxyStatistics, analyse};
use serde::{Deserialize, Serialize};

use super::judged::Bench;
use crate::RunError;

/// What has to be reached on the second benchmark.
pub const YARDSTICK: &str = "attention_params";
/// What stands beside it.
const BESIDE: [&str; 6] =
    [YARDSTICK, "num_parameters_body", "num_parameters", "nsc", "heads_times_params", "layers_hidden_params"];

/// Width of a central 95% interval in standard errors.
const STANDARD_ERRORS: f64 = 3.92;

/// A search on two benchmarks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joint {
    /// The benchmarks, and what is shown of each.
    pub sides: [String; 2],
    /// Networks of each that chose, and that judged.
    pub networks: [(usize, usize); 2],
    /// Formulas that were judged on both: trees with their layers averaged or added up, either way round.
    pub judged: usize,
    /// What the yardstick reaches on the training half of the second, if it ranks anything there.
    pub least: Option<f64>,
    /// Standard error of the best formula's correlation on the training half of the first, if there is such a formula.
    pub standard_error: Option<f64>,
    /// The best of every length, and baselines.
    pub rows: Vec<JointRow>,
    /// Which row the rule chose.
    pub chosen: Option<usize>,
    /// Correlations on both training halves of what nothing beats.
    pub front: Vec<[f64; 2]>,
}

/// A formula or a baseline on both benchmarks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointRow {
    /// The formula, or the baseline's name.
    pub formula: String,
    /// Inputs and primitives; none of a baseline.
    pub size: Option<usize>,
    /// Correlations on the halves that chose.
    pub training: [Option<Estimate>; 2],
    /// On the halves that judge.
    pub held_out: [Option<Estimate>; 2],
    /// On all networks.
    pub whole: [Option<Estimate>; 2],
    /// Tau-b on the judging half of the second benchmark less the yardstick's, both resampled together.
    pub beyond: Option<Estimate>,
}

/// One of the two benchmarks.
pub(super) struct Side<'a> {
    pub(super) title: String,
    /// Its objective; nothing for tau-b over all pairs.
    pub(super) objective: Option<Objective>,
    pub(super) table: &'a BranchTable,
    pub(super) bench: &'a Bench,
    pub(super) networks: &'a [Network],
    pub(super) seq_len: usize,
}

impl Side<'_> {
    fn contest(&self) -> Result<Contest<'_>, RunError> {
        let networks = &self.bench.training;
        let truth = self.bench.truth_of(networks);
        let judge = match self.objective {
            Some(objective) => Judge::new(objective, &truth, &self.bench.cells_of(networks)),
            // With all networks in one cell, tau within cells is tau.
            None => Judge::new(Objective::Within, &truth, &vec![0; truth.len()]),
        };
        let judge = judge.map_err(RunError::stats(self.title.clone()))?;
        Ok(Contest::new(self.table, networks.clone(), judge))
    }

    fn statistic(&self, statistics: &ProxyStatistics) -> Option<Estimate> {
        match self.objective {
            Some(Objective::Within) => statistics.within_cell,
            Some(Objective::Rho) => statistics.rho,
            None => statistics.tau_b,
        }
    }

    /// The scores of some networks by a contender, larger being better.
    fn scores(&self, contender: &Contender, networks: &[usize]) -> Option<Vec<f64>> {
        let scores = match contender {
            Contender::Formula(formula) => {
                formula.scores(&Panel::new(self.table, networks.to_vec()), self.table)?
            }
            Contender::Baseline(proxy) => {
                let score = |&network: &usize| {
                    let subject = Subject { network: self.networks[network].clone(), seq_len: self.seq_len };
                    let score = proxy.score(&subject, &proxy.default_params()).score;
                    score.map_or(f64::NAN, |score| proxy.direction.sign() * score)
                };
                networks.iter().map(score).collect()
            }
        };
        scores.iter().all(|score| score.is_finite()).then_some(scores)
    }

    /// The statistic of every contender on some networks, and its tau-b less the last one's.
    fn estimates(&self, contenders: &[Contender], networks: &[usize]) -> Result<Vec<Judged>, RunError> {
        let scored: Vec<Option<Vec<f64>>> =
            contenders.iter().map(|contender| self.scores(contender, networks)).collect();
        let kept: Vec<usize> = (0..scored.len()).filter(|&index| scored[index].is_some()).collect();
        let sample = Sample {
            truth: self.bench.truth_of(networks),
            scores: scored.into_iter().flatten().collect(),
            cells: Some(self.bench.cells_of(networks)),
            ..Sample::default()
        };
        let Analysis { proxies, comparisons, .. } =
            analyse(&sample, &BootstrapOptions::default()).map_err(RunError::stats(self.title.clone()))?;
        let last = kept.len().wrapping_sub(1);
        let judged = |contender: usize| {
            let place = kept.iter().position(|&index| index == contender)?;
            let against = comparisons.iter().find(|pair| (pair.a, pair.b) == (place, last));
            Some(Judged {
                estimate: self.statistic(&proxies[place]),
                beyond: against.map(|pair| pair.difference),
            })
        };
        Ok((0..contenders.len()).map(|contender| judged(contender).unwrap_or_default()).collect())
    }
}

/// What an analysis says of one contender.
#[derive(Debug, Clone, Copy, Default)]
struct Judged {
    estimate: Option<Estimate>,
    beyond: Option<Estimate>,
}

/// What is judged.
enum Contender {
    Formula(Formula),
    Baseline(&'static Proxy),
}

impl Contender {
    fn row(&self, of: &dyn Fn(usize, Part) -> Judged) -> JointRow {
        let both = |part| [0, 1].map(|side| of(side, part).estimate);
        let (formula, size) = match self {
            Self::Formula(formula) => (formula.expression().to_string(), Some(formula.tree.size())),
            Self::Baseline(proxy) => (proxy.name.to_owned(), None),
        };
        JointRow {
            formula,
            size,
            training: both(Part::Training),
            held_out: both(Part::HeldOut),
            whole: both(Part::Whole),
            beyond: of(1, Part::HeldOut).beyond,
        }
    }
}

/// Which networks.
#[derive(Debug, Clone, Copy)]
enum Part {
    Training,
    HeldOut,
    Whole,
}

impl Part {
    const ALL: [Self; 3] = [Self::Training, Self::HeldOut, Self::Whole];

    fn networks(self, bench: &Bench) -> Vec<usize> {
        match self {
            Self::Training => bench.training.clone(),
            Self::HeldOut => bench.held_out.clone(),
            Self::Whole => [bench.training.as_slice(), &bench.held_out].concat(),
        }
    }
}

/// What was found, and the chosen formula.
pub(super) fn joint(sides: &[Side<'_>; 2]) -> Result<(Joint, Option<Expression>), RunError> {
    let contests = [sides[0].contest()?, sides[1].contest()?];
    let fronts = enumerate_both([&contests[0], &contests[1]]);
    let yardstick = Contender::Baseline(find(YARDSTICK)?);
    let bar = sides[1].estimates(&[yardstick], &sides[1].bench.training)?;
    let least = bar.first().and_then(|judged| judged.estimate).map(|estimate| estimate.point);
    let enough = |front: &Front| front.choose(least?);
    let mut best: Vec<Both> = fronts.values().filter_map(enough).collect();
    best.dedup();
    let whole = fronts.into_values().next_back().unwrap_or_default();

    let mut contenders: Vec<Contender> = best.iter().map(|both| Contender::Formula(both.formula)).collect();
    // The yardstick last, for differences are taken to the last.
    for name in BESIDE.iter().rev() {
        contenders.push(Contender::Baseline(find(name)?));
    }
    let mut judged: Vec<Vec<Vec<Judged>>> = Vec::new();
    for side in sides {
        let parts = Part::ALL.iter().map(|part| side.estimates(&contenders, &part.networks(side.bench)));
        judged.push(parts.collect::<Result<_, _>>()?);
    }
    let rows: Vec<JointRow> = contenders
        .iter()
        .enumerate()
        .map(|(index, contender)| contender.row(&|side, part| judged[side][part as usize][index]))
        .collect();

    let spread = best.len().checked_sub(1).and_then(|last| rows[last].training[0]);
    let standard_error = spread.map(|estimate| (estimate.high - estimate.low) / STANDARD_ERRORS);
    let chosen = best.last().and_then(|last| {
        let enough = last.fitness[0] - standard_error?;
        best.iter().position(|both| both.fitness[0] >= enough)
    });
    let joint = Joint {
        sides: [0, 1].map(|side| sides[side].title.clone()),
        networks: [0, 1].map(|side| (sides[side].bench.training.len(), sides[side].bench.held_out.len())),
        judged: whole.judged,
        least,
        standard_error,
        rows,
        chosen,
        front: whole.best.iter().map(|both| both.fitness).collect(),
    };
    Ok((joint, chosen.map(|index| best[index].formula.expression())))
}
