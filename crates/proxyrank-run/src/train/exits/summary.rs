//! What the rows say.

use std::collections::BTreeMap;

use proxyrank_stats::{Estimate, mean_interval};

use super::arms::{Arm, arms};
use super::fill::ArmRow;
use crate::RunError;
use crate::train::embedded::EmbeddedRecipe;

/// Confidence of intervals.
const CONFIDENCE: f64 = 0.95;

/// What an arm's trainings gave, with Student's intervals over seeds.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The arm.
    pub arm: Arm,
    /// Seeds that it was trained from.
    pub seeds: usize,
    /// Multiply-accumulates of pre-training as a share of the plain recipe's; mean over seeds.
    pub cost: f64,
    /// Discriminator's work as a share of full depth; mean over seeds.
    pub work: f64,
    /// Seconds of pre-training on one thread as a share of the plain recipe's from the same seed; mean over seeds.
    pub time: f64,
    /// Mean score over tasks, percent.
    pub probe: Option<Estimate>,
    /// Difference from the plain recipe from the same seed, after as many steps, points.
    pub at_equal_steps: Option<Estimate>,
    /// Difference from the plain recipe stopped where it has cost as much, points: its scores at three lengths, with straight lines between
    /// them. None outside of what these span.
    pub at_equal_cost: Option<Estimate>,
}

