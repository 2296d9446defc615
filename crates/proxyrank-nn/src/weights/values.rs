//! The values of a network's parameters.

use std::sync::Arc;

use super::{
    Arena, DecoderLayout, EncoderLayout, Fill, Layout, Parameter, Span, WpcaBlockLayout, WpcaEmbeddingLayout,
};
use crate::real::Real;

/// A network's parameters in one floating-point type.
///
/// Cloning copies the body; the embedding tables are shared.
#[derive(Debug)]
pub struct Weights<T, L> {
    layout: Arc<L>,
    embeddings: Arc<[T]>,
    body: Vec<T>,
}

// Derived, this would ask for a layout that can be cloned.
impl<T: Clone, L> Clone for Weights<T, L> {
    fn clone(&self) -> Self {
        let (layout, embeddings) = (Arc::clone(&self.layout), Arc::clone(&self.embeddings));
        Self { layout, embeddings, body: self.body.clone() }
    }
}

/// The parameters of an encoder.
pub type EncoderWeights<T> = Weights<T, EncoderLayout>;

/// The parameters of a decoder.
pub type DecoderWeights<T> = Weights<T, DecoderLayout>;

/// The parameters of the embedding of W-PCA's networks.
pub type WpcaEmbeddingWeights<T> = Weights<T, WpcaEmbeddingLayout>;

/// The parameters of one of their blocks.
pub type WpcaBlockWeights<T> = Weights<T, WpcaBlockLayout>;

impl<T: Real, L: Layout> Weights<T, L> {
    /// Puts values into a layout. Both slices must have the lengths that the layout says.
    pub(crate) fn from_parts(layout: L, embeddings: Arc<[T]>, body: Vec<T>) -> Self {
        debug_assert_eq!(layout.len(Arena::Embeddings), embeddings.len());
        debug_assert_eq!(layout.len(Arena::Body), body.len());
        Self { layout: Arc::new(layout), embeddings, body }
    }

    /// What lies where.
    pub fn layout(&self) -> &L {
        &self.layout
    }

    /// All values outside the embedding tables, in layout order.
    pub fn body(&self) -> &[T] {
        &self.body
    }

    /// The same, to be changed in place (perturbations, absolute values).
    pub fn body_mut(&mut self) -> &mut [T] {
        &mut self.body
    }

    /// The embedding tables and what goes with them, in layout order.
    pub fn embeddings(&self) -> &[T] {
        &self.embeddings
    }

    /// The same, to be changed in place; they are copied if other weights share them.
    pub fn embeddings_mut(&mut self) -> &mut [T] {
        Arc::make_mut(&mut self.embeddings)
    }

    /// Takes over the values of every parameter that the other weights have under the same path and in the same size; gives
    /// their number.
    pub fn adopt(&mut self, other: &Self) -> usize {
        let ours = self.layout.parameters().to_vec();
        let mut adopted = 0;
        for (parameter, values) in other.parameters() {
            let Some(here) = ours.iter().find(|ours| ours.path == parameter.path) else { continue };
            let arena = match here.arena {
                Arena::Embeddings => self.embeddings_mut(),
                Arena::Body => &mut self.body,
            };
            let target = &mut arena[here.elements.clone()];
            if target.len() == values.len() {
                target.copy_from_slice(values);
                adopted += 1;
            }
        }
        adopted
    }

    /// Multiplies every parameter that starts at random, wherever it lies.
    pub(crate) fn scale_drawn(&mut self, factor: T) {
        let drawn = |parameter: &&Parameter| !matches!(parameter.fill, Fill::Zeros | Fill::Ones);
        let drawn: Vec<Parameter> = self.layout.parameters().iter().filter(drawn).cloned().collect();
        for parameter in drawn {
            let arena = match parameter.arena {
                Arena::Embeddings => self.embeddings_mut(),
                Arena::Body => &mut self.body,
            };
            for value in &mut arena[parameter.elements] {
                *value *= factor;
            }
        }
    }

    /// Puts other embedding tables of the same size in, and gives those that were there.
    pub(crate) fn replace_embeddings(&mut self, embeddings: Arc<[T]>) -> Arc<[T]> {
        std::mem::replace(&mut self.embeddings, embeddings)
    }

    /// The embedding tables, held together with these weights.
    pub(crate) fn shared_embeddings(&self) -> Arc<[T]> {
        Arc::clone(&self.embeddings)
    }

    /// Gives back the body's memory for the next network; see [`crate::Initialiser::encoder_in`].
    pub fn into_body(self) -> Vec<T> {
        self.body
    }

    /// Every parameter with its values.
    pub fn parameters(&self) -> impl Iterator<Item = (&Parameter, &[T])> {
        let parameters = self.layout.parameters().iter();
        parameters.map(|parameter| (parameter, &self.arena(parameter.arena)[parameter.elements.clone()]))
    }

    /// The values of some adjacent parameters.
    pub fn values(&self, span: &Span) -> &[T] {
        &self.arena(span.arena)[span.elements.clone()]
    }

    fn arena(&self, arena: Arena) -> &[T] {
        match arena {
            Arena::Embeddings => &self.embeddings,
            Arena::Body => &self.body,
        }
    }
}
