//! Gradients of parameters, out of what candle gives back.

use candle_core::backprop::GradStore;

use super::tape::of_variable;
use super::weights::Tensors;
use crate::NnError;
use crate::real::Real;
use crate::weights::{Arena, Layout, Parameter, Span};

/// The gradients of one network's parameters.
pub(super) struct Found<'a> {
    pub tensors: &'a Tensors,
    pub gradients: &'a GradStore,
}

impl Found<'_> {
    /// Of everything in an arena, in layout order.
    pub(super) fn arena<T: Real>(&self, layout: &impl Layout, arena: Arena) -> Result<Vec<T>, NnError> {
        let mut values = Vec::with_capacity(layout.len(arena));
        for parameter in layout.parameters().iter().filter(|parameter| parameter.arena == arena) {
            values.extend(self.parameter::<T>(parameter)?);
        }
        Ok(values)
    }

    /// Of some adjacent parameters.
    pub(super) fn span<T: Real>(&self, layout: &impl Layout, span: &Span) -> Result<Vec<T>, NnError> {
        let mut values = Vec::with_capacity(span.elements.len());
        for parameter in &layout.parameters()[span.parameters.clone()] {
            values.extend(self.parameter::<T>(parameter)?);
        }
        Ok(values)
    }

    /// Zeros if the loss does not depend on the parameter, such as that of a head which it does not read.
    fn parameter<T: Real>(&self, parameter: &Parameter) -> Result<Vec<T>, NnError> {
        match self.tensors.variables().get(&parameter.path) {
            Some(variable) => Ok(of_variable(self.gradients, variable)?.flatten_all()?.to_vec1()?),
            None => Ok(vec![T::ZERO; parameter.elements.len()]),
        }
    }
}
