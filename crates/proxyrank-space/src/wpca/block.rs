//! The twelve blocks, and architectures as lists of them.

use std::fmt;
use std::str::FromStr;

use crate::SpaceError;

/// Feed-forward widths that a block of each kind can have.
pub const WIDTHS: usize = 6;

/// Blocks that a layer can be.
pub const BLOCKS: usize = 2 * WIDTHS;

/// What a layer is made like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WpcaKind {
    /// Attention and feed-forward network at the hidden size, each behind a layer norm, as in BERT.
    Bert,
    /// Both at a quarter of the hidden size, between two projections, without layer norms, as in MobileBERT.
    Mobile,
}

impl WpcaKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Bert, Self::Mobile];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bert => "BERT",
            Self::Mobile => "MobileBERT",
        }
    }
}

/// A block: its index in the released code, 0 to 5 for BERT blocks and 6 to 11 for MobileBERT blocks, narrow to wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WpcaBlock(u8);

impl WpcaBlock {
    /// The block of an index below [`BLOCKS`].
    pub fn new(index: usize) -> Option<Self> {
        u8::try_from(index).ok().filter(|_| index < BLOCKS).map(Self)
    }

    /// All blocks, in the order of their indices.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..BLOCKS).filter_map(Self::new)
    }

    /// The block of a kind with the feed-forward width number `width`, from 0; the widest where there are not so many.
    pub fn of(kind: WpcaKind, width: usize) -> Self {
        let before = match kind {
            WpcaKind::Bert => 0,
            WpcaKind::Mobile => WIDTHS,
        };
        let index = before + width.min(WIDTHS - 1);
        // An index below twelve is a byte.
        u8::try_from(index).map_or(Self(0), Self)
    }

    /// Its index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// How it is made.
    pub const fn kind(self) -> WpcaKind {
        if self.index() < WIDTHS { WpcaKind::Bert } else { WpcaKind::Mobile }
    }

    /// The number of its feed-forward width, from 0.
    pub const fn width(self) -> usize {
        self.index() % WIDTHS
    }
}

/// An architecture: one block a layer, first to last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WpcaArch(pub Vec<WpcaBlock>);

impl WpcaArch {
    /// The same block in every layer.
    pub fn uniform(block: WpcaBlock, layers: usize) -> Self {
        Self(vec![block; layers])
    }

    /// Its blocks.
    pub fn blocks(&self) -> &[WpcaBlock] {
        &self.0
    }

    /// How many of its layers are of a kind.
    pub fn count(&self, kind: WpcaKind) -> usize {
        self.0.iter().filter(|block| block.kind() == kind).count()
    }
}

/// As the released scripts write it, `[1,4,5,11]`.
impl fmt::Display for WpcaArch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (place, block) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            write!(f, "{}", block.index())?;
        }
        f.write_str("]")
    }
}

impl FromStr for WpcaArch {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, SpaceError> {
        let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
        let block = |(layer, word): (usize, &str)| {
            let found = word.trim().parse().ok().and_then(WpcaBlock::new);
            found.ok_or_else(|| SpaceError::Value {
                place: format!("layer {layer}: "),
                field: "the block",
                value: format!("`{}`", word.trim()),
                allowed: format!("0 to {}", BLOCKS - 1),
            })
        };
        inner.split(',').enumerate().map(block).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_those_of_the_released_code() {
        let all: Vec<WpcaBlock> = WpcaBlock::all().collect();
        assert_eq!(all.len(), BLOCKS);
        for block in all {
            assert_eq!(WpcaBlock::of(block.kind(), block.width()), block);
        }
        assert_eq!((WpcaBlock(5).kind(), WpcaBlock(5).width()), (WpcaKind::Bert, 5));
        assert_eq!((WpcaBlock(6).kind(), WpcaBlock(6).width()), (WpcaKind::Mobile, 0));
        assert_eq!(WpcaBlock::new(12), None);
    }

    #[test]
    fn architectures_are_written_and_read() {
        let text = "[1,4,5,11,3,5,1,9,11,1,11,3]";
        let arch: WpcaArch = text.parse().unwrap();
        assert_eq!(arch.to_string(), text);
        assert_eq!((arch.count(WpcaKind::Bert), arch.count(WpcaKind::Mobile)), (8, 4));
        let error = "1, 12".parse::<WpcaArch>().unwrap_err().to_string();
        assert_eq!(error, "layer 1: the block is `12`; the space allows 0 to 11");
        assert!("1,,2".parse::<WpcaArch>().is_err());
    }
}
