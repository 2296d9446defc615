//! What predictors are worth.

use proxyrank_predict::{Feature, Features, Group, Method, PredictError};
use proxyrank_stats::{StatsError, kendall_tau_b, spearman_rho};
use rand::seq::SliceRandom;

use super::Keep;
use crate::random::{Purpose, stream};
use crate::space::ModelSize;

/// The predictors that do not ask for depth and width.
pub const PREDICTORS: [Method; 5] =
    [Method::BoostedTrees, Method::Forest, Method::Ridge, Method::GaussianProcess, Method::Neighbours];

/// A sub-network and its metric, larger being better.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// What it keeps.
    pub keep: Keep,
    /// 1 - error.
    pub metric: f64,
}

/// How well a predictor, or the size alone, tells the metric of pairs that it has not seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The predictor; nothing for the share of parameters.
    pub method: Option<Method>,
    /// Kendall's tau-b; absent where predictions or metrics are all equal.
    pub tau: Option<f64>,
    /// Spearman's rho.
    pub rho: Option<f64>,
    /// Root of the mean squared error, in the metric's unit; absent for the share.
    pub rmse: Option<f64>,
    /// Pairs that were learnt from, and pairs that judge.
    pub pairs: [usize; 2],
}

/// Places of the pairs that are learnt from, seven in ten, and of those that judge, in the order of a seeded shuffle.
pub fn split(pairs: usize, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..pairs).collect();
    order.shuffle(&mut stream(seed, Purpose::Split, 0));
    let rest = order.split_off(pairs * 7 / 10);
    (order, rest)
}

/// Ratios of every layer, their means, and the share of parameters.
pub(super) fn features<'a>(
    all: impl Iterator<Item = &'a Keep> + Clone,
    size: &ModelSize,
) -> Result<Features, PredictError> {
    let rows: Vec<Vec<f64>> = all.clone().map(|keep| keep.ratios(size.shape)).collect();
    let layers = size.shape.layers;
    let detail = |column: usize| Feature {
        name: format!("{}_{}", if column < layers { "heads" } else { "units" }, column % layers),
        group: Group::Detail,
        values: rows.iter().map(|row| row[column]).collect(),
    };
    let mean = |name: &str, from: usize| Feature {
        name: name.to_owned(),
        group: Group::Summary,
        values: rows.iter().map(|row| row[from..from + layers].iter().sum::<f64>() / layers as f64).collect(),
    };
    let share = Feature {
        name: "share".to_owned(),
        group: Group::Summary,
        values: all.map(|keep| keep.share(size)).collect(),
    };
    let mut columns: Vec<Feature> = (0..2 * layers).map(detail).collect();
    columns.extend([mean("heads", 0), mean("units", layers), share]);
    Features::new(rows.len(), &columns)
}

/// Judges every predictor, and the share of parameters for comparison, by three in ten of the pairs.
pub fn quality(pairs: &[Pair], size: &ModelSize, seed: u64) -> Result<Vec<Judged>, PredictError> {
    let features = features(pairs.iter().map(|pair| &pair.keep), size)?;
    let (train, test) = split(pairs.len(), seed);
    let metrics = |places: &[usize]| places.iter().map(|&place| pairs[place].metric).collect::<Vec<f64>>();
    let (known, truth) = (metrics(&train), metrics(&test));
    let counts = [train.len(), test.len()];
    let judge = |method: Option<Method>, scores: &[f64]| Judged {
        method,
        tau: defined(kendall_tau_b(scores, &truth)),
        rho: defined(spearman_rho(scores, &truth)),
        rmse: method.map(|_| {
            let squares = scores.iter().zip(&truth).map(|(found, wanted)| (found - wanted).powi(2));
            (squares.sum::<f64>() / truth.len() as f64).sqrt()
        }),
        pairs: counts,
    };
    let predictor = |method: Method| -> Result<Judged, PredictError> {
        let fitted = method.predictor().fit(&features.select(&train), &known, seed)?;
        let found: Vec<f64> = fitted.predict(&features.select(&test))?.iter().map(|one| one.mean).collect();
        Ok(judge(Some(method), &found))
    };
    let mut judged = PREDICTORS.into_iter().map(predictor).collect::<Result<Vec<_>, _>>()?;
    let shares: Vec<f64> = test.iter().map(|&place| pairs[place].keep.share(size)).collect();
    judged.push(judge(None, &shares));
    Ok(judged)
}

/// A correlation, or nothing where a series is constant.
fn defined(value: Result<f64, StatsError>) -> Option<f64> {
    value.ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Pairs whose metric is known: the first layer's heads and the last layer's units decide.
    pub(crate) fn pairs(count: usize, size: &ModelSize) -> Vec<Pair> {
        let mut rng = stream(9, Purpose::Candidates, 0);
        let pair = |_| {
            let keep = Keep::sample(size.shape, &mut rng);
            let ratios = keep.ratios(size.shape);
            let metric = 0.5 + 0.2 * ratios[0] + 0.1 * ratios[2 * size.shape.layers - 1];
            Pair { keep, metric }
        };
        (0..count).map(pair).collect()
    }

    #[test]
    fn predictors_see_what_the_size_alone_does_not() {
        let size = ModelSize::minilm_l6(2);
        let judged = quality(&pairs(200, &size), &size, 0).unwrap();
        assert_eq!(judged.len(), PREDICTORS.len() + 1);
        let share = judged.last().unwrap();
        assert_eq!((share.method, share.rmse, share.pairs), (None, None, [140, 60]));
        let ridge = judged.iter().find(|one| one.method == Some(Method::Ridge)).unwrap();
        assert!(ridge.tau.unwrap() > 0.95 && ridge.rmse.unwrap() < 0.01, "{ridge:?}");
        let trees = &judged[0];
        assert!(trees.tau.unwrap() > share.tau.unwrap() + 0.1, "{trees:?} {share:?}");
    }

    #[test]
    fn the_split_is_seven_to_three_and_seeded() {
        let (train, test) = split(525, 3);
        assert_eq!((train.len(), test.len()), (367, 158));
        let mut all = [train.clone(), test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..525).collect::<Vec<_>>());
        assert_ne!(split(525, 4).0, train);
    }
}
