//! Where the parameters of W-PCA's networks lie: those of the embedding, and those of each block by itself.
//!
//! A layer's blocks share no weights in the released code, not even blocks that differ in width only. So a block is laid out
//! and drawn by itself, and every network of the space is put together from 12 blocks a layer.

use proxyrank_space::wpca::{WpcaBlock, WpcaKind, WpcaShape};

use super::family::Layout;
use super::layout::{Linear, Norm};
use super::parameter::{Fill, Parameter, Span};
use super::plan::Plan;
use crate::NnError;
use crate::real::Real;

/// The embedding: the words around a token, its position and its segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WpcaEmbeddingLayout {
    /// What it was made from.
    pub shape: WpcaShape,
    /// All parameters, in the order of their places.
    pub parameters: Vec<Parameter>,
    /// (vocabulary, E).
    pub word: Span,
    /// The next, the present and the previous word to the hidden size: (h, 3E).
    pub projection: Linear,
    /// (positions, h).
    pub position: Span,
    /// (segments, h).
    pub token_type: Span,
    /// Norm over h.
    pub norm: Norm,
}

impl WpcaEmbeddingLayout {
    /// Lays out the embedding of a shape.
    pub fn new(shape: &WpcaShape) -> Result<Self, NnError> {
        check(shape)?;
        let (h, e) = (shape.hidden, shape.embedding);
        let mut plan = Plan::default();
        let table = |plan: &mut Plan, name: &str, rows, width| {
            plan.body(format!("embeddings.{name}.weight"), vec![rows, width], Fill::Normal)
        };
        let word = table(&mut plan, "word_embeddings", shape.vocab_size, e);
        let position = table(&mut plan, "position_embeddings", shape.max_positions, h);
        let token_type = table(&mut plan, "token_type_embeddings", shape.token_types, h);
        let projection = plan.linear("embeddings.embedding_transformation", h, 3 * e);
        let norm = norm(&mut plan, "embeddings.LayerNorm", h);
        let shape = *shape;
        Ok(Self { shape, parameters: plan.parameters, word, projection, position, token_type, norm })
    }
}

/// One block in one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WpcaBlockLayout {
    /// Which one.
    pub block: WpcaBlock,
    /// The layer, from 0.
    pub layer: usize,
    /// Attention heads.
    pub heads: usize,
    /// All parameters, in the order of their places.
    pub parameters: Vec<Parameter>,
    /// Query, key and value stacked, from the hidden state: (3A, h); A is h, or the inner width.
    pub qkv: Linear,
    /// Output projection of the attention: (A, A).
    pub output: Linear,
    /// Behind the attention's residual sum.
    pub attention_norm: Norm,
    /// The first feed-forward layer: (F, A).
    pub ffn_in: Linear,
    /// The second: (A, F).
    pub ffn_out: Linear,
    /// Behind the feed-forward network's residual sum.
    pub ffn_norm: Norm,
    /// What a MobileBERT block has besides.
    pub bottleneck: Option<WpcaBottleneckLayout>,
}

/// The way into a MobileBERT block and out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WpcaBottleneckLayout {
    /// From the hidden state to what is added to the attention's output: (I, h).
    pub input: Linear,
    /// Back to the hidden size: (h, I).
    pub output: Linear,
    /// Behind the sum with the hidden state.
    pub norm: Norm,
}

impl WpcaBlockLayout {
    /// Lays out a block as layer `layer` of a network.
    pub fn new(shape: &WpcaShape, layer: usize, block: WpcaBlock) -> Result<Self, NnError> {
        check(shape)?;
        let (h, a, f) = (shape.hidden, shape.inside(block.kind()), shape.ffn(block));
        if shape.heads == 0 || !a.is_multiple_of(shape.heads) {
            return Err(NnError::Heads { layer, heads: shape.heads, width: a });
        }
        let prefix = format!("encoder.layers.{layer}.{}", block.index());
        let path = |name: &str| format!("{prefix}.{name}");
        let mut plan = Plan::default();
        let qkv = plan.stack(&path("attention."), &["query", "key", "value"], a, h);
        let output = plan.linear(&path("attention.output"), a, a);
        let attention_norm = norm(&mut plan, &path("attention.norm"), a);
        let ffn_in = plan.linear(&path("ffn.dense1"), f, a);
        let ffn_out = plan.linear(&path("ffn.dense2"), a, f);
        let ffn_norm = norm(&mut plan, &path("ffn.norm"), a);
        let bottleneck = (block.kind() == WpcaKind::Mobile).then(|| WpcaBottleneckLayout {
            input: plan.linear(&path("bottleneck.input"), a, h),
            output: plan.linear(&path("bottleneck.output"), h, a),
            norm: norm(&mut plan, &path("bottleneck.norm"), h),
        });
        let (heads, parameters) = (shape.heads, plan.parameters);
        Ok(Self {
            block,
            layer,
            heads,
            parameters,
            qkv,
            output,
            attention_norm,
            ffn_in,
            ffn_out,
            ffn_norm,
            bottleneck,
        })
    }
}

fn norm(plan: &mut Plan, path: &str, width: usize) -> Norm {
    Norm {
        gain: plan.body(format!("{path}.weight"), vec![width], Fill::Ones),
        shift: plan.body(format!("{path}.bias"), vec![width], Fill::Zeros),
    }
}

/// No size is zero.
fn check(shape: &WpcaShape) -> Result<(), NnError> {
    let sizes = [
        (shape.vocab_size, "the vocabulary"),
        (shape.embedding, "the embedding's width"),
        (shape.hidden, "the hidden size"),
        (shape.inner, "the width inside a MobileBERT block"),
        (shape.step, "the smallest feed-forward width"),
        (shape.token_types, "the segment table"),
        (shape.max_positions, "the position table"),
    ];
    match sizes.into_iter().find(|&(size, _)| size == 0) {
        Some((_, what)) => Err(NnError::Empty { what }),
        None => Ok(()),
    }
}

// Engines run these forward only, so there is no loss and no gradient of anything.
impl Layout for WpcaEmbeddingLayout {
    type Input<'a> = &'a crate::TokenBatch;
    type Loss<'a, T: Real> = ();
    type Embeddings<T: Real> = ();

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

impl Layout for WpcaBlockLayout {
    type Input<'a> = &'a crate::TokenBatch;
    type Loss<'a, T: Real> = ();
    type Embeddings<T: Real> = ();

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}
