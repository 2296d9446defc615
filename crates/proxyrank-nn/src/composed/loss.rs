//! The losses as tensors.

use candle_core::{D, Tensor};

use super::ops::{ComposedOps, gelu};
use super::tape::with_zeros;
use crate::NnError;
use crate::dropout::DropoutSite;
use crate::gradient::MaskedToken;
use crate::loss::{CheckedLoss, SMALLEST_SQUARE};
use crate::network;
use crate::pair::TextPair;
use crate::readout::Readout;
use crate::real::Real;
use crate::taps::Visitor;
use crate::weights::{EncoderLayout, GeneratorLayout, Linear};

impl<T: Real, V: Visitor<T>> ComposedOps<'_, T, V> {
    /// The loss of a hidden state (B, S, h), as a scalar.
    pub(super) fn loss(
        &mut self,
        layout: &EncoderLayout,
        hidden: &Tensor,
        loss: &CheckedLoss<'_, T>,
    ) -> Result<Tensor, NnError> {
        match *loss {
            CheckedLoss::Segments(_) => {
                let sum = self.segments.take().and_then(|segments| segments.sum);
                sum.ok_or(NnError::Empty { what: "the number of layers" })
            }
            CheckedLoss::HiddenSum => Ok(hidden.sum_all()?),
            CheckedLoss::Cotangent(cotangent) => inner_product(hidden, cotangent),
            CheckedLoss::LogitSum(head) => Ok(network::logits(self, layout, head, hidden)?.sum_all()?),
            CheckedLoss::ReplacedTokens(head, labels) => {
                let logits = network::logits(self, layout, head, hidden)?;
                let labels = labels.iter().map(|&replaced| if replaced { T::ONE } else { T::ZERO });
                let labels = Tensor::from_vec(labels.collect(), logits.shape(), logits.device())?;
                Ok((softplus(&logits)? - (logits * labels)?)?.mean_all()?)
            }
            CheckedLoss::MaskedTokens(head, tokens) => {
                let logits = self.predictions(layout, head, hidden, tokens)?;
                cross_entropy(&logits, tokens.iter().map(|token| token.id).collect())
            }
            CheckedLoss::Classes(head, labels, readout) => {
                cross_entropy(&self.sequence_outputs(hidden, head, readout)?, labels.to_vec())
            }
            CheckedLoss::Numbers(head, targets, readout) => {
                let outputs = self.sequence_outputs(hidden, head, readout)?;
                let targets = Tensor::from_slice(targets, outputs.shape(), outputs.device())?;
                Ok((outputs - targets)?.sqr()?.mean_all()?)
            }
            CheckedLoss::Similarities(targets, pairs) => {
                let cosines = cosines::<T>(hidden, pairs)?;
                let targets = Tensor::from_slice(targets, cosines.shape(), cosines.device())?;
                Ok((cosines - targets)?.sqr()?.mean_all()?)
            }
            CheckedLoss::Spans(head, spans) => {
                // (B, S, 2) to (B, 2, S): a distribution over tokens for each end.
                let logits = self.affine(hidden, head)?.transpose(1, 2)?.contiguous()?.flatten(0, 1)?;
                cross_entropy(&logits, spans.iter().flatten().copied().collect())
            }
        }
    }

    /// The outputs of a task's head for what it reads of each sequence, (B, outputs).
    fn sequence_outputs(
        &self,
        hidden: &Tensor,
        head: &Linear,
        readout: Readout<'_>,
    ) -> Result<Tensor, NnError> {
        let (sequences, seq_len, _) = hidden.dims3()?;
        // (B, 1, S) times (B, S, h): each token's share of the row that the head reads.
        let share = |sequence: usize, token: usize| {
            let count = readout.count(sequence);
            let again = if token == 0 && readout.first_again() { 1.0 } else { 0.0 };
            if token < count { T::of_f64(1.0 / count as f64 + again) } else { T::ZERO }
        };
        let shares = (0..sequences * seq_len).map(|row| share(row / seq_len, row % seq_len)).collect();
        let shares = Tensor::from_vec(shares, (sequences, 1, seq_len), hidden.device())?;
        let pooled = self.masked(shares.matmul(hidden)?, DropoutSite::Task)?;
        Ok(self.affine(&pooled, head)?.squeeze(1)?)
    }

    /// The generator's logits over the vocabulary at the masked tokens, (tokens, vocabulary).
    fn predictions(
        &mut self,
        layout: &EncoderLayout,
        head: &GeneratorLayout,
        hidden: &Tensor,
        tokens: &[MaskedToken],
    ) -> Result<Tensor, NnError> {
        let embeddings = &layout.embeddings;
        let (vocabulary, width) = (head.bias.elements.len(), head.dense.outputs);
        let hidden = hidden.flatten(0, 1)?;
        let masked =
            tokens.iter().map(|token| hidden.narrow(0, token.row, 1)).collect::<Result<Vec<_>, _>>()?;
        let masked = Tensor::cat(&masked, 0)?.unsqueeze(0)?;
        let dense = gelu(&self.affine(&masked, &head.dense)?)?;
        let normed = self.normed(&dense, &head.norm)?.squeeze(0)?;
        // The table has a second gradient as the embeddings of the input; these zeros have only the one from here.
        let words = self.tensors.stacked(&embeddings.word, (vocabulary, width))?;
        let (words, zeros) = with_zeros(&words)?;
        if let Some(backward) = &mut self.backward {
            backward.tape.output_words = Some(zeros);
        }
        Ok(normed.matmul(&words.t()?)?.broadcast_add(&self.tensors.stacked(&head.bias, vocabulary)?)?)
    }
}

