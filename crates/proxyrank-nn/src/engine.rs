//! What both engines offer: one forward pass over a batch, with visitors.

use proxyrank_schema::Mode;

use crate::NnError;
use crate::batch::{Block, TokenBatch};
use crate::taps::Visitor;
use crate::weights::{EncoderLayout, Weights};

/// How far a forward pass goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    /// To the hidden state, and to the logits if there is a head.
    Full,
    /// To the last layer's first feed-forward layer: its input, and its pre-activation if a visitor wants that. It is
    /// all that a spectrum of pre-activations needs, and saves most of the last layer.
    LastFfnInput,
}

/// Whether dropout is active, and which masks it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dropout {
    /// Evaluation mode.
    Off,
    /// Training mode with masks drawn from this seed.
    Seed(u64),
}

impl Dropout {
    /// The dropout of a protocol's mode: masks from `seed` in train mode, none otherwise.
    pub const fn of_mode(mode: Mode, seed: u64) -> Self {
        match mode {
            Mode::Train => Self::Seed(seed),
            Mode::Eval | Mode::None => Self::Off,
        }
    }
}

/// How to run a forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ForwardOptions {
    /// How far.
    pub depth: Depth,
    /// With or without dropout.
    pub dropout: Dropout,
}

impl ForwardOptions {
    /// Evaluation mode, all the way.
    pub const EVAL: Self = Self { depth: Depth::Full, dropout: Dropout::Off };
}

/// Runs networks of one family.
pub trait Engine<T, L = EncoderLayout> {
    /// Runs `weights` over `batch`, with a visitor for each block made by `visitor`; gives the visitors back in block
    /// order. When it returns, nothing is left to be computed on any device.
    fn forward<V, F>(
        &self,
        weights: &Weights<T, L>,
        batch: &TokenBatch,
        options: ForwardOptions,
        visitor: F,
    ) -> Result<Vec<V>, NnError>
    where
        V: Visitor<T> + Send,
        F: Fn(Block) -> V + Sync;
}
