//! An entry of any benchmark.

use std::fmt;

use proxyrank_schema::Reading;

use crate::{DecoderArch, DecoderFamily, FlexibertArch, Network, QuarterArch, SpaceError};

/// Kind of model; a proxy lists the families for which it is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// FlexiBERT encoder.
    Encoder,
    /// GPT-2 with a width per layer.
    Gpt2,
    /// Transformer-XL with a width per layer.
    TransformerXl,
}

impl Family {
    /// Every family.
    pub const ALL: &'static [Self] = &[Self::Encoder, Self::Gpt2, Self::TransformerXl];

    /// The name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Encoder => "encoder",
            Self::Gpt2 => "gpt2",
            Self::TransformerXl => "transformer_xl",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<DecoderFamily> for Family {
    fn from(family: DecoderFamily) -> Self {
        match family {
            DecoderFamily::Gpt2 => Self::Gpt2,
            DecoderFamily::TransformerXl => Self::TransformerXl,
        }
    }
}

/// What a benchmark's file says about one architecture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// An entry of the FlexiBERT benchmark.
    Flexibert(FlexibertArch),
    /// An entry of the same space with every width at a quarter.
    Quarter(QuarterArch),
    /// A decoder configuration.
    Decoder(DecoderArch),
}

impl Architecture {
    /// Its family.
    pub fn family(&self) -> Family {
        match self {
            Self::Flexibert(_) | Self::Quarter(_) => Family::Encoder,
            Self::Decoder(arch) => arch.family.into(),
        }
    }

    /// Number of layers as declared.
    pub fn depth(&self) -> usize {
        match self {
            Self::Flexibert(arch) | Self::Quarter(QuarterArch(arch)) => arch.layers.len(),
            Self::Decoder(arch) => arch.n_layer,
        }
    }

    /// Hidden size (encoders) or `d_model` (decoders) as declared.
    pub fn width(&self) -> usize {
        match self {
            Self::Flexibert(arch) | Self::Quarter(QuarterArch(arch)) => arch.hidden_size,
            Self::Decoder(arch) => arch.d_model,
        }
    }

    /// Checks that every value lies in the space.
    pub fn validate(&self) -> Result<(), SpaceError> {
        match self {
            Self::Flexibert(arch) => arch.validate(),
            Self::Quarter(arch) => arch.validate(),
            Self::Decoder(arch) => arch.validate(),
        }
    }

    /// The network that is built under a reading.
    ///
    /// FlexiBERT's encoders have `released`, `declared` and `as_trained`; the others have `declared` only.
    pub fn network(&self, reading: Reading) -> Result<Network, SpaceError> {
        match self {
            Self::Flexibert(arch) => arch.network(reading).map(Network::Encoder),
            Self::Quarter(arch) => arch.network(reading).map(Network::Encoder),
            Self::Decoder(arch) if reading == Reading::Declared => arch.network().map(Network::Decoder),
            Self::Decoder(arch) => {
                Err(SpaceError::Reading { family: arch.family.into(), reading, allowed: "declared" })
            }
        }
    }
}
