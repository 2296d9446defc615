//! What a forward proxy reads.

use proxyrank_schema::{Outcome, Params};

use super::features::FeatureSpectra;
use super::maxima::TensorMeans;
use super::norms::MatrixNorms;
use super::perturbation::Perturbation;
use super::signs::SignCodes;
use super::spectrum::Spectra;
use crate::Subject;

/// From a measured quantity to a score.
pub type Score<Q> = fn(&Q, &Subject, &Params) -> Outcome;

/// The quantity that a proxy reads, with the step from it to the score.
///
/// The variant is the proxy's declaration of what it needs: a proxy cannot read what it has not declared, and what it
/// has declared is there.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// Norms of the sampled weights.
    Norms(Score<MatrixNorms>),
    /// Spectra of the first feed-forward layer's pre-activations.
    Spectra(Score<Spectra>),
    /// For each output of query, key, value, weighted query and transform input: the maximum over the tokens of a
    /// sequence, averaged over sequences and columns.
    HeadMaxima(Score<TensorMeans>),
    /// For each layer's softmax (attention probabilities, or a transform's head features): the maximum over heads,
    /// averaged over all other axes.
    SoftmaxMaxima(Score<TensorMeans>),
    /// For each GELU: agreement of the first sequence's tokens in which units are active, summed over pairs of tokens.
    TokenAgreement(Score<TensorMeans>),
    /// Which units are active, for each sequence.
    SignCodes(Score<SignCodes>),
    /// Spectra of what each layer hands on.
    FeatureSpectra(Score<FeatureSpectra>),
    /// For each layer: the smallest eigenvalue of the correlation matrix of the first GELU's channels.
    SmallestCorrelations(Score<TensorMeans>),
    /// How far the hidden state moves with the embeddings.
    Perturbation(Score<Perturbation>),
}

/// The quantity alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Quantity {
    Norms,
    Spectra,
    HeadMaxima,
    SoftmaxMaxima,
    TokenAgreement,
    SignCodes,
    FeatureSpectra,
    SmallestCorrelations,
    Perturbation,
}

impl Measure {
    pub(crate) const fn quantity(self) -> Quantity {
        match self {
            Self::Norms(_) => Quantity::Norms,
            Self::Spectra(_) => Quantity::Spectra,
            Self::HeadMaxima(_) => Quantity::HeadMaxima,
            Self::SoftmaxMaxima(_) => Quantity::SoftmaxMaxima,
            Self::TokenAgreement(_) => Quantity::TokenAgreement,
            Self::SignCodes(_) => Quantity::SignCodes,
            Self::FeatureSpectra(_) => Quantity::FeatureSpectra,
            Self::SmallestCorrelations(_) => Quantity::SmallestCorrelations,
            Self::Perturbation(_) => Quantity::Perturbation,
        }
    }

    /// Whether a network must be run, and not only drawn.
    pub const fn needs_forward(self) -> bool {
        !matches!(self, Self::Norms(_))
    }
}
