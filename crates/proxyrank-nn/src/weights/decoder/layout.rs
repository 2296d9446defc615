//! Where every parameter of a decoder lies.

use proxyrank_space::decoder::{DecoderFamily, DecoderNetwork};

use super::vocabulary::{TableExtent, VocabularyLayout};
use crate::NnError;
use crate::decoder::{DecoderInput, DecoderLoss, VocabularyGradient};
use crate::real::Real;
use crate::weights::family::Layout;
use crate::weights::layout::{Linear, Norm};
use crate::weights::parameter::{Fill, Parameter, Span, Stored};
use crate::weights::plan::Plan;

/// One layer: two residual branches, each with a norm of its own. A GPT-2 norms what goes into a branch, a Transformer-XL the
/// sum behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoderLayerLayout {
    /// Attention heads.
    pub heads: usize,
    /// Of the attention.
    pub attention_norm: Norm,
    /// Query, key and value in one: (3d, d).
    pub qkv: Linear,
    /// Relative positions, where the family has them.
    pub relative: Option<RelativeLayout>,
    /// Output projection of the attention: (d, d).
    pub output: Linear,
    /// Of the feed-forward network.
    pub ffn_norm: Norm,
    /// Its first layer, before the activation: (F, d).
    pub ffn_in: Linear,
    /// Its second layer: (d, F).
    pub ffn_out: Linear,
}

/// What scores depend on besides queries and keys (Dai et al., ACL 2019): how far apart two tokens are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelativeLayout {
    /// From sines and cosines of a distance to a key for it, `r_net`: (d, d).
    pub keys: Linear,
    /// Added to queries where they meet keys of tokens, `r_w_bias`: (heads, d / heads).
    pub content_bias: Span,
    /// Added to queries where they meet keys of distances, `r_r_bias`: (heads, d / heads).
    pub distance_bias: Span,
}

impl DecoderLayerLayout {
    /// Its matrices in the order of computation.
    pub fn linears(&self) -> impl Iterator<Item = &Linear> {
        let distances = self.relative.iter().map(|relative| &relative.keys);
        std::iter::once(&self.qkv).chain(distances).chain([&self.output, &self.ffn_in, &self.ffn_out])
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
    /// Behind the last layer of a GPT-2.
    pub final_norm: Option<Norm>,
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
        if network.family == DecoderFamily::TransformerXl && !d.is_multiple_of(2) {
            return Err(NnError::OddWidth { width: d });
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
            Ok(match network.family {
                DecoderFamily::Gpt2 => gpt2(&mut plan, network, index),
                DecoderFamily::TransformerXl => transformer_xl(&mut plan, network, index),
            })
        });
        let layers = layers.collect::<Result<_, _>>()?;
        let final_norm = match network.family {
            DecoderFamily::Gpt2 => Some(norm(&mut plan, "transformer.ln_f", d, Fill::Ones)),
            DecoderFamily::TransformerXl => None,
        };
        let parameters = plan.parameters;
        Ok(Self { network: network.clone(), parameters, vocabulary, layers, final_norm })
    }

    /// Embedding and softmax; an error where nothing of them is there.
    pub(crate) fn vocabulary(&self) -> Result<&VocabularyLayout, NnError> {
        self.vocabulary.as_ref().ok_or(NnError::MissingVocabulary)
    }
}

/// A layer of GPT-2, whose matrices files have transposed.
fn gpt2(plan: &mut Plan, network: &DecoderNetwork, index: usize) -> DecoderLayerLayout {
    let (d, layer) = (network.d_model, network.layers[index]);
    let path = |name: &str| format!("transformer.h.{index}.{name}");
    let residual = Fill::NormalOverDepth { layers: network.layers.len() };
    let linear = |plan: &mut Plan, name: &str, shape, fill| {
        let linear = linear(plan, &path(name), shape, fill, Bias::Some);
        plan.parameters[linear.weight.parameters.start].stored = Stored::Transposed;
        linear
    };
    DecoderLayerLayout {
        heads: layer.n_head,
        attention_norm: norm(plan, &path("ln_1"), d, Fill::Ones),
        qkv: linear(plan, "attn.c_attn", (3 * d, d), Fill::Normal),
        relative: None,
        output: linear(plan, "attn.c_proj", (d, d), residual),
        ffn_norm: norm(plan, &path("ln_2"), d, Fill::Ones),
        ffn_in: linear(plan, "mlp.c_fc", (layer.d_inner, d), Fill::Normal),
        ffn_out: linear(plan, "mlp.c_proj", (d, layer.d_inner), residual),
    }
}

/// A layer of Transformer-XL.
fn transformer_xl(plan: &mut Plan, network: &DecoderNetwork, index: usize) -> DecoderLayerLayout {
    let (d, layer) = (network.d_model, network.layers[index]);
    let path = |name: &str| format!("layers.{index}.{name}");
    let linear =
        |plan: &mut Plan, name: &str, shape, bias| linear(plan, &path(name), shape, Fill::Normal, bias);
    let heads = vec![layer.n_head, d / layer.n_head];
    DecoderLayerLayout {
        heads: layer.n_head,
        qkv: linear(plan, "dec_attn.qkv_net", (3 * d, d), Bias::None),
        relative: Some(RelativeLayout {
            keys: linear(plan, "dec_attn.r_net", (d, d), Bias::None),
            content_bias: plan.body(format!("r_w_bias_{index}"), heads.clone(), Fill::Normal),
            distance_bias: plan.body(format!("r_r_bias_{index}"), heads, Fill::Normal),
        }),
        output: linear(plan, "dec_attn.o_net", (d, d), Bias::None),
        attention_norm: norm(plan, &path("dec_attn.layer_norm"), d, Fill::NormalAroundOne),
        ffn_in: linear(plan, "pos_ff.CoreNet.0", (layer.d_inner, d), Bias::Some),
        ffn_out: linear(plan, "pos_ff.CoreNet.3", (d, layer.d_inner), Bias::Some),
        ffn_norm: norm(plan, &path("pos_ff.layer_norm"), d, Fill::NormalAroundOne),
    }
}

/// Whether a linear layer has a bias.
#[derive(Clone, Copy, PartialEq)]
enum Bias {
    Some,
    None,
}

fn norm(plan: &mut Plan, path: &str, width: usize, gain: Fill) -> Norm {
    Norm {
        gain: plan.body(format!("{path}.weight"), vec![width], gain),
        shift: plan.body(format!("{path}.bias"), vec![width], Fill::Zeros),
    }
}

fn linear(plan: &mut Plan, path: &str, (outputs, inputs): (usize, usize), fill: Fill, bias: Bias) -> Linear {
    let weight = plan.body(format!("{path}.weight"), vec![outputs, inputs], fill);
    let bias = (bias == Bias::Some).then(|| plan.body(format!("{path}.bias"), vec![outputs], Fill::Zeros));
    Linear { weight, bias, outputs, inputs }
}
