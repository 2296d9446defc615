//! The best correlation that label noise allows.
//!
//! A label is one training run. Had the same network been trained again, it would have received another
//! label and the ranking would have moved; not even a proxy that knew every network's expected label could
//! reach a correlation of 1. How far it could get is the *ceiling*. Benchmarks that contain some networks
//! twice reveal their noise.
//!
//! # Noise
//!
//! The noise variance `w_s` of a stratum s (a depth, say) is the pooled variance within its groups of
//! equivalent architectures, `sum (y - group mean)^2 / sum (members - 1)`. It is taken by stratum because
//! shallow networks that sometimes fail to train can be many times noisier than deep ones. A stratum
//! without replicates receives the variance pooled over all others. Networks that occur more often must not
//! count for more than their share, so the noise of the benchmark is the mean over *all* its architectures,
//! `W = sum_s n_s w_s / n`. With the total variance V of the labels, Pearson's ceiling is
//! `sqrt(1 - W / V)`.
//!
//! # Simulation
//!
//! Tau and rho have no such formula, so they are simulated: draw labels `y*_i = t_i + e_i` with normal
//! `e_i` of variance `w_s`, and correlate them with the noise-free truths `t_i`. The truths are unknown.
//! The labels themselves would be too spread out, for they hold noise already and would get it a second
//! time; so they are shrunk,
//!
//! `t_i = m_s + f_s (y_i - m_s)` with `f_s^2 = max(0, 1 - w_s / v_s)`,
//!
//! towards the mean `m_s` of their stratum, whose label variance is `v_s`. Then the simulated labels have
//! the same mean and variance as the real ones in every stratum, and hence in total.
//! ([`TruthModel::Overall`] shrinks towards the overall mean instead; it keeps the total variance only, and
//! is there to show how much the choice matters.)
//!
//! The truths of equivalent architectures stay as distinct as their labels. Giving each group one truth
//! instead (its shrunken mean) raises tau by less than 0.01 on FlexiBERT's GLUE labels.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bootstrap::check_confidence;
use crate::error::{StatsError, check_count, check_length, check_series, constant};
use crate::estimate::Estimate;
use crate::kendall::{Concordance, CountTree, Walk};
use crate::moments::{is_constant, mean, sample_variance};
use crate::random::{standard_normal, stream};
use crate::ranks::{Margin, Ranked, pair_count};
use crate::spearman::{rho, spread_ranks};

/// How the noise-free truths of the simulation are made from the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthModel {
    /// Labels shrunk towards the mean of their stratum: the variance is right in every stratum.
    #[default]
    WithinStrata,
    /// Labels shrunk towards the overall mean: the variance is right in total only.
    Overall,
}

/// How a noise ceiling is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CeilingOptions {
    /// The number of simulated label sets.
    pub simulations: usize,
    /// The seed; equal seeds give bit-identical results for any number of threads.
    pub seed: u64,
    /// The share of simulated correlations inside the interval, between 0 and 1.
    pub confidence: f64,
    /// How the truths are made.
    pub truth: TruthModel,
}

impl Default for CeilingOptions {
    fn default() -> Self {
        Self { simulations: 10_000, seed: 0, confidence: 0.95, truth: TruthModel::default() }
    }
}

/// Where the noise of a stratum comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseSource {
    /// From the replicates of the stratum itself.
    Measured,
    /// It has none; pooled over the other strata.
    Pooled,
}

/// The label noise of one stratum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StratumNoise {
    /// The stratum.
    pub stratum: u32,
    /// The standard deviation of a label among trainings of one network, in the units of the label.
    pub sd: f64,
    /// The groups with two or more members.
    pub groups: usize,
    /// The architectures in those groups.
    pub members: usize,
    /// All architectures of the stratum.
    pub architectures: usize,
    /// Whether the noise was measured here.
    pub source: NoiseSource,
}

/// The correlations that a proxy equal to the noise-free truth would reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// The number of architectures.
    pub architectures: usize,
    /// The number of groups, that is of distinct networks.
    pub distinct: usize,
    /// The label noise by stratum, in ascending order of the stratum.
    pub within: Vec<StratumNoise>,
    /// `sqrt(1 - W / V)`, the ceiling of Pearson's r.
    pub pearson: f64,
    /// The ceiling of tau-b: the mean over the simulations and their central interval.
    pub tau: Estimate,
    /// The ceiling of Spearman's rho, likewise.
    pub rho: Estimate,
}

