//! V-PCA: how many principal components the feed-forward layers use.
//!
//! Formula: the sum over layers of k, the smallest number of principal components of the first FFN layer's output before
//! its activation (rows are the tokens of all sequences) whose share of the variance reaches eta. Wang, W-PCA (ICLR
//! 2025), equations 6 and 7. Needs: a forward pass to the last layer's first FFN layer. Direction: larger is better.
//!
//! At initialisation k hardly depends on anything but the widths, as the embedding's width caps the rank, so the sum
//! counts layers. The released code stops only where the share exceeds eta, which is `v_pca.strict`; the two can differ
//! only where a share is eta to the last bit.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_DECODERS;
use super::pca;
use crate::forward::{Enough, Measure, Spectra};
use crate::{Proxy, Subject, papers};

/// V-PCA.
pub static V_PCA: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "v_pca",
        "V-PCA",
        "sum over layers of k(eta), share at least eta",
        Measure::Spectra(at_least),
    )
};

/// V-PCA with the released code's rule.
pub static V_PCA_STRICT: Proxy = Proxy {
    paper: Some(&papers::WPCA_2025),
    params: &[pca::ETA],
    faults: FAULTS,
    families: WITH_DECODERS,
    ..Proxy::forward(
        "v_pca.strict",
        "V-PCA, released rule",
        "sum over layers of k(eta), share above eta",
        Measure::Spectra(above),
    )
};

const FAULTS: &[&str] = &[
    "At initialisation the embedding's width caps the rank, so the sum is close to a count of layers.",
    "It has few values: many architectures tie.",
];

fn at_least(spectra: &Spectra, _: &Subject, params: &Params) -> Outcome {
    Outcome::from_value(pca::sum(spectra, params, Enough::AtLeast))
}

fn above(spectra: &Spectra, _: &Subject, params: &Params) -> Outcome {
    Outcome::from_value(pca::sum(spectra, params, Enough::Above))
}
