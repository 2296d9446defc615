//! Where every parameter of an encoder lies.

use proxyrank_space::flexibert::EncoderLayer;
use proxyrank_space::{EncoderNetwork, Operation};

use super::family::Layout;
use super::parameter::{Arena, Fill, Head, Parameter, Span};
use super::plan::Plan;
use crate::NnError;
use crate::gradient::{EmbeddingGradient, EncoderInput, Loss};
use crate::real::Real;

/// A matrix (outputs x inputs), row-major, with its bias if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// The weight, or several stacked by rows.
    pub weight: Span,
    /// The bias, stacked alike.
    pub bias: Option<Span>,
    /// Output features of the whole stack.
    pub outputs: usize,
    /// Input features.
    pub inputs: usize,
}

/// Gain and shift of a layer norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Norm {
    /// Gain.
    pub gain: Span,
    /// Shift.
    pub shift: Span,
}

/// Embedding tables, their norm and the projection behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingLayout {
    /// (vocabulary, E).
    pub word: Span,
    /// (positions, E).
    pub position: Span,
    /// (types, E); every token has type 0.
    pub token_type: Span,
    /// Norm over E.
    pub norm: Norm,
    /// E to the hidden size, where they differ.
    pub project: Option<Linear>,
}

/// Scaled-dot-product or weighted multiplicative attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionLayout {
    /// Query, key and value stacked: (3h, h).
    pub qkv: Linear,
    /// The extra matrix on the merged queries (WMA), without bias.
    pub weight: Option<Linear>,
    /// Output projection.
    pub output: Linear,
    /// Norm over the residual sum.
    pub norm: Norm,
}

/// Which two-dimensional transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transform {
    /// Real part of the discrete Fourier transform.
    Fourier,
    /// Discrete cosine transform of type II, not normalised.
    Cosine,
}

/// A linear transform over tokens and head features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransformLayout {
    /// Which one.
    pub transform: Transform,
    /// The linear layer before it.
    pub input: Linear,
}

/// Mixed attention of ConvBERT: half of the heads attend, half convolve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanConvolutionLayout {
    /// Tokens in the kernel.
    pub kernel: usize,
    /// Attending heads, and as many convolving ones.
    pub heads: usize,
    /// Width A of queries, keys, values and convolved values.
    pub width: usize,
    /// Query, key, value and convolved value stacked: (4A, h).
    pub qkvc: Linear,
    /// Depthwise kernel of the key convolution: (h, 1, k).
    pub depthwise: Span,
    /// Pointwise part of the key convolution: (A, h).
    pub pointwise: Linear,
    /// Kernel logits: (heads x k, A).
    pub kernel_logits: Linear,
    /// Output projection.
    pub output: Linear,
    /// Norm over the residual sum.
    pub norm: Norm,
}

/// The operation of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationLayout {
    /// Self-attention.
    Attention(AttentionLayout),
    /// Linear transform.
    Transform(TransformLayout),
    /// Dynamic span convolution.
    SpanConvolution(SpanConvolutionLayout),
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerLayout {
    /// Declared heads.
    pub heads: usize,
    /// What comes first.
    pub operation: OperationLayout,
    /// The feed-forward chain; a GELU follows each but the last.
    pub ffn: Vec<Linear>,
    /// Norm over the chain's residual sum.
    pub ffn_norm: Norm,
}

/// The discriminator's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadLayout {
    /// h to h, before the GELU.
    pub dense: Linear,
    /// h to one logit.
    pub prediction: Linear,
}

/// The generator's head. Its output matrix is the word table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorLayout {
    /// h to E, before the GELU.
    pub dense: Linear,
    /// Norm over E.
    pub norm: Norm,
    /// Bias of the logits, (vocabulary).
    pub bias: Span,
}

/// Every parameter of an encoder and how the network uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncoderLayout {
    /// What it was made from.
    pub network: EncoderNetwork,
    /// All parameters, in the order of their places.
    pub parameters: Vec<Parameter>,
    /// The embeddings.
    pub embeddings: EmbeddingLayout,
    /// The layers.
    pub layers: Vec<LayerLayout>,
    /// The discriminator's head, if there is one.
    pub head: Option<HeadLayout>,
    /// The generator's head, if there is one.
    pub generator: Option<GeneratorLayout>,
    /// The head of a task, if there is one.
    pub task: Option<Linear>,
}

