//! Jacobian covariance, as released: how uncorrelated the features of the position table's gradient are.
//!
//! Formula: -sum over eigenvalues v of ln(|v| + 1e-5) + 1/(|v| + 1e-5), the eigenvalues being those of the E x E correlation
//! matrix of the features of the position table's gradient (S, E) over positions. Mellor et al. (ICML 2021) as adapted by
//! Serianni & Kalita (ACL 2023). Needs: a backward pass. Direction: larger is better.
//!
//! Mellor's matrix is between examples of a batch; here the batch was summed before.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_GPT2;
use super::faults::ONES;
use crate::gradient::{Measure, PositionGradient};
use crate::{Proxy, Subject, papers};

/// Jacobian covariance.
pub static JACOBIAN_COVARIANCE: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &[
        ONES,
        "A layer norm makes the features' gradients sum to zero, so one eigenvalue is zero and contributes about -1e5, which is rounding.",
        "With fewer positions than features more eigenvalues are zero, each another -1e5.",
        "It compares features of the position table, not examples.",
    ],
    families: WITH_GPT2,
    ..Proxy::gradient(
        "jacobian_covariance",
        "Jacobian covariance",
        "-sum over eigenvalues of ln(|v| + 1e-5) + 1/(|v| + 1e-5)",
        Measure::Positions(run),
    )
};

/// Keeps logarithm and quotient finite.
const FLOOR: f64 = 1e-5;

fn run(gradient: &PositionGradient, _: &Subject, _: &Params) -> Outcome {
    let eigenvalues = gradient.correlation_eigenvalues();
    if eigenvalues.is_empty() {
        return Outcome::from_value(f64::NAN);
    }
    let term = |value: &f64| (value.abs() + FLOOR).ln() + 1.0 / (value.abs() + FLOOR);
    Outcome::from_value(-eigenvalues.iter().map(term).sum::<f64>())
}
