//! How large a sub-network is.

use serde::{Deserialize, Serialize};

use super::{BlockShape, Masks};

/// Tokens of the text that records count operations for.
pub const COUNTED_TOKENS: usize = 128;

/// All sizes of a BERT-type classifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSize {
    /// What can be pruned.
    pub shape: BlockShape,
    /// Rows of the word table.
    pub vocabulary: usize,
    /// Rows of the position table.
    pub positions: usize,
    /// Rows of the segment table.
    pub segments: usize,
    /// Logits of the classifier.
    pub outputs: usize,
}

/// Parameters of a sub-network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All, with the output projection of a kept attention charged in full, as in the paper's code.
    pub paper: u64,
    /// All that are left once weights are sliced.
    pub exact: u64,
    /// Layers alone, counted as in `paper`: without embeddings, pooler and classifier, which are never pruned.
    pub encoder_paper: u64,
    /// Layers alone, counted as in `exact`.
    pub encoder_exact: u64,
}

impl ModelSize {
    /// `MiniLM-L6`, uncased.
    pub const fn minilm_l6(outputs: usize) -> Self {
        Self { shape: BlockShape::MINILM_L6, vocabulary: 30_522, positions: 512, segments: 2, outputs }
    }

    /// Word, position and segment tables and their norm.
    pub const fn embeddings(&self) -> u64 {
        let d = self.shape.hidden as u64;
        (self.vocabulary as u64 + self.positions as u64 + self.segments as u64) * d + 2 * d
    }

    /// Pooler and classifier.
    pub const fn head(&self) -> u64 {
        let (d, outputs) = (self.shape.hidden as u64, self.outputs as u64);
        (d * d + d) + (d * outputs + outputs)
    }

    /// Parameters of a sub-network.
    pub fn count(&self, masks: &Masks) -> Counts {
        let (d, width) = (self.shape.hidden as u64, self.shape.head_width() as u64);
        let (mut paper, mut exact) = (0, 0);
        for (heads, units) in kept(masks) {
            // Queries, keys and values; the output's bias; the norm.
            let around = 3 * heads * (d * width + width) + d + 2 * d;
            let ffn = if units > 0 { 2 * d * units + units + d + 2 * d } else { 0 };
            let (whole, sliced) =
                if heads > 0 { (around + d * d, around + heads * width * d) } else { (0, 0) };
            paper += whole + ffn;
            exact += sliced + ffn;
        }
        let fixed = self.embeddings() + self.head();
        Counts { paper: fixed + paper, exact: fixed + exact, encoder_paper: paper, encoder_exact: exact }
    }

    /// Parameters of the whole network.
    pub fn full(&self) -> Counts {
        self.count(&Masks::full(self.shape))
    }

    /// Share of the whole network's parameters, the second objective: in (0, 1].
    pub fn relative(&self, masks: &Masks) -> f64 {
        self.count(masks).paper as f64 / self.full().paper as f64
    }

    /// Share of the whole encoder's parameters, from 0 to 1.
    pub fn relative_encoder(&self, masks: &Masks) -> f64 {
        self.count(masks).encoder_paper as f64 / self.full().encoder_paper as f64
    }

    /// Multiplications and additions, counted as one, of the layers for a text of `tokens` tokens.
    pub fn macs(&self, masks: &Masks, tokens: usize) -> u64 {
        let (d, width, s) = (self.shape.hidden as u64, self.shape.head_width() as u64, tokens as u64);
        let head = 3 * s * d * width + 2 * s * s * width + s * width * d;
        kept(masks).map(|(heads, units)| heads * head + units * 2 * s * d).sum()
    }
}

/// Kept heads and units of each layer.
fn kept(masks: &Masks) -> impl Iterator<Item = (u64, u64)> {
    let count = |row: &Vec<bool>| row.iter().filter(|kept| **kept).count() as u64;
    masks.heads.iter().zip(&masks.units).map(move |(heads, units)| (count(heads), count(units)))
}

#[cfg(test)]
mod tests {
    use super::super::{Genes, Space, SpaceKind};
    use super::*;

    #[test]
    fn the_whole_minilm() {
        let model = ModelSize::minilm_l6(2);
        assert_eq!(model.embeddings(), 11_918_592);
        assert_eq!(model.head(), 147_840 + 770);
        let counts = model.full();
        assert_eq!((counts.encoder_paper, counts.encoder_exact), (10_646_784, 10_646_784));
        assert_eq!((counts.paper, counts.exact), (22_713_986, 22_713_986));
    }

    #[test]
    fn parts_of_a_layer() {
        let model = ModelSize::minilm_l6(2);
        let space = Space::new(SpaceKind::Medium, model.shape);
        let count = |genes: [u32; 2]| {
            let mut all = vec![0; 12];
            all[4..6].copy_from_slice(&genes);
            model.count(&space.masks(&Genes(all)).unwrap())
        };
        assert_eq!(count([12, 0]).encoder_paper, 592_128);
        assert_eq!(count([0, 1536]).encoder_paper, 1_182_336);
        assert_eq!(count([0, 0]).encoder_exact, 0);
        let some = count([3, 10]);
        assert_eq!(some.encoder_paper - some.encoder_exact, 9 * 32 * 384);
        let none = space.masks(&Genes(vec![0; 12])).unwrap();
        assert!((model.relative(&none) - 0.531).abs() < 5e-4);
        assert!(model.relative_encoder(&none).abs() < 1e-15);
    }

    #[test]
    fn operations_by_hand() {
        let model = ModelSize::minilm_l6(2);
        let space = Space::new(SpaceKind::Small, model.shape);
        let masks = space.masks(&Genes(vec![2, 1, 3])).unwrap();
        let head = 3 * 10 * 384 * 32 + 2 * 100 * 32 + 10 * 32 * 384;
        assert_eq!(model.macs(&masks, 10), 2 * (head + 3 * 2 * 10 * 384));
    }
}
