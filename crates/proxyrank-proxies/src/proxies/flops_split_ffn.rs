//! FLOPs as if stacked feed-forward layers were narrow ones side by side.
//!
//! Why: the `#FLOPs` row published with Neural Spectral Capacity (tau-b 0.552 on FlexiBERT, declared) cannot be had from
//! the networks that the benchmark declares: stacking gives 0.49 to 0.53 under every other choice that we tried. With
//! the FFN width divided by the number of stacked layers, as the released code of that paper does for its own score,
//! it comes out between 0.547 and 0.562. Zhu, Zhao & Lu, 2026. Needs: sizes and a sequence length. Direction: larger is
//! better. Encoders only, since decoders do not stack.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::macs;
use proxyrank_space::flexibert::EncoderLayer;
use proxyrank_space::{Family, Network};

use crate::{Axes, Proxy, Subject, papers};

/// FLOPs with the FFN width split.
pub static FLOPS_SPLIT_FFN: Proxy = Proxy {
    paper: Some(&papers::NSC_2026),
    families: &[Family::Encoder],
    axes: Axes::NETWORK_AT_LENGTH,
    faults: &["Takes the stacked feed-forward layers for parallel ones of a fraction of the width."],
    ..Proxy::data_free(
        "flops.split_ffn",
        "FLOPs, FFN split",
        "FLOPs with the FFN counted as 2 s h sum over its n hidden widths w of floor(w / n)",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    let Network::Encoder(encoder) = &subject.network else {
        return Outcome::unsupported("only FlexiBERT encoders stack feed-forward layers");
    };
    match macs(&subject.network, subject.seq_len) {
        Ok(macs) => {
            let widths: usize = encoder.layers.iter().map(split_width).sum();
            let ffn = 2 * (subject.seq_len * encoder.hidden_size * widths) as u64;
            Outcome::from_value((2 * (macs.embedding + macs.attention + ffn)) as f64)
        }
        Err(error) => Outcome::error(error.to_string()),
    }
}

fn split_width(layer: &EncoderLayer) -> usize {
    let hidden = &layer.ffn_widths[1..layer.ffn_widths.len() - 1];
    hidden.iter().map(|width| width / hidden.len()).sum()
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::proxies::FLOPS;
    use crate::testing::{count, flexibert};

    #[test]
    fn stacked_layers_cost_less_when_split() {
        // Architecture 0: FFN 1024 x3, 512 x3, 512 x3, 1024 x1, hidden 256, at 128 tokens.
        let subject = flexibert(0, Reading::Declared);
        let stacked =
            3 * 2 * 256 * 1024 + 2 * 1024 * 1024 + 2 * (2 * 256 * 512 + 2 * 512 * 512) - 2 * 2 * 256 * 1024;
        let split = 2 * 256 * (3 * 341 + 2 * 3 * 170 + 1024);
        let difference = count(&FLOPS, &subject) - count(&FLOPS_SPLIT_FFN, &subject);
        assert_eq!(difference, 2 * 128 * (stacked + 2 * 256 * 1024 - split));
    }
}
