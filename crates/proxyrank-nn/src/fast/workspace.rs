//! Memory that is kept from layer to layer and from network to network.

use std::sync::{Mutex, PoisonError};

use crate::kernels::Operand;
use crate::number::Number;
use crate::ops::Columns;
use crate::taps::View;

/// What the rows of a matrix are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// The tokens of the block.
    Tokens,
    /// For each sequence what is remembered, then its tokens.
    Context,
    /// Distances between tokens, the same for all sequences.
    Distances,
}

/// A row-major activation matrix at the start of a piece of memory that may be longer.
#[derive(Debug)]
pub(crate) struct Buffer<N> {
    memory: Vec<N>,
    len: usize,
    /// Columns.
    pub width: usize,
    /// What its rows are.
    pub over: Rows,
}

impl<N> Buffer<N> {
    /// No matrix.
    pub(crate) const fn none() -> Self {
        Self { memory: Vec::new(), len: 0, width: 1, over: Rows::Tokens }
    }

    /// A matrix over tokens, of its own memory.
    pub(crate) const fn of(memory: Vec<N>, width: usize) -> Self {
        let len = memory.len();
        Self { memory, len, width, over: Rows::Tokens }
    }

    /// Its elements.
    pub(crate) fn values(&self) -> &[N] {
        &self.memory[..self.len]
    }

    /// Its elements, to be written.
    pub(crate) fn values_mut(&mut self) -> &mut [N] {
        &mut self.memory[..self.len]
    }

    /// Rows.
    pub(crate) const fn rows(&self) -> usize {
        self.len / self.width
    }

    /// The whole matrix as a factor.
    pub(crate) fn operand(&self) -> Operand<'_, N> {
        Operand::dense(self.values(), self.rows(), self.width)
    }
}

impl<'a, N> Columns<'a, Buffer<N>> {
    /// These columns as a factor.
    pub(crate) fn operand(self) -> Operand<'a, N> {
        self.tile(0, self.of.rows(), 0, self.width)
    }

    /// A part of these columns: `rows` rows from `first_row` on, `width` columns from `first_column` on.
    pub(crate) fn tile(
        self,
        first_row: usize,
        rows: usize,
        first_column: usize,
        width: usize,
    ) -> Operand<'a, N> {
        let start = first_row * self.of.width + self.start + first_column;
        Operand::strided(&self.of.values()[start..], rows, width, self.of.width)
    }

    /// These columns for a visitor.
    pub(crate) fn view(self) -> View<'a, N> {
        View::new(&self.of.values()[self.start..], self.of.rows(), self.width, self.of.width)
    }
}

/// The free memory of one block's run on numbers N, and what their products need (S, [`Number::Scratch`]).
#[derive(Debug, Default)]
pub(crate) struct Workspace<N, S> {
    free: Vec<Vec<N>>,
    /// What products need.
    pub scratch: S,
}

impl<N: Number> Workspace<N, N::Scratch> {
    /// A matrix over tokens with arbitrary contents: the smallest free memory that holds it, else the largest, grown.
    pub(crate) fn take(&mut self, rows: usize, width: usize) -> Buffer<N> {
        let len = rows * width;
        let fits = |memory: &&(usize, usize)| memory.1 >= len;
        let sizes: Vec<(usize, usize)> = self.free.iter().map(Vec::len).enumerate().collect();
        let best = sizes.iter().filter(fits).min_by_key(|memory| memory.1);
        let chosen = best.or_else(|| sizes.iter().max_by_key(|memory| memory.1));
        let mut memory = chosen.map_or_else(Vec::new, |&(index, _)| self.free.swap_remove(index));
        if memory.len() < len {
            memory.resize(len, N::default());
        }
        Buffer { memory, len, width, over: Rows::Tokens }
    }

    /// A matrix of zeros.
    pub(crate) fn zeros(&mut self, rows: usize, width: usize) -> Buffer<N> {
        let mut buffer = self.take(rows, width);
        buffer.values_mut().fill(N::default());
        buffer
    }

    /// A copy of a matrix.
    pub(crate) fn copy(&mut self, of: &Buffer<N>) -> Buffer<N> {
        let mut buffer = self.take(of.rows(), of.width);
        buffer.over = of.over;
        buffer.values_mut().copy_from_slice(of.values());
        buffer
    }

    /// Takes memory back.
    pub(crate) fn give(&mut self, buffer: Buffer<N>) {
        if !buffer.memory.is_empty() {
            self.free.push(buffer.memory);
        }
    }
}

/// Workspaces that no block uses at the moment.
#[derive(Debug, Default)]
pub(super) struct Workspaces<N, S> {
    idle: Mutex<Vec<Workspace<N, S>>>,
}

impl<N: Number> Workspaces<N, N::Scratch> {
    /// An idle workspace, or a new one. One is lost if a block fails, which only costs its memory.
    pub(super) fn take(&self) -> Workspace<N, N::Scratch> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().unwrap_or_default()
    }

    pub(super) fn give(&self, workspace: Workspace<N, N::Scratch>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
    }

    pub(super) fn bytes(&self) -> usize {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let elements = idle.iter().flat_map(|workspace| &workspace.free).map(Vec::capacity);
        elements.sum::<usize>() * size_of::<N>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_found_again_by_size() {
        let mut workspace = Workspace::<f32, ()>::default();
        let (small, large) = (workspace.take(4, 4), workspace.take(16, 4));
        workspace.give(large);
        workspace.give(small);
        assert_eq!(workspace.take(3, 5).memory.len(), 16);
        assert_eq!(workspace.take(1, 17).memory.len(), 64);
        assert_eq!(workspace.free.len(), 0);
        let grown = workspace.take(2, 3);
        assert_eq!((grown.values().len(), grown.width), (6, 3));
    }
}
