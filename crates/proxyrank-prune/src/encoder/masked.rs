//! The encoder in candle operations, with masks for factors: the reference, and differentiable.

use candle_core::backprop::GradStore;
use candle_core::{D, DType, Device, Tensor, Var};

use super::dropout::{Row, Site};
use super::{Dropout, EncoderConfig, Text, Weights};
use crate::PruneError;
use crate::space::Masks;

/// What is added to attention scores of padding.
const PADDING: f64 = -1e30;

/// A network whose parameters are variables; masks are given to each pass.
#[derive(Debug)]
pub struct MaskedEncoder {
    config: EncoderConfig,
    dtype: DType,
    parameters: Vec<(String, Var)>,
}

/// Texts of a pass, padded to the longest: B texts of S tokens.
struct Padded {
    lengths: Vec<usize>,
    tokens: usize,
    ids: Tensor,
    segments: Tensor,
    /// What is added to scores, (B, 1, 1, S).
    scores: Tensor,
}

impl MaskedEncoder {
    /// Copies weights to variables of a type, F32 or F64, on the processor.
    pub fn new(weights: &Weights, dtype: DType) -> Result<Self, PruneError> {
        let parameter = |(name, place, shape): (&str, &super::Place, Vec<usize>)| {
            let values = Tensor::from_slice(&weights.values[place.range()], shape, &Device::Cpu)?;
            Ok((name.to_owned(), Var::from_tensor(&values.to_dtype(dtype)?)?))
        };
        let parameters = weights.layout.parameters().map(parameter).collect::<Result<_, PruneError>>()?;
        Ok(Self { config: weights.config.clone(), dtype, parameters })
    }

    /// Every parameter with its name.
    pub fn parameters(&self) -> &[(String, Var)] {
        &self.parameters
    }

    /// Hidden states behind the last layer, (B, S, d), padding included. Without masks nothing is multiplied or passed by: the
    /// plain network.
    pub fn hidden(
        &self,
        texts: &[Text],
        masks: Option<&Masks>,
        dropout: Option<Dropout>,
    ) -> Result<Tensor, PruneError> {
        let batch = self.pad(texts)?;
        let mut x = self.embed(&batch)?;
        x = self.drop(&x, &batch, Site::Embeddings, dropout)?;
        for layer in 0..self.config.num_hidden_layers {
            x = self.layer(layer, x, &batch, masks, dropout)?;
        }
        Ok(x)
    }

    /// Logits, (B, outputs).
    pub fn logits(
        &self,
        texts: &[Text],
        masks: Option<&Masks>,
        dropout: Option<Dropout>,
    ) -> Result<Tensor, PruneError> {
        let first = self.hidden(texts, masks, dropout)?.narrow(1, 0, 1)?;
        let pooled = self.linear("pooler.dense", &first)?.tanh()?.squeeze(1)?;
        let pooled = match dropout {
            None => pooled,
            Some(dropout) => {
                let mut factors = vec![1.0_f32; texts.len() * self.config.hidden_size];
                for (text, row) in factors.chunks_exact_mut(self.config.hidden_size).enumerate() {
                    dropout.apply(Site::Pooled, Row { text, token: 0 }, row);
                }
                (&pooled * self.tensor(factors, pooled.dims())?)?
            }
        };
        Ok(self.linear("classifier", &pooled.unsqueeze(1)?)?.squeeze(1)?)
    }

    /// Gradient of a scalar by every parameter, in order and in double precision; zeros for one that it does not depend on.
    pub fn gradients(&self, of: &Tensor) -> Result<Vec<Vec<f64>>, PruneError> {
        let store: GradStore = of.backward()?;
        let one = |(_, var): &(String, Var)| match store.get(var) {
            None => Ok(vec![0.0; var.elem_count()]),
            Some(gradient) => Ok(gradient.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?),
        };
        self.parameters.iter().map(one).collect()
    }

    fn get(&self, name: &str) -> Result<&Tensor, PruneError> {
        let found = self.parameters.iter().find(|(other, _)| other == name);
        found.map(|(_, var)| var.as_tensor()).ok_or_else(|| PruneError::Missing { path: name.to_owned() })
    }

