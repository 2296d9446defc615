//! Parameters as tensors.

use std::collections::BTreeMap;
use std::ops::Range;

use candle_core::{Device, Tensor, Var};

use crate::NnError;
use crate::real::Real;
use crate::weights::{EncoderLayout, EncoderWeights, Layout, Parameter, Span, Weights};

/// Whether a graph is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Training {
    /// Parameters are constants: no graph, no memory for one.
    Constant,
    /// Parameters are variables, and results can be differentiated.
    Trainable,
}

/// The parameters of one encoder on one device.
#[derive(Debug, Clone)]
pub struct ComposedWeights {
    layout: EncoderLayout,
    pub(super) tensors: Tensors,
}

impl ComposedWeights {
    pub(super) fn new<T: Real>(
        weights: &EncoderWeights<T>,
        training: Training,
        device: &Device,
    ) -> Result<Self, NnError> {
        let tensors = Tensors::new(weights, |_| training == Training::Trainable, device)?;
        Ok(Self { layout: weights.layout().clone(), tensors })
    }

    /// What lies where.
    pub const fn layout(&self) -> &EncoderLayout {
        &self.layout
    }

    /// The variables by path; empty if the parameters are constants.
    pub const fn variables(&self) -> &BTreeMap<String, Var> {
        self.tensors.variables()
    }
}

/// The parameters of a network of any family on one device.
#[derive(Debug, Clone)]
pub(super) struct Tensors {
    /// In layout order.
    tensors: Vec<Tensor>,
    variables: BTreeMap<String, Var>,
}

impl Tensors {
    /// Copies weights to a device; those that `trainable` picks become variables, the others constants.
    pub(super) fn new<T: Real, L: Layout>(
        weights: &Weights<T, L>,
        trainable: impl Fn(&Parameter) -> bool,
        device: &Device,
    ) -> Result<Self, NnError> {
        let mut tensors = Vec::new();
        let mut variables = BTreeMap::new();
        for (parameter, values) in weights.parameters() {
            let mut shape = parameter.shape.clone();
            // Of a table there may be some rows alone.
            if let [rows, rest @ ..] = shape.as_mut_slice() {
                *rows = values.len() / rest.iter().product::<usize>();
            }
            // Then it may be none, and a driver does not allocate no bytes.
            let device = if values.is_empty() { &Device::Cpu } else { device };
            let tensor = Tensor::from_slice(values, shape, device)?;
            tensors.push(if trainable(parameter) {
                let variable = Var::from_tensor(&tensor)?;
                let tensor = variable.as_tensor().clone();
                variables.insert(parameter.path.clone(), variable);
                tensor
            } else {
                tensor
            });
        }
        Ok(Self { tensors, variables })
    }

    /// The variables by path.
    pub(super) const fn variables(&self) -> &BTreeMap<String, Var> {
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
