//! Networks of the space, run for real.
//!
//! Every block in every layer has weights of its own, drawn when it is first met and kept. Networks are run in the order of
//! their lists of blocks, as a walk through a tree: those that begin with the same blocks share what these compute. The
//! eigenvalues of one layer are computed while the next layer runs. What comes out for a network does not depend on which
//! others are run with it.

use std::sync::OnceLock;

use proxyrank_nn::{Depth, FastEngine, Initialiser, NnError, TokenBatch, WpcaBlockWeights, WpcaHidden};
use proxyrank_proxies::forward::{Enough, FfnMoments, run_block};
use proxyrank_space::wpca::{BLOCKS, WpcaArch, WpcaBlock, WpcaKind, WpcaSpace};

/// The share of variance at which counting stops, and when it is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Eta {
    /// In BERT blocks.
    pub bert: f64,
    /// In MobileBERT blocks.
    pub mobile: f64,
    /// Whether the share must be exceeded.
    pub enough: Enough,
}

impl Eta {
    /// As the paper has it: 0.99, reached.
    pub const PAPER: Self = Self { bert: 0.99, mobile: 0.99, enough: Enough::AtLeast };

    /// As the released code has it: 0.9 in MobileBERT blocks, exceeded.
    pub const RELEASED: Self = Self { bert: 0.99, mobile: 0.9, enough: Enough::Above };

    const fn of(self, kind: WpcaKind) -> f64 {
        match kind {
            WpcaKind::Bert => self.bert,
            WpcaKind::Mobile => self.mobile,
        }
    }
}

/// All networks of a space with weights of one seed, and a batch to run them on.
#[derive(Debug)]
pub struct Supernet {
    space: WpcaSpace,
    eta: Eta,
    initialiser: Initialiser<f32>,
    engine: FastEngine<f32>,
    /// What the first layers read.
    embedded: WpcaHidden<f32>,
    /// Layer by layer, block by block; a quarter of a gigabyte for every six layers of the paper's shape when all are met.
    blocks: Vec<OnceLock<WpcaBlockWeights<f32>>>,
}

/// The components of the layers from some depth on, last layer first, of a network given by its place.
type Counted = Vec<(usize, Vec<f64>)>;

impl Supernet {
    /// Draws the embedding and runs it on the batch.
    pub fn new(space: WpcaSpace, eta: Eta, seed: u64, batch: &TokenBatch) -> Result<Self, NnError> {
        let (initialiser, engine) = (Initialiser::new(seed), FastEngine::new());
        let embedded = engine.wpca_embed(&initialiser.wpca_embedding(&space.shape)?, batch)?;
        let blocks = (0..space.layers * BLOCKS).map(|_| OnceLock::new()).collect();
        Ok(Self { space, eta, initialiser, engine, embedded, blocks })
    }

    /// Components of every layer, for every network. All must have the space's number of layers.
    pub fn components(&self, archs: &[WpcaArch]) -> Result<Vec<Vec<f64>>, NnError> {
        let mut order: Vec<(usize, &WpcaArch)> = archs.iter().enumerate().collect();
        order.sort_by_key(|(_, arch)| *arch);
        let mut counts = vec![Vec::new(); archs.len()];
        for (place, mut reversed) in self.walk(0, &order, &self.embedded)? {
            reversed.reverse();
            counts[place] = reversed;
        }
        Ok(counts)
    }

    /// Networks in order, with the same blocks before layer `layer`, which reads `x`.
    fn walk(
        &self,
        layer: usize,
        archs: &[(usize, &WpcaArch)],
        x: &WpcaHidden<f32>,
    ) -> Result<Counted, NnError> {
        let mut all = Vec::with_capacity(archs.len());
        for alike in archs.chunk_by(|(_, one), (_, other)| one.blocks()[layer] == other.blocks()[layer]) {
            let block = alike[0].1.blocks()[layer];
            let weights = self.block(layer, block)?;
            let is_last = layer + 1 == self.space.layers;
            let depth = if is_last { Depth::LastFfnInput } else { Depth::Full };
            let (hidden, moments) = run_block(&self.engine, weights, x, depth)?;
            let eta = self.eta.of(block.kind());
            let count = |moments: &FfnMoments| moments.components(weights, eta, self.eta.enough);
            let (count, rest) = match &hidden {
                None => (count(&moments), Ok(alike.iter().map(|&(place, _)| (place, Vec::new())).collect())),
                Some(hidden) => rayon::join(|| count(&moments), || self.walk(layer + 1, alike, hidden)),
            };
            let rest: Counted = rest?;
            all.extend(rest.into_iter().map(|(place, mut counts)| {
                counts.push(count);
                (place, counts)
            }));
        }
        Ok(all)
    }

    /// The weights of a block. Drawn outside the lock, for drawing uses all threads, and one that waited for the lock
    /// could be the one that is waited for.
    fn block(&self, layer: usize, block: WpcaBlock) -> Result<&WpcaBlockWeights<f32>, NnError> {
        let place = &self.blocks[layer * BLOCKS + block.index()];
        if let Some(weights) = place.get() {
            return Ok(weights);
        }
        let drawn = self.initialiser.wpca_block(&self.space.shape, layer, block)?;
        Ok(place.get_or_init(|| drawn))
    }
}