/// Estimates label noise from groups of equivalent architectures and simulates the best possible
/// correlations.
///
/// `labels`, `groups` (equal numbers for architectures that were trained as the same network) and `strata`
/// have one entry per architecture. An error when no group has two members, a group lies in several strata,
/// or nothing is left of the labels' variance once the noise is taken away.
pub fn noise_ceiling(
    labels: &[f64],
    groups: &[u32],
    strata: &[u32],
    options: &CeilingOptions,
) -> Result<Ceiling, StatsError> {
    check(labels, groups, strata, options)?;
    let (within, distinct) = noise_by_stratum(labels, groups, strata)?;
    let noise: Vec<f64> = strata.iter().map(|s| within[s].sd).collect();
    finish(labels, strata, &noise, (within, distinct), options)
}

/// The ceiling of labels that are means over trainings, each from a seed of its own.
///
/// `labels`, `groups` (equal numbers for trainings of one architecture) and `strata` have one entry per *training*. Noise is that of single
/// trainings, as in [`noise_ceiling`]; the mean over k of them has `1 / k` of its variance. An architecture counts once, in the order of the
/// groups' numbers.
pub fn noise_ceiling_of_means(
    labels: &[f64],
    groups: &[u32],
    strata: &[u32],
    options: &CeilingOptions,
) -> Result<Ceiling, StatsError> {
    check(labels, groups, strata, options)?;
    let (mut within, distinct) = noise_by_stratum(labels, groups, strata)?;
    let mut trainings: BTreeMap<u32, (u32, Vec<f64>)> = BTreeMap::new();
    for ((&label, &group), &stratum) in labels.iter().zip(groups).zip(strata) {
        trainings.entry(group).or_insert((stratum, Vec::new())).1.push(label);
    }
    within.values_mut().for_each(|noise| noise.architectures = 0);
    let (mut means, mut homes, mut noise) = (Vec::new(), Vec::new(), Vec::new());
    for (stratum, values) in trainings.values() {
        means.push(mean(values));
        homes.push(*stratum);
        if let Some(known) = within.get_mut(stratum) {
            known.architectures += 1;
            noise.push(known.sd / (values.len() as f64).sqrt());
        }
    }
    check_count(means.len(), 3)?;
    finish(&means, &homes, &noise, (within, distinct), options)
}

fn check(labels: &[f64], groups: &[u32], strata: &[u32], options: &CeilingOptions) -> Result<(), StatsError> {
    check_series("labels", labels, labels.len())?;
    check_length("groups", groups.len(), labels.len())?;
    check_length("strata", strata.len(), labels.len())?;
    check_count(labels.len(), 3)?;
    if options.simulations == 0 {
        return Err(StatsError::InvalidOption { option: "simulations", must: "be at least 1" });
    }
    check_confidence(options.confidence)
}

/// The ceiling of labels whose noise, a standard deviation each, is known.
fn finish(
    labels: &[f64],
    strata: &[u32],
    noise: &[f64],
    (within, distinct): (BTreeMap<u32, StratumNoise>, usize),
    options: &CeilingOptions,
) -> Result<Ceiling, StatsError> {
    let noise_share = mean(&noise.iter().map(|sd| sd * sd).collect::<Vec<_>>()) / sample_variance(labels);
    let truths = match options.truth {
        TruthModel::WithinStrata => shrink(labels, strata, noise),
        TruthModel::Overall => shrink(labels, &vec![0; labels.len()], noise),
    };
    if is_constant(&truths) {
        return Err(constant("the noise-free truth (the noise explains all variance of the labels)"));
    }
    let (tau, rho) = simulate(&truths, noise, options);
    Ok(Ceiling {
        architectures: labels.len(),
        distinct,
        within: within.into_values().collect(),
        pearson: (1.0 - noise_share).max(0.0).sqrt(),
        tau,
        rho,
    })
}

