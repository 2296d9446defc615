//! The axes of a protocol, each a closed set of names.

use serde::{Deserialize, Serialize};

/// A name that is not among the allowed ones; the message lists them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{given}`; allowed are {allowed}")]
pub struct UnknownName {
    /// Which axis was asked for.
    pub what: &'static str,
    /// What was given.
    pub given: String,
    /// The allowed names, separated by commas.
    pub allowed: String,
}

/// Defines an enum whose variants have one spelling, used alike on the command line, in journals and in Parquet.
macro_rules! named_enum {
    ($(#[$meta:meta])* $name:ident, $what:literal, { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The spelling in files and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text).ok_or_else(|| UnknownName {
                    what: $what,
                    given: text.to_owned(),
                    allowed: Self::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

named_enum!(
    /// Which network is built from a benchmark entry.
    ///
    /// The published FlexiBERT scores were computed on networks that are not the benchmark's own, so every result
    /// says which one it speaks of. Decoder benchmarks have one reading, `declared`.
    Reading, "reading", {
        /// What the published proxy code built: hidden size 256 and FFN width 1024 whatever the entry says.
        Released = "released",
        /// What the benchmark file says.
        Declared = "declared",
        /// What the training code built: self-attention everywhere, first FFN width four times the hidden size.
        AsTrained = "as_trained",
        /// The proxy does not look at the network's widths or operations.
        None = "none",
    }
);

named_enum!(
    /// What is back-propagated.
    Signal, "signal", {
        /// Ones through the last layer norm, as the released code does it (rounding noise at initialisation).
        Ones = "ones",
        /// A fixed Gaussian cotangent.
        Gaussian = "gaussian",
        /// ELECTRA's replaced-token-detection loss.
        Rtd = "rtd",
        /// Masked-language-model loss.
        Mlm = "mlm",
        /// Next-token loss (decoders).
        Lm = "lm",
        /// Nothing is back-propagated.
        None = "none",
    }
);

named_enum!(
    /// Where a batch's token ids come from.
    Input, "input", {
        /// Ids drawn evenly from the non-special vocabulary.
        Uniform = "uniform",
        /// Rank r with probability proportional to 1/(r + 2.7), in id order over the non-special ids.
        Zipf = "zipf",
        /// OpenWebText documents.
        OpenWebText = "openwebtext",
        /// WikiText-2 (raw) paragraphs.
        WikiText2 = "wikitext-2",
        /// WikiText-103, which only released scores used.
        WikiText103 = "wikitext-103",
        /// MNLI sentence pairs.
        Mnli = "mnli",
        /// No input is read.
        None = "none",
    }
);

named_enum!(
    /// Whether dropout is active.
    Mode, "mode", {
        /// Dropout off.
        Eval = "eval",
        /// Dropout on.
        Train = "train",
        /// No network is run.
        None = "none",
    }
);

named_enum!(
    /// Floating-point type of the computation.
    Dtype, "dtype", {
        /// 32-bit.
        F32 = "f32",
        /// 64-bit.
        F64 = "f64",
        /// Integer or closed-form arithmetic, where the network's type plays no part.
        None = "none",
    }
);

named_enum!(
    /// How a measurement ended.
    Status, "status", {
        /// A finite score.
        Ok = "ok",
        /// The computation gave not-a-number.
        Nan = "nan",
        /// The computation gave an infinity.
        Inf = "inf",
        /// The computation failed; the detail says why.
        Error = "error",
        /// The proxy is not defined for this architecture; the detail says why.
        Unsupported = "unsupported",
    }
);

named_enum!(
    /// Whether a time was taken inside a shared evaluation or with the proxy run alone.
    Timing, "timing", {
        /// One evaluation served several proxies; shared stages are added to each proxy's own time.
        Fused = "fused",
        /// The proxy really ran alone.
        Isolated = "isolated",
    }
);

named_enum!(
    /// Which end of a score is the good one.
    Direction, "direction", {
        /// A larger score predicts a better network.
        HigherIsBetter = "higher_is_better",
        /// A smaller score predicts a better network.
        LowerIsBetter = "lower_is_better",
    }
);

impl Direction {
    /// `+1` or `-1`: multiplying a score by this makes larger better.
    pub const fn sign(self) -> f64 {
        match self {
            Self::HigherIsBetter => 1.0,
            Self::LowerIsBetter => -1.0,
        }
    }
}

named_enum!(
    /// What a proxy must run, from cheapest to dearest.
    CostClass, "cost class", {
        /// Arithmetic on the architecture's description.
        DataFree = "data_free",
        /// Sampled weights, but no forward pass.
        Weights = "weights",
        /// One or more forward passes.
        Forward = "forward",
        /// A backward pass.
        Gradient = "gradient",
        /// A backward pass for each sequence of the batch.
        PerSample = "per_sample",
        /// A Hessian-vector product.
        SecondOrder = "second_order",
        /// Taken from a file that somebody else published.
        Published = "published",
    }
);

/// Where a computation ran: `cpu`, `cuda:0`, or `none` where no network is run.
///
/// It is open-ended because published scores come from devices that we can only name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Device(pub String);

impl Device {
    /// No device: closed-form arithmetic.
    pub fn none() -> Self {
        Self("none".to_owned())
    }

    /// The host processor.
    pub fn cpu() -> Self {
        Self("cpu".to_owned())
    }
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_back() {
        for reading in Reading::ALL {
            assert_eq!(reading.as_str().parse::<Reading>().as_ref(), Ok(reading));
        }
        for input in Input::ALL {
            assert_eq!(input.as_str().parse::<Input>().as_ref(), Ok(input));
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = "intended".parse::<Reading>().unwrap_err().to_string();
        assert_eq!(message, "unknown reading `intended`; allowed are released, declared, as_trained, none");
    }
}
