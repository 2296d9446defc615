//! Initial weights: the released recipe, from a counter instead of a sequence.
//!
//! Linear and embedding weights are N(0, 0.02), biases 0, gains of norms 1, and the padding row of the word embeddings
//! zero. A value depends on the seed, the parameter's path and the element's index, and on nothing else: not on the
//! architecture around it, not on which parameters were drawn before, not on threads, not on the vector unit. Equal
//! networks therefore have bit-equal weights, networks that share a layer share its weights, and the 15 MB of
//! embedding tables are drawn once for all architectures of a seed. f64 weights are the f32 ones, so that an audit in
//! double precision looks at the same network.

mod normal;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use proxyrank_space::EncoderNetwork;

use crate::NnError;
use crate::real::Real;
use crate::weights::{Arena, EncoderLayout, EncoderWeights, Fill, Head, Parameter};
use normal::fill_normal;

/// Standard deviation of the initial weights (ELECTRA's `initializer_range`).
pub const INITIAL_DEVIATION: f32 = 0.02;

/// Sizes that decide the embedding tables: vocabulary, width, positions, types.
type Tables = [usize; 4];

/// Draws the weights of networks for one seed.
#[derive(Debug)]
pub struct Initialiser<T> {
    seed: u64,
    tables: Mutex<HashMap<Tables, Arc<[T]>>>,
}

impl<T: Real> Initialiser<T> {
    /// An initialiser for a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, tables: Mutex::new(HashMap::new()) }
    }

    /// The weights of `network`.
    pub fn encoder(&self, network: &EncoderNetwork, head: Head) -> Result<EncoderWeights<T>, NnError> {
        self.encoder_in(network, head, Vec::new())
    }

    /// The same in memory that an earlier network has given back ([`EncoderWeights::into_body`]).
    pub fn encoder_in(
        &self,
        network: &EncoderNetwork,
        head: Head,
        mut memory: Vec<T>,
    ) -> Result<EncoderWeights<T>, NnError> {
        let layout = EncoderLayout::new(network, head)?;
        memory.resize(layout.len(Arena::Body), T::ZERO);
        self.fill(&layout, Arena::Body, &mut memory);
        let embeddings = self.embeddings(&layout);
        Ok(EncoderWeights::from_parts(layout, embeddings, memory))
    }

    fn embeddings(&self, layout: &EncoderLayout) -> Arc<[T]> {
        let network = &layout.network;
        let key = [network.vocab_size, network.embedding_size, network.max_positions, network.token_types];
        // A panic while the lock was held cannot have left a half-filled table behind: tables are put in whole.
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let drawn = tables.entry(key).or_insert_with(|| {
            let mut values = vec![T::ZERO; layout.len(Arena::Embeddings)];
            self.fill(layout, Arena::Embeddings, &mut values);
            values.into()
        });
        Arc::clone(drawn)
    }

    fn fill(&self, layout: &EncoderLayout, arena: Arena, values: &mut [T]) {
        for parameter in layout.parameters.iter().filter(|parameter| parameter.arena == arena) {
            self.fill_one(parameter, &mut values[parameter.elements.clone()]);
        }
    }

    fn fill_one(&self, parameter: &Parameter, values: &mut [T]) {
        match parameter.fill {
            Fill::Zeros => values.fill(T::ZERO),
            Fill::Ones => values.fill(T::ONE),
            Fill::Normal => fill_normal(values, self.seed, &parameter.path, INITIAL_DEVIATION),
            Fill::NormalWithPadding => {
                fill_normal(values, self.seed, &parameter.path, INITIAL_DEVIATION);
                let width = parameter.shape[1];
                values[..width].fill(T::ZERO);
            }
        }
    }
}
