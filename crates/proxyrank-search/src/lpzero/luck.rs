//! What luck alone finds: the best of N random trees, and the best of N on labels that mean nothing.
//!
//! A search that looks at a thousand trees reports the best of them, and the best of a thousand is good by luck. Two
//! distributions say how good: that of the best of N random trees, on the networks that chose it and on others; and that of the
//! best of N when the networks' labels are shuffled, where every correlation is luck.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::contest::Contest;
use super::fitness::Room;
use super::random::Dice;
use super::tree::{Tree, TreeForm};

/// A distribution in three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The 2.5% quantile.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The 97.5% quantile.
    pub high: f64,
}

impl Spread {
    /// Of some numbers; NaN where there are none.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let last = values.len().saturating_sub(1);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and last")]
            let index = (share * last as f64).round() as usize;
            values.get(index).copied().unwrap_or(f64::NAN)
        };
        Self { low: at(0.025), median: at(0.5), high: at(0.975) }
    }
}

/// The best of N random trees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BestOf {
    /// N.
    pub trees: usize,
    /// Its correlation on the networks that chose it.
    pub training: Spread,
    /// Its correlation on the others.
    pub held_out: Spread,
    /// The best correlation of N on shuffled labels.
    pub shuffled: Spread,
}

/// How the distributions are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LuckOptions {
    /// Draws of N trees, and shuffles.
    pub repetitions: usize,
    /// Where random numbers come from.
    pub seed: u64,
}

/// The distributions for some N; only trees that rank something count.
pub fn best_of(
    training: &Contest<'_>,
    held_out: &Contest<'_>,
    sizes: &[usize],
    options: LuckOptions,
) -> Vec<BestOf> {
    let most = sizes.iter().copied().max().unwrap_or(0);
    let repetition = |repetition: usize| -> Vec<[f64; 3]> {
        // A stream of its own for every repetition, far from those of searches.
        let mut dice = Dice::new(options.seed ^ ((repetition as u64 + 1) << 32), 0);
        let mut room = Room::default();
        let shuffled = training.judge.shuffled(&dice.order(training.panel.len()));
        let (mut best, mut luck, mut kept) = (f64::NEG_INFINITY, f64::NEG_INFINITY, f64::NAN);
        let mut rows = Vec::new();
        let mut count = 0;
        // Where nothing ranks, no number of draws helps.
        for _ in 0..100 * most {
            if count == most {
                break;
            }
            let TreeForm::Live(tree, sign) = Tree::of(dice.genotype()) else { continue };
            let Some(scores) = training.panel.scores(training.table, tree) else { continue };
            let Some(fitness) = training.judge.judge(&scores, &mut room) else { continue };
            let fitness = sign.factor() * fitness;
            count += 1;
            if fitness > best {
                best = fitness;
                kept = held_out.fitness(tree, sign, &mut room).unwrap_or(f64::NAN);
            }
            luck = luck.max(shuffled.judge(&scores, &mut room).map_or(-1.0, |lucky| sign.factor() * lucky));
            if sizes.contains(&count) {
                rows.push([best, kept, luck]);
            }
        }
        rows
    };
    let all: Vec<Vec<[f64; 3]>> = (0..options.repetitions).into_par_iter().map(repetition).collect();
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let spread = |row: usize, column: usize| {
        Spread::of(all.iter().filter_map(|rows| rows.get(row)).map(|row| row[column]).collect())
    };
    let rows = sorted.into_iter().enumerate().map(|(row, trees)| BestOf {
        trees,
        training: spread(row, 0),
        held_out: spread(row, 1),
        shuffled: spread(row, 2),
    });
    rows.collect()
}