/// The pooled within-group noise of each stratum, and the number of groups.
fn noise_by_stratum(
    labels: &[f64],
    groups: &[u32],
    strata: &[u32],
) -> Result<(BTreeMap<u32, StratumNoise>, usize), StatsError> {
    let mut members: BTreeMap<u32, (u32, Vec<f64>)> = BTreeMap::new();
    for ((&label, &group), &stratum) in labels.iter().zip(groups).zip(strata) {
        let (home, values) = members.entry(group).or_insert((stratum, Vec::new()));
        if *home != stratum {
            return Err(StatsError::GroupAcrossStrata { group });
        }
        values.push(label);
    }
    // Sum of squares about the group means, and degrees of freedom.
    let mut pools: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
    let mut within: BTreeMap<u32, StratumNoise> = BTreeMap::new();
    for (stratum, values) in members.values() {
        let pool = pools.entry(*stratum).or_default();
        let noise = within.entry(*stratum).or_insert(StratumNoise {
            stratum: *stratum,
            sd: 0.0,
            groups: 0,
            members: 0,
            architectures: 0,
            source: NoiseSource::Measured,
        });
        noise.architectures += values.len();
        if values.len() > 1 {
            let freedom = values.len() - 1;
            pool.0 += sample_variance(values) * freedom as f64;
            pool.1 += freedom;
            noise.groups += 1;
            noise.members += values.len();
        }
    }
    let (squares, freedom) = pools.values().fold((0.0, 0), |all, pool| (all.0 + pool.0, all.1 + pool.1));
    if freedom == 0 {
        return Err(StatsError::NoReplicates);
    }
    for (stratum, noise) in &mut within {
        let (own_squares, own_freedom) = pools[stratum];
        if own_freedom == 0 {
            noise.source = NoiseSource::Pooled;
            noise.sd = (squares / freedom as f64).sqrt();
        } else {
            noise.sd = (own_squares / own_freedom as f64).sqrt();
        }
    }
    Ok((within, members.len()))
}

/// Shrinks the labels towards the mean of their part, so that adding the noise restores the part's variance.
fn shrink(labels: &[f64], parts: &[u32], noise: &[f64]) -> Vec<f64> {
    let mut by_part: BTreeMap<u32, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for ((&label, &part), &sd) in labels.iter().zip(parts).zip(noise) {
        let (values, variances) = by_part.entry(part).or_default();
        values.push(label);
        variances.push(sd * sd);
    }
    let rules: BTreeMap<u32, (f64, f64)> = by_part
        .into_iter()
        .map(|(part, (values, variances))| {
            let total = sample_variance(&values);
            let kept = if total > 0.0 { (1.0 - mean(&variances) / total).max(0.0).sqrt() } else { 0.0 };
            (part, (mean(&values), kept))
        })
        .collect();
    labels
        .iter()
        .zip(parts)
        .map(|(label, part)| {
            let (centre, kept) = rules[part];
            centre + kept * (label - centre)
        })
        .collect()
}

