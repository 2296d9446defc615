//! Neural Spectral Capacity as a plain loop adds it up.
//!
//! The value is that of `nsc` up to the last bits, and these bits matter: networks with the same matrices in another
//! order should tie, and a running sum rounds them apart. On FlexiBERT 297 distinct scores become more than 350, which
//! moves the 10%-pairs tau from 0.5059 to the published 0.505. It stands here to show where the published digits come from.
//!
//! Order: layer by layer; in a layer queries-keys-values, output, then the two matrices of each FFN; each layer is summed
//! before it is added. Zhu, Zhao & Lu, arXiv 2609.23087, 2026. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::flexibert::{EncoderLayer, EncoderNetwork};
use proxyrank_space::{Family, Network, Operation};

use crate::spectral::xavier_variance;
use crate::{Proxy, Subject, papers};

/// Neural Spectral Capacity, added in the order of the layers.
pub static NSC_RUNNING_SUM: Proxy = Proxy {
    paper: Some(&papers::NSC_2026),
    families: &[Family::Encoder],
    faults: &["Rounding splits true ties: equal multisets of matrices in another order get other scores."],
    ..Proxy::data_free(
        "nsc.running_sum",
        "Neural Spectral Capacity, running sum",
        "as nsc, added layer by layer in floating point",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    match &subject.network {
        Network::Encoder(network) => Outcome::from_value(total(network)),
        Network::Decoder(_) => Outcome::unsupported("the order of a decoder's matrices was not published"),
    }
}

fn total(network: &EncoderNetwork) -> f64 {
    network.layers.iter().map(|layer| layer_sum(network.hidden_size as u64, layer)).sum()
}

fn layer_sum(h: u64, layer: &EncoderLayer) -> f64 {
    let mut sum = match layer.operation {
        Operation::Sdp | Operation::Wma => capacity(3 * h, h) + capacity(h, h),
        Operation::Dft | Operation::Dct => capacity(h, h) + capacity(h, h),
        Operation::Dsc { .. } => capacity(h, h),
    };
    let hidden = &layer.ffn_widths[1..layer.ffn_widths.len() - 1];
    for &width in hidden {
        let slice = (width / hidden.len()) as u64;
        sum += capacity(slice, h);
        sum += capacity(h, slice);
    }
    sum
}

/// The closed form of [`crate::spectral::spectral_capacity`], written without `ln_1p`: the last bits are the point here.
fn capacity(rows: u64, cols: u64) -> f64 {
    let (m, n) = (rows.max(cols) as f64, rows.min(cols) as f64);
    let (ratio, snr) = (n / m, xavier_variance(rows, cols) * m);
    let edge = |root: f64| (snr * (root * root) + 1.0).sqrt();
    let quarter = (edge(1.0 + ratio.sqrt()) - edge(1.0 - ratio.sqrt())).powi(2) / 4.0;
    let logs = (1.0 + snr * ratio - quarter).ln() / ratio + (1.0 + snr - quarter).ln();
    n * (logs - quarter / (ratio * snr))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use proxyrank_schema::Reading;

    use super::*;
    use crate::proxies::NSC;
    use crate::testing::{flexibert, score};

    #[test]
    fn it_is_nsc_up_to_rounding() {
        let subject = flexibert(0, Reading::Declared);
        assert_relative_eq!(score(&NSC_RUNNING_SUM, &subject), score(&NSC, &subject), max_relative = 1e-13);
    }
}
