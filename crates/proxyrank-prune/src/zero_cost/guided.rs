//! What a search finds that evaluates only what a proxy likes.

use proxyrank_stats::{Estimate, StatsError, average_ranks, quantile};
use rand::seq::index::sample;

use super::judge::{Candidate, scores};
use super::{PROXIES, Proxy, Stage};
use crate::pareto::{Point, RankRule, ranks, raw_hypervolume};
use crate::random::{Purpose, stream};

/// A proxy-guided choice among candidates, and random ones. Hypervolumes are of error and share of the encoder, against (1, 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guided {
    /// The proxy.
    pub proxy: Proxy,
    /// Hypervolume of the candidates that it chose.
    pub volume: f64,
    /// Evaluations that all scoring and evaluating cost together, one evaluation being the unit.
    pub cost: f64,
    /// Random choices of as many candidates: mean and central 95%.
    pub random: Estimate,
    /// Random choices of as many candidates as could be evaluated for the whole cost.
    pub random_at_cost: Estimate,
}

/// How a comparison is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Candidates that are evaluated.
    pub picks: usize,
    /// Seconds to score a candidate, by what a proxy needs, in the order of [`Stage::ALL`].
    pub scoring: [f64; 4],
    /// Seconds to evaluate a candidate.
    pub evaluating: f64,
    /// Random choices.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
}

/// For each proxy, scores all candidates, evaluates those that are first by non-dominated order of score and size, and compares what they
/// dominate with random choices. Places among the candidates stand for scores and sizes, so that the order inside a front, which is by
/// distance, has no unit.
pub fn guided(candidates: &[Candidate<'_>], comparison: &Comparison) -> Result<Vec<Guided>, StatsError> {
    let points: Vec<Point> = candidates.iter().map(|one| [one.error, one.share]).collect();
    let sizes = average_ranks(&candidates.iter().map(|one| one.share).collect::<Vec<_>>())?;
    let picks = comparison.picks.min(candidates.len());
    let volume = |places: &mut dyn Iterator<Item = usize>| {
        raw_hypervolume(&places.map(|place| points[place]).collect::<Vec<_>>())
    };
    let random = |count: usize| {
        let draw = |number: usize| {
            let mut rng = stream(comparison.seed, Purpose::Bootstrap, number as u64);
            volume(&mut sample(&mut rng, points.len(), count).into_iter())
        };
        let mut volumes: Vec<f64> = (0..comparison.draws.max(1)).map(draw).collect();
        let point = volumes.iter().sum::<f64>() / volumes.len() as f64;
        let mut end = |share| quantile(&mut volumes, share).unwrap_or(point);
        Estimate { point, low: end(0.025), high: end(0.975), n: comparison.draws.max(1) }
    };
    let at_picks = random(picks);
    let one = |(proxy, scores): (&Proxy, Vec<f64>)| -> Result<Guided, StatsError> {
        let places = average_ranks(&scores)?;
        let both: Vec<Point> = places.iter().zip(&sizes).map(|(score, size)| [-score, *size]).collect();
        let mut order: Vec<(usize, usize)> = ranks(&both, RankRule::Inverse).into_iter().zip(0..).collect();
        order.sort_unstable();
        let stage = Stage::ALL.iter().position(|stage| *stage == proxy.stage).unwrap_or(0);
        let scoring = points.len() as f64 * comparison.scoring[stage] / comparison.evaluating;
        let cost = picks as f64 + scoring;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no more than there are")]
        let affordable = cost.min(points.len() as f64) as usize;
        Ok(Guided {
            proxy: *proxy,
            volume: volume(&mut order.iter().take(picks).map(|(_, place)| *place)),
            cost,
            random: at_picks,
            random_at_cost: random(affordable),
        })
    };
    PROXIES.iter().zip(scores(candidates)?.0).map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_perfect_proxy_finds_the_front_and_a_wrong_one_less_than_chance() {
        // Error falls with size but for noise; the proxy knows the error.
        let noise = |index: u32| f64::from(index * 37 % 60) / 60.0;
        let error = |index: u32| 0.9 - 0.5 * f64::from(index) / 60.0 + 0.3 * (noise(index) - 0.5);
        let all: Vec<BTreeMap<String, Option<f64>>> = (0..60)
            .map(|index| {
                [("loss".to_owned(), Some(-error(index))), ("snip".to_owned(), Some(error(index)))].into()
            })
            .collect();
        let candidates: Vec<Candidate<'_>> = (0..60)
            .zip(&all)
            .map(|(index, scores)| Candidate { error: error(index), share: f64::from(index) / 60.0, scores })
            .collect();
        let comparison =
            Comparison { picks: 12, scoring: [0.0, 0.0, 0.05, 0.0], evaluating: 1.0, draws: 200, seed: 1 };
        let found = guided(&candidates, &comparison).unwrap();
        let of = |name: &str| *found.iter().find(|one| one.proxy.name == name).unwrap();
        let whole = raw_hypervolume(&candidates.iter().map(|one| [one.error, one.share]).collect::<Vec<_>>());
        let (best, worst) = (of("loss"), of("snip"));
        assert!(best.volume > best.random.high && best.volume <= whole, "{best:?} {whole}");
        assert!(worst.volume < worst.random.point, "{worst:?}");
        assert!((best.cost - 15.0).abs() < 1e-12, "12 evaluations and the price of 60 scores");
        assert!(best.random_at_cost.point > best.random.point);
        assert!((of("num_layers").cost - 12.0).abs() < 1e-12);
        // Where everything is evaluated nothing is left to choose.
        let all = guided(&candidates, &Comparison { picks: 100, ..comparison }).unwrap();
        assert!(all.iter().all(|one| (one.volume - whole).abs() < 1e-12));
    }
}
