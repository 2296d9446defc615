//! A classifier of texts.

use candle_core::{D, Device, Tensor, Var};
use proxyrank_space::wpca::{WpcaArch, WpcaKind, WpcaShape};

use crate::NnError;
use crate::composed::softmax;
use crate::init::Initialiser;
use crate::real::Real;
use crate::weights::{Layout, Weights};

/// PyTorch's default.
const NORM_EPSILON: f64 = 1e-5;

/// What is added to the attention scores of padding, as in the released code.
const PADDING: f64 = -10_000.0;

/// Texts of equal length, padded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextBatch {
    /// Token ids, text by text.
    pub ids: Vec<u32>,
    /// Segments, 0 or 1.
    pub token_types: Vec<u32>,
    /// Tokens of each text that are no padding.
    pub lengths: Vec<usize>,
    /// Tokens of each text, padding included.
    pub seq_len: usize,
}

/// What distillation looks at. B texts of S tokens, hidden size h, A inside a block.
#[derive(Debug)]
pub struct Activations {
    /// Output of the embedding: (B, S, h).
    pub embedded: Tensor,
    /// Output of each layer's attention behind its norm: (B, S, A).
    pub attended: Vec<Tensor>,
    /// Output of each layer: (B, S, h).
    pub hidden: Vec<Tensor>,
    /// (B, classes).
    pub logits: Tensor,
}

/// A network with a pooler and a classification head, whose parameters can be trained.
#[derive(Debug)]
pub struct Classifier {
    shape: WpcaShape,
    arch: WpcaArch,
    /// Path and values; in the order of the network.
    parameters: Vec<(String, Var)>,
}

impl Classifier {
    /// A network with fresh weights in the type T, on the processor.
    pub fn new<T: Real>(
        shape: &WpcaShape,
        arch: &WpcaArch,
        classes: usize,
        seed: u64,
    ) -> Result<Self, NnError> {
        let initialiser = Initialiser::<T>::new(seed);
        let mut parameters = Vec::new();
        take(&initialiser.wpca_embedding(shape)?, "", &mut parameters)?;
        for (layer, &block) in arch.blocks().iter().enumerate() {
            let prefix = format!("encoder.layers.{layer}.{}.", block.index());
            take(&initialiser.wpca_block(shape, layer, block)?, &prefix, &mut parameters)?;
        }
        let h = shape.hidden;
        for (path, rows) in [("pooler.dense", h), ("classifier", classes)] {
            let values = initialiser.matrix(&format!("{path}.weight"), rows * h);
            parameters.push((format!("{path}.weight"), var(&values, &[rows, h])?));
        }
        parameters.push(("pooler.dense.bias".to_owned(), var(&vec![T::ZERO; h], &[h])?));
        Ok(Self { shape: *shape, arch: arch.clone(), parameters })
    }

    /// Its architecture.
    pub const fn arch(&self) -> &WpcaArch {
        &self.arch
    }

    /// Its shape.
    pub const fn shape(&self) -> &WpcaShape {
        &self.shape
    }

    /// Every parameter with its path; of a layer's block, `layers.LAYER.` and the path in the block.
    pub fn parameters(&self) -> &[(String, Var)] {
        &self.parameters
    }

    fn get(&self, path: &str) -> Result<&Tensor, NnError> {
        let found = self.parameters.iter().find(|(other, _)| other == path);
        found
            .map(|(_, var)| var.as_tensor())
            .ok_or_else(|| NnError::MissingParameter { path: path.to_owned() })
    }

    /// The whole network, without dropout.
    pub fn forward(&self, batch: &TextBatch) -> Result<Activations, NnError> {
        let mut x = self.embed(batch)?;
        let mask = mask(batch, x.dtype())?;
        let embedded = x.clone();
        let (mut attended, mut hidden) = (Vec::new(), Vec::new());
        for (layer, block) in self.arch.blocks().iter().enumerate() {
            let (inner, output) = self.block(layer, block.kind(), &x, &mask)?;
            attended.push(inner);
            hidden.push(output.clone());
            x = output;
        }
        let first = x.narrow(1, 0, 1)?.squeeze(1)?;
        let pooled = self.linear("pooler.dense", &first.unsqueeze(1)?)?.squeeze(1)?.tanh()?;
        let logits = pooled.matmul(&self.get("classifier.weight")?.t()?)?;
        Ok(Activations { embedded, attended, hidden, logits })
    }

    /// How many texts have their largest logit where their label is.
    pub fn right(&self, batch: &TextBatch, labels: &[u32]) -> Result<usize, NnError> {
        let said = self.forward(batch)?.logits.argmax(D::Minus1)?.to_vec1::<u32>()?;
        Ok(said.iter().zip(labels).filter(|(said, label)| said == label).count())
    }

    fn embed(&self, batch: &TextBatch) -> Result<Tensor, NnError> {
        let (texts, s) = (batch.lengths.len(), batch.seq_len);
        let look = |table: &str, ids: &[u32], width: usize| -> Result<Tensor, NnError> {
            let ids = Tensor::from_slice(ids, ids.len(), &Device::Cpu)?;
            Ok(self.get(table)?.index_select(&ids, 0)?.reshape((texts, s, width))?)
        };
        let word = look("embeddings.word_embeddings.weight", &batch.ids, self.shape.embedding)?;
        let next = word.narrow(1, 1, s - 1)?.pad_with_zeros(1, 0, 1)?;
        let previous = word.narrow(1, 0, s - 1)?.pad_with_zeros(1, 1, 0)?;
        let wide = Tensor::cat(&[&next, &word, &previous], 2)?;
        let x = self.linear("embeddings.embedding_transformation", &wide)?;
        let segments =
            look("embeddings.token_type_embeddings.weight", &batch.token_types, self.shape.hidden)?;
        let positions = self.get("embeddings.position_embeddings.weight")?.narrow(0, 0, s)?;
        let x = (x + segments)?.broadcast_add(&positions)?;
        self.layer_norm("embeddings.LayerNorm", &x)
    }

