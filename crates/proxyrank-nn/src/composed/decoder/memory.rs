//! What a Transformer-XL remembers: the inputs of every layer in the segments before a batch, held constant.

use candle_core::Tensor;

use super::Decoder;
use crate::NnError;
use crate::batch::Block;
use crate::decoder::network::forward;
use crate::decoder::{DecoderInput, Sight};
use crate::engine::Dropout;
use crate::real::Real;
use crate::taps::Blind;

/// The memory of one segment.
#[derive(Debug, Default)]
pub(in crate::composed) struct Memory {
    /// By layer, (B, M, d); nothing where nothing is remembered.
    layers: Vec<Tensor>,
    /// That of the next segment, as far as this one has come.
    next: Option<Next>,
}

#[derive(Debug)]
struct Next {
    layers: Vec<Tensor>,
    /// Tokens of a sequence that it may have.
    longest: usize,
}

impl Memory {
    /// Tokens of a sequence that are remembered.
    pub(super) fn tokens(&self) -> Result<usize, NnError> {
        Ok(self.layers.first().map(|layer| layer.dim(1)).transpose()?.unwrap_or(0))
    }

    /// What a layer with the input `x` (B, S, d) remembers, then `x`; nothing where that is all. The layers come in order.
    pub(super) fn context(&mut self, layer: usize, x: &Tensor) -> Result<Option<Tensor>, NnError> {
        let both = self.layers.get(layer).map(|old| Tensor::cat(&[old, x], 1)).transpose()?;
        if let Some(Next { layers, longest }) = &mut self.next {
            let all = both.as_ref().unwrap_or(x).detach();
            let tokens = all.dim(1)?;
            let kept = tokens.min(*longest);
            layers.push(all.narrow(1, tokens - kept, kept)?);
        }
        Ok(both)
    }
}

impl Decoder<'_> {
    /// The memory that an input is read with: of its earlier segments, run in their order.
    pub(super) fn memory<T: Real>(
        self,
        input: DecoderInput<'_>,
        dropout: Dropout,
    ) -> Result<Memory, NnError> {
        let longest = self.layout.network.mem_len;
        let DecoderInput::Tokens(batch) = input else { return Ok(Memory::default()) };
        let mut layers = Vec::new();
        if longest == 0 {
            return Ok(Memory::default());
        }
        for (index, (seq_len, ids)) in batch.segments().enumerate() {
            // Masks of its own for each segment, counted from the oldest.
            let dropout = match dropout {
                Dropout::Off => Dropout::Off,
                Dropout::Seed(seed) => Dropout::Seed(seed.wrapping_add(index as u64 + 1)),
            };
            let block = Block { seq_len, ..batch.whole() };
            let memory = Memory { layers, next: Some(Next { layers: Vec::new(), longest }) };
            let x = self.tokens::<T>(ids, seq_len)?;
            let mut blind = Blind;
            let mut ops = self.ops::<T, _>((block, memory), dropout, &mut blind);
            forward(&mut ops, self.layout, Sight::Past, x)?;
            layers = ops.memory.next.map(|next| next.layers).unwrap_or_default();
        }
        Ok(Memory { layers, next: None })
    }
}
