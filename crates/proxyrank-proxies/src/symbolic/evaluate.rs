//! From an expression and a network's tensors to a score.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::expression::{Expression, Reduction, Series, Tensors};
use super::primitive::{Binary, Input};
use super::tensor::Tensor;

/// Where an expression finds its inputs: anything that can name the tensors of a network.
pub trait TensorSource: Sync {
    /// The tensors of an input in the order in which the network has them; none if it has none, or if they were not kept.
    fn tensors(&self, input: Input) -> &[Tensor];
}

/// Tensors in memory. Two inputs may be one list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerTensors(BTreeMap<Input, Arc<[Tensor]>>);

impl LayerTensors {
    /// Puts in the tensors of an input, in place of those that were there.
    pub fn insert(&mut self, input: Input, tensors: Vec<Tensor>) {
        self.share(input, tensors.into());
    }

    /// The same with a list that other inputs may have too.
    pub fn share(&mut self, input: Input, tensors: Arc<[Tensor]>) {
        self.0.insert(input, tensors);
    }
}

impl TensorSource for LayerTensors {
    fn tensors(&self, input: Input) -> &[Tensor] {
        self.0.get(&input).map_or(&[], |tensors| tensors)
    }
}

/// Why an expression has no score on a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// The network has no tensors of an input.
    #[error("the network has no tensors of the input `{0}`")]
    NoTensors(Input),
    /// Two tensors cannot be combined element by element.
    #[error("`{binary}` needs tensors of one shape, and layer {layer} has {left:?} and {right:?}")]
    Shapes {
        /// The operation.
        binary: Binary,
        /// The layer, from 1.
        layer: usize,
        /// Shape on the left.
        left: Vec<usize>,
        /// Shape on the right.
        right: Vec<usize>,
    },
}

impl Expression {
    /// The score of a network: of every tensor its number, then the mean or sum of these.
    ///
    /// Lists of different length are paired from their beginning as far as the shorter one goes, as released. Layers are
    /// computed at the same time and put together in order, so the score does not depend on the number of threads. It may be
    /// infinite or not a number.
    pub fn evaluate(&self, source: &impl TensorSource) -> Result<f64, EvaluationError> {
        let numbers = self.series.evaluate(source)?;
        let sum: f64 = numbers.iter().sum();
        Ok(match self.reduction {
            Reduction::Average => sum / numbers.len() as f64,
            Reduction::Total => sum,
        })
    }
}

impl Series {
    /// One number a layer; at least one.
    pub fn evaluate(&self, source: &impl TensorSource) -> Result<Vec<f64>, EvaluationError> {
        match self {
            Self::Mean(tensors) => {
                let layers = 0..tensors.layers(source)?;
                layers.into_par_iter().map(|layer| Ok(tensors.at(source, layer)?.mean())).collect()
            }
            Self::Binary(binary, left, right) => {
                let (left, right) = (left.evaluate(source)?, right.evaluate(source)?);
                Ok(left.iter().zip(&right).map(|(&left, &right)| binary.apply(left, right)).collect())
            }
        }
    }
}

impl Tensors {
    /// How many there are.
    fn layers(&self, source: &impl TensorSource) -> Result<usize, EvaluationError> {
        match self {
            Self::Input(input) => match source.tensors(*input).len() {
                0 => Err(EvaluationError::NoTensors(*input)),
                layers => Ok(layers),
            },
            Self::Unary(_, inner) => inner.layers(source),
            Self::Binary(_, left, right) => Ok(left.layers(source)?.min(right.layers(source)?)),
        }
    }

    fn at<'a>(
        &self,
        source: &'a impl TensorSource,
        layer: usize,
    ) -> Result<Cow<'a, Tensor>, EvaluationError> {
        match self {
            Self::Input(input) => {
                let tensor = source.tensors(*input).get(layer);
                tensor.map(Cow::Borrowed).ok_or(EvaluationError::NoTensors(*input))
            }
            Self::Unary(unary, inner) => Ok(Cow::Owned(inner.at(source, layer)?.apply(*unary))),
            Self::Binary(binary, left, right) => {
                let (left, right) = (left.at(source, layer)?, right.at(source, layer)?);
                let combined = left.combine(*binary, &right).ok_or_else(|| EvaluationError::Shapes {
                    binary: *binary,
                    layer: layer + 1,
                    left: left.shape().to_vec(),
                    right: right.shape().to_vec(),
                })?;
                Ok(Cow::Owned(combined))
            }
        }
    }
}
