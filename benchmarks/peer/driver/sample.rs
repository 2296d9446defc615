//! Which networks are timed: some of the benchmark's, evenly over its sizes.

use proxyrank_schema::Reading;
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{EncoderNetwork, Network, counts};

use crate::error::PeerError;

/// Architectures in the benchmark.
const ALL: usize = 500;

/// Sequences of a batch.
pub(crate) const BATCH: usize = 16;
/// Tokens in each.
pub(crate) const SEQ_LEN: usize = 128;

/// A network of the sample.
#[derive(Debug, Clone)]
pub(crate) struct Sampled {
    /// Its number in the benchmark, from 0.
    pub(crate) id: usize,
    pub(crate) network: EncoderNetwork,
    /// Operations of the matrix products of a forward pass of the batch, in units of 1e9.
    pub(crate) gigaflops: f64,
}

/// The networks in the middle of `count` equal stretches of all networks in order of work, smallest first.
pub(crate) fn stratified(reading: Reading, count: usize) -> Result<Vec<Sampled>, PeerError> {
    if count == 0 {
        return Err(PeerError::Nothing { what: "the number of networks" });
    }
    if count > ALL {
        return Err(PeerError::TooMany { wanted: count, all: ALL });
    }
    let sampled = |(id, architecture): (usize, proxyrank_space::flexibert::FlexibertArch)| {
        let network = architecture.network(reading)?;
        let macs = counts::macs(&Network::Encoder(network.clone()), SEQ_LEN)?;
        Ok(Sampled { id, network, gigaflops: macs.flops() as f64 * BATCH as f64 / 1e9 })
    };
    let mut all: Vec<Sampled> =
        Sampler::new(0).take(ALL).enumerate().map(sampled).collect::<Result<_, PeerError>>()?;
    all.sort_by(|one, other| one.gigaflops.total_cmp(&other.gigaflops).then(one.id.cmp(&other.id)));
    Ok((0..count).map(|stretch| all[(2 * stretch + 1) * ALL / (2 * count)].clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_spans_the_sizes() {
        let all = stratified(Reading::AsTrained, ALL).unwrap();
        let few = stratified(Reading::AsTrained, 4).unwrap();
        let work = |sample: &[Sampled]| sample.iter().map(|sampled| sampled.gigaflops).sum::<f64>();
        assert!(few.windows(2).all(|pair| pair[0].gigaflops < pair[1].gigaflops));
        let (few, all) = (work(&few) / 4.0, work(&all) / ALL as f64);
        assert!((few / all - 1.0).abs() < 0.1, "mean work {few} of a sample, {all} of all");
    }

    #[test]
    fn a_sample_has_at_least_one_and_at_most_all() {
        let message = |count| stratified(Reading::AsTrained, count).unwrap_err().to_string();
        assert!(message(0).contains("at least 1"));
        assert!(message(501).contains("501 networks"));
    }
}
