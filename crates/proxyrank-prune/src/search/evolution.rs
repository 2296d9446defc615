//! Regularised evolution (Real et al. 2019) with non-dominated ranks for scores: MO-REA.

use rand::RngExt;

use super::run::Search;
use crate::pareto::ranks;
use crate::space::{Genes, Sampler};

/// Members of the population; the oldest dies.
const POPULATION: usize = 10;
/// Members drawn with replacement, of which the best becomes a parent.
const TOURNAMENT: usize = 5;

/// Random genes until the population is full; then a parent with one gene changed. The population is what was told last, and its
/// members are ranked anew each time.
pub(super) fn next(search: &Search) -> Genes {
    let mut rng = search.rng();
    let told = search.genes().len();
    if told < POPULATION {
        return search.space.sample(Sampler::Config, &mut rng);
    }
    let oldest = told - POPULATION;
    let ranks = ranks(&search.points()[oldest..], search.rule);
    let drawn = (0..TOURNAMENT).map(|_| rng.random_range(0..POPULATION));
    let parent = drawn.min_by_key(|&member| ranks[member]).unwrap_or(0);
    search.space.mutate(&search.genes()[oldest + parent], &mut rng)
}
