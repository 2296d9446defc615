//! A search that asks the predictor alone.

use std::collections::HashSet;

use proxyrank_predict::{Method, PredictError};

use super::Keep;
use super::quality::{Pair, features, split};
use crate::random::{Purpose, stream};
use crate::space::ModelSize;

/// Candidates of the first round.
const FIRST: usize = 1000;
/// Rounds after it.
const ROUNDS: usize = 10;
/// Candidates that are changed in a round, and how often each.
const PARENTS: (usize, usize) = (40, 15);
/// How much smaller than asked for a candidate may be.
const SLACK: f64 = 0.04;
/// Draws for a candidate of the size, at the most.
const TRIES: usize = 400;

/// A sub-network that the predictor likes.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What it keeps.
    pub keep: Keep,
    /// The metric that it is expected to have.
    pub predicted: f64,
}

/// The sub-networks with the highest predictions whose encoder has at most a share of its parameters and at most 4% of the whole less,
/// best first: random ones, then ten rounds that change the best.
///
/// The predictor learns from the seven in ten of the pairs that [`super::quality`] lets it learn from.
pub fn propose(
    pairs: &[Pair],
    size: &ModelSize,
    method: Method,
    (share, seed): (f64, u64),
    most: usize,
) -> Result<Vec<Proposal>, PredictError> {
    let (train, _) = split(pairs.len(), seed);
    let known: Vec<f64> = train.iter().map(|&place| pairs[place].metric).collect();
    // All of one seed and size draw the same, whatever the predictor.
    let mut rng = stream(seed, Purpose::Candidates, share.to_bits());
    let fits = |keep: &Keep| (share - SLACK..=share).contains(&keep.share(size));
    let mut seen: HashSet<Keep> = HashSet::new();
    let mut best: Vec<Proposal> = Vec::new();
    for round in 0..=ROUNDS {
        let mut fresh: Vec<Keep> = Vec::new();
        let mut take = |keep: Option<Keep>| {
            if let Some(keep) = keep.filter(|keep| seen.insert(keep.clone())) {
                fresh.push(keep);
            }
        };
        if round == 0 {
            for _ in 0..FIRST {
                take((0..TRIES).map(|_| Keep::sample(size.shape, &mut rng)).find(fits));
            }
        }
        for parent in best.iter().take(PARENTS.0) {
            for _ in 0..PARENTS.1 {
                take((0..TRIES).map(|_| parent.keep.mutate(size.shape, &mut rng)).find(fits));
            }
        }
        if fresh.is_empty() {
            continue;
        }
        // Fitted anew each time, to the same: columns that say nothing are left out of a matrix as a whole.
        let all = features(pairs.iter().map(|pair| &pair.keep).chain(&fresh), size)?;
        let fitted = method.predictor().fit(&all.select(&train), &known, seed)?;
        let places: Vec<usize> = (pairs.len()..pairs.len() + fresh.len()).collect();
        let predicted = fitted.predict(&all.select(&places))?;
        let proposals = fresh.into_iter().zip(predicted);
        best.extend(proposals.map(|(keep, found)| Proposal { keep, predicted: found.mean }));
        best.sort_by(|one, other| other.predicted.total_cmp(&one.predicted));
        best.truncate(PARENTS.0.max(most));
    }
    best.truncate(most);
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::super::quality::tests::pairs;
    use super::*;

    #[test]
    fn what_matters_is_kept_at_the_size_that_was_asked_for() {
        let size = ModelSize::minilm_l6(2);
        let pairs = pairs(120, &size);
        let found = propose(&pairs, &size, Method::Ridge, (0.6, 5), 3).unwrap();
        assert_eq!(found.len(), 3);
        for proposal in &found {
            let share = proposal.keep.share(&size);
            assert!((0.56..=0.6).contains(&share), "{share}");
            // All heads of the first layer and all units of the last.
            assert!(proposal.keep.heads[0] >= 11 && proposal.keep.units[5] > 1400, "{proposal:?}");
        }
        assert!(found[0].predicted >= found[1].predicted);
        assert_eq!(found, propose(&pairs, &size, Method::Ridge, (0.6, 5), 3).unwrap());
    }
}
