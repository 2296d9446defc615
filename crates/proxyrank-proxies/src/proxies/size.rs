//! The size that proxies multiply with, and that partial correlations are given.

use proxyrank_space::Network;
use proxyrank_space::counts::parameters;

/// All parameters of an encoder, whose embeddings hardly vary; the body's parameters of a decoder, whose embeddings
/// would drown the rest.
pub(super) fn size(network: &Network) -> u64 {
    let counts = parameters(network);
    match network {
        Network::Encoder(_) => counts.total(),
        Network::Decoder(_) => counts.body(),
    }
}