/// Tau-b and rho between the truths and truths with noise added.
fn simulate(truths: &[f64], noise: &[f64], options: &CeilingOptions) -> (Estimate, Estimate) {
    let n = truths.len();
    let truth = Ranked::new(truths);
    let margin = Margin::whole(&truth);
    let walk = Walk::whole(&truth);
    let once = vec![1; n];
    let mut spread = Vec::new();
    spread_ranks(&truth, &margin, &once, &mut spread);
    let (mut taus, mut rhos): (Vec<f64>, Vec<f64>) = (0..options.simulations)
        .into_par_iter()
        .map_init(
            || (vec![0.0; n], Ranked::new(&[]), Margin::default(), CountTree::default()),
            |(noisy, ranked, noisy_margin, tree), index| {
                let mut rng = stream(options.seed, index);
                for ((value, truth), sd) in noisy.iter_mut().zip(truths).zip(noise) {
                    *value = truth + sd * standard_normal(&mut rng);
                }
                ranked.refill(noisy);
                noisy_margin.refill(ranked, &once);
                let concordance = Concordance {
                    net: walk.net_concordance(ranked, tree),
                    pairs: pair_count(n as u64),
                    tied_x: noisy_margin.tied_pairs,
                    tied_y: margin.tied_pairs,
                };
                let rho = rho(ranked, noisy_margin, &spread, margin.variation);
                (concordance.tau_b().unwrap_or(f64::NAN), rho.unwrap_or(f64::NAN))
            },
        )
        .unzip();
    let summary = |values: &mut Vec<f64>| {
        values.retain(|v| !v.is_nan());
        Estimate::from_replicates(mean(values), values, options.confidence, n)
    };
    (summary(&mut taus), summary(&mut rhos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_pooled_within_groups_by_stratum() {
        let labels = [1.0, 3.0, 10.0, 20.0, 22.0, 24.0, 40.0, 7.0];
        let groups = [0, 0, 1, 2, 2, 2, 3, 4];
        let strata = [2, 2, 2, 4, 4, 4, 4, 6];
        let (within, distinct) = noise_by_stratum(&labels, &groups, &strata).unwrap();
        assert_eq!(distinct, 5);
        assert_eq!((within[&2].sd, within[&2].groups, within[&2].members), (2.0_f64.sqrt(), 1, 2));
        assert_eq!((within[&4].sd, within[&4].architectures), (2.0, 4));
        assert_eq!(within[&6].source, NoiseSource::Pooled);
        assert!((within[&6].sd - (10.0_f64 / 3.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn shrinking_leaves_room_for_exactly_the_noise() {
        let labels = [1.0, 2.0, 3.0, 4.0, 10.0, 30.0, 50.0];
        let parts = [0, 0, 0, 0, 1, 1, 1];
        let noise = [1.0, 1.0, 1.0, 1.0, 6.0, 6.0, 6.0];
        let truths = shrink(&labels, &parts, &noise);
        let variance = |range: std::ops::Range<usize>| {
            sample_variance(&truths[range.clone()]) + noise[range.start].powi(2)
        };
        assert!((variance(0..4) - sample_variance(&labels[0..4])).abs() < 1e-12);
        assert!((variance(4..7) - sample_variance(&labels[4..7])).abs() < 1e-12);
        assert!((mean(&truths) - mean(&labels)).abs() < 1e-12);
    }

    #[test]
    fn means_over_trainings_are_less_noisy_than_trainings() {
        // Architecture 0 twice, 1 once, 2 four times, 3 twice; all in one stratum.
        let labels = [1.0, 3.0, 10.0, 20.0, 22.0, 24.0, 22.0, 40.0, 44.0];
        let groups = [0, 0, 1, 2, 2, 2, 2, 3, 3];
        let options = CeilingOptions { simulations: 400, ..CeilingOptions::default() };
        let of_means = noise_ceiling_of_means(&labels, &groups, &[2; 9], &options).unwrap();
        let variance = (2.0 + 8.0 + 8.0) / 5.0_f64;
        assert_eq!((of_means.architectures, of_means.distinct, of_means.within[0].architectures), (4, 4, 4));
        assert!((of_means.within[0].sd - variance.sqrt()).abs() < 1e-12);
        let noise = variance * (0.5 + 1.0 + 0.25 + 0.5) / 4.0;
        let spread = sample_variance(&[2.0, 10.0, 22.0, 42.0]);
        assert!((of_means.pearson - (1.0 - noise / spread).sqrt()).abs() < 1e-12);
        let single = noise_ceiling(&labels, &groups, &[2; 9], &options).unwrap();
        assert_eq!(single.architectures, 9);
        assert!(of_means.tau.point > single.tau.point);
        assert_eq!(
            noise_ceiling_of_means(&[1.0, 2.0, 3.0], &[0, 1, 2], &[0; 3], &options),
            Err(StatsError::NoReplicates)
        );
    }

    #[test]
    fn bad_groups_are_refused() {
        let options = CeilingOptions::default();
        let labels = [1.0, 2.0, 3.0];
        let ceiling = |groups: [u32; 3], strata: [u32; 3]| noise_ceiling(&labels, &groups, &strata, &options);
        assert_eq!(ceiling([0, 1, 2], [0; 3]), Err(StatsError::NoReplicates));
        assert_eq!(ceiling([0, 0, 1], [0, 1, 1]), Err(StatsError::GroupAcrossStrata { group: 0 }));
        assert!(matches!(ceiling([0, 0, 0], [0; 3]), Err(StatsError::Constant { .. })));
    }
}