    fn tensor(&self, values: Vec<f32>, shape: &[usize]) -> Result<Tensor, PruneError> {
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(self.dtype)?)
    }

    fn pad(&self, texts: &[Text]) -> Result<Padded, PruneError> {
        let lengths: Vec<usize> = texts.iter().map(|text| text.ids.len()).collect();
        let tokens = lengths.iter().copied().max().unwrap_or(0);
        let padded = |of: &dyn Fn(&Text) -> &Vec<u32>| -> Result<Tensor, PruneError> {
            let row = |text| of(text).iter().copied().chain(std::iter::repeat(0)).take(tokens);
            let ids: Vec<u32> = texts.iter().flat_map(row).collect();
            let count = ids.len();
            Ok(Tensor::from_vec(ids, count, &Device::Cpu)?)
        };
        let row = |&length: &usize| (0..tokens).map(move |token| if token < length { 0.0 } else { PADDING });
        let scores: Vec<f64> = lengths.iter().flat_map(row).collect();
        let scores = Tensor::from_vec(scores, (texts.len(), 1, 1, tokens), &Device::Cpu)?;
        Ok(Padded {
            tokens,
            ids: padded(&|text| &text.ids)?,
            segments: padded(&|text| &text.segments)?,
            scores: scores.to_dtype(self.dtype)?,
            lengths,
        })
    }

    fn embed(&self, batch: &Padded) -> Result<Tensor, PruneError> {
        let shape = (batch.lengths.len(), batch.tokens, self.config.hidden_size);
        let look = |table: &str, ids: &Tensor| -> Result<Tensor, PruneError> {
            let table = self.get(&format!("embeddings.{table}_embeddings.weight"))?;
            Ok(table.index_select(ids, 0)?.reshape(shape)?)
        };
        let positions = self.get("embeddings.position_embeddings.weight")?.narrow(0, 0, batch.tokens)?;
        let x = (look("word", &batch.ids)? + look("token_type", &batch.segments)?)?;
        self.norm("embeddings.LayerNorm", &x.broadcast_add(&positions)?)
    }

    fn layer(
        &self,
        layer: usize,
        mut x: Tensor,
        batch: &Padded,
        masks: Option<&Masks>,
        dropout: Option<Dropout>,
    ) -> Result<Tensor, PruneError> {
        let path = |name: &str| format!("encoder.layer.{layer}.{name}");
        let factors = |row: &[bool]| row.iter().map(|&kept| f32::from(u8::from(kept))).collect::<Vec<f32>>();
        let heads = masks.map(|masks| masks.heads[layer].as_slice());
        if heads.is_none_or(|heads| heads.contains(&true)) {
            let context = self.context(layer, &x, batch, heads.map(factors), dropout)?;
            let output = self.linear(&path("attention.output.dense"), &context)?;
            let output = self.drop(&output, batch, Site::AttentionOutput(layer), dropout)?;
            x = self.norm(&path("attention.output.LayerNorm"), &(x + output)?)?;
        }
        let units = masks.map(|masks| masks.units[layer].as_slice());
        if units.is_none_or(|units| units.contains(&true)) {
            let wide = self.linear(&path("intermediate.dense"), &x)?;
            // Candle's own has a constant of six digits in its gradient.
            let twice_share = ((&wide * std::f64::consts::FRAC_1_SQRT_2)?.erf()? + 1.0)?;
            let mut wide = ((wide * 0.5)? * twice_share)?;
            if let Some(units) = units {
                wide = wide.broadcast_mul(&self.tensor(factors(units), &[units.len()])?)?;
            }
            let output = self.linear(&path("output.dense"), &wide)?;
            let output = self.drop(&output, batch, Site::FfnOutput(layer), dropout)?;
            x = self.norm(&path("output.LayerNorm"), &(x + output)?)?;
        }
        Ok(x)
    }

    /// Concatenated heads, (B, S, d).
    fn context(
        &self,
        layer: usize,
        x: &Tensor,
        batch: &Padded,
        heads: Option<Vec<f32>>,
        dropout: Option<Dropout>,
    ) -> Result<Tensor, PruneError> {
        let count = self.config.num_attention_heads;
        let (b, s, d) = x.dims3()?;
        let split = |name: &str| -> Result<Tensor, PruneError> {
            let y = self.linear(&format!("encoder.layer.{layer}.attention.self.{name}"), x)?;
            Ok(y.reshape((b, s, count, d / count))?.transpose(1, 2)?.contiguous()?)
        };
        let (query, key, value) = (split("query")?, split("key")?, split("value")?);
        let scale = 1.0 / ((d / count) as f64).sqrt();
        let scores = (query.matmul(&key.t()?)? * scale)?.broadcast_add(&batch.scores)?;
        // The shift cancels in value and gradient alike. Candle's own softmax has no gradient.
        let powers = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?.detach())?.exp()?;
        let mut probabilities = powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)?;
        if let Some(dropout) = dropout {
            let mut factors = vec![1.0_f32; b * count * s * s];
            for (index, row) in factors.chunks_exact_mut(s).enumerate() {
                let (text, head, token) = (index / (count * s), index / s % count, index % s);
                // Packed rows have as many elements as the text has tokens; what comes behind is padding.
                dropout.apply(Site::Attention(layer, head), Row { text, token }, row);
            }
            probabilities = (&probabilities * self.tensor(factors, probabilities.dims())?)?;
        }
        if let Some(heads) = heads {
            let factors = self.tensor(heads, &[1, count, 1, 1])?;
            probabilities = probabilities.broadcast_mul(&factors)?;
        }
        Ok(probabilities.matmul(&value)?.transpose(1, 2)?.reshape((b, s, d))?)
    }

    fn drop(
        &self,
        x: &Tensor,
        batch: &Padded,
        site: Site,
        dropout: Option<Dropout>,
    ) -> Result<Tensor, PruneError> {
        let Some(dropout) = dropout else { return Ok(x.clone()) };
        let mut factors = vec![1.0_f32; x.elem_count()];
        for (index, row) in factors.chunks_exact_mut(self.config.hidden_size).enumerate() {
            dropout.apply(site, Row { text: index / batch.tokens, token: index % batch.tokens }, row);
        }
        Ok((x * self.tensor(factors, x.dims())?)?)
    }

    /// x Wᵀ + b.
    fn linear(&self, path: &str, x: &Tensor) -> Result<Tensor, PruneError> {
        let (weight, bias) = (self.get(&format!("{path}.weight"))?, self.get(&format!("{path}.bias"))?);
        let (b, s, inputs) = x.dims3()?;
        let rows = x.contiguous()?.reshape((b * s, inputs))?;
        Ok(rows.matmul(&weight.t()?)?.broadcast_add(bias)?.reshape((b, s, weight.dim(0)?))?)
    }

    /// Candle's own layer norm has no gradient.
    fn norm(&self, path: &str, x: &Tensor) -> Result<Tensor, PruneError> {
        let (gain, shift) = (self.get(&format!("{path}.weight"))?, self.get(&format!("{path}.bias"))?);
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let normed = centred.broadcast_div(&(variance + self.config.layer_norm_eps)?.sqrt()?)?;
        Ok(normed.broadcast_mul(gain)?.broadcast_add(shift)?)
    }
}
