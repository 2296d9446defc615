//! Uniform draws from the space, in the benchmark's own order of choices.

use super::{DscKernel, FlexibertArch, FlexibertLayer, MersenneTwister, Operation};

/// The three types of operation with their parameters, as the benchmark's option list groups them.
const OPERATIONS: [[Operation; 2]; 3] = [
    [Operation::Sdp, Operation::Wma],
    [Operation::Dft, Operation::Dct],
    [Operation::Dsc { kernel: DscKernel::Five }, Operation::Dsc { kernel: DscKernel::Nine }],
];

/// Draws architectures: every option of every choice is equally likely.
///
/// The choices follow each other as in the benchmark: hidden size, number of layers, then for each layer its type of
/// operation, that type's parameter, heads, FFN width and FFN count. With seed 0 the first 500 draws *are* the
/// benchmark's 500 architectures.
#[derive(Debug, Clone)]
pub struct Sampler {
    twister: MersenneTwister,
}

impl Sampler {
    /// A sampler with Python's seeding.
    pub fn new(seed: u32) -> Self {
        Self { twister: MersenneTwister::new(seed) }
    }

    /// The next architecture.
    pub fn draw(&mut self) -> FlexibertArch {
        let hidden_size = *self.choose(FlexibertArch::HIDDEN_SIZES);
        let depth = *self.choose(FlexibertArch::DEPTHS);
        let layers = (0..depth).map(|_| self.layer()).collect();
        FlexibertArch { hidden_size, layers }
    }

    fn layer(&mut self) -> FlexibertLayer {
        let parameters = *self.choose(&OPERATIONS);
        FlexibertLayer {
            operation: *self.choose(&parameters),
            heads: *self.choose(FlexibertArch::HEADS),
            ffn_width: *self.choose(FlexibertArch::FFN_WIDTHS),
            ffn_count: *self.choose(FlexibertArch::FFN_COUNTS),
        }
    }

    /// Python's `random.choice`: as many leading bits as the length needs, drawn again while they are too large.
    fn choose<'a, T>(&mut self, options: &'a [T]) -> &'a T {
        let bits = usize::BITS - options.len().leading_zeros();
        loop {
            let index = (self.twister.next_u32() >> (32 - bits)) as usize;
            if let Some(option) = options.get(index) {
                return option;
            }
        }
    }
}

impl Iterator for Sampler {
    type Item = FlexibertArch;

    fn next(&mut self) -> Option<FlexibertArch> {
        Some(self.draw())
    }
}
