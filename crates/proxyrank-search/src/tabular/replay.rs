//! Many runs of each search, and which search needs fewer labels.

use proxyrank_predict::study::{Follow, summarise};
use proxyrank_stats::{Estimate, holm, top_k_regret};
use rayon::prelude::*;

use super::{SearchError, Space, Strategy};

/// A replay of several searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The searches.
    pub strategies: Vec<Strategy>,
    /// Labels that each run may use.
    pub budget: usize,
    /// Runs of each search.
    pub repeats: usize,
    /// Seed of all runs.
    pub seed: u64,
}

/// The runs of one search: run r of every search begins from the same random stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The search.
    pub strategy: Strategy,
    /// For each run, the architectures in the order in which they were labelled.
    pub runs: Vec<Vec<usize>>,
}

impl Replay {
    /// How many runs there are.
    pub fn runs(&self) -> usize {
        self.strategies.len() * self.repeats
    }

    /// Runs every search; `None` where it was stopped.
    pub fn run(&self, space: &Space, follow: &dyn Follow) -> Result<Option<Vec<Traced>>, SearchError> {
        space.check()?;
        let one = |index: usize| {
            if follow.stopped() {
                return Ok(None);
            }
            let (strategy, run) = (self.strategies[index / self.repeats], index % self.repeats);
            let trace = strategy.trace(space, self.budget, self.seed, run).map(Some);
            follow.step();
            trace
        };
        let traces: Result<Option<Vec<Vec<usize>>>, SearchError> =
            (0..self.runs()).into_par_iter().map(one).collect();
        let Some(traces) = traces? else { return Ok(None) };
        let traced = self.strategies.iter().zip(traces.chunks(self.repeats.max(1)));
        Ok(Some(traced.map(|(&strategy, runs)| Traced { strategy, runs: runs.to_vec() }).collect()))
    }
}

/// How far the best of the first k labels of a run lies below the best of all.
pub fn regret(space: &Space, run: &[usize], k: usize) -> f64 {
    let best = |labels: &mut dyn Iterator<Item = f64>| labels.fold(f64::NEG_INFINITY, f64::max);
    let found = best(&mut run.iter().take(k).map(|&one| space.labels[one]));
    best(&mut space.labels.iter().copied()) - found
}

/// Mean and central 95% over runs of the regret after k labels; nothing without runs.
pub fn curve(space: &Space, traced: &Traced, k: usize) -> Option<Estimate> {
    summarise(traced.runs.iter().map(|run| regret(space, run, k)))
}

/// Whether one search has less regret than another after the same number of labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duel {
    /// The first search, by its place.
    pub a: usize,
    /// The second search.
    pub b: usize,
    /// Mean regret of the first minus that of the second, over paired runs.
    pub difference: f64,
    /// Two-sided p-value of a sign-flip test on the paired differences.
    pub p_value: f64,
    /// The same after Holm's correction over all pairs.
    pub p_holm: f64,
}

/// Random sign flips of a test.
const FLIPS: usize = 10_000;

/// Tests every pair of searches after k labels.
///
/// If two searches were alike, each paired difference could as well have the other sign. The p-value is the share of random sign
/// patterns whose mean is at least as far from zero, the observed one included; it is at least 1e-4. It says whether the means over
/// *runs on this table* differ, not whether they would on another benchmark.
pub fn duels(space: &Space, traced: &[Traced], k: usize, seed: u64) -> Vec<Duel> {
    let regrets: Vec<Vec<f64>> =
        traced.iter().map(|traced| traced.runs.iter().map(|run| regret(space, run, k)).collect()).collect();
    let pairs: Vec<(usize, usize)> =
        (0..traced.len()).flat_map(|a| (a + 1..traced.len()).map(move |b| (a, b))).collect();
    let duel = |&(a, b): &(usize, usize)| {
        let differences: Vec<f64> = regrets[a].iter().zip(&regrets[b]).map(|(a, b)| a - b).collect();
        let difference = differences.iter().sum::<f64>() / differences.len().max(1) as f64;
        let p_value = sign_flip(&differences, seed);
        Duel { a, b, difference, p_value, p_holm: p_value }
    };
    let mut duels: Vec<Duel> = pairs.par_iter().map(duel).collect();
    let corrected = holm(&duels.iter().map(|duel| duel.p_value).collect::<Vec<_>>());
    for (duel, p) in duels.iter_mut().zip(corrected) {
        duel.p_holm = p;
    }
    duels
}

fn sign_flip(differences: &[f64], seed: u64) -> f64 {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let observed = differences.iter().sum::<f64>().abs();
    let flipped = |rng: &mut rand_chacha::ChaCha8Rng| -> f64 {
        let signed = differences.iter().map(|d| if rng.random::<bool>() { *d } else { -d });
        signed.sum::<f64>().abs()
    };
    // A tolerance, since sums of the same numbers in another order may differ in their last digits.
    let beyond = (0..FLIPS).filter(|_| flipped(&mut rng) >= observed * (1.0 - 1e-12)).count();
    (beyond + 1) as f64 / (FLIPS + 1) as f64
}

/// The regret of the architecture that a score puts first among those of at most a certain size, against the best of them; ties are
/// broken at random, and the regret is the expected one. One entry for each limit, nothing where no two architectures are small enough.
pub fn budget_picks(labels: &[f64], scores: &[f64], sizes: &[f64], limits: &[f64]) -> Vec<Option<f64>> {
    let pick = |limit: &f64| {
        let small: Vec<usize> = (0..sizes.len()).filter(|&one| sizes[one] <= *limit).collect();
        let of = |values: &[f64]| -> Vec<f64> { small.iter().map(|&one| values[one]).collect() };
        // With k = 1 the best of the k best is the pick itself.
        top_k_regret(&of(scores), &of(labels), 1).ok()
    };
    limits.iter().map(pick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl Follow for Nobody {
        fn step(&self) {}

        fn stopped(&self) -> bool {
            false
        }
    }

    fn space() -> Space {
        let labels: Vec<f64> = (0..50).map(f64::from).collect();
        Space { neighbours: vec![vec![]; 50], features: vec![], scores: vec![labels.clone()], labels }
    }

    #[test]
    fn a_perfect_proxy_beats_chance_and_not_itself() {
        let space = space();
        let strategies = vec![Strategy::Random, Strategy::Proxy(0), Strategy::Proxy(0)];
        let replay = Replay { strategies, budget: 10, repeats: 30, seed: 0 };
        let traced = replay.run(&space, &Nobody).unwrap().unwrap();
        let random = curve(&space, &traced[0], 5).unwrap();
        assert!(random.point > 1.0 && random.n == 30, "{random:?}");
        assert!(curve(&space, &traced[0], 10).unwrap().point < random.point);
        assert_eq!(curve(&space, &traced[1], 1).unwrap().point.to_bits(), 0.0_f64.to_bits());
        let duels = duels(&space, &traced, 5, 0);
        assert!(duels[0].p_holm < 0.001 && duels[0].difference > 0.0);
        assert!(duels[2].p_value > 0.99);
    }

    #[test]
    fn picks_keep_to_their_budget() {
        let labels = [1.0, 5.0, 3.0, 9.0];
        let scores = [2.0, 1.0, 3.0, 0.0];
        let sizes = [10.0, 20.0, 30.0, 40.0];
        let picks = budget_picks(&labels, &scores, &sizes, &[5.0, 20.0, 30.0, 40.0]);
        assert_eq!(picks, [None, Some(4.0), Some(2.0), Some(6.0)]);
    }
}
