//! ZiCo: how large gradients are against their variation over samples.
//!
//! Formula: the sum over the layers' matrices of ln of the sum over elements of E abs(g) / sd(g). Li et al. (ICLR 2023). The
//! mean and the standard deviation are over batches in the paper's setting (two of them in its code); here the sequences
//! of the batch play the batches, and sd has their number in its denominator, as the released code does. That code takes
//! sd of g and not of abs(g), leaves out elements that do not vary, and then matrices of which nothing is left; so does
//! this. Needs: a backward pass for each sequence. Direction: larger is better. Axes: those of a backward pass.

use proxyrank_schema::{CostClass, Outcome, Params};

use super::faults::{ONES, SAMPLES, SUMMED};
use crate::gradient::{MatrixQuantity, MatrixValues, Measure, Set};
use crate::{Proxy, Subject, papers};

/// ZiCo.
pub static ZICO: Proxy = Proxy {
    paper: Some(&papers::LI_2023),
    class: CostClass::PerSample,
    faults: &[
        ONES,
        SUMMED,
        SAMPLES,
        "The mean over the standard deviation of a few samples is near sqrt(2/pi) when gradients are noise about zero, so the sum counts elements and the logarithm their number.",
    ],
    ..Proxy::gradient(
        "zico",
        "ZiCo",
        "sum over matrices of ln sum over elements of E|g| / sd(g), over sequences",
        Measure::Matrices(MatrixQuantity::InverseVariation, run),
    )
};

fn run(values: &MatrixValues, _: &Subject, _: &Params) -> Outcome {
    let sums = values.of(Set::All).values;
    if sums.iter().all(|sum| *sum == 0.0) {
        return Outcome::unsupported("no gradient varies over the sequences; it takes two different ones");
    }
    // A matrix whose gradient does not vary has no logarithm; one that is not a number must stay.
    Outcome::from_value(sums.into_iter().filter(|sum| *sum != 0.0).map(f64::ln).sum())
}

#[cfg(test)]
mod tests {
    use proxyrank_nn::Stored;
    use proxyrank_schema::{Reading, Status};

    use super::*;
    use crate::gradient::{Matrix, MatrixValue, Part};
    use crate::testing::flexibert;

    fn of(sums: &[f64]) -> Outcome {
        let value = |&value: &f64| MatrixValue {
            matrix: Matrix {
                part: Part::Ffn,
                rows: 1,
                columns: 1,
                stored: Stored::AsIs,
                parameter: 0,
                elements: 0..1,
            },
            value,
        };
        let values = MatrixValues { values: sums.iter().map(value).collect() };
        run(&values, &flexibert(0, Reading::Declared), &Params::none())
    }

    #[test]
    fn matrices_without_variation_are_left_out() {
        assert!((of(&[2.0, 0.0, 8.0]).score.unwrap() - 16.0_f64.ln()).abs() < 1e-15);
        assert_eq!(of(&[0.0, 0.0]).status, Status::Unsupported);
        assert_eq!(of(&[0.0, f64::NAN]).status, Status::Nan);
    }
}
