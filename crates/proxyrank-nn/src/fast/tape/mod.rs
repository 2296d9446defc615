//! The network's operations over one block, with a way back.
//!
//! A [`Tape`] computes what the plain operations compute and notes each of them as a [`Step`] with what its derivative
//! needs: the slope of a GELU (which shares its error function with the value), normed rows and their scales,
//! attention probabilities. [`Tape::backward`] walks the steps in reverse on the same thread, while what they kept is
//! still near; memory that a step does not need any more serves the next. Each file here holds one kind of step, its
//! recording beside its derivative.
//!
//! Gradients of activations stand in one matrix for each recorded value, made by the first operation that reaches it:
//! products write into its columns with their own accumulation, so queries, keys and values, which are columns of one
//! value, come back as one gradient, and one product takes it to the stacked weights.
//!
//! Everything is written for any [`Number`]. On dual numbers the same steps give Hessian-vector products.
//!
//! Measured with `examples/gradient_rate` on two threads of an AMD EPYC (Zen 4), `as_trained` networks of FlexiBERT, 2048
//! tokens, single precision: forward and backward run at 94% of the rate of plain matrix products, a Hessian-vector
//! product (eight forward passes' worth of products) at 91 to 94%. A sampling profile gives 84% of the time to the inner
//! loops of products, 6% to their packing and storing and 6% to element-wise kernels.

mod attention;
mod convolution;
mod embedding;
mod flow;
mod gradients;
mod linear;
mod loss;
mod masked;
mod norm;
mod observer;
mod ops;
mod pool;
mod relative;
mod segments;
mod similarity;
mod sink;
mod task;
mod vocabulary;

use super::pass::Pass;
use super::workspace::Buffer;
use crate::number::Number;
use crate::ops::{Columns, Tap};
use crate::weights::Linear;

pub(super) use convolution::{convolve_backward_loop, depthwise_backward_loop};
pub(super) use embedding::EmbeddingPart;
pub(super) use loss::Share;
pub(super) use observer::{Observer, Shown, Unseen};
pub(super) use sink::Sink;
pub(super) use vocabulary::{DecoderShare, NextTokens};

use gradients::Gradients;
use segments::{Cut, Segments};

/// A recorded value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node(usize);

/// Some columns of a recorded value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    node: Node,
    start: usize,
    width: usize,
}

impl From<Columns<'_, Node>> for Place {
    fn from(columns: Columns<'_, Node>) -> Self {
        Self { node: *columns.of, start: columns.start, width: columns.width }
    }
}

/// The recorded values.
#[derive(Debug)]
struct Values<N> {
    buffers: Vec<Buffer<N>>,
}

impl<N> Values<N> {
    /// The columns of a place.
    fn columns(&self, place: Place) -> Columns<'_, Buffer<N>> {
        Columns { of: self.get(place.node), start: place.start, width: place.width }
    }

    fn get(&self, node: Node) -> &Buffer<N> {
        &self.buffers[node.0]
    }

    /// Takes a value that no step needs any more.
    fn remove(&mut self, node: Node) -> Buffer<N> {
        std::mem::replace(&mut self.buffers[node.0], Buffer::none())
    }
}

/// One operation and what its derivative needs.
#[derive(Debug)]
enum Step<N> {
    Embed(embedding::Embed<N>),
    Input(embedding::Input),
    Linear(linear::Affine),
    LinearGelu(linear::Activated<N>),
    Gelu(linear::Gelu<N>),
    LinearResidualNorm(norm::LinearResidualNorm<N>),
    Norm(norm::Plain<N>),
    Attention(attention::Attention<N>),
    RelativeAttention(relative::RelativeAttention<N>),
    Context(relative::Context),
    Transform(flow::Transformed),
    Depthwise(convolution::Depthwise),
    Convolve(convolution::Convolve<N>),
    Multiply(flow::Multiply),
    Add(flow::Add),
    DropOut(flow::Dropped),
    Concatenate(flow::Concatenate),
    Gather(masked::Gather),
    Pool(pool::Pool),
    TiedOutput(masked::TiedOutput),
    /// A segment ends here.
    Cut(Cut),
    /// A visitor wants the gradient here.
    Show(Tap, Place),
}