impl EncoderLayout {
    /// Lays out `network` with a head or without.
    pub fn new(network: &EncoderNetwork, head: Head) -> Result<Self, NnError> {
        let (e, h) = (network.embedding_size, network.hidden_size);
        let sizes = [
            (network.vocab_size, "the vocabulary"),
            (e, "the embedding size"),
            (network.max_positions, "the position table"),
            (network.token_types, "the type table"),
            (h, "the hidden size"),
            (network.layers.len(), "the number of layers"),
        ];
        if let Some((_, what)) = sizes.into_iter().find(|&(size, _)| size == 0) {
            return Err(NnError::Empty { what });
        }
        let mut plan = Plan::default();
        let table = |plan: &mut Plan, name: &str, rows, fill| {
            plan.push(format!("electra.embeddings.{name}.weight"), vec![rows, e], fill, Arena::Embeddings)
        };
        let word = table(&mut plan, "word_embeddings", network.vocab_size, Fill::NormalWithPadding);
        let position = table(&mut plan, "position_embeddings", network.max_positions, Fill::Normal);
        let token_type = table(&mut plan, "token_type_embeddings", network.token_types, Fill::Normal);
        let norm = plan.norm("electra.embeddings", e, Arena::Embeddings);
        let project = (e != h).then(|| plan.linear("electra.embeddings_project", h, e));
        let embeddings = EmbeddingLayout { word, position, token_type, norm, project };
        let layers = network.layers.iter().enumerate();
        let layers = layers.map(|(index, layer)| plan.layer(index, layer, h)).collect::<Result<_, _>>()?;
        let before_head = plan.parameters.len();
        let discriminator = (head == Head::Discriminator).then(|| HeadLayout {
            dense: plan.linear("discriminator_predictions.dense", h, h),
            prediction: plan.linear("discriminator_predictions.prediction", 1, h),
        });
        let generator = (head == Head::Generator).then(|| GeneratorLayout {
            dense: plan.linear("generator_predictions.dense", e, h),
            norm: plan.norm("generator_predictions", e, Arena::Body),
            bias: plan.body("generator_lm_head.bias".to_owned(), vec![network.vocab_size], Fill::Zeros),
        });
        let task = match head {
            Head::Task { outputs: 0 } => {
                return Err(NnError::Empty { what: "the outputs of the task's head" });
            }
            Head::Task { outputs } => Some(plan.linear("task", outputs, h)),
            Head::None | Head::Discriminator | Head::Generator => None,
        };
        for parameter in &mut plan.parameters[before_head..] {
            parameter.in_head = true;
        }
        let Plan { parameters, .. } = plan;
        let (network, head) = (network.clone(), discriminator);
        Ok(Self { network, parameters, embeddings, layers, head, generator, task })
    }

    /// Parameters of the encoder, the head not counted.
    pub fn num_parameters(&self) -> u64 {
        let encoder = self.parameters.iter().filter(|parameter| !parameter.in_head);
        encoder.map(|parameter| parameter.elements.len() as u64).sum()
    }
}

impl Layout for EncoderLayout {
    type Input<'a> = EncoderInput<'a>;
    type Loss<'a, T: Real> = Loss<'a, T>;
    type Embeddings<T: Real> = Option<EmbeddingGradient<T>>;

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

impl Plan {
    fn norm(&mut self, prefix: &str, width: usize, arena: Arena) -> Norm {
        let gain = self.push(format!("{prefix}.LayerNorm.weight"), vec![width], Fill::Ones, arena);
        let shift = self.push(format!("{prefix}.LayerNorm.bias"), vec![width], Fill::Zeros, arena);
        Norm { gain, shift }
    }

    pub(super) fn linear(&mut self, path: &str, outputs: usize, inputs: usize) -> Linear {
        self.stack("", &[path], outputs, inputs)
    }

    /// Linear layers of the same shape and input: first all weights, then all biases.
    pub(super) fn stack(&mut self, prefix: &str, names: &[&str], outputs: usize, inputs: usize) -> Linear {
        let weights = names
            .iter()
            .map(|name| self.body(format!("{prefix}{name}.weight"), vec![outputs, inputs], Fill::Normal));
        let weight = join(weights.collect());
        let biases =
            names.iter().map(|name| self.body(format!("{prefix}{name}.bias"), vec![outputs], Fill::Zeros));
        let bias = Some(join(biases.collect()));
        Linear { weight, bias, outputs: outputs * names.len(), inputs }
    }

