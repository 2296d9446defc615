//! Decoders, inputs and weights that several tests share.

use proxyrank_nn::{
    Collect, DecoderLayout, DecoderWeights, Engine, ForwardOptions, GradientEngine, Initialiser, Real, Site,
    TableExtent, TokenBatch,
};
use proxyrank_space::{DecoderArch, DecoderFamily, DecoderNetwork};

use crate::common::batch;

/// Runs decoders and differentiates them once.
pub(crate) trait Decoders<T: Real>:
    Engine<T, DecoderLayout> + GradientEngine<T, DecoderLayout>
{
}

impl<T: Real, E: Engine<T, DecoderLayout> + GradientEngine<T, DecoderLayout>> Decoders<T> for E {}

/// Both.
pub(crate) const FAMILIES: [DecoderFamily; 2] = [DecoderFamily::Gpt2, DecoderFamily::TransformerXl];

/// Three clusters, one projection of its own, different heads and widths.
pub(crate) fn network(family: DecoderFamily, div_val: usize) -> DecoderNetwork {
    let arch = DecoderArch {
        family,
        n_layer: 2,
        d_model: 8,
        d_embed: Some(12),
        div_val,
        n_head: vec![2, 4],
        d_inner: vec![10, 6],
        n_token: 23,
        cutoffs: vec![9, 15],
        tie_projs: vec![false, true, true],
        tgt_len: 7,
        mem_len: 4,
    };
    arch.network().unwrap()
}

/// Six tokens a sequence; where the family has a memory, behind two segments that are together longer than it.
pub(crate) fn tokens(family: DecoderFamily, sequences: usize) -> TokenBatch {
    let tokens = batch(sequences, 6, 23);
    match family {
        DecoderFamily::Gpt2 => tokens,
        DecoderFamily::TransformerXl => {
            tokens.after(&[batch(sequences, 3, 19), batch(sequences, 2, 17)]).unwrap()
        }
    }
}

/// Weights far from where they start, so that no operation is linear.
pub(crate) fn strong<T: Real>(network: &DecoderNetwork) -> DecoderWeights<T> {
    let mut weights = Initialiser::<T>::new(5).decoder(network, TableExtent::Full).unwrap();
    let wobble = |values: &mut [T]| {
        for (index, value) in values.iter_mut().enumerate() {
            *value = T::of_f64(value.as_f64() * 8.0 + 0.2 * (0.37 * index as f64).sin());
        }
    };
    wobble(weights.body_mut());
    wobble(weights.embeddings_mut());
    weights
}

/// All values of a place, in the order of the batch.
pub(crate) fn seen<T: Real>(
    engine: &impl Decoders<T>,
    weights: &DecoderWeights<T>,
    tokens: &TokenBatch,
    options: ForwardOptions,
    site: Site,
) -> Vec<T> {
    let parts = engine.forward(weights, tokens, options, |_| Collect::new(site)).unwrap();
    parts.into_iter().flat_map(|part| part.values).collect()
}
