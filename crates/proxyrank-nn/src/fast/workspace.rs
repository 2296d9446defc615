//! Memory that is kept from layer to layer and from network to network.

use std::sync::{Mutex, PoisonError};

use crate::real::Real;

/// A row-major activation matrix at the start of a piece of memory that may be longer.
#[derive(Debug)]
pub(crate) struct Buffer<T> {
    memory: Vec<T>,
    len: usize,
    /// Columns.
    pub width: usize,
}

impl<T> Buffer<T> {
    /// Its elements.
    pub(crate) fn values(&self) -> &[T] {
        &self.memory[..self.len]
    }

    /// Its elements, to be written.
    pub(crate) fn values_mut(&mut self) -> &mut [T] {
        &mut self.memory[..self.len]
    }
}

/// The free memory of one block's run.
#[derive(Debug, Default)]
pub(crate) struct Workspace<T> {
    free: Vec<Vec<T>>,
}

impl<T: Real> Workspace<T> {
    /// A matrix with arbitrary contents: the smallest free memory that holds it, else the largest, grown.
    pub(crate) fn take(&mut self, rows: usize, width: usize) -> Buffer<T> {
        let len = rows * width;
        let fits = |memory: &&(usize, usize)| memory.1 >= len;
        let sizes: Vec<(usize, usize)> = self.free.iter().map(Vec::len).enumerate().collect();
        let best = sizes.iter().filter(fits).min_by_key(|memory| memory.1);
        let chosen = best.or_else(|| sizes.iter().max_by_key(|memory| memory.1));
        let mut memory = chosen.map_or_else(Vec::new, |&(index, _)| self.free.swap_remove(index));
        if memory.len() < len {
            memory.resize(len, T::ZERO);
        }
        Buffer { memory, len, width }
    }

    /// Takes memory back.
    pub(crate) fn give(&mut self, buffer: Buffer<T>) {
        self.free.push(buffer.memory);
    }
}

/// Workspaces that no block uses at the moment.
#[derive(Debug, Default)]
pub(super) struct Workspaces<T> {
    idle: Mutex<Vec<Workspace<T>>>,
}

impl<T: Real> Workspaces<T> {
    /// An idle workspace, or a new one. One is lost if a block fails, which only costs its memory.
    pub(super) fn take(&self) -> Workspace<T> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().unwrap_or_default()
    }

    pub(super) fn give(&self, workspace: Workspace<T>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
    }

    pub(super) fn bytes(&self) -> usize {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let elements = idle.iter().flat_map(|workspace| &workspace.free).map(Vec::capacity);
        elements.sum::<usize>() * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_found_again_by_size() {
        let mut workspace = Workspace::<f32>::default();
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
