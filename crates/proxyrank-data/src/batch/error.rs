//! Why a batch cannot be made.

/// Why a batch cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// A batch of nothing, or one that no memory holds.
    #[error(
        "a batch of {batch_size} x {seq_len} tokens cannot be made; both must be at least 1 and their product at most {largest}"
    )]
    Shape {
        /// Sequences asked for.
        batch_size: usize,
        /// Tokens in a sequence asked for.
        seq_len: usize,
        /// Most tokens that a batch may have.
        largest: usize,
    },
    /// A sequence too short for the special tokens around a text.
    #[error("a sequence of {seq_len} tokens has no room for a text; {least} is the least")]
    NoRoom {
        /// Tokens in a sequence asked for.
        seq_len: usize,
        /// Least length: the special tokens and one token a text.
        least: usize,
    },
    /// The source ends before the batch does.
    #[error(
        "batch {index} needs {needed} texts, but the source has {available}; take a smaller batch or a more complete file"
    )]
    TooFewTexts {
        /// The batch asked for.
        index: u64,
        /// Texts up to its end.
        needed: u64,
        /// Texts in the source.
        available: usize,
    },
    /// A vocabulary in which nothing can be drawn.
    #[error("a vocabulary of {size} tokens with {special} special ones leaves nothing to draw")]
    EmptyVocabulary {
        /// Tokens.
        size: u32,
        /// Special ones among them.
        special: usize,
    },
    /// The tokenizer failed on a text.
    #[error("text {text} cannot be tokenised: {message}")]
    Tokenizer {
        /// The text's number in its source.
        text: u64,
        /// The tokenizer's own words.
        message: String,
    },
}
