//! Jacobian cosine, as released: how unlike the features of the position table's gradient are.
//!
//! Formula: 1 - (sum over ordered pairs of features of |c|^(1/20) / 2) / (E² - E), c being the cosine of two features of the
//! position table's gradient (S, E) over positions. Serianni & Kalita (ACL 2023). Needs: a backward pass. Direction: larger
//! is better.

use proxyrank_schema::{Outcome, Params};

use super::families::WITH_GPT2;
use super::faults::ONES;
use crate::gradient::{Measure, PositionGradient};
use crate::{Proxy, Subject, papers};

/// Jacobian cosine.
pub static JACOBIAN_COSINE: Proxy = Proxy {
    paper: Some(&papers::SERIANNI_2023),
    faults: &[
        ONES,
        "The power of 1/20 flattens all cosines: 0.5 becomes 0.97, and 1e-7 still 0.45.",
        "The sum counts every pair twice and is halved, then divided by the number of ordered pairs: it lies between 0.5 and 1.",
        "It compares features of the position table, not examples.",
    ],
    families: WITH_GPT2,
    ..Proxy::gradient(
        "jacobian_cosine",
        "Jacobian cosine",
        "1 - (sum over pairs of features of |cos|^(1/20) / 2) / (E^2 - E)",
        Measure::Positions(run),
    )
};

fn run(gradient: &PositionGradient, _: &Subject, _: &Params) -> Outcome {
    let cosines = gradient.cosines();
    let features = cosines.nrows() as f64;
    let column = |column: usize| -> f64 {
        let others = (0..cosines.nrows()).filter(|&row| row != column);
        others.map(|row| cosines[(row, column)].abs().powf(1.0 / 20.0)).sum()
    };
    let sum: f64 = (0..cosines.ncols()).map(column).sum();
    Outcome::from_value(1.0 - sum / 2.0 / (features * features - features))
}
