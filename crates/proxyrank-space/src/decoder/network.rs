//! What a decoder configuration builds.

use super::{DecoderArch, DecoderFamily, effective_cutoffs};
use crate::SpaceError;

/// One decoder layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecoderLayer {
    /// Attention heads.
    pub n_head: usize,
    /// FFN width.
    pub d_inner: usize,
}

/// What lies between the last hidden state and a cluster's table on the output side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputProjection {
    /// Nothing: the table has the model's width.
    None,
    /// The transpose of the embedding's projection.
    Tied,
    /// A matrix of its own, `d_model x width`.
    Own,
}

/// A range of the vocabulary with one embedding width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// Tokens in it.
    pub size: usize,
    /// Embedding width of its tokens.
    pub width: usize,
    /// Its projection on the output side.
    pub output: OutputProjection,
}

/// Adaptive embedding and softmax; the tables of both are the same tensors.
///
/// With `div_val` 1 there is one table for all clusters, and one projection where its width is not the model's. Else
/// every cluster has a table and a projection, even a square one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AdaptiveVocabulary {
    /// Tokens.
    pub n_token: usize,
    /// Divisor of the width from one cluster to the next.
    pub div_val: usize,
    /// Width of the first cluster, and of the rows that stand for tail clusters in the head.
    pub d_embed: usize,
    /// The clusters in id order; at least one.
    pub clusters: Vec<Cluster>,
}

impl AdaptiveVocabulary {
    /// Number of embedding projections: 0, 1 (shared) or one a cluster.
    pub fn embedding_projections(&self, d_model: usize) -> usize {
        match self.div_val {
            1 => usize::from(self.d_embed != d_model),
            _ => self.clusters.len(),
        }
    }
}

/// A GPT-2 or Transformer-XL language model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DecoderNetwork {
    /// The class.
    pub family: DecoderFamily,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Tokens in a segment.
    pub tgt_len: usize,
    /// Positions of memory; 0 for GPT-2, which has none.
    pub mem_len: usize,
    /// The layers.
    pub layers: Vec<DecoderLayer>,
    /// Embedding and softmax.
    pub vocabulary: AdaptiveVocabulary,
}

impl DecoderArch {
    /// The network; the configuration is checked first.
    pub fn network(&self) -> Result<DecoderNetwork, SpaceError> {
        self.validate()?;
        let layers = self.n_head.iter().zip(&self.d_inner);
        Ok(DecoderNetwork {
            family: self.family,
            d_model: self.d_model,
            tgt_len: self.tgt_len,
            mem_len: match self.family {
                DecoderFamily::Gpt2 => 0,
                DecoderFamily::TransformerXl => self.mem_len,
            },
            layers: layers.map(|(&n_head, &d_inner)| DecoderLayer { n_head, d_inner }).collect(),
            vocabulary: AdaptiveVocabulary {
                n_token: self.n_token,
                div_val: self.div_val,
                d_embed: self.embedding_size(),
                clusters: self.clusters()?,
            },
        })
    }

    fn clusters(&self) -> Result<Vec<Cluster>, SpaceError> {
        let mut start = 0;
        let mut clusters = Vec::new();
        for (index, end) in effective_cutoffs(&self.cutoffs, self.n_token)?.into_iter().enumerate() {
            let output = if self.div_val == 1 && self.embedding_size() == self.d_model {
                OutputProjection::None
            } else if self.tie_projs.get(index) == Some(&true) {
                OutputProjection::Tied
            } else {
                OutputProjection::Own
            };
            clusters.push(Cluster { size: end - start, width: self.cluster_width(index)?, output });
            start = end;
        }
        Ok(clusters)
    }
}
