//! What the released code scores in place of its candidates.
//!
//! Before it scores a candidate it replaces it by the evaluation of a command-line text, by default an empty list, and a forward
//! pass with an empty list draws a random network, anew for every batch. The candidate's own blocks are never run; the score is
//! the mean over three batches of three random networks' V-PCA. Blocks are drawn from 0 to 12, one more than there are, so a pass
//! ends in an index error unless none of its draws is a 12. [`Faulty`] leaves that out: otherwise hardly any search would get
//! beyond its first candidate, and [`survives`] says how few.

use proxyrank_space::wpca::{BLOCKS, WpcaArch, WpcaBlock, draw};

use super::table::CountTable;
use crate::lpzero::random::Dice;

/// Batches that the released code averages over.
pub const BATCHES: usize = 3;

/// Scores by random networks.
#[derive(Debug, Clone)]
pub struct Faulty<'a> {
    table: &'a CountTable,
    layers: usize,
    dice: Dice,
}

impl<'a> Faulty<'a> {
    /// For networks of some depth, whose components come from a table.
    pub fn new(table: &'a CountTable, layers: usize, seed: u64) -> Self {
        Self { table, layers, dice: Dice::new(seed, 0) }
    }

    /// What a candidate is given, whatever it is.
    pub fn components(&mut self, _candidate: &WpcaArch) -> f64 {
        let Self { table, layers, dice } = self;
        let mut drawn = || table.components(&draw::random(*layers, &mut |count| dice.below(count)));
        (0..BATCHES).map(|_| drawn()).sum::<f64>() / BATCHES as f64
    }
}

/// Whether the released draw of a network of so many layers is a network: every block is one that exists.
pub fn survives(layers: usize, dice: &mut Dice) -> bool {
    (0..layers).all(|_| WpcaBlock::new(dice.below(BLOCKS + 1)).is_some())
}
