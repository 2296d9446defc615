//! Principal components in one block of W-PCA's own networks.
//!
//! A search runs these networks layer by layer, for many of them begin alike. So the count of a layer is cut in two here: the
//! moments of its input, which are there when the layer has run, and their eigenvalues, which another thread may compute while
//! the next layer runs. Both are those of [`super::Spectra`].

use faer::MatRef;
use proxyrank_nn::{
    Block, Depth, Event, FastEngine, NnError, Real, Site, Visitor, WpcaBlockWeights, WpcaHidden,
};

use super::moments::Moments;
use super::spectrum::{Enough, Spectra, eigenvalues};
use super::tree::Tree;

/// Mean and scatter of the input of a block's feed-forward network.
#[derive(Debug)]
pub struct FfnMoments(Moments);

/// Adds up the moments of a block of sequences.
struct Adder<'a>(&'a Tree<Moments>);

impl<T: Real> Visitor<T> for Adder<'_> {
    fn wants(&self, site: Site) -> bool {
        site == Site::FfnInput
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        self.0.add(event.block.index, Moments::of(event.values));
    }
}

/// Runs a block on the hidden state `x`, as far as `depth` says, and gives what the next one reads and the moments.
pub fn run_block<T: Real>(
    engine: &FastEngine<T>,
    weights: &WpcaBlockWeights<T>,
    x: &WpcaHidden<T>,
    depth: Depth,
) -> Result<(Option<WpcaHidden<T>>, FfnMoments), NnError> {
    let tree = Tree::new();
    let (hidden, _) = engine.wpca_block(weights, x, depth, |_: Block| Adder(&tree))?;
    let total = tree.total().ok_or(NnError::Empty { what: "the batch" })?;
    Ok((hidden, FfnMoments(total)))
}

impl FfnMoments {
    /// The smallest number of principal components of the first feed-forward layer's output, before its activation, that hold
    /// the share `eta` of its variance (Wang 2025, equation 6). Not a number where the network's values are not.
    pub fn components<T: Real>(&self, weights: &WpcaBlockWeights<T>, eta: f64, enough: Enough) -> f64 {
        let first = &weights.layout().ffn_in;
        let matrix = MatRef::from_row_major_slice(weights.values(&first.weight), first.outputs, first.inputs);
        let spectra = Spectra { layers: vec![eigenvalues(&self.0, matrix)] };
        spectra.components(eta, enough).first().copied().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use faer::Mat;
    use proxyrank_nn::{Collect, Initialiser, TokenBatch};
    use proxyrank_space::wpca::{WpcaBlock, WpcaKind, WpcaShape};

    use super::*;
    use crate::eigen::symmetric_eigenvalues;

    const SHAPE: WpcaShape = WpcaShape {
        vocab_size: 200,
        max_positions: 16,
        token_types: 2,
        embedding: 10,
        hidden: 24,
        inner: 12,
        heads: 2,
        step: 5,
        classes: 2,
    };

    /// Counts from the covariance of the first layer's output itself, F x F.
    fn by_definition(raw: &[f64], width: usize, eta: f64) -> f64 {
        let rows = raw.len() / width;
        let mean: Vec<f64> =
            (0..width).map(|c| raw.iter().skip(c).step_by(width).sum::<f64>() / rows as f64).collect();
        let covariance = Mat::from_fn(width, width, |i, j| {
            let product = |row: &[f64]| (row[i] - mean[i]) * (row[j] - mean[j]);
            raw.chunks(width).map(product).sum::<f64>() / (rows - 1) as f64
        });
        let values = symmetric_eigenvalues(covariance.as_ref()).unwrap();
        let total: f64 = values.iter().sum();
        let (mut sum, mut count) = (0.0, 0.0);
        for value in values.iter().rev() {
            if sum / total >= eta {
                break;
            }
            sum += value;
            count += 1.0;
        }
        count
    }

    #[test]
    fn counts_are_those_of_the_output_covariance() {
        let ids = (0..96_u32).map(|i| (i * i * 7 + 3 * i) % 200).collect();
        let tokens = TokenBatch::new(ids, 6, 16).unwrap();
        let (initialiser, engine) = (Initialiser::<f64>::new(4), FastEngine::<f64>::new());
        let embedding = initialiser.wpca_embedding(&SHAPE).unwrap();
        let mut x = engine.wpca_embed(&embedding, &tokens).unwrap();
        for (layer, (kind, width)) in
            [(WpcaKind::Bert, 0), (WpcaKind::Mobile, 5), (WpcaKind::Bert, 5), (WpcaKind::Mobile, 1)]
                .into_iter()
                .enumerate()
        {
            let block = WpcaBlock::of(kind, width);
            let weights = initialiser.wpca_block(&SHAPE, layer, block).unwrap();
            let see = |_: Block| Collect::new(Site::FfnPreactivation);
            let (_, seen) = engine.wpca_block(&weights, &x, Depth::LastFfnInput, see).unwrap();
            let raw: Vec<f64> = seen.into_iter().flat_map(|part| part.values).collect();
            let (next, moments) = run_block(&engine, &weights, &x, Depth::Full).unwrap();
            for eta in [0.5, 0.9, 0.99] {
                let wanted = by_definition(&raw, SHAPE.ffn(block), eta);
                let found = moments.components(&weights, eta, Enough::AtLeast);
                assert!((found - wanted).abs() < 0.5, "layer {layer}, eta {eta}: {found}, not {wanted}");
            }
            x = next.unwrap();
        }
    }
}