    fn layer(&mut self, index: usize, layer: &EncoderLayer, h: usize) -> Result<LayerLayout, NnError> {
        let widths = &layer.ffn_widths;
        if widths.len() < 3 || widths.first() != Some(&h) || widths.last() != Some(&h) || widths.contains(&0)
        {
            return Err(NnError::FfnChain { layer: index, widths: widths.clone(), hidden: h });
        }
        if layer.heads == 0 || !h.is_multiple_of(layer.heads) {
            return Err(NnError::Heads { layer: index, heads: layer.heads, width: h });
        }
        let prefix = format!("electra.encoder.layer.{index}");
        let operation = self.operation(&prefix, index, layer, h)?;
        let last = widths.len() - 2;
        let ffn = widths.windows(2).enumerate().map(|(position, pair)| {
            let name = match position {
                0 => "intermediate.dense_in".to_owned(),
                _ if position == last => "output.dense".to_owned(),
                _ => format!("intermediate.dense_list.{}", position - 1),
            };
            self.linear(&format!("{prefix}.{name}"), pair[1], pair[0])
        });
        let ffn = ffn.collect();
        let ffn_norm = self.norm(&format!("{prefix}.output"), h, Arena::Body);
        Ok(LayerLayout { heads: layer.heads, operation, ffn, ffn_norm })
    }

    fn operation(
        &mut self,
        prefix: &str,
        index: usize,
        layer: &EncoderLayer,
        h: usize,
    ) -> Result<OperationLayout, NnError> {
        let inner = format!("{prefix}.operation.operation.");
        let outer = format!("{prefix}.operation.output");
        let transform = |plan: &mut Self, transform| {
            let input = plan.linear(&format!("{inner}input"), h, h);
            OperationLayout::Transform(TransformLayout { transform, input })
        };
        Ok(match layer.operation {
            Operation::Sdp | Operation::Wma => {
                let qkv = self.stack(&inner, &["query", "key", "value"], h, h);
                let weight = (layer.operation == Operation::Wma).then(|| {
                    let weight = self.body(format!("{inner}weight.weight"), vec![h, h], Fill::Normal);
                    Linear { weight, bias: None, outputs: h, inputs: h }
                });
                let output = self.linear(&format!("{outer}.dense"), h, h);
                let norm = self.norm(&outer, h, Arena::Body);
                OperationLayout::Attention(AttentionLayout { qkv, weight, output, norm })
            }
            Operation::Dft => transform(self, Transform::Fourier),
            Operation::Dct => transform(self, Transform::Cosine),
            Operation::Dsc { kernel } => {
                let (k, heads) = (kernel.tokens(), (layer.heads / 2).max(1));
                let width = heads * (h / layer.heads);
                if 2 * width != h {
                    return Err(NnError::Heads { layer: index, heads: layer.heads, width: h });
                }
                let names = ["query", "key", "value", "conv_out_layer"];
                let qkvc = self.stack(&inner, &names, width, h);
                let key_conv = format!("{inner}key_conv_attn_layer");
                let depthwise =
                    self.body(format!("{key_conv}.depthwise.weight"), vec![h, 1, k], Fill::Normal);
                let weight =
                    self.body(format!("{key_conv}.pointwise.weight"), vec![width, h, 1], Fill::Normal);
                let bias = Some(self.body(format!("{key_conv}.bias"), vec![width, 1], Fill::Zeros));
                let pointwise = Linear { weight, bias, outputs: width, inputs: h };
                let kernel_logits = self.linear(&format!("{inner}conv_kernel_layer"), heads * k, width);
                let output = self.linear(&format!("{outer}.dense"), h, h);
                let norm = self.norm(&outer, h, Arena::Body);
                OperationLayout::SpanConvolution(SpanConvolutionLayout {
                    kernel: k,
                    heads,
                    width,
                    qkvc,
                    depthwise,
                    pointwise,
                    kernel_logits,
                    output,
                    norm,
                })
            }
        })
    }
}

/// Joins spans that were laid out one after the other.
fn join(spans: Vec<Span>) -> Span {
    let mut spans = spans.into_iter();
    let first = spans.next().unwrap_or(Span { parameters: 0..0, arena: Arena::Body, elements: 0..0 });
    spans.fold(first, |all, next| Span {
        parameters: all.parameters.start..next.parameters.end,
        arena: all.arena,
        elements: all.elements.start..next.elements.end,
    })
}
