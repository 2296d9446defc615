//! A decoder configuration, as its file has it.

use super::effective_cutoffs;
use crate::SpaceError;

/// Which decoder class a configuration belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecoderFamily {
    /// GPT-2: pre-norm, learned positions, biases everywhere.
    Gpt2,
    /// Transformer-XL: post-norm, relative positions, segment memory.
    TransformerXl,
}

/// One decoder configuration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DecoderArch {
    /// The class; the files do not say it, the benchmark's name does.
    pub family: DecoderFamily,
    /// Number of layers.
    pub n_layer: usize,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Embedding size of the first cluster; `None` (stored as -1) means `d_model`.
    pub d_embed: Option<usize>,
    /// Divisor of the embedding size from one cluster to the next.
    pub div_val: usize,
    /// Heads of each layer.
    pub n_head: Vec<usize>,
    /// FFN width of each layer.
    pub d_inner: Vec<usize>,
    /// Tokens in the vocabulary.
    pub n_token: usize,
    /// Stored cutoffs, of which a part takes effect.
    pub cutoffs: Vec<usize>,
    /// For each cluster, whether the output shares the embedding's projection; entries beyond the clusters are ignored.
    pub tie_projs: Vec<bool>,
    /// Tokens in a segment; rows of GPT-2's position table.
    pub tgt_len: usize,
    /// Positions of memory that Transformer-XL keeps; GPT-2 ignores it.
    pub mem_len: usize,
}

impl DecoderArch {
    /// Largest width that is accepted, so that no count can overflow.
    pub const MAX_WIDTH: usize = 1 << 16;
    /// Largest number of layers that is accepted.
    pub const MAX_LAYERS: usize = 1 << 10;
    /// Largest vocabulary that is accepted.
    pub const MAX_TOKENS: usize = 1 << 24;
    /// Longest segment or memory that is accepted, in tokens.
    pub const MAX_LENGTH: usize = 1 << 16;

    /// Embedding size of the first cluster.
    pub fn embedding_size(&self) -> usize {
        self.d_embed.unwrap_or(self.d_model)
    }

    /// Checks every value, and that the vocabulary's clusters can be made.
    pub fn validate(&self) -> Result<(), SpaceError> {
        within("", "n_layer", self.n_layer, 1, Self::MAX_LAYERS)?;
        within("", "d_model", self.d_model, 1, Self::MAX_WIDTH)?;
        within("", "d_embed", self.embedding_size(), 1, Self::MAX_WIDTH)?;
        within("", "div_val", self.div_val, 1, Self::MAX_WIDTH)?;
        within("", "n_token", self.n_token, 1, Self::MAX_TOKENS)?;
        within("", "tgt_len", self.tgt_len, 1, Self::MAX_LENGTH)?;
        within("", "mem_len", self.mem_len, 0, Self::MAX_LENGTH)?;
        for (field, found) in [("n_head", self.n_head.len()), ("d_inner", self.d_inner.len())] {
            if found != self.n_layer {
                return Err(SpaceError::PerLayer { field, found, n_layer: self.n_layer });
            }
        }
        for (layer, (&heads, &d_inner)) in self.n_head.iter().zip(&self.d_inner).enumerate() {
            within(&format!("layer {layer}: "), "d_inner", d_inner, 1, Self::MAX_WIDTH)?;
            if heads == 0 || !self.d_model.is_multiple_of(heads) {
                return Err(SpaceError::Heads { layer, heads, width: self.d_model });
            }
        }
        let clusters = effective_cutoffs(&self.cutoffs, self.n_token)?.len();
        if self.tie_projs.len() < clusters {
            return Err(SpaceError::TieProjs { found: self.tie_projs.len(), clusters });
        }
        (0..clusters).try_for_each(|cluster| self.cluster_width(cluster).map(|_| ()))
    }

    /// Embedding size of a cluster: `d_embed / div_val^cluster`, rounded down.
    pub(super) fn cluster_width(&self, cluster: usize) -> Result<usize, SpaceError> {
        let (d_embed, div_val) = (self.embedding_size(), self.div_val);
        let width = (0..cluster).fold(d_embed, |width, _| width / div_val);
        if width == 0 { Err(SpaceError::ClusterWidth { cluster, d_embed, div_val }) } else { Ok(width) }
    }
}

fn within(place: &str, field: &'static str, value: usize, low: usize, high: usize) -> Result<(), SpaceError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let allowed = format!("{low} to {high}");
    Err(SpaceError::Value { place: place.to_owned(), field, value: value.to_string(), allowed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arch() -> DecoderArch {
        DecoderArch {
            family: DecoderFamily::Gpt2,
            n_layer: 2,
            d_model: 64,
            d_embed: None,
            div_val: 4,
            n_head: vec![2, 4],
            d_inner: vec![512, 700],
            n_token: 100,
            cutoffs: vec![20, 40],
            tie_projs: vec![false, true, true, true],
            tgt_len: 192,
            mem_len: 192,
        }
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(arch().validate(), Ok(()));
        let heads = DecoderArch { n_head: vec![2, 3], ..arch() };
        assert_eq!(heads.validate().unwrap_err().to_string(), "layer 1: 3 heads do not divide a width of 64");
        let short = DecoderArch { d_inner: vec![512], ..arch() };
        assert_eq!(short.validate().unwrap_err().to_string(), "d_inner has 1 entries, but n_layer is 2");
        let untied = DecoderArch { tie_projs: vec![false], ..arch() };
        assert_eq!(untied.validate().unwrap_err().to_string(), "tie_projs has 1 entries for 3 clusters");
        let narrow = DecoderArch { d_embed: Some(8), ..arch() };
        assert_eq!(
            narrow.validate().unwrap_err().to_string(),
            "cluster 2: d_embed 8 divided by 4^2 leaves no width"
        );
        let zero = DecoderArch { n_token: 0, ..arch() };
        assert_eq!(zero.validate().unwrap_err().to_string(), "n_token is 0; the space allows 1 to 16777216");
    }
}