    /// The attention's output behind its norm, and the layer's output.
    fn block(
        &self,
        layer: usize,
        kind: WpcaKind,
        x: &Tensor,
        mask: &Tensor,
    ) -> Result<(Tensor, Tensor), NnError> {
        let path = |name: &str| format!("encoder.layers.{layer}.{name}");
        let attention = self.attention(layer, x, mask)?;
        match kind {
            WpcaKind::Bert => {
                let inner = self.layer_norm(&path("attention.norm"), &(x + attention)?)?;
                let wide = self.linear(&path("ffn.dense1"), &inner)?.gelu()?;
                let sum = (&inner + self.linear(&path("ffn.dense2"), &wide)?)?;
                let output = self.layer_norm(&path("ffn.norm"), &sum)?;
                Ok((inner, output))
            }
            WpcaKind::Mobile => {
                let narrow = self.linear(&path("bottleneck.input"), x)?;
                let inner = self.scaled(&path("attention.norm"), &(narrow + attention)?)?;
                let wide = self.linear(&path("ffn.dense1"), &inner)?.relu()?;
                let sum = (&inner + self.linear(&path("ffn.dense2"), &wide)?)?;
                let back = self.linear(&path("bottleneck.output"), &self.scaled(&path("ffn.norm"), &sum)?)?;
                let output = self.scaled(&path("bottleneck.norm"), &(x + back)?)?;
                Ok((inner, output))
            }
        }
    }

    fn attention(&self, layer: usize, x: &Tensor, mask: &Tensor) -> Result<Tensor, NnError> {
        let path = |name: &str| format!("encoder.layers.{layer}.attention.{name}");
        let heads = self.shape.heads;
        let split = |name: &str| -> Result<Tensor, NnError> {
            let y = self.linear(&path(name), x)?;
            let (texts, s, a) = y.dims3()?;
            Ok(y.reshape((texts, s, heads, a / heads))?.transpose(1, 2)?.contiguous()?)
        };
        let (query, key, value) = (split("query")?, split("key")?, split("value")?);
        let (texts, _, s, width) = query.dims4()?;
        let scores = (query.matmul(&key.t()?)? * (1.0 / (width as f64).sqrt()))?.broadcast_add(mask)?;
        let merged = softmax(&scores)?.matmul(&value)?.transpose(1, 2)?;
        self.linear(&path("output"), &merged.reshape((texts, s, heads * width))?)
    }

    /// x Wᵀ + b.
    fn linear(&self, path: &str, x: &Tensor) -> Result<Tensor, NnError> {
        let (weight, bias) = (self.get(&format!("{path}.weight"))?, self.get(&format!("{path}.bias"))?);
        let (texts, s, inputs) = x.dims3()?;
        let rows = x.contiguous()?.reshape((texts * s, inputs))?;
        Ok(rows.matmul(&weight.t()?)?.broadcast_add(bias)?.reshape((texts, s, weight.dim(0)?))?)
    }

    fn layer_norm(&self, path: &str, x: &Tensor) -> Result<Tensor, NnError> {
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        self.scaled(path, &centred.broadcast_div(&(variance + NORM_EPSILON)?.sqrt()?)?)
    }

    fn scaled(&self, path: &str, x: &Tensor) -> Result<Tensor, NnError> {
        let (gain, shift) = (self.get(&format!("{path}.weight"))?, self.get(&format!("{path}.bias"))?);
        Ok(x.broadcast_mul(gain)?.broadcast_add(shift)?)
    }
}

/// Adds the parameters of a part of a network; `prefix` is what their paths begin with there. A block's index is left out of them.
fn take<T: Real, L: Layout>(
    weights: &Weights<T, L>,
    prefix: &str,
    parameters: &mut Vec<(String, Var)>,
) -> Result<(), NnError> {
    for (parameter, values) in weights.parameters() {
        let path = match parameter.path.strip_prefix(prefix) {
            Some(inside) if !prefix.is_empty() => {
                let layer = prefix.split('.').nth(2).unwrap_or_default();
                format!("encoder.layers.{layer}.{inside}")
            }
            _ => parameter.path.clone(),
        };
        parameters.push((path, var(values, &parameter.shape)?));
    }
    Ok(())
}

pub(super) fn var<T: Real>(values: &[T], shape: &[usize]) -> Result<Var, NnError> {
    Ok(Var::from_tensor(&Tensor::from_slice(values, shape, &Device::Cpu)?)?)
}

/// What is added to attention scores: (B, 1, 1, S).
fn mask(batch: &TextBatch, dtype: candle_core::DType) -> Result<Tensor, NnError> {
    let s = batch.seq_len;
    let of = |&length: &usize| (0..s).map(move |token| if token < length { 0.0 } else { PADDING });
    let values: Vec<f64> = batch.lengths.iter().flat_map(of).collect();
    Ok(Tensor::from_vec(values, (batch.lengths.len(), 1, 1, s), &Device::Cpu)?.to_dtype(dtype)?)
}
