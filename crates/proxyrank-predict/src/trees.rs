//! Trees: a random forest and gradient-boosted trees, by smartcore.
//!
//! arXiv 2309.09507 used boosted trees. The settings are customary ones and were not tuned on any benchmark.

use smartcore::ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters};
use smartcore::error::Failed;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::xgboost::{XGRegressor, XGRegressorParameters};

use crate::{Features, Fitted, PredictError, Prediction, Predictor};

/// A random forest (Breiman 2001): the mean of trees, each on a bootstrap sample, each split among a third of the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forest {
    /// Number of trees.
    pub trees: u16,
    /// Labels in a leaf, at the least.
    pub leaf: usize,
}

impl Default for Forest {
    fn default() -> Self {
        Self { trees: 200, leaf: 2 }
    }
}

/// Gradient-boosted trees (Friedman 2001; the splits of `XGBoost`, Chen and Guestrin 2016) under a squared loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoostedTrees {
    /// Number of trees.
    pub trees: usize,
    /// Splits from the root to a leaf, at the most.
    pub depth: u16,
    /// By what each tree's correction is multiplied.
    pub learning_rate: f64,
    /// Share of the labels that each tree sees.
    pub subsample: f64,
}

impl Default for BoostedTrees {
    fn default() -> Self {
        Self { trees: 200, depth: 3, learning_rate: 0.05, subsample: 0.8 }
    }
}

type Rows = DenseMatrix<f64>;

struct FittedForest(RandomForestRegressor<f64, f64, Rows, Vec<f64>>);

struct FittedBoost(XGRegressor<f64, f64, Rows, Vec<f64>>);

const FOREST: &str = "random forest";
const BOOST: &str = "boosted trees";

fn failed(method: &'static str) -> impl Fn(Failed) -> PredictError {
    move |error| PredictError::Trees { method, reason: error.to_string() }
}

fn rows(features: &Features, method: &'static str) -> Result<Rows, PredictError> {
    DenseMatrix::from_2d_vec(&features.rows().to_vec()).map_err(failed(method))
}

fn means(values: Vec<f64>) -> Vec<Prediction> {
    values.into_iter().map(|mean| Prediction { mean, sd: None }).collect()
}

impl Predictor for Forest {
    fn fit(&self, features: &Features, labels: &[f64], seed: u64) -> Result<Box<dyn Fitted>, PredictError> {
        features.check(labels)?;
        let parameters = RandomForestRegressorParameters::default()
            .with_n_trees(self.trees.into())
            .with_min_samples_leaf(self.leaf)
            .with_m(features.names().len().div_ceil(3))
            .with_seed(seed);
        let fitted = RandomForestRegressor::fit(&rows(features, FOREST)?, &labels.to_vec(), parameters);
        Ok(Box::new(FittedForest(fitted.map_err(failed(FOREST))?)))
    }
}

impl Fitted for FittedForest {
    fn predict(&self, features: &Features) -> Result<Vec<Prediction>, PredictError> {
        self.0.predict(&rows(features, FOREST)?).map(means).map_err(failed(FOREST))
    }
}

impl Predictor for BoostedTrees {
    fn fit(&self, features: &Features, labels: &[f64], seed: u64) -> Result<Box<dyn Fitted>, PredictError> {
        features.check(labels)?;
        let parameters = XGRegressorParameters::default()
            .with_n_estimators(self.trees)
            .with_max_depth(self.depth)
            .with_learning_rate(self.learning_rate)
            .with_subsample(self.subsample)
            .with_base_score(labels.iter().sum::<f64>() / labels.len() as f64)
            .with_seed(seed);
        let fitted = XGRegressor::fit(&rows(features, BOOST)?, &labels.to_vec(), parameters);
        Ok(Box::new(FittedBoost(fitted.map_err(failed(BOOST))?)))
    }
}

impl Fitted for FittedBoost {
    fn predict(&self, features: &Features) -> Result<Vec<Prediction>, PredictError> {
        self.0.predict(&rows(features, BOOST)?).map(means).map_err(failed(BOOST))
    }
}
