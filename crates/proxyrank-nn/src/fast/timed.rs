//! Operations on a block of 4 sequences of 128 tokens, 256 columns wide, with typical inputs.

use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork, Operation};

use super::TransformTables;
use super::convolution::Convolution;
use super::ops::FastOps;
use super::pass::Pass;
use super::tape::{convolve_backward_loop, depthwise_backward_loop};
use super::workspace::{Buffer, Workspace};
use crate::NnError;
use crate::batch::Block;
use crate::decoder::Sight;
use crate::engine::Dropout;
use crate::init::Initialiser;
use crate::kernels::{signs, spread};
use crate::number::Parameters;
use crate::ops::{Columns, Heads, NORM_EPSILON, Ops};
use crate::taps::Blind;
use crate::timed::{KernelRun, KernelWork, TimedKernel, infallible};
use crate::weights::{EncoderLayout, Head, OperationLayout, SpanConvolutionLayout, Transform};

const SEQUENCES: usize = 4;
const TOKENS: usize = 128;
const ROWS: usize = SEQUENCES * TOKENS;
const HIDDEN: usize = 256;
const HEADS: usize = 4;
const HEAD: usize = HIDDEN / HEADS;
const SPAN: DscKernel = DscKernel::Nine;
const EMBEDDING: usize = EncoderNetwork::EMBEDDING_SIZE;

/// Operations on a block: for each number of the result the operations, and the numbers read (or fetched because they are
/// written), written and held.
pub(crate) const TIMED_BLOCKS: &[TimedKernel] = &[
    // Three rows are added up, one of them the same for all tokens, and normed.
    block("embedding", EMBEDDING, [9, 3, 1, 3], || on_block(|ops, inputs, _| ops.embed(&inputs.layout))),
    // Two products, and the softmax between them.
    block("attention", HIDDEN, [4 * TOKENS + 25 * TOKENS / HEAD, 4, 1, 4], || {
        on_block(|ops, inputs, _| {
            let [query, key, value] = [0, 1, 2].map(|index| Columns::nth(&inputs.stacked, index, HIDDEN));
            let (sight, dropout) = (Sight::All, None);
            ops.attention(&Heads { layer: 0, count: HEADS, sight, query, key, value, dropout })
        })
    }),
    // Two products over the columns of a head, and two over tokens.
    block("Fourier transform", HIDDEN, [4 * (HEAD + TOKENS), 2, 1, 2], || {
        on_block(|ops, inputs, _| ops.transform(&inputs.x, HEADS, Transform::Fourier))
    }),
    block("cosine transform", HIDDEN, [2 * (HEAD + TOKENS), 2, 1, 2], || {
        on_block(|ops, inputs, _| ops.transform(&inputs.x, HEADS, Transform::Cosine))
    }),
    block("depthwise convolution", HIDDEN, [2 * SPAN.tokens(), 2, 1, 2], || {
        on_block(|ops, inputs, span| ops.depthwise(&inputs.x, &span.depthwise, span.kernel))
    }),
    block("depthwise convolution, backward", HIDDEN, [4 * SPAN.tokens(), 3, 1, 3], || {
        let (gradient, input, kernels) =
            (signs(ROWS * HIDDEN), spread(ROWS * HIDDEN), spread(SPAN.tokens() * HIDDEN));
        let (mut input_sums, mut kernel_sums) = (vec![0.0_f32; input.len()], vec![0.0_f32; kernels.len()]);
        let sizes = [HIDDEN, TOKENS, SPAN.tokens()];
        infallible(move || {
            let sums = (&mut input_sums[..], &mut kernel_sums[..]);
            depthwise_backward_loop(sums.0, sums.1, &gradient, &input, &kernels, sizes);
        })
    }),
    // Half of the width convolves; the softmax of its kernels is included.
    block(
        "dynamic convolution",
        HIDDEN / 2,
        [2 * SPAN.tokens() + 25 * SPAN.tokens() / HEAD, 2, 1, 2],
        || {
            on_block(|ops, inputs, span| {
                let logits = ops.pass.workspace.copy(&inputs.logits);
                ops.convolve(logits, Columns::first(&inputs.x, span.width), span.heads, span.kernel)
            })
        },
    ),
    block("dynamic convolution, backward", HIDDEN / 2, [4 * SPAN.tokens(), 3, 1, 3], || {
        let (heads, width, kernel) = (HEADS / 2, HIDDEN / 2, SPAN.tokens());
        let (gradient, input) = (signs(ROWS * width), spread(ROWS * width));
        let weights = spread(ROWS * heads * kernel);
        let (mut sums, mut weight_gradient) = (vec![0.0_f32; input.len()], weights.clone());
        let shape = Convolution { seq_len: TOKENS, kernel, heads, width, stride: width };
        infallible(move || {
            convolve_backward_loop(&mut sums, &mut weight_gradient, &gradient, &input, &weights, shape);
        })
    }),
];

const fn block(
    name: &'static str,
    width: usize,
    [flops, reads, writes, holds]: [usize; 4],
    start: fn() -> Result<KernelRun, NnError>,
) -> TimedKernel {
    TimedKernel { name, work: KernelWork::each(ROWS * width, flops, [reads, writes, holds]), start }
}

/// What operations read.
struct Inputs {
    /// (rows, h).
    x: Buffer<f32>,
    /// Queries, keys and values, (rows, 3h).
    stacked: Buffer<f32>,
    /// Of the kernels of a dynamic convolution, (rows, heads x kernel).
    logits: Buffer<f32>,
    layout: EncoderLayout,
}

/// Runs an operation as the engine does, on the block of a network with one span convolution.
fn on_block(
    operation: impl Fn(
        &mut FastOps<'_, f32, Blind>,
        &Inputs,
        &SpanConvolutionLayout,
    ) -> Result<Buffer<f32>, NnError>
    + Send
    + 'static,
) -> Result<KernelRun, NnError> {
    let ffn_widths = vec![HIDDEN, 1, HIDDEN];
    let layer = EncoderLayer { operation: Operation::Dsc { kernel: SPAN }, heads: HEADS, ffn_widths };
    let network = EncoderNetwork::new(HIDDEN, vec![layer]);
    let weights = Initialiser::<f32>::new(0).encoder(&network, Head::None)?;
    let tables = TransformTables::default();
    let mut workspace = Workspace::<f32, ()>::default();
    let mut input = |width: usize| {
        let mut buffer = workspace.take(ROWS, width);
        buffer.values_mut().copy_from_slice(&spread(ROWS * width));
        buffer
    };
    let logits = input(HEADS / 2 * SPAN.tokens());
    let layout = weights.layout().clone();
    let inputs = Inputs { x: input(HIDDEN), stacked: input(3 * HIDDEN), logits, layout };
    let ids: Vec<u32> = (1000..).step_by(13).take(ROWS).collect();
    let block = Block { index: 0, first_sequence: 0, sequences: SEQUENCES, seq_len: TOKENS };
    Ok(Box::new(move || {
        let pass = Pass {
            parameters: Parameters::new(&weights, None),
            block,
            dropout: Dropout::Off,
            epsilon: NORM_EPSILON,
            workspace: &mut workspace,
            tables: &tables,
            memory: None,
        };
        let mut ops = FastOps { pass, ids: &ids, visitor: &mut Blind };
        let layers = &weights.layout().layers;
        if let Some(OperationLayout::SpanConvolution(span)) = layers.first().map(|layer| &layer.operation) {
            let output = operation(&mut ops, &inputs, span)?;
            ops.release(output);
        }
        Ok(())
    }))
}
