//! Condition number of the neural tangent kernel.
//!
//! Formula: the largest over the smallest eigenvalue of the Gram matrix of single samples' gradients over the layers'
//! matrices. Chen et al., TE-NAS (ICLR 2021). Theirs are gradients of the summed logits of each image; here they are those of
//! each sequence's loss under the signal, so with `ones` or `gaussian` it is the kernel of a function of the hidden state.
//! Needs: a backward pass for each sequence. Direction: smaller is better. Axes: those of a backward pass. Infinite where two
//! sequences are equal; 1 for a single one.

use proxyrank_schema::{CostClass, Direction, Outcome, Params};

use super::faults::{ONES, SAMPLES};
use crate::gradient::{Measure, SampleKernel};
use crate::{Proxy, Subject, papers};

/// NTK condition number.
pub static NTK_CONDITION: Proxy = Proxy {
    paper: Some(&papers::CHEN_2021),
    class: CostClass::PerSample,
    direction: Direction::LowerIsBetter,
    faults: &[ONES, SAMPLES, "The smallest of a few eigenvalues scatters: compare seeds before differences."],
    ..Proxy::gradient(
        "ntk_condition",
        "NTK condition number",
        "largest / smallest eigenvalue of the Gram matrix of the sequences' gradients",
        Measure::Kernel(run),
    )
};

fn run(kernel: &SampleKernel, _: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(kernel.eigenvalues().map_or(f64::NAN, |values| condition(&values)))
}

/// Largest over smallest; infinite where the smallest is rounding, not a number where all are zero.
fn condition(eigenvalues: &[f64]) -> f64 {
    let (Some(&smallest), Some(&largest)) = (eigenvalues.first(), eigenvalues.last()) else {
        return f64::NAN;
    };
    let rounding = eigenvalues.len() as f64 * f64::EPSILON * largest;
    if smallest <= rounding && largest > 0.0 { f64::INFINITY } else { largest / smallest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_by_hand() {
        assert!((condition(&[0.5, 1.0, 4.0]) - 8.0).abs() < 1e-15);
        assert!((condition(&[3.0]) - 1.0).abs() < 1e-15);
        assert!(condition(&[-1e-17, 1.0]).is_infinite() && condition(&[1e-17, 1.0]) > 0.0);
        assert!(condition(&[0.0, 0.0]).is_nan());
    }
}
