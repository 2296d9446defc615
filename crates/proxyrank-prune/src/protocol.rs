//! How searches are compared: what they choose at given sizes, mean ranks.

use std::collections::BTreeSet;

use proxyrank_stats::{Estimate, StatsError, average_ranks, quantile};
use rand::seq::IndexedRandom;

use crate::random::{Purpose, stream};

/// Sizes at which errors are compared.
const SIZES: usize = 21;
/// The smallest and the largest of them.
const RANGE: (f64, f64) = (0.2, 0.99);

/// The paper's 21 sizes, linspace(0.2, 0.99). There they are shares of the whole network, embeddings included.
pub fn sizes() -> [f64; SIZES] {
    let step = (RANGE.1 - RANGE.0) / (SIZES - 1) as f64;
    std::array::from_fn(|index| RANGE.0 + step * index as f64)
}

/// What a search saw of a sub-network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluated {
    /// Its size, such as a share of the encoder's parameters.
    pub size: f64,
    /// Error on the validation part.
    pub valid: f64,
}

/// Which one is chosen at a size: of what is not larger, that with the lowest validation error (the first one, of several); nothing
/// where there is none.
pub fn chosen(evaluated: &[Evaluated], most: f64) -> Option<usize> {
    let small = evaluated.iter().enumerate().filter(|(_, one)| one.size <= most);
    small.min_by(|(_, a), (_, b)| a.valid.total_cmp(&b.valid)).map(|(place, _)| place)
}

/// Everything that is chosen at some size: all that has to be tested.
pub fn choices(evaluated: &[Evaluated]) -> BTreeSet<usize> {
    evaluated.iter().filter_map(|one| chosen(evaluated, one.size)).collect()
}

/// Mean rank of each method over data sets, 1 for the best, by bootstrap over runs: each round draws one run of each method on each data set, ranks
/// the methods there, and takes the mean over data sets. Point and interval are the mean and the central 95% of the rounds.
///
/// `values` has for each data set, method and run a value of which larger is better, such as a hypervolume. Nothing if a data set lacks a method, a
/// method lacks a run, or there is no data set; an error if a value is no number.
pub fn mean_ranks(
    values: &[Vec<Vec<f64>>],
    rounds: usize,
    seed: u64,
) -> Result<Option<Vec<Estimate>>, StatsError> {
    let methods = values.first().map_or(0, Vec::len);
    let is_whole = |set: &Vec<Vec<f64>>| set.len() == methods && set.iter().all(|runs| !runs.is_empty());
    if methods == 0 || rounds == 0 || !values.iter().all(is_whole) {
        return Ok(None);
    }
    let mut ranks: Vec<Vec<f64>> = vec![Vec::with_capacity(rounds); methods];
    for round in 0..rounds {
        let mut rng = stream(seed, Purpose::Bootstrap, round as u64);
        let mut totals = vec![0.0; methods];
        for set in values {
            let drawn: Vec<f64> = set.iter().filter_map(|runs| runs.choose(&mut rng)).map(|v| -v).collect();
            for (total, rank) in totals.iter_mut().zip(average_ranks(&drawn)?) {
                *total += rank / values.len() as f64;
            }
        }
        ranks.iter_mut().zip(totals).for_each(|(ranks, total)| ranks.push(total));
    }
    let summary = |mut ranks: Vec<f64>| {
        let point = ranks.iter().sum::<f64>() / rounds as f64;
        let mut end = |share| quantile(&mut ranks, share).unwrap_or(point);
        Estimate { point, low: end(0.025), high: end(0.975), n: values.len() }
    };
    Ok(Some(ranks.into_iter().map(summary).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_valid_error_up_to_a_size_decides() {
        let one = |size, valid| Evaluated { size, valid };
        let all = [one(0.5, 0.2), one(0.4, 0.3), one(0.9, 0.1), one(0.5, 0.2), one(0.95, 0.4)];
        let at = [0.3, 0.4, 0.5, 0.89, 0.95].map(|most| chosen(&all, most));
        assert_eq!(at, [None, Some(1), Some(0), Some(0), Some(2)]);
        // The fourth ties with the first, and the last is worse than what is smaller.
        assert_eq!(choices(&all), BTreeSet::from([0, 1, 2]));
        let sizes = sizes();
        assert!((sizes[0] - 0.2).abs() < 1e-12 && (sizes[20] - 0.99).abs() < 1e-12);
        assert!((sizes[1] - 0.2395).abs() < 1e-12);
    }

    #[test]
    fn ranks_of_clear_winners_are_sure_and_equal_methods_are_not() {
        // On both data sets the first method always wins; the others have the same runs.
        let set = vec![vec![3.0, 4.0], vec![1.0, 2.0], vec![1.0, 2.0]];
        let ranks = mean_ranks(&[set.clone(), set.clone()], 1000, 0).unwrap().unwrap();
        assert!((ranks[0].point - 1.0).abs() < 1e-12 && (ranks[0].high - 1.0).abs() < 1e-12);
        // Each of the others: 2, 2.5 (a tie) or 3, with chances 1/4, 1/2, 1/4.
        assert!((ranks[1].point - 2.5).abs() < 0.05 && (ranks[2].point - 2.5).abs() < 0.05, "{ranks:?}");
        assert!(ranks[1].low < 2.3 && ranks[1].high > 2.7);
        let once = || mean_ranks(std::slice::from_ref(&set), 200, 3).unwrap();
        assert_eq!(once(), once());
        assert_eq!(mean_ranks(&[set, vec![vec![1.0]]], 10, 0).unwrap(), None);
        assert!(mean_ranks(&[vec![vec![f64::NAN], vec![1.0]]], 10, 0).is_err());
    }
}
