//! Parameters as tensors.

use std::collections::BTreeMap;
use std::ops::Range;

use candle_core::{Device, Tensor, Var};

use crate::NnError;
use crate::real::Real;
use crate::weights::{EncoderLayout, EncoderWeights, Span};

/// Whether a graph is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Training {
    /// Parameters are constants: no graph, no memory for one.
    Constant,
    /// Parameters are variables, and results can be differentiated.
    Trainable,
}

/// The parameters of one network on one device.
#[derive(Debug, Clone)]
pub struct ComposedWeights {
    layout: EncoderLayout,
    /// In layout order.
    tensors: Vec<Tensor>,
    variables: BTreeMap<String, Var>,
}

impl ComposedWeights {
    pub(super) fn new<T: Real>(
        weights: &EncoderWeights<T>,
        training: Training,
        device: &Device,
    ) -> Result<Self, NnError> {
        let mut tensors = Vec::new();
        let mut variables = BTreeMap::new();
        for (parameter, values) in weights.parameters() {
            let tensor = Tensor::from_slice(values, parameter.shape.as_slice(), device)?;
            tensors.push(match training {
                Training::Constant => tensor,
                Training::Trainable => {
                    let variable = Var::from_tensor(&tensor)?;
                    let tensor = variable.as_tensor().clone();
                    variables.insert(parameter.path.clone(), variable);
                    tensor
                }
            });
        }
        Ok(Self { layout: weights.layout().clone(), tensors, variables })
    }

    /// What lies where.
    pub const fn layout(&self) -> &EncoderLayout {
        &self.layout
    }

    /// The variables by path; empty if the parameters are constants.
    pub const fn variables(&self) -> &BTreeMap<String, Var> {
        &self.variables
    }

    /// Parameters stacked along their first axis, as a matrix or vector of `shape`.
    pub(super) fn stacked(
        &self,
        span: &Span,
        shape: impl candle_core::shape::ShapeWithOneHole,
    ) -> Result<Tensor, NnError> {
        let Range { start, end } = span.parameters.clone();
        let stack = match &self.tensors[start..end] {
            [one] => one.clone(),
            several => Tensor::cat(several, 0)?,
        };
        Ok(stack.reshape(shape)?)
    }
}
