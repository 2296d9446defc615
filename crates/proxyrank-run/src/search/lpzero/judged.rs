//! A tree or a baseline on the networks that chose it and on those that did not.

use proxyrank_search::lpzero::fitness::Objective;
use proxyrank_stats::{kendall_tau_b, spearman_rho, within_cell_tau};
use serde::{Deserialize, Serialize};

/// Correlations of one ranking with the truth; nothing where a ranking has no order.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Judgement {
    /// Rho on the networks that chose.
    pub training_rho: Option<f64>,
    /// Tau on them over pairs of equal depth and width.
    pub training_within: Option<f64>,
    /// Rho on the others.
    pub held_out_rho: Option<f64>,
    /// Tau-b on the others.
    pub held_out_tau: Option<f64>,
    /// Tau on the others over pairs of equal depth and width.
    pub held_out_within: Option<f64>,
    /// The same over all networks.
    pub within: Option<f64>,
}

impl Judgement {
    /// The objective on the networks that did not choose.
    pub const fn held_out(&self, objective: Objective) -> Option<f64> {
        match objective {
            Objective::Rho => self.held_out_rho,
            Objective::Within => self.held_out_within,
        }
    }

    /// What a search made as large as possible.
    pub const fn training(&self, objective: Objective) -> Option<f64> {
        match objective {
            Objective::Rho => self.training_rho,
            Objective::Within => self.training_within,
        }
    }
}

/// Something that was found, or stands beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Where it comes from.
    pub what: String,
    /// The formula, or the baseline's name.
    pub formula: String,
    /// Inputs and primitives; none of a baseline.
    pub size: Option<usize>,
    /// Whether it is a baseline.
    pub is_baseline: bool,
    /// What it is worth.
    pub judgement: Judgement,
    /// What it is worth elsewhere: under other seeds, on another benchmark.
    pub elsewhere: Vec<Option<f64>>,
}

impl Finding {
    /// Nothing that ranks; `places` is the number of those elsewhere.
    pub(super) fn nothing(what: &str, places: usize) -> Self {
        Self {
            what: what.to_owned(),
            formula: "nothing ranks".to_owned(),
            size: None,
            is_baseline: false,
            judgement: Judgement::default(),
            elsewhere: vec![None; places],
        }
    }
}

/// What rankings are judged by: of every network its truth (larger is better) and cell, and the two sets of networks.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) truth: Vec<f64>,
    pub(super) cells: Vec<u32>,
    pub(super) training: Vec<usize>,
    pub(super) held_out: Vec<usize>,
}

impl Bench {
    /// The truth of some networks.
    pub(super) fn truth_of(&self, networks: &[usize]) -> Vec<f64> {
        networks.iter().map(|&network| self.truth[network]).collect()
    }

    /// The cells of some networks.
    pub(super) fn cells_of(&self, networks: &[usize]) -> Vec<u32> {
        networks.iter().map(|&network| self.cells[network]).collect()
    }

    /// Judges scores of which larger is better, one for every network by its place.
    pub(super) fn judge(&self, scores: &[f64]) -> Judgement {
        let pick = |values: &[f64], networks: &[usize]| -> Vec<f64> {
            networks.iter().map(|&network| values[network]).collect()
        };
        let pair = |networks: &[usize]| (pick(scores, networks), self.truth_of(networks));
        let within = |networks: &[usize]| {
            let (scores, truth) = pair(networks);
            within_cell_tau(&scores, &truth, &self.cells_of(networks)).ok()
        };
        let (own, own_truth) = pair(&self.training);
        let (other, other_truth) = pair(&self.held_out);
        let mut all = [self.training.as_slice(), &self.held_out].concat();
        all.sort_unstable();
        Judgement {
            training_rho: spearman_rho(&own, &own_truth).ok(),
            training_within: within(&self.training),
            held_out_rho: spearman_rho(&other, &other_truth).ok(),
            held_out_tau: kendall_tau_b(&other, &other_truth).ok(),
            held_out_within: within(&self.held_out),
            within: within(&all),
        }
    }
}
