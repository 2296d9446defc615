//! Sizes of the networks, and what they count.

use super::block::{WpcaArch, WpcaBlock, WpcaKind};
use crate::SpaceError;

/// Everything that the networks of a space have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WpcaShape {
    /// Words of the vocabulary.
    pub vocab_size: usize,
    /// Rows of the position table.
    pub max_positions: usize,
    /// Rows of the segment table.
    pub token_types: usize,
    /// Width of the word table.
    pub embedding: usize,
    /// Hidden size.
    pub hidden: usize,
    /// Width inside a MobileBERT block.
    pub inner: usize,
    /// Attention heads of every block.
    pub heads: usize,
    /// The feed-forward widths are one to six times this.
    pub step: usize,
    /// Outputs of all classifiers together; they have no biases.
    pub classes: usize,
}

impl WpcaShape {
    /// The paper's: eight GLUE tasks with 3 + 2 + 2 + 2 + 2 + 1 + 2 + 2 outputs.
    pub const PAPER: Self = Self {
        vocab_size: 30_522,
        max_positions: 512,
        token_types: 2,
        embedding: 128,
        hidden: 528,
        inner: 132,
        heads: 12,
        step: 132,
        classes: 16,
    };

    /// The feed-forward width of a block.
    pub const fn ffn(&self, block: WpcaBlock) -> usize {
        self.step * (block.width() + 1)
    }

    /// The width at which a block's attention and feed-forward network work.
    pub const fn inside(&self, kind: WpcaKind) -> usize {
        match kind {
            WpcaKind::Bert => self.hidden,
            WpcaKind::Mobile => self.inner,
        }
    }

    /// Parameters of embedding, pooler and classifiers.
    pub const fn outer_parameters(&self) -> u64 {
        let Self { vocab_size, max_positions, token_types, embedding, hidden, classes, .. } = *self;
        let tables = vocab_size * embedding + (max_positions + token_types) * hidden;
        let projection = (3 * embedding + 1) * hidden;
        let norm = 2 * hidden;
        (tables + projection + norm + (hidden + 1) * hidden + hidden * classes) as u64
    }

    /// Parameters of a block as the limit counts them: gains and shifts of the norms in MobileBERT blocks are left out.
    pub const fn block_parameters(&self, block: WpcaBlock) -> u64 {
        let (h, i, f) = (self.hidden, self.inner, self.ffn(block));
        let count = match block.kind() {
            WpcaKind::Bert => 4 * (h + 1) * h + (h + 1) * f + (f + 1) * h + 4 * h,
            WpcaKind::Mobile => 4 * (h + 1) * i + (i + 1) * i + (i + 1) * f + (f + 1) * i + (i + 1) * h,
        };
        count as u64
    }
}

/// A space: networks of one shape and depth, and how large they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WpcaSpace {
    /// What its networks have in common.
    pub shape: WpcaShape,
    /// Layers.
    pub layers: usize,
    /// The most parameters that a network may have.
    pub limit: u64,
}

impl WpcaSpace {
    /// The search for W-PCA-Small: 12 layers, 15.7 million parameters.
    pub const SMALL: Self = Self { shape: WpcaShape::PAPER, layers: 12, limit: 15_700_000 };

    /// The search for W-PCA-Tiny: 6 layers, 10 million parameters.
    pub const TINY: Self = Self { shape: WpcaShape::PAPER, layers: 6, limit: 10_000_000 };

    /// Parameters of a network.
    pub fn parameters(&self, arch: &WpcaArch) -> u64 {
        let blocks = arch.blocks().iter().map(|&block| self.shape.block_parameters(block));
        self.shape.outer_parameters() + blocks.sum::<u64>()
    }

    /// Whether a network is small enough.
    pub fn allows(&self, arch: &WpcaArch) -> bool {
        self.parameters(arch) <= self.limit
    }

    /// Whether anything is small enough.
    pub fn is_empty(&self) -> bool {
        let smallest = WpcaBlock::all().map(|block| self.shape.block_parameters(block)).min().unwrap_or(0);
        self.shape.outer_parameters() + smallest * self.layers as u64 > self.limit
    }

    /// An error where an architecture has another number of layers.
    pub fn check(&self, arch: &WpcaArch) -> Result<(), SpaceError> {
        if arch.blocks().len() == self.layers {
            return Ok(());
        }
        Err(SpaceError::Value {
            place: format!("{arch}: "),
            field: "the number of layers",
            value: arch.blocks().len().to_string(),
            allowed: self.layers.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted in the released code.
    #[test]
    fn counts_are_those_of_the_released_code() {
        let shape = WpcaShape::PAPER;
        assert_eq!(shape.outer_parameters(), 4_382_544 + 279_312 + 8_448);
        for width in 0..6 {
            let j = width as u64;
            assert_eq!(shape.block_parameters(WpcaBlock::of(WpcaKind::Bert, width)), 1_259_412 + 139_524 * j);
            assert_eq!(shape.block_parameters(WpcaBlock::of(WpcaKind::Mobile, width)), 402_204 + 34_980 * j);
        }
        let space = WpcaSpace::SMALL;
        let uniform = |kind, width| space.parameters(&WpcaArch::uniform(WpcaBlock::of(kind, width), 12));
        assert_eq!(uniform(WpcaKind::Bert, 0), 19_783_248);
        assert_eq!(uniform(WpcaKind::Bert, 5), 28_154_688);
        assert_eq!(uniform(WpcaKind::Mobile, 0), 9_496_752);
        assert_eq!(uniform(WpcaKind::Mobile, 5), 11_595_552);
        let script: WpcaArch = "[1,4,5,11,3,5,1,9,11,1,11,3]".parse().unwrap();
        assert_eq!(space.parameters(&script), 20_193_108);
        assert!(!space.allows(&script));
    }

    #[test]
    fn seven_blocks_of_bert_are_the_most_that_fit() {
        let with = |bert: usize| {
            let mut blocks = vec![WpcaBlock::of(WpcaKind::Bert, 0); bert];
            blocks.resize(12, WpcaBlock::of(WpcaKind::Mobile, 0));
            WpcaSpace::SMALL.allows(&WpcaArch(blocks))
        };
        assert!(with(7) && !with(8));
        assert!(!WpcaSpace::SMALL.is_empty() && !WpcaSpace::TINY.is_empty());
        assert!(WpcaSpace { limit: 9_000_000, ..WpcaSpace::SMALL }.is_empty());
    }

    #[test]
    fn another_depth_is_another_space() {
        let arch = WpcaArch::uniform(WpcaBlock::of(WpcaKind::Bert, 0), 6);
        assert!(WpcaSpace::TINY.check(&arch).is_ok());
        let error = WpcaSpace::SMALL.check(&arch).unwrap_err().to_string();
        assert_eq!(error, "[0,0,0,0,0,0]: the number of layers is 6; the space allows 12");
    }
}
