//! Encoders that really run: initialisation, forward passes with taps, gradients, Hessian-vector products.
//!
//! # Design
//!
//! [`EncoderLayout`] gives every parameter of a network a path, a shape and a place; [`EncoderWeights`] holds the
//! values, drawn by an [`Initialiser`] or read from a safetensors file. What the network computes is written once
//! (`network`), in terms of a dozen operations (`ops`), which two engines implement:
//!
//! - [`ComposedEngine`] uses candle tensors and only operations that candle can differentiate: the reference in f64,
//!   and the way to any [`ComputeDevice`];
//! - [`FastEngine`] runs a block of sequences through the whole network on one thread, with hand-written kernels in a
//!   workspace that is never freed.
//!
//! A test pins each to the other on random networks, and both to golden cases of an independent implementation.
//!
//! [`Visitor`]s look at activations as they pass ([`Site`]); a proxy reduces what it sees and keeps nothing else.
//! Results are bit-equal for any number of threads: the cut into [`Block`]s depends on batch and network alone, each block is
//! computed by one thread, and visitors come back in block order.
//!
//! # Gradients
//!
//! The layout is made for them. A gradient of all weights is one flat slice with the layout of
//! [`EncoderWeights::body`], where queries, keys and values are one matrix, so a backward pass has one product for the
//! three of them; a sum over W·G is a sum over two slices, a Hessian-vector product takes and gives such a slice.
//!
//! [`FastEngine`] is a [`GradientEngine`] and a [`CurvatureEngine`]. The backward pass of a block follows its forward
//! pass on the same thread, while the activations are still near; gradients of blocks are added in an order that depends
//! on the blocks alone. It is written for numbers of any kind: run on dual numbers, the same lines
//! differentiate themselves and give the exact second derivative. [`ComposedEngine`] is a [`GradientEngine`] by candle's
//! autograd. Tests pin each gradient to the other, and both to finite differences and golden cases.
//!
//! A loss of segments cuts the network at every residual sum and back-propagates a cotangent of its own through each part,
//! all in one backward pass: what a proxy needs that asks about single layers.
//!
//! # Training
//!
//! [`train`] has ELECTRA pre-training and fine-tuning on these gradients.
//!
//! # W-PCA's networks
//!
//! Networks of W-PCA's space are run layer by layer: [`FastEngine::wpca_embed`] and [`FastEngine::wpca_block`] go from one
//! [`WpcaHidden`] to the next, so that networks with the same first layers share what these compute.
//!
//! # Devices
//!
//! With the cargo feature `cuda`, off by default, [`ComputeDevice::open`] opens an NVIDIA GPU, and a [`ComposedEngine`] made on
//! it computes there: weights and batch go over, what visitors want comes back and is reduced on the host, gradients come back
//! whole. Candle queues work on a device and goes on; an engine waits for the device before it returns, before it
//! shows anything, and before it says that the way forward is done, so a clock that is read at these moments is right.
//!
//! # Why no unsafe code
//!
//! faer's matrix product is safe to call, and pulp's dispatch compiles plain loops for the vector unit at hand. The
//! kernels here are loops over slices that a compiler vectorises.

mod batch;
mod composed;
mod decoder;
mod device;
pub mod distil;
mod dropout;
mod engine;
mod error;
mod fast;
mod gradient;
mod init;
mod kernels;
mod loss;
mod network;
mod number;
mod ops;
mod pair;
mod readout;
mod real;
mod taps;
mod timed;
pub mod train;
mod weights;
mod wpca;

pub use batch::{Block, TokenBatch, TokenPosition, block_tokens};
pub use composed::{ComposedEngine, ComposedWeights, Training};
pub use decoder::{DecoderInput, DecoderLoss, Sight, VocabularyGradient};
pub use device::{ComputeDevice, DeviceError, DeviceId, Gpu, gpus};
pub use dropout::DROPOUT;
pub use engine::{Depth, Dropout, Engine, ForwardOptions};
pub use error::NnError;
pub use fast::FastEngine;
pub use gradient::{
    CurvatureEngine, EmbeddingGradient, EncoderInput, Gradient, GradientEngine, GradientEvent, GradientOf,
    GradientPass, GradientVisitor, Loss, MaskedToken,
};
pub use init::{INITIAL_DEVIATION, Initialiser};
pub use pair::TextPair;
pub use readout::Readout;
pub use real::Real;
pub use taps::{Blind, Collect, Event, Site, View, Visitor};
pub use timed::{KernelRun, KernelWork, TimedKernel, timed_kernels};
pub use weights::{
    Arena, AttentionLayout, ClusterLayout, DecoderLayerLayout, DecoderLayout, DecoderWeights,
    EmbeddingLayout, EncoderLayout, EncoderWeights, Fill, GeneratorLayout, Head, HeadLayout, LayerLayout,
    Layout, Linear, Norm, OperationLayout, OutputLayout, Parameter, RelativeLayout, Span,
    SpanConvolutionLayout, Stored, Table, TableExtent, TableRows, TailLayout, Transform, TransformLayout,
    VocabularyLayout, Weights, WpcaBlockLayout, WpcaBlockWeights, WpcaBottleneckLayout, WpcaEmbeddingLayout,
    WpcaEmbeddingWeights,
};
pub use wpca::WpcaHidden;