/// The outcome of every arm around a recipe that was trained, in the order of [`arms`]; rows of other recipes are left out.
pub fn summary(rows: &[ArmRow], recipe: &EmbeddedRecipe) -> Result<Vec<Outcome>, RunError> {
    let arms = arms(recipe);
    let rows: Vec<&ArmRow> = rows.iter().filter(|row| arms.iter().any(|arm| arm.made(row))).collect();
    let Some(whole) = arms.first() else { return Ok(Vec::new()) };
    let known: BTreeMap<(&str, u64), &ArmRow> =
        rows.iter().map(|row| ((row.arm.as_str(), row.row.train_seed), *row)).collect();
    let of = |arm: &Arm, seed: u64| known.get(&(arm.id, seed)).copied();
    let cost = |arm: &Arm, row: &ArmRow| arm.cost(work(row), &whole.recipe);
    let mut outcomes = Vec::new();
    for arm in &arms {
        let own: Vec<&ArmRow> = rows.iter().copied().filter(|row| row.arm == arm.id).collect();
        if own.is_empty() {
            continue;
        }
        let (mut costs, mut times, mut steps, mut costed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for row in &own {
            let seed = row.row.train_seed;
            let at = cost(arm, row)?;
            costs.push(at);
            if let Some(plain) = of(whole, seed) {
                steps.push((probe(row), probe(plain)));
                times.push(row.row.seconds[0] / plain.row.seconds[0]);
            }
            let mut line = Vec::new();
            for plain in arms.iter().filter(|arm| arm.is_plain()) {
                if let Some(row) = of(plain, seed) {
                    line.push((cost(plain, row)?, probe(row)));
                }
            }
            if let Some(plain) = between(&mut line, at) {
                costed.push((probe(row), plain));
            }
        }
        let probes: Vec<f64> = own.iter().map(|row| probe(row)).collect();
        let works: Vec<f64> = own.iter().map(|row| work(row)).collect();
        outcomes.push(Outcome {
            arm: arm.clone(),
            seeds: own.len(),
            cost: mean(&costs),
            work: mean(&works),
            time: mean(&times),
            probe: mean_interval(&probes, CONFIDENCE),
            at_equal_steps: paired(&steps),
            at_equal_cost: paired(&costed),
        });
    }
    Ok(outcomes)
}

/// Mean difference of pairs with Student's interval; none for fewer than two.
fn paired(pairs: &[(f64, f64)]) -> Option<Estimate> {
    let differences: Vec<f64> = pairs.iter().map(|(one, other)| one - other).collect();
    mean_interval(&differences, CONFIDENCE)
}

fn probe(row: &ArmRow) -> f64 {
    row.row.scores.get("probe").copied().unwrap_or(f64::NAN)
}

/// Mean of the curve's points, which stand for as many steps each but for the last.
fn work(row: &ArmRow) -> f64 {
    let mut before = 0;
    let (mut sum, mut steps) = (0.0, 0.0);
    for point in &row.row.curve {
        let weight = (point.step - before) as f64;
        (sum, steps) = (sum + weight * point.work, steps + weight);
        before = point.step;
    }
    sum / steps
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The height of a line through points at a place between them.
fn between(points: &mut [(f64, f64)], at: f64) -> Option<f64> {
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    points.windows(2).find_map(|pair| {
        let [(left, low), (right, high)] = [pair[0], pair[1]];
        let share = (at - left) / (right - left);
        // Rounding must not push the ends out of the span.
        (-1e-9..=1.0 + 1e-9).contains(&share).then_some(low + share * (high - low))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::curve::Point;
    use crate::train::rows::Row;

    fn row(arm: &str, seed: u64, probe: f64, work: f64) -> ArmRow {
        let point = |step, work| Point { step, generator: 3.0, discriminator: 0.3, replaced: 0.1, work };
        let row = Row {
            arch_id: "0".to_owned(),
            train_seed: seed,
            recipe: arms(&EmbeddedRecipe::standard())
                .iter()
                .find(|known| known.id == arm)
                .map_or_else(String::new, |arm| arm.recipe.fingerprint()),
            scores: BTreeMap::from([("probe".to_owned(), probe)]),
            losses: BTreeMap::new(),
            // A long point and a short one of no work, which counts a quarter.
            curve: vec![point(300, work * 4.0 / 3.0), point(400, 0.0)],
            seconds: [10.0 * work, 5.0],
            machine: String::new(),
        };
        ArmRow { arm: arm.to_owned(), row }
    }

    #[test]
    fn arms_are_compared_from_the_same_seeds_at_equal_steps_and_at_equal_cost() {
        let mut rows = Vec::new();
        for seed in 0..3 {
            let luck = [0.0, 5.0, -3.0][usize::try_from(seed).unwrap()];
            rows.push(row("plain", seed, 60.0 + luck, 1.0));
            rows.push(row("plain-75", seed, 50.0 + luck, 1.0));
            rows.push(row("plain-50", seed, 30.0 + luck, 1.0));
            rows.push(row("exit-2", seed, 54.0 + luck, 0.5));
        }
        // A row of another recipe says nothing here.
        let mut other = row("plain", 9, 99.0, 1.0);
        other.row.recipe = "another".to_owned();
        rows.push(other);
        let outcomes = summary(&rows, &EmbeddedRecipe::standard()).unwrap();
        let ids: Vec<&str> = outcomes.iter().map(|outcome| outcome.arm.id).collect();
        assert_eq!(ids, ["plain", "plain-75", "plain-50", "exit-2"]);
        let exit = &outcomes[3];
        assert!((exit.work - 0.5).abs() < 1e-12 && (exit.time - 0.5).abs() < 1e-12);
        // Luck of the seed is the same on both sides, so it cancels.
        let steps = exit.at_equal_steps.unwrap();
        assert!((steps.point + 6.0).abs() < 1e-9 && steps.high - steps.low < 1e-6);
        let cost = exit.at_equal_cost.unwrap();
        assert!(exit.cost > 0.5 && exit.cost < 1.0);
        let plain =
            if exit.cost < 0.75 { 30.0 + 80.0 * (exit.cost - 0.5) } else { 50.0 + 40.0 * (exit.cost - 0.75) };
        assert!((cost.point - (54.0 - plain)).abs() < 1e-9, "{cost} {plain}");
        let probe = exit.probe.unwrap();
        assert!((probe.point - (54.0 + 2.0 / 3.0)).abs() < 1e-9 && probe.high - probe.low > 5.0);
        assert!(outcomes[0].at_equal_cost.unwrap().point.abs() < 1e-12);
    }
}
