//! How gradients of activations are got out of candle, which gives back those of variables alone.
//!
//! A variable of zeros is added to an operation's result: it changes no value, and its gradient is that of the result.
//! The tape remembers which result carries which variable, and the places at which visitors want to look, in the order
//! of the forward pass; on the way back it shows them in reverse.

use std::collections::HashMap;

use candle_core::backprop::GradStore;
use candle_core::{D, Tensor, TensorId, Var};

use super::ops::{block_of, narrow};
use crate::NnError;
use crate::batch::Block;
use crate::gradient::{GradientEvent, GradientOf, GradientVisitor};
use crate::ops::Columns;
use crate::real::Real;
use crate::taps::View;

/// What a backward pass needs to know of its forward pass.
#[derive(Debug, Default)]
pub(super) struct Tape {
    /// The zeros that a tensor carries.
    carried: HashMap<TensorId, Var>,
    /// In the order of the forward pass.
    places: Vec<Place>,
    /// The zeros in the sum of the embeddings.
    pub embeddings: Option<Var>,
    /// The zeros in the word table where it is the generator's output matrix.
    pub output_words: Option<Var>,
}

/// Some columns whose gradient is to be shown.
#[derive(Debug)]
struct Place {
    of: GradientOf,
    values: Tensor,
    start: usize,
    width: usize,
    /// Index of the tile and tiles in a sequence, where the tensor holds tiles, of a row for each query, instead of columns.
    tile: Option<(usize, usize)>,
}

impl Tape {
    /// Adds zeros to `x` and remembers them.
    pub(super) fn carry(&mut self, x: &Tensor) -> Result<Tensor, NnError> {
        let (sum, zeros) = with_zeros(x)?;
        self.carried.insert(sum.id(), zeros);
        Ok(sum)
    }

    /// Remembers columns; those of a tensor that carries no zeros have no gradient and are not shown.
    pub(super) fn mark(&mut self, of: GradientOf, columns: Columns<'_, Tensor>) {
        let Columns { of: values, start, width } = columns;
        self.places.push(Place { of, values: values.clone(), start, width, tile: None });
    }

    /// Remembers one head of the probabilities (B, heads, queries, keys) in one sequence.
    pub(super) fn mark_tile(&mut self, of: GradientOf, values: &Tensor, tile: usize, heads: usize) {
        let place = Place { of, values: values.clone(), start: 0, width: 0, tile: Some((tile, heads)) };
        self.places.push(place);
    }

    /// The gradient of a tensor that carries zeros; none of any other.
    pub(super) fn gradient(&self, gradients: &GradStore, x: &Tensor) -> Result<Option<Tensor>, NnError> {
        self.carried.get(&x.id()).map(|zeros| of_variable(gradients, zeros)).transpose()
    }

    /// Shows every place with its gradient, last one first.
    pub(super) fn show<T: Real>(
        &self,
        gradients: &GradStore,
        block: Block,
        visitor: &mut impl GradientVisitor<T>,
    ) -> Result<(), NnError> {
        for place in self.places.iter().rev() {
            let Some(gradient) = self.gradient(gradients, &place.values)? else { continue };
            let (values, columns) = place.matrix::<T>(&place.values)?;
            let (gradient, _) = place.matrix::<T>(&gradient)?;
            let block = match place.tile {
                None => block_of(block, &place.values),
                Some((tile, heads)) => Block { first_sequence: tile / heads, sequences: 1, ..block },
            };
            let view = |values| View::new(values, block.rows(), columns, columns);
            let event =
                GradientEvent { of: place.of, block, values: view(&values), gradient: view(&gradient) };
            visitor.visit_gradient(&event);
        }
        Ok(())
    }
}

impl Place {
    /// The elements of its part of `tensor`, row-major, and the length of a row.
    fn matrix<T: Real>(&self, tensor: &Tensor) -> Result<(Vec<T>, usize), NnError> {
        let part = match self.tile {
            None => narrow(Columns { of: tensor, start: self.start, width: self.width })?,
            Some((tile, _)) => tensor.flatten(0, 1)?.get(tile)?,
        };
        Ok((part.flatten_all()?.to_vec1()?, part.dim(D::Minus1)?))
    }
}

/// `x` plus zeros, and the zeros as a variable.
pub(super) fn with_zeros(x: &Tensor) -> Result<(Tensor, Var), NnError> {
    let zeros = Var::zeros(x.shape(), x.dtype(), x.device())?;
    Ok(((x + zeros.as_tensor())?, zeros))
}

/// The gradient of a variable; zeros if the loss does not depend on it.
pub(super) fn of_variable(gradients: &GradStore, variable: &Var) -> Result<Tensor, NnError> {
    match gradients.get(variable) {
        Some(gradient) => Ok(gradient.clone()),
        None => Ok(variable.zeros_like()?),
    }
}
