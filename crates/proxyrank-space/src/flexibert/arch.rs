//! An entry of the benchmark, as its file has it.

use std::fmt;

use crate::SpaceError;

/// Kernel length of a dynamic span convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DscKernel {
    /// Five tokens.
    Five,
    /// Nine tokens.
    Nine,
}

impl DscKernel {
    /// Length in tokens.
    pub const fn tokens(self) -> usize {
        match self {
            Self::Five => 5,
            Self::Nine => 9,
        }
    }

    /// The kernel of a given length, if the space has it.
    pub const fn from_tokens(tokens: usize) -> Option<Self> {
        match tokens {
            5 => Some(Self::Five),
            9 => Some(Self::Nine),
            _ => None,
        }
    }
}

/// What a layer does before its feed-forward network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Self-attention with scaled dot products (`SA`, `SDP`).
    Sdp,
    /// Self-attention with a weighted multiplicative score (`SA`, `WMA`): one more matrix on the queries.
    Wma,
    /// Linear transform: two-dimensional discrete Fourier transform, real part (`LT`, `DFT`).
    Dft,
    /// Linear transform: two-dimensional discrete cosine transform of type II (`LT`, `DCT`).
    Dct,
    /// Dynamic span convolution of ConvBERT: half the width attends, half convolves (`DSC`).
    Dsc {
        /// Length of the kernel.
        kernel: DscKernel,
    },
}

impl Operation {
    /// Every operation, in the order of the benchmark's option list.
    pub const ALL: &'static [Self] = &[
        Self::Sdp,
        Self::Wma,
        Self::Dft,
        Self::Dct,
        Self::Dsc { kernel: DscKernel::Five },
        Self::Dsc { kernel: DscKernel::Nine },
    ];

    /// Whether it is one of the two self-attentions.
    pub const fn is_self_attention(self) -> bool {
        matches!(self, Self::Sdp | Self::Wma)
    }

    /// Whether it is one of the two linear transforms.
    pub const fn is_linear_transform(self) -> bool {
        matches!(self, Self::Dft | Self::Dct)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sdp => "sdp",
            Self::Wma => "wma",
            Self::Dft => "dft",
            Self::Dct => "dct",
            Self::Dsc { kernel: DscKernel::Five } => "dsc5",
            Self::Dsc { kernel: DscKernel::Nine } => "dsc9",
        })
    }
}

/// One declared layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlexibertLayer {
    /// `operation_type` and `operation_parameter`.
    pub operation: Operation,
    /// `num_operation_heads`: 2 or 4.
    pub heads: usize,
    /// `feed_forward_dimension`: 512 or 1024.
    pub ffn_width: usize,
    /// `num_feed_forward`: 1 or 3 stacked hidden layers.
    pub ffn_count: usize,
}

/// One entry of the benchmark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlexibertArch {
    /// `hidden_size`: 128 or 256, one for the whole network.
    pub hidden_size: usize,
    /// `encoder_layers`: 2 or 4 of them.
    pub layers: Vec<FlexibertLayer>,
}

impl FlexibertArch {
    /// Allowed hidden sizes.
    pub const HIDDEN_SIZES: &'static [usize] = &[128, 256];
    /// Allowed numbers of layers.
    pub const DEPTHS: &'static [usize] = &[2, 4];
    /// Allowed numbers of heads.
    pub const HEADS: &'static [usize] = &[2, 4];
    /// Allowed widths of the feed-forward network.
    pub const FFN_WIDTHS: &'static [usize] = &[512, 1024];
    /// Allowed numbers of stacked feed-forward layers.
    pub const FFN_COUNTS: &'static [usize] = &[1, 3];

    /// Checks every value against the space.
    pub fn validate(&self) -> Result<(), SpaceError> {
        validate_in(self, Self::HIDDEN_SIZES, Self::FFN_WIDTHS)
    }
}

/// Checks every value against the space with some hidden sizes and feed-forward widths.
pub(super) fn validate_in(
    arch: &FlexibertArch,
    hidden_sizes: &[usize],
    ffn_widths: &[usize],
) -> Result<(), SpaceError> {
    check("", "hidden_size", arch.hidden_size, hidden_sizes)?;
    check("", "the number of layers", arch.layers.len(), FlexibertArch::DEPTHS)?;
    for (index, layer) in arch.layers.iter().enumerate() {
        let place = format!("layer {index}: ");
        check(&place, "num_operation_heads", layer.heads, FlexibertArch::HEADS)?;
        check(&place, "feed_forward_dimension", layer.ffn_width, ffn_widths)?;
        check(&place, "num_feed_forward", layer.ffn_count, FlexibertArch::FFN_COUNTS)?;
    }
    Ok(())
}

fn check(place: &str, field: &'static str, value: usize, allowed: &[usize]) -> Result<(), SpaceError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let allowed = allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    Err(SpaceError::Value { place: place.to_owned(), field, value: value.to_string(), allowed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_outside_the_space_is_named_with_its_place() {
        let layer = FlexibertLayer { operation: Operation::Sdp, heads: 2, ffn_width: 512, ffn_count: 1 };
        let mut arch = FlexibertArch { hidden_size: 128, layers: vec![layer; 2] };
        assert_eq!(arch.validate(), Ok(()));
        arch.layers[1].heads = 3;
        assert_eq!(
            arch.validate().unwrap_err().to_string(),
            "layer 1: num_operation_heads is 3; the space allows 2 or 4"
        );
        arch.layers.pop();
        assert!(arch.validate().unwrap_err().to_string().contains("number of layers is 1"));
    }
}