/// One block on its way through the network and back.
#[derive(Debug)]
pub(super) struct Tape<'a, N: Number, O> {
    pass: Pass<'a, N>,
    /// The block's tokens; none where the input is none.
    ids: &'a [u32],
    observer: &'a mut O,
    values: Values<N>,
    gradients: Gradients<N>,
    steps: Vec<Step<N>>,
    /// The layer whose outputs no visitor sees.
    hidden_output: Option<Linear>,
    /// What a loss of segments asks for.
    segments: Segments<'a, N::Real>,
    /// Of the embeddings, as far as they are wanted and the backward pass has come.
    embeddings: EmbeddingPart<N::Real>,
}

impl<'a, N: Number, O: Observer<N>> Tape<'a, N, O> {
    pub(super) fn new(pass: Pass<'a, N>, ids: &'a [u32], observer: &'a mut O) -> Self {
        Self {
            pass,
            ids,
            observer,
            values: Values { buffers: Vec::new() },
            gradients: Gradients::default(),
            steps: Vec::new(),
            hidden_output: None,
            segments: Segments::default(),
            embeddings: EmbeddingPart::default(),
        }
    }

    /// Keeps a value, whose gradient is wanted.
    fn push(&mut self, value: Buffer<N>) -> Node {
        self.values.buffers.push(value);
        self.gradients.expect();
        Node(self.values.buffers.len() - 1)
    }

    /// Keeps a value that does not depend on any parameter.
    fn push_constant(&mut self, value: Buffer<N>) -> Node {
        self.values.buffers.push(value);
        self.gradients.expect_none();
        Node(self.values.buffers.len() - 1)
    }

    /// The gradient that has come to a step's result, if any has; the result itself is needed no more.
    fn arrived(&mut self, result: Node) -> Option<Buffer<N>> {
        self.pass.workspace.give(self.values.remove(result));
        self.gradients.take(result)
    }

    /// Walks back from the gradient that [`Tape::loss`] has left, collecting those of the body in `sink`; gives those of the
    /// embeddings.
    pub(super) fn backward(mut self, sink: &mut Sink<N::Real>) -> EmbeddingPart<N::Real> {
        self.observer.turn();
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Embed(step) => self.embed_backward(step),
                Step::Input(step) => self.input_backward(&step),
                Step::Linear(step) => self.linear_backward(&step, sink),
                Step::LinearGelu(step) => self.linear_gelu_backward(step, sink),
                Step::Gelu(step) => self.gelu_backward(step),
                Step::LinearResidualNorm(step) => self.residual_norm_backward(step, sink),
                Step::Norm(step) => self.norm_backward(step, sink),
                Step::Attention(step) => self.attention_backward(step),
                Step::RelativeAttention(step) => self.relative_attention_backward(step, sink),
                Step::Context(step) => self.context_backward(&step),
                Step::Transform(step) => self.transform_backward(&step),
                Step::Depthwise(step) => self.depthwise_backward(&step, sink),
                Step::Convolve(step) => self.convolve_backward(step),
                Step::Multiply(step) => self.multiply_backward(&step),
                Step::Add(step) => self.add_backward(&step),
                Step::DropOut(step) => self.drop_out_backward(&step),
                Step::Concatenate(step) => self.concatenate_backward(&step),
                Step::Gather(step) => self.gather_backward(&step),
                Step::Pool(step) => self.pool_backward(&step),
                Step::TiedOutput(step) => self.tied_output_backward(&step, sink),
                Step::Cut(step) => self.cut_backward(&step),
                Step::Show(tap, place) => self.show_gradient(tap, place),
            }
        }
        for buffer in self.values.buffers {
            self.pass.workspace.give(buffer);
        }
        self.embeddings
    }
}
