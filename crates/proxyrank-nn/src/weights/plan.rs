//! Hands out places for parameters, one after the other.

use std::ops::Range;

use super::parameter::{Arena, Fill, Parameter, Span, Stored};

/// The parameters so far, and where each arena ends.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) parameters: Vec<Parameter>,
    embeddings: usize,
    body: usize,
}

impl Plan {
    pub(super) fn push(&mut self, path: String, shape: Vec<usize>, fill: Fill, arena: Arena) -> Span {
        let len = shape.iter().product();
        self.push_part(path, shape, fill, (arena, len))
    }

    /// The same for a parameter of which only `len` elements are there.
    pub(super) fn push_part(
        &mut self,
        path: String,
        shape: Vec<usize>,
        fill: Fill,
        (arena, len): (Arena, usize),
    ) -> Span {
        let end = match arena {
            Arena::Embeddings => &mut self.embeddings,
            Arena::Body => &mut self.body,
        };
        let elements: Range<usize> = *end..*end + len;
        *end = elements.end;
        let index = self.parameters.len();
        let place = elements.clone();
        let stored = Stored::AsIs;
        self.parameters.push(Parameter { path, shape, fill, arena, elements: place, in_head: false, stored });
        Span { parameters: index..index + 1, arena, elements }
    }

    pub(super) fn body(&mut self, path: String, shape: Vec<usize>, fill: Fill) -> Span {
        self.push(path, shape, fill, Arena::Body)
    }
}