/// The cosine of the summed hidden states (B, S, h) of each sequence's two texts, (B).
fn cosines<T: Real>(hidden: &Tensor, pairs: &[TextPair]) -> Result<Tensor, NnError> {
    let (sequences, seq_len, _) = hidden.dims3()?;
    // (B, 2, S) times (B, S, h): which tokens belong to which text.
    let belongs = pairs.iter().flat_map(TextPair::texts).flat_map(|text| {
        (0..seq_len).map(|token| {
            if (text.start as usize..text.end as usize).contains(&token) { T::ONE } else { T::ZERO }
        })
    });
    let belongs = Tensor::from_vec(belongs.collect(), (sequences, 2, seq_len), hidden.device())?;
    let sums = belongs.matmul(hidden)?;
    let [first, second] = [0, 1].map(|text| sums.narrow(1, text, 1));
    let (first, second) = (first?, second?);
    let inner = |a: &Tensor, b: &Tensor| (a * b)?.sum(D::Minus1)?.squeeze(1);
    let square = (inner(&first, &first)? + SMALLEST_SQUARE)?;
    let square = (square * (inner(&second, &second)? + SMALLEST_SQUARE)?)?;
    Ok((inner(&first, &second)? / square.sqrt()?)?)
}

/// ln(1 + e^x) without overflow.
fn softplus(x: &Tensor) -> Result<Tensor, NnError> {
    // The shift cancels in value and gradient alike, so it need not be differentiated.
    let shift = x.relu()?.detach();
    let sum = (shift.neg()?.exp()? + (x - &shift)?.exp()?)?;
    Ok((shift + sum.log()?)?)
}

/// Sum over all elements of x times the cotangent's.
pub(super) fn inner_product<T: Real>(x: &Tensor, cotangent: &[T]) -> Result<Tensor, NnError> {
    Ok((x * Tensor::from_slice(cotangent, x.shape(), x.device())?)?.sum_all()?)
}

/// Mean over rows of -ln softmax(row)[id].
fn cross_entropy(logits: &Tensor, ids: Vec<u32>) -> Result<Tensor, NnError> {
    let ids = Tensor::from_vec(ids, logits.dim(0)?, logits.device())?;
    Ok(negative_log_likelihoods(logits, &ids)?.mean_all()?)
}

/// -ln softmax(row)[id] of every row, (rows).
pub(super) fn negative_log_likelihoods(logits: &Tensor, ids: &Tensor) -> Result<Tensor, NnError> {
    let ids = ids.unsqueeze(D::Minus1)?;
    let shifted = logits.broadcast_sub(&logits.max_keepdim(D::Minus1)?.detach())?;
    let total = shifted.exp()?.sum_keepdim(D::Minus1)?.log()?;
    Ok((total - shifted.gather(&ids, D::Minus1)?)?.squeeze(D::Minus1)?)
}
