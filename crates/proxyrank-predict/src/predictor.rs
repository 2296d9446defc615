//! What every predictor can do, and which there are.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::gaussian_process::GaussianProcess;
use crate::neighbours::Neighbours;
use crate::ridge::Ridge;
use crate::size_first::SizeFirst;
use crate::trees::{BoostedTrees, Forest};
use crate::{Features, PredictError};

/// What is expected of one architecture, on the scale of the labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The expected label.
    pub mean: f64,
    /// The standard deviation of a label around it, from a predictor that knows one.
    pub sd: Option<f64>,
}

/// Learns from labelled architectures.
pub trait Predictor: Send + Sync {
    /// Learns from rows of features with one label each. Only predictors that draw random numbers use the seed.
    fn fit(&self, features: &Features, labels: &[f64], seed: u64) -> Result<Box<dyn Fitted>, PredictError>;
}

/// Predicts for architectures without labels.
pub trait Fitted {
    /// One prediction for each row; the columns must be those of the fit.
    fn predict(&self, features: &Features) -> Result<Vec<Prediction>, PredictError>;
}

/// The predictors, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Linear in the features, with a penalty on large weights.
    Ridge,
    /// Gaussian process.
    GaussianProcess,
    /// Gaussian processes, depth and width first.
    SizeFirst,
    /// Random forest.
    Forest,
    /// Gradient-boosted trees.
    BoostedTrees,
    /// Mean of the nearest labelled architectures.
    Neighbours,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Ridge,
        Self::GaussianProcess,
        Self::SizeFirst,
        Self::Forest,
        Self::BoostedTrees,
        Self::Neighbours,
    ];

    /// The name on the command line and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ridge => "ridge",
            Self::GaussianProcess => "gaussian_process",
            Self::SizeFirst => "size_first",
            Self::Forest => "forest",
            Self::BoostedTrees => "boosted_trees",
            Self::Neighbours => "neighbours",
        }
    }

    /// The predictor with its usual settings.
    pub fn predictor(self) -> Box<dyn Predictor> {
        match self {
            Self::Ridge => Box::new(Ridge),
            Self::GaussianProcess => Box::new(GaussianProcess),
            Self::SizeFirst => Box::new(SizeFirst),
            Self::Forest => Box::new(Forest::default()),
            Self::BoostedTrees => Box::new(BoostedTrees::default()),
            Self::Neighbours => Box::new(Neighbours),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A predictor's name that is not among [`Method::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown predictor `{0}`; known are {names}", names = Method::ALL.map(Method::as_str).join(", "))]
pub struct UnknownMethod(pub String);

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == name)
            .ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Feature, Group};

    /// A line with a bend, and a second feature that says nothing.
    fn bent_line(rows: usize) -> (Features, Vec<f64>) {
        let x: Vec<f64> = (0..rows).map(|row| row as f64 / rows as f64).collect();
        let labels = x.iter().map(|x| 10.0 * x + 3.0 * x * x).collect();
        let noise = (0..rows).map(|row| ((row * 7919) % 13) as f64).collect();
        let column = |name: &str, group, values| Feature { name: name.into(), group, values };
        let columns = [column("x", Group::Size, x), column("noise", Group::Detail, noise)];
        (Features::new(rows, &columns).unwrap(), labels)
    }

    #[test]
    fn every_predictor_learns_a_line_and_repeats_itself() {
        let (features, labels) = bent_line(80);
        let (train, test): (Vec<usize>, Vec<usize>) = (0..80).partition(|row| row % 4 != 0);
        let known: Vec<f64> = train.iter().map(|&row| labels[row]).collect();
        for method in Method::ALL {
            let predict = |seed| {
                let fitted = method.predictor().fit(&features.select(&train), &known, seed).unwrap();
                fitted.predict(&features.select(&test)).unwrap()
            };
            let predictions = predict(1);
            assert_eq!(predictions, predict(1), "{method}");
            let errors = predictions.iter().zip(&test).map(|(p, &row)| (p.mean - labels[row]).abs());
            let error = errors.sum::<f64>() / test.len() as f64;
            assert!(error < 0.8, "{method}: {error}");
        }
    }

    #[test]
    fn nothing_to_learn_from_is_an_error() {
        let (features, labels) = bent_line(10);
        for method in Method::ALL {
            let predictor = method.predictor();
            assert!(predictor.fit(&features.select(&[0]), &labels[..1], 0).is_err(), "{method}");
            assert!(predictor.fit(&features, &labels[..4], 0).is_err(), "{method}");
        }
    }

    #[test]
    fn names_read_back() {
        for method in Method::ALL {
            assert_eq!(method.as_str().parse(), Ok(method));
        }
        assert!(
            "tree".parse::<Method>().unwrap_err().to_string().contains("known are ridge, gaussian_process")
        );
    }
}
