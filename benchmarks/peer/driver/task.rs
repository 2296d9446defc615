//! What is timed.

use serde::{Deserialize, Serialize};

/// A piece of work of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ours {
    Forward,
    ForwardBackward,
    WPca,
    WPcaDrawn,
    Proxies,
    Grasp,
}

impl Ours {
    pub(crate) const ALL: [Self; 6] =
        [Self::Forward, Self::ForwardBackward, Self::WPca, Self::WPcaDrawn, Self::Proxies, Self::Grasp];

    /// The same work as PyTorch does it; the set of proxies in two ways.
    pub(crate) const fn opponents(self) -> &'static [Torch] {
        match self {
            Self::Forward => &[Torch::Forward],
            Self::ForwardBackward => &[Torch::ForwardBackward],
            Self::WPca => &[Torch::WPca],
            Self::WPcaDrawn => &[Torch::WPcaDrawn],
            Self::Proxies => &[Torch::ProxiesSeparate, Torch::ProxiesShared],
            Self::Grasp => &[Torch::Grasp],
        }
    }

    /// Forward passes that the matrix products of the work amount to, where these are nearly all of it.
    pub(crate) const fn forward_passes(self) -> Option<f64> {
        match self {
            Self::Forward => Some(1.0),
            // A product comes back as two.
            Self::ForwardBackward => Some(3.0),
            _ => None,
        }
    }
}

/// A piece of PyTorch's work, by the name that the worker knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Torch {
    Forward,
    ForwardBackward,
    WPca,
    WPcaDrawn,
    ProxiesSeparate,
    ProxiesShared,
    Grasp,
    /// Steps of pre-training.
    Train,
    /// A square matrix product, for the machine's rate.
    Matmul,
}

impl Torch {
    /// What a reader is told.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::ForwardBackward => "forward and backward, replaced-token loss",
            Self::WPca => "W-PCA",
            Self::WPcaDrawn => "W-PCA, weights drawn",
            Self::ProxiesSeparate => "all proxies; PyTorch with a pass for each, as released",
            Self::ProxiesShared => "all proxies; PyTorch with shared passes",
            Self::Grasp => "GraSP",
            Self::Train => "steps of pre-training",
            Self::Matmul => "matrix product",
        }
    }
}

/// Every proxy of the sets, by the names that both sides use: those that FlexiBERT's, LPZero's and W-PCA's code has for encoders.
pub(crate) const PROXIES: &[&str] = &[
    "v_pca.strict",
    "w_pca.strict",
    "head_confidence",
    "head_confidence_norm",
    "softmax_confidence",
    "softmax_confidence_norm",
    "activation_distance",
    "activation_distance_norm",
    "nwot",
    "weight_norm",
    "grad_norm",
    "grad_norm.lpzero",
    "snip",
    "snip.lpzero",
    "plain",
    "fisher",
    "fisher.lpzero",
    "synaptic_diversity",
    "synaptic_diversity_norm",
    "synaptic_saliency",
    "synaptic_saliency_norm",
    "head_importance",
    "head_importance_norm",
    "attention_confidence",
    "attention_confidence_norm",
    "eznas",
    "jacobian_covariance",
    "jacobian_cosine",
    "synflow",
    "logsynflow",
    "synflow.lpzero",
    "logsynflow.lpzero",
];

/// Those that W-PCA's code computes.
pub(crate) const W_PCA: &[&str] = &["v_pca.strict", "w_pca.strict"];
