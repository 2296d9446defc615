//! Where every parameter of a decoder lies.

use proxyrank_space::decoder::{DecoderFamily, DecoderNetwork};

use super::vocabulary::{TableExtent, VocabularyLayout};
use crate::NnError;
use crate::decoder::{DecoderInput, DecoderLoss, VocabularyGradient};
use crate::real::Real;
use crate::weights::family::Layout;
use crate::weights::layout::{Linear, Norm};
use crate::weights::parameter::{Arena, Fill, Parameter, Stored};
use crate::weights::plan::Plan;

/// One layer: two residual branches, each behind a norm of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoderLayerLayout {
    /// Attention heads.
    pub heads: usize,
    /// In front of the attention.
    pub attention_norm: Norm,
    /// Query, key and value in one: (3d, d).
    pub qkv: Linear,
    /// Output projection of the attention: (d, d).
    pub output: Linear,
    /// In front of the feed-forward network.
    pub ffn_norm: Norm,
    /// Its first layer, before the activation: (F, d).
    pub ffn_in: Linear,
    /// Its second layer: (d, F).
    pub ffn_out: Linear,
}

impl DecoderLayerLayout {
    /// Its matrices in the order of computation.
    pub const fn linears(&self) -> [&Linear; 4] {
        [&self.qkv, &self.output, &self.ffn_in, &self.ffn_out]
    }
}

/// Every parameter of a decoder and how the network uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoderLayout {
    /// What it was made from.
    pub network: DecoderNetwork,
    /// All parameters, in the order of their places.
    pub parameters: Vec<Parameter>,
    /// Embedding and softmax, as far as they are there.
    pub vocabulary: Option<VocabularyLayout>,
    /// The layers.
    pub layers: Vec<DecoderLayerLayout>,
    /// Behind the last layer.
    pub final_norm: Norm,
}

impl Layout for DecoderLayout {
    type Input<'a> = DecoderInput<'a>;
    type Loss<'a, T: Real> = DecoderLoss<'a, T>;
    type Embeddings<T: Real> = VocabularyGradient<T>;

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

impl DecoderLayout {
    /// Lays out `network` with as much of its vocabulary as is wanted.
    pub fn new(network: &DecoderNetwork, extent: TableExtent<'_>) -> Result<Self, NnError> {
        if network.family != DecoderFamily::Gpt2 {
            return Err(NnError::DecoderFamily);
        }
        let d = network.d_model;
        let sizes = [
            (d, "the model's width"),
            (network.layers.len(), "the number of layers"),
            (network.tgt_len, "the position table"),
            (network.vocabulary.clusters.len(), "the number of clusters"),
        ];
        if let Some((_, what)) = sizes.into_iter().find(|&(size, _)| size == 0) {
            return Err(NnError::Empty { what });
        }
        let mut plan = Plan::default();
        let vocabulary = VocabularyLayout::new(&mut plan, network, extent)?;
        let layers = network.layers.iter().enumerate().map(|(index, layer)| {
            if layer.n_head == 0 || !d.is_multiple_of(layer.n_head) {
                return Err(NnError::Heads { layer: index, heads: layer.n_head, width: d });
            }
            if layer.d_inner == 0 {
                return Err(NnError::Empty { what: "a feed-forward width" });
            }
            let path = |name: &str| format!("transformer.h.{index}.{name}");
            let residual = Fill::NormalOverDepth { layers: network.layers.len() };
            Ok(DecoderLayerLayout {
                heads: layer.n_head,
                attention_norm: norm(&mut plan, &path("ln_1"), d),
                qkv: linear(&mut plan, &path("attn.c_attn"), (3 * d, d), Fill::Normal),
                output: linear(&mut plan, &path("attn.c_proj"), (d, d), residual),
                ffn_norm: norm(&mut plan, &path("ln_2"), d),
                ffn_in: linear(&mut plan, &path("mlp.c_fc"), (layer.d_inner, d), Fill::Normal),
                ffn_out: linear(&mut plan, &path("mlp.c_proj"), (d, layer.d_inner), residual),
            })
        });
        let layers = layers.collect::<Result<_, _>>()?;
        let final_norm = norm(&mut plan, "transformer.ln_f", d);
        let parameters = plan.parameters;
        Ok(Self { network: network.clone(), parameters, vocabulary, layers, final_norm })
    }

    /// Embedding and softmax; an error where nothing of them is there.
    pub(crate) fn vocabulary(&self) -> Result<&VocabularyLayout, NnError> {
        self.vocabulary.as_ref().ok_or(NnError::MissingVocabulary)
    }
}

fn norm(plan: &mut Plan, path: &str, width: usize) -> Norm {
    Norm {
        gain: plan.body(format!("{path}.weight"), vec![width], Fill::Ones),
        shift: plan.body(format!("{path}.bias"), vec![width], Fill::Zeros),
    }
}

fn linear(plan: &mut Plan, path: &str, (outputs, inputs): (usize, usize), fill: Fill) -> Linear {
    let weight = plan.push(format!("{path}.weight"), vec![outputs, inputs], fill, Arena::Body);
    plan.parameters[weight.parameters.start].stored = Stored::Transposed;
    let bias = Some(plan.body(format!("{path}.bias"), vec![outputs], Fill::Zeros));
    Linear { weight, bias, outputs, inputs }
}
