//! Adds up partial results of numbered blocks in one fixed order, whatever the order in which blocks finish.
//!
//! Why: floating-point sums depend on their order, and a score must not depend on the number of threads. Waiting for
//! the block before would keep every later result in memory; instead two neighbours are merged as soon as both are
//! there, then two neighbouring pairs, and so on. The shape of the sum is a binary tree over the block numbers, and a
//! thread that works through consecutive blocks leaves at most about log2(blocks) partial results waiting.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A partial result that takes in the one that follows it.
pub(crate) trait Merge {
    /// Adds what comes next.
    fn merge(&mut self, next: Self);
}

/// The tree of one sum.
#[derive(Debug)]
pub(crate) struct Tree<M> {
    /// Results without their neighbour, by level and number within the level; a node of level l spans 2^l blocks.
    waiting: Mutex<BTreeMap<(u32, usize), M>>,
}

impl<M: Merge> Tree<M> {
    pub(super) const fn new() -> Self {
        Self { waiting: Mutex::new(BTreeMap::new()) }
    }

    /// Adds the result of block `index`; a block is added once.
    pub(super) fn add(&self, index: usize, result: M) {
        let (mut level, mut index, mut result) = (0, index, result);
        loop {
            // The map is in order even if another thread died while it held the lock.
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(neighbour) = waiting.remove(&(level, index ^ 1)) else {
                waiting.insert((level, index), result);
                return;
            };
            drop(waiting);
            result =
                if index.is_multiple_of(2) { merged(result, neighbour) } else { merged(neighbour, result) };
            (level, index) = (level + 1, index / 2);
        }
    }

    /// The sum; nothing if no block was added.
    pub(super) fn total(self) -> Option<M> {
        let waiting = self.waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut rest: Vec<_> = waiting.into_iter().collect();
        rest.sort_by_key(|&((level, index), _)| index << level);
        rest.into_iter().map(|(_, result)| result).reduce(merged)
    }
}

/// Both, as one.
pub(crate) fn merged<M: Merge>(mut first: M, next: M) -> M {
    first.merge(next);
    first
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A merge that shows its order and its brackets.
    #[derive(Debug, PartialEq, Eq, Clone)]
    struct Text(String);

    impl Merge for Text {
        fn merge(&mut self, next: Self) {
            self.0 = format!("({}{})", self.0, next.0);
        }
    }

    fn sum(order: &[usize]) -> Option<Text> {
        let tree = Tree::new();
        for &index in order {
            tree.add(index, Text(index.to_string()));
        }
        tree.total()
    }

    #[test]
    fn neighbours_are_merged_first() {
        assert_eq!(sum(&[0, 1, 2, 3, 4]), Some(Text("(((01)(23))4)".to_owned())));
        assert_eq!(sum(&[]), None);
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(order in (1_usize..40).prop_flat_map(|n| {
            Just((0..n).collect::<Vec<_>>()).prop_shuffle()
        })) {
            let sorted: Vec<usize> = (0..order.len()).collect();
            prop_assert_eq!(sum(&order), sum(&sorted));
        }
    }
}
