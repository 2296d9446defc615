//! Gradients of decoders by candle's autograd.

use candle_core::Tensor;

use super::Decoder;
use crate::NnError;
use crate::batch::Block;
use crate::composed::ComposedEngine;
use crate::composed::found::Found;
use crate::composed::loss::inner_product;
use crate::composed::ops::ComposedOps;
use crate::composed::weights::Tensors;
use crate::decoder::network::forward;
use crate::decoder::{CheckedLoss, DecoderInput, DecoderLoss, VocabularyGradient};
use crate::engine::Dropout;
use crate::gradient::{Gradient, GradientEngine, GradientPass, GradientVisitor};
use crate::ops::{Columns, Ops, Tap};
use crate::real::Real;
use crate::taps::{Site, Visitor};
use crate::weights::{Arena, DecoderLayout, DecoderWeights, Parameter};

impl<T: Real> GradientEngine<T, DecoderLayout> for ComposedEngine<T> {
    fn gradient<V, F>(
        &self,
        weights: &DecoderWeights<T>,
        input: DecoderInput<'_>,
        loss: DecoderLoss<'_, T>,
        dropout: Dropout,
        visitor: F,
    ) -> Result<GradientPass<T, V, VocabularyGradient<T>>, NnError>
    where
        V: GradientVisitor<T> + Send,
        F: Fn(Block) -> V + Sync,
    {
        let (layout, block) = (weights.layout(), input.whole());
        input.check(layout)?;
        let loss = CheckedLoss::new(&loss, layout, block.rows())?;
        // Made first: a visitor may read a clock, and moving the weights to a device is a part of the way forward.
        let mut visitor = visitor(block);
        let tables = visitor.wants_tables();
        // The vocabulary is as large as all layers, and mostly nobody asks for its gradient.
        let trainable = |parameter: &Parameter| parameter.arena == Arena::Body || tables;
        let tensors = Tensors::new(weights, trainable, &self.device)?;
        let decoder =
            Decoder { layout, vocabulary: layout.vocabulary()?, tensors: &tensors, device: &self.device };
        let memory = decoder.memory::<T>(input, dropout)?;
        let mut ops = decoder.ops::<T, _>((block, memory), dropout, &mut visitor);
        ops.expect_backward();
        let x = ops.carried(decoder.embedded::<T>(input)?)?;
        let hidden = forward(&mut ops, layout, input.sight(), x.clone())?;
        let loss = decoder.loss(&mut ops, &hidden, &loss)?;
        let (tape, gradients) = ops.turn(&loss)?;
        let found = Found { tensors: &tensors, gradients: &gradients };
        let embeddings = VocabularyGradient {
            input: match tape.gradient(&gradients, &x)? {
                Some(gradient) => gradient.flatten_all()?.to_vec1()?,
                None => Vec::new(),
            },
            seq_len: block.seq_len,
            width: layout.network.d_model,
            tables: if tables { Some(found.arena(layout, Arena::Embeddings)?) } else { None },
        };
        let gradient = Gradient { body: found.arena(layout, Arena::Body)?, embeddings };
        let loss = loss.to_scalar::<T>()?.as_f64();
        self.device.synchronize()?;
        Ok(GradientPass { loss, gradient, visitors: vec![visitor] })
    }
}

impl Decoder<'_> {
    /// The loss of a hidden state (B, S, d), as a scalar.
    fn loss<T: Real, V: Visitor<T>>(
        self,
        ops: &mut ComposedOps<'_, T, V>,
        hidden: &Tensor,
        loss: &CheckedLoss<'_, T>,
    ) -> Result<Tensor, NnError> {
        match *loss {
            CheckedLoss::HiddenSum => Ok(hidden.sum_all()?),
            CheckedLoss::Cotangent(cotangent) => inner_product(hidden, cotangent),
            CheckedLoss::NextTokens(_, labels) => {
                let losses = self.next_tokens(hidden, labels)?;
                if ops.wants(Site::TokenLoss) {
                    let layer = self.layout.layers.len() - 1;
                    let tap = Tap { site: Site::TokenLoss, layer, index: 0, heads: 1 };
                    let (sequences, seq_len, _) = hidden.dims3()?;
                    let losses = losses.reshape((sequences, seq_len, 1))?;
                    ops.show(tap, Columns::first(&losses, 1))?;
                }
                Ok(losses.mean_all()?)
            }
            CheckedLoss::FirstClusterSum(_) => Ok(self.first_cluster(hidden)?.sum_all()?),
        }
    }
}
