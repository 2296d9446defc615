//! Sizes of a FlexiBERT encoder.
//!
//! With h the hidden size and A = h/2 the attention width of a dynamic span convolution.

use super::{Macs, Matrix, Parameters, Role};
use crate::flexibert::{DscKernel, EncoderLayer, EncoderNetwork, Operation};

/// Sizes inside a dynamic span convolution: half of the heads attend, the other half convolve.
#[derive(Debug, Clone, Copy)]
struct Dsc {
    /// Tokens in the kernel.
    kernel: u64,
    /// Attention heads: half of the declared ones, at least one.
    heads: u64,
    /// Width of queries, keys and values.
    width: u64,
}

impl Dsc {
    fn new(kernel: DscKernel, layer: &EncoderLayer, hidden: u64) -> Self {
        let heads = (layer.heads as u64 / 2).max(1);
        Self { kernel: kernel.tokens() as u64, heads, width: heads * (hidden / layer.heads as u64) }
    }
}

/// Counts the parameters of an encoder.
pub(super) fn parameters(network: &EncoderNetwork) -> Parameters {
    let (e, h) = (network.embedding_size as u64, network.hidden_size as u64);
    let rows = (network.vocab_size + network.max_positions + network.token_types) as u64;
    let projection = if e == h { 0 } else { e * h + h };
    let mut counts = Parameters { embedding: rows * e + 2 * e + projection, ..Parameters::default() };
    for layer in &network.layers {
        counts.attention += operation_parameters(layer, h);
        counts.ffn += chain(layer).map(|(input, output)| input * output + output).sum::<u64>();
        // A linear transform has no residual and so no norm of its own.
        counts.layer_norm += if layer.operation.is_linear_transform() { 2 * h } else { 4 * h };
    }
    counts
}

fn operation_parameters(layer: &EncoderLayer, h: u64) -> u64 {
    let square = h * h + h;
    match layer.operation {
        Operation::Sdp => 4 * square,
        Operation::Wma => 4 * square + h * h,
        Operation::Dft | Operation::Dct => square,
        Operation::Dsc { kernel } => {
            let Dsc { kernel: k, heads, width: a } = Dsc::new(kernel, layer, h);
            let qkv_and_value_conv = 4 * (h * a + a);
            let key_conv = h * k + h * a + a;
            let kernel_logits = a * heads * k + heads * k;
            qkv_and_value_conv + key_conv + kernel_logits + square
        }
    }
}

/// Input and output width of each linear layer in the feed-forward chain.
fn chain(layer: &EncoderLayer) -> impl Iterator<Item = (u64, u64)> + '_ {
    layer.ffn_widths.windows(2).map(|pair| (pair[0] as u64, pair[1] as u64))
}

/// Counts the multiply-accumulates of an encoder at `s` tokens.
pub(super) fn macs(network: &EncoderNetwork, s: u64) -> Macs {
    let (e, h) = (network.embedding_size as u64, network.hidden_size as u64);
    let mut macs = Macs { embedding: if e == h { 0 } else { s * e * h }, ..Macs::default() };
    for layer in &network.layers {
        macs.attention += operation_macs(layer, h, s);
        macs.ffn += s * chain(layer).map(|(input, output)| input * output).sum::<u64>();
    }
    macs
}

fn operation_macs(layer: &EncoderLayer, h: u64, s: u64) -> u64 {
    let scores_and_values = |width: u64| 2 * s * s * width;
    let d = h / layer.heads as u64;
    match layer.operation {
        Operation::Sdp => 4 * s * h * h + scores_and_values(h),
        Operation::Wma => 5 * s * h * h + scores_and_values(h),
        // A complex product with a real input costs two multiplications, one with a complex input two for its real part.
        Operation::Dft => s * h * h + 2 * s * h * d + 2 * s * s * h,
        Operation::Dct => s * h * h + s * h * d + s * s * h,
        Operation::Dsc { kernel } => {
            let Dsc { kernel: k, heads, width: a } = Dsc::new(kernel, layer, h);
            let projections = 4 * s * h * a + s * h * h;
            let key_conv = s * h * k + s * h * a;
            let dynamic_kernel = s * a + s * a * heads * k + s * a * k;
            projections + key_conv + dynamic_kernel + scores_and_values(a)
        }
    }
}

/// Lists the weight matrices of an encoder's layers.
pub(super) fn matrices(network: &EncoderNetwork) -> Vec<Matrix> {
    let mut all = Vec::new();
    for (index, layer) in network.layers.iter().enumerate() {
        let mut push = |role, rows, cols| all.push(Matrix { layer: index, role, rows, cols });
        let h = network.hidden_size as u64;
        match layer.operation {
            Operation::Sdp | Operation::Wma => {
                for role in [Role::Query, Role::Key, Role::Value] {
                    push(role, h, h);
                }
                if layer.operation == Operation::Wma {
                    push(Role::Wma, h, h);
                }
                push(Role::Output, h, h);
            }
            Operation::Dft | Operation::Dct => push(Role::LtInput, h, h),
            Operation::Dsc { kernel } => {
                let Dsc { kernel: k, heads, width: a } = Dsc::new(kernel, layer, h);
                for role in [Role::Query, Role::Key, Role::Value, Role::DscPointwise] {
                    push(role, a, h);
                }
                push(Role::DscKernel, heads * k, a);
                push(Role::DscValue, a, h);
                push(Role::Output, h, h);
            }
        }
        let last = layer.ffn_widths.len().saturating_sub(2);
        for (position, pair) in layer.ffn_widths.windows(2).enumerate() {
            push(Role::of_ffn(position, last), pair[1] as u64, pair[0] as u64);
        }
    }
    all
}
