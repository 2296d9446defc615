//! What a gradient proxy reads.

use std::collections::BTreeSet;

use proxyrank_schema::{Outcome, Params};

use super::matrices::{MatrixValues, Set};
use super::positions::PositionGradient;
use super::samples::SampleKernel;
use super::segments::SegmentNorms;
use crate::Subject;
use crate::forward::Score;

/// From two quantities to a score.
pub type Pair = fn(&MatrixValues, &MatrixValues, &Subject, &Params) -> Outcome;

/// The quantity that a proxy reads, with the step from it to the score.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// One number a matrix.
    Matrices(MatrixQuantity, Score<MatrixValues>),
    /// Two numbers a matrix.
    Both(MatrixQuantity, MatrixQuantity, Pair),
    /// The gradient of the position table.
    Positions(Score<PositionGradient>),
    /// Inner products of the gradients of single sequences.
    Kernel(Score<SampleKernel>),
    /// What each segment of the network does to random signs on their way back.
    Segments(Score<SegmentNorms>),
}

/// A number that is taken from a weight matrix W. G is its gradient, R that of a SynFlow pass, a the layer's output,
/// bias included, over N = B·S rows. In a SynFlow pass W is absolute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatrixQuantity {
    /// Σ abs(W·G), of every matrix and the projection.
    AbsoluteProducts,
    /// Σ W·G, of every matrix.
    Products,
    /// Frobenius norm of G, of every matrix and the projection.
    GradientNorms,
    /// Nuclear norm of W times nuclear norm of G, of the operations' matrices.
    NuclearProducts,
    /// ln abs(det(S Sᵀ)) with S = sign(G), of the operations' inner matrices; minus infinity if that is singular.
    SignDeterminants,
    /// Sum over columns of half the mean over rows of (a·dL/da)², of every matrix and the projection.
    Fisher,
    /// Mean over sequences and columns of the maximum of a over a sequence's tokens, of every matrix.
    OutputMaxima,
    /// Σ W·Hg, of every matrix and the projection; Hg is the Hessian times the gradient of every matrix (the projection's
    /// and all other parameters' left out).
    CurvatureProducts,
    /// Σ abs(W·R), of every matrix.
    SynFlow,
    /// Σ abs(W)·ln(1 + abs(R)), of every matrix.
    LogSynFlow,
    /// Σ abs(W)·abs(ln abs(R)), of every matrix.
    AbsoluteLogSynFlow,
    /// Σ abs(W·R) with R of LPZero's pass over tokens, of every matrix and the projection.
    TokenFlow,
    /// Σ abs(W)·abs(ln abs(R)) with R of LPZero's pass over tokens, of every matrix and the projection.
    AbsoluteLogTokenFlow,
    /// Σ abs(Σ over sequences of sign(g)), g being the gradient of one sequence's loss, of every matrix.
    SignAgreement,
    /// Σ of the mean of abs(g) over sequences over the standard deviation of g, of every matrix.
    InverseVariation,
}

/// The passes that a quantity is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PassKind {
    Backward,
    Curvature,
    SynFlow,
    TokenFlow,
    /// A backward pass for each sequence.
    Samples,
    /// A backward pass of random signs, segment by segment.
    Segments,
}

impl MatrixQuantity {
    /// The matrices of which it is taken.
    pub const fn set(self) -> Set {
        match self {
            Self::AbsoluteProducts
            | Self::GradientNorms
            | Self::Fisher
            | Self::CurvatureProducts
            | Self::TokenFlow
            | Self::AbsoluteLogTokenFlow => Set::WithProjection,
            Self::NuclearProducts => Set::Operation,
            Self::SignDeterminants => Set::OperationInner,
            Self::Products
            | Self::OutputMaxima
            | Self::SynFlow
            | Self::LogSynFlow
            | Self::AbsoluteLogSynFlow
            | Self::SignAgreement
            | Self::InverseVariation => Set::All,
        }
    }

    pub(crate) const fn passes(self) -> &'static [PassKind] {
        match self {
            Self::CurvatureProducts => &[PassKind::Backward, PassKind::Curvature],
            Self::SynFlow | Self::LogSynFlow | Self::AbsoluteLogSynFlow => &[PassKind::SynFlow],
            Self::TokenFlow | Self::AbsoluteLogTokenFlow => &[PassKind::TokenFlow],
            Self::SignAgreement | Self::InverseVariation => &[PassKind::Samples],
            _ => &[PassKind::Backward],
        }
    }
}

impl Measure {
    /// The quantities of matrices that it reads.
    pub fn matrices(self) -> impl Iterator<Item = MatrixQuantity> {
        let both = match self {
            Self::Matrices(quantity, _) => [Some(quantity), None],
            Self::Both(one, other, _) => [Some(one), Some(other)],
            Self::Positions(_) | Self::Kernel(_) | Self::Segments(_) => [None, None],
        };
        both.into_iter().flatten()
    }

    /// Whether second derivatives are needed.
    pub fn needs_curvature(self) -> bool {
        self.passes().contains(&PassKind::Curvature)
    }

    /// Whether every sequence is back-propagated on its own.
    pub fn needs_samples(self) -> bool {
        self.passes().contains(&PassKind::Samples)
    }

    /// Whether the signal is back-propagated; a SynFlow pass and one of random signs have none.
    pub fn needs_signal(self) -> bool {
        let passes = self.passes();
        passes.contains(&PassKind::Backward) || passes.contains(&PassKind::Samples)
    }

    pub(crate) fn passes(self) -> BTreeSet<PassKind> {
        match self {
            Self::Positions(_) => BTreeSet::from([PassKind::Backward]),
            Self::Kernel(_) => BTreeSet::from([PassKind::Samples]),
            Self::Segments(_) => BTreeSet::from([PassKind::Segments]),
            _ => self.matrices().flat_map(|quantity| quantity.passes().iter().copied()).collect(),
        }
    }
}
