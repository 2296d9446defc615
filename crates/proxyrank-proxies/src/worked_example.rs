//! Share of a network's weights that its feed-forward networks hold.
//!
//! Why: attention mixes positions and feed-forward networks hold what was learnt, so their share might matter beside their size.
//! Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::matrices;

use crate::{Proxy, Subject};

/// Weights of the feed-forward networks over the weights of all layers.
pub static FFN_SHARE: Proxy = Proxy::data_free(
    "ffn_share",
    "Share of feed-forward weights",
    "feed-forward weights / weights of all layers",
    run,
);

fn run(subject: &Subject, _: &Params) -> Outcome {
    let (mut ffn, mut all) = (0, 0);
    for matrix in matrices(&subject.network) {
        let weights = matrix.rows * matrix.cols;
        all += weights;
        if matrix.role.is_ffn() {
            ffn += weights;
        }
    }
    // A network without weights gives a NaN, which becomes a failed score and no panic.
    Outcome::from_value(ffn as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gpt2, score};

    /// A layer of width 64 has 4 · 64 · 64 = 16,384 weights of attention and 2 · 64 · 512 = 65,536 of its feed-forward network.
    #[test]
    fn by_hand() {
        assert!((score(&FFN_SHARE, &gpt2(3, 64, 512)) - 0.8).abs() < 1e-15);
    }
}
