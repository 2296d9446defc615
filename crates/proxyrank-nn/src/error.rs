//! What can be wrong with weights, token ids, or a network.

use crate::batch::TokenPosition;
use crate::gradient::MaskedToken;
use crate::pair::TextPair;
use crate::weights::Head;

/// Why a network could not be built or run.
#[derive(Debug, thiserror::Error)]
pub enum NnError {
    /// The heads of a layer do not divide its width, so there is no head width.
    #[error("layer {layer}: {heads} heads do not divide a width of {width}")]
    Heads {
        /// The layer, from 0.
        layer: usize,
        /// Its heads.
        heads: usize,
        /// The width to be divided.
        width: usize,
    },
    /// An early exit is not between two layers.
    #[error(
        "an exit after {exit} layers of a network of {layers}: it must be after the first layer at least and before the last"
    )]
    ExitLayer {
        /// Layers before the exit.
        exit: usize,
        /// Layers of the network.
        layers: usize,
    },
    /// A feed-forward chain does not start and end at the hidden size, or has no hidden layer.
    #[error(
        "layer {layer}: the feed-forward widths {widths:?} must start and end with the hidden size {hidden} and have at least one width between"
    )]
    FfnChain {
        /// The layer, from 0.
        layer: usize,
        /// Its widths.
        widths: Vec<usize>,
        /// The hidden size.
        hidden: usize,
    },
    /// A size of the network is zero.
    #[error("{what} is zero; a network needs at least one")]
    Empty {
        /// Which size.
        what: &'static str,
    },
    /// A parameter of the network is not in the file.
    #[error("parameter `{path}` is missing from the safetensors file")]
    MissingParameter {
        /// Its path.
        path: String,
    },
    /// The file has encoder parameters that the network has not.
    #[error(
        "the safetensors file has `{path}`, which this network has not; was it written for another architecture?"
    )]
    UnknownParameter {
        /// Its path.
        path: String,
    },
    /// A parameter has another shape than the network wants.
    #[error("parameter `{path}` has shape {found:?}, but the network wants {wanted:?}")]
    Shape {
        /// Its path.
        path: String,
        /// What the file has.
        found: Vec<usize>,
        /// What the network wants.
        wanted: Vec<usize>,
    },
    /// A parameter is stored in a type that is not read.
    #[error("parameter `{path}` is stored as {dtype}; store it as F32 or F64")]
    ParameterType {
        /// Its path.
        path: String,
        /// Its stored type.
        dtype: String,
    },
    /// The number of ids is not batch x length.
    #[error("{found} token ids do not make {batch} sequences of {seq_len}")]
    BatchShape {
        /// Ids given.
        found: usize,
        /// Sequences.
        batch: usize,
        /// Tokens in each.
        seq_len: usize,
    },
    /// A token id lies outside the vocabulary.
    #[error("token id {id} at {position} is outside the vocabulary of {vocab_size}")]
    TokenId {
        /// The id.
        id: u32,
        /// Where it stands.
        position: TokenPosition,
        /// Size of the vocabulary.
        vocab_size: usize,
    },
    /// A token for which rows of a table are wanted lies outside the vocabulary.
    #[error("token id {id} is outside the vocabulary of {vocab_size}")]
    UnknownToken {
        /// The id.
        id: u32,
        /// Size of the vocabulary.
        vocab_size: usize,
    },
    /// The weights were drawn without what embeds a token.
    #[error(
        "the weights hold no vector for token id {id}; draw them with TableExtent::Full, or with the batch's tokens"
    )]
    MissingVector {
        /// The id.
        id: u32,
    },
    /// The weights were drawn without a vocabulary, or without its softmax.
    #[error(
        "the weights hold no vocabulary, or not all that the loss reads; draw them with TableExtent::Full"
    )]
    MissingVocabulary,
    /// The input has segments before it, and the network no memory.
    #[error("only a Transformer-XL has a memory; leave out the segments before the batch")]
    NoMemory,
    /// A segment before the batch has another number of sequences.
    #[error("a segment before the batch has {found} sequences, but the batch has {wanted}")]
    Segment {
        /// Its sequences.
        found: usize,
        /// Those of the batch.
        wanted: usize,
    },
    /// A Transformer-XL has as many sines as cosines of a distance.
    #[error(
        "a Transformer-XL cannot have an odd width, and this one has {width}: half of it are sines and half cosines"
    )]
    OddWidth {
        /// The model's width.
        width: usize,
    },
    /// The family has no other mask than the causal one.
    #[error("tokens of a Transformer-XL see the past alone; take Sight::Past")]
    Sight,
    /// The sequences are longer than the position table.
    #[error("sequences of {seq_len} tokens are longer than the network's {max_positions} positions")]
    SequenceLength {
        /// Tokens in a sequence.
        seq_len: usize,
        /// Rows of the position table.
        max_positions: usize,
    },
    /// The loss reads a head that the weights have not.
    #[error("the loss needs the {head} head; build the weights with Head::{head:?}")]
    MissingHead {
        /// The head.
        head: Head,
    },
    /// A list has another length than the network and the input want.
    #[error("{what} has {found} elements, but the network and the input want {wanted}")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The right one.
        wanted: usize,
    },
    /// The loss is a mean over masked tokens, and there is none.
    #[error("there are no masked tokens; their mean loss needs at least one")]
    NoMaskedTokens,
    /// A masked token lies outside the batch or the vocabulary.
    #[error("masked token {} at row {} is outside the {rows} rows or the vocabulary of {vocab_size}", token.id, token.row)]
    MaskedToken {
        /// The token.
        token: MaskedToken,
        /// Rows of the batch.
        rows: usize,
        /// Size of the vocabulary.
        vocab_size: usize,
    },
    /// A class that the head of a task does not have.
    #[error("class {label} is outside the {classes} classes of the task's head")]
    Class {
        /// The class, from 0.
        label: u32,
        /// Outputs of the head.
        classes: usize,
    },
    /// Training has blown up.
    #[error(
        "training diverged at step {step}: the loss is {loss} and the norm of its gradient {norm}; lower the learning rate or lengthen the warm-up"
    )]
    Diverged {
        /// The step, from 0.
        step: u64,
        /// The loss.
        loss: f64,
        /// Norm of its gradient.
        norm: f64,
    },
    /// A task's head that should read no token, or more than there are.
    #[error("the head cannot read {count} tokens of a sequence of {seq_len}")]
    Readout {
        /// Tokens to be read.
        count: u32,
        /// Tokens in a sequence.
        seq_len: usize,
    },
    /// Texts to be compared that are not there.
    #[error(
        "a sequence of {seq_len} tokens has no two texts to compare at {}..{} and {}..{}",
        pair.first.start, pair.first.end, pair.second.start, pair.second.end
    )]
    TextPair {
        /// Where they should have been.
        pair: TextPair,
        /// Tokens in a sequence.
        seq_len: usize,
    },
    /// A cosine, which is a number, where a class is wanted.
    #[error(
        "a head that reads a cosine learns numbers, not classes; let it read the first token, the mean or both"
    )]
    CosineOfClasses,
    /// A span that ends outside its sequence.
    #[error("a span begins or ends at token {place} of a sequence of {seq_len}")]
    Span {
        /// The token, from 0.
        place: u32,
        /// Tokens in a sequence.
        seq_len: usize,
    },
    /// The safetensors file cannot be read.
    #[error("not a readable safetensors file: {0}")]
    Safetensors(#[from] safetensors::SafeTensorError),
    /// A candle operation failed.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
}
