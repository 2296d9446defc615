//! What engines must know of a family of networks: its parameters, and what may go in and come out.

use std::fmt::Debug;

use super::parameter::{Arena, Parameter};
use crate::real::Real;

/// Where the parameters of a network lie, and with what it is run.
pub trait Layout: Debug + Send + Sync {
    /// What the first layer reads.
    type Input<'a>: Debug + Copy;
    /// The number that is differentiated.
    type Loss<'a, T: Real>: Debug + Copy;
    /// The gradient of what lies in [`Arena::Embeddings`].
    type Embeddings<T: Real>: Debug;

    /// All parameters, in the order of their places.
    fn parameters(&self) -> &[Parameter];

    /// Elements of an arena.
    fn len(&self, arena: Arena) -> usize {
        let of_arena = self.parameters().iter().filter(|parameter| parameter.arena == arena);
        of_arena.map(|parameter| parameter.elements.len()).sum()
    }
}
