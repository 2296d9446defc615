//! What a forward pass shows.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::prelude::Reborrow;
use faer::{Accum, Mat, Par, Spec};

use crate::encoder::{Pruned, Seen, Texts};

/// Share of the variance that components reach together.
const ETA: f64 = 0.99;
/// Tokens that components are counted on, at the most.
const TOKENS: usize = 512;

/// Sums over what is kept; nothing where nothing is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Forward {
    pub head_confidence: Option<f64>,
    pub softmax_confidence: Option<f64>,
    pub activation_distance: Option<f64>,
    pub components: Option<f64>,
    /// Agreements of the signs of two texts, the lower triangle, row by row.
    agreement: Option<Vec<Vec<f64>>>,
}

impl Forward {
    /// Runs texts through a sub-network.
    pub(super) fn of(network: &Pruned<'_>, texts: &Texts) -> Self {
        let mut found = Self::default();
        network.observe(texts, &mut |seen| match seen {
            Seen::Attention { heads, projections, probabilities } => {
                let confidence = projections.iter().map(|values| token_maxima(values, texts)).sum::<f64>();
                *found.head_confidence.get_or_insert(0.0) += confidence;
                *found.softmax_confidence.get_or_insert(0.0) += head_maxima(probabilities, heads, texts);
            }
            Seen::Units { units, before } => {
                *found.activation_distance.get_or_insert(0.0) += token_agreement(before, units, texts);
                *found.components.get_or_insert(0.0) += components(before, units);
                let empty = || (0..texts.len()).map(|row| vec![0.0; row + 1]).collect();
                text_agreement(before, units, texts, found.agreement.get_or_insert_with(empty));
            }
        });
        found
    }

    /// ln |det K| of the agreements; nothing where two texts have the same signs.
    pub(super) fn nwot(&self) -> Option<f64> {
        log_determinant(self.agreement.clone()?)
    }
}

/// The mean over texts and columns of the maximum over a text's tokens.
fn token_maxima(values: &[f32], texts: &Texts) -> f64 {
    let tokens = texts.tokens.iter().map(std::iter::ExactSizeIterator::len).sum::<usize>();
    let width = values.len() / tokens;
    let mut total = 0.0;
    for rows in &texts.tokens {
        let mut maxima = vec![f32::NEG_INFINITY; width];
        for row in values[rows.start * width..rows.end * width].chunks_exact(width) {
            maxima.iter_mut().zip(row).for_each(|(most, value)| *most = most.max(*value));
        }
        total += maxima.into_iter().map(f64::from).sum::<f64>();
    }
    total / (texts.len() * width) as f64
}

/// The mean over texts, queries and keys of the maximum over heads.
fn head_maxima(probabilities: &[f32], heads: usize, texts: &Texts) -> f64 {
    let (mut total, mut count, mut start) = (0.0, 0, 0);
    for rows in &texts.tokens {
        let cells = rows.len() * rows.len();
        let of_text = &probabilities[start..start + heads * cells];
        start += of_text.len();
        let mut maxima = vec![0.0_f32; cells];
        for head in of_text.chunks_exact(cells) {
            maxima.iter_mut().zip(head).for_each(|(most, value)| *most = most.max(*value));
        }
        total += maxima.into_iter().map(f64::from).sum::<f64>();
        count += cells;
    }
    total / f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The sum of all entries of b bᵀ + (1 - b)(1 - b)ᵀ for the first text's tokens: over columns, c² + (S - c)², c being active tokens.
fn token_agreement(before: &[f32], units: usize, texts: &Texts) -> f64 {
    let Some(rows) = texts.tokens.first() else { return 0.0 };
    let mut active = vec![0_u32; units];
    for row in before[rows.start * units..rows.end * units].chunks_exact(units) {
        active.iter_mut().zip(row).for_each(|(active, value)| *active += u32::from(*value > 0.0));
    }
    let tokens = rows.len() as f64;
    active.into_iter().map(|active| f64::from(active).powi(2) + (tokens - f64::from(active)).powi(2)).sum()
}

/// Adds in how many signs the first tokens of two texts agree.
fn text_agreement(before: &[f32], units: usize, texts: &Texts, agreement: &mut [Vec<f64>]) {
    let tokens = texts.tokens.iter().map(std::iter::ExactSizeIterator::len).min().unwrap_or(0);
    let code = |text: usize| -> Vec<u64> {
        let signs = &before[texts.tokens[text].start * units..][..tokens * units];
        let word = |signs: &[f32]| signs.iter().fold(0, |word, sign| word << 1 | u64::from(*sign > 0.0));
        signs.chunks(64).map(word).collect()
    };
    let codes: Vec<Vec<u64>> = (0..texts.len()).map(code).collect();
    for (row, cells) in agreement.iter_mut().enumerate() {
        for (column, cell) in cells.iter_mut().enumerate() {
            let differences = codes[row].iter().zip(&codes[column]).map(|(a, b)| (a ^ b).count_ones());
            *cell += (tokens * units) as f64 - f64::from(differences.sum::<u32>());
        }
    }
}

/// ln det of a positive definite matrix by Cholesky's method; nothing where a pivot is rounding error.
fn log_determinant(mut lower: Vec<Vec<f64>>) -> Option<f64> {
    let mut total = 0.0;
    for row in 0..lower.len() {
        let (done, rest) = lower.split_at_mut(row);
        let current = &mut rest[0];
        for column in 0..row {
            let known: f64 = (0..column).map(|place| current[place] * done[column][place]).sum();
            current[column] = (current[column] - known) / done[column][column];
        }
        let pivot = current[row] - current[..row].iter().map(|entry| entry * entry).sum::<f64>();
        if pivot <= current[row] * 1e-13 {
            return None;
        }
        total += pivot.ln();
        current[row] = pivot.sqrt();
    }
    Some(total)
}

/// The least number of principal components that reach the share of the variance.
fn components(before: &[f32], units: usize) -> f64 {
    let all = before.len() / units;
    let count = all.min(TOKENS);
    let mut rows =
        Mat::from_fn(count, units, |row, unit| f64::from(before[row * all / count * units + unit]));
    for column in rows.col_iter_mut() {
        let mean = column.rb().iter().sum::<f64>() / count as f64;
        column.iter_mut().for_each(|value| *value -= mean);
    }
    // XᵀX and XXᵀ have the same eigenvalues but for zeros.
    let (one, other) =
        if units <= count { (rows.transpose(), rows.as_ref()) } else { (rows.as_ref(), rows.transpose()) };
    let mut gram = Mat::zeros(one.nrows(), one.nrows());
    matmul(gram.as_mut(), Accum::Replace, one, other, 1.0, Par::Seq);
    let mut values = Diag::zeros(gram.nrows());
    // On one thread, so that no bit depends on how many there are.
    let scratch =
        self_adjoint_evd_scratch::<f64>(gram.nrows(), ComputeEigenvectors::No, Par::Seq, Spec::default());
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    let done = self_adjoint_evd(gram.as_ref(), values.as_mut(), None, Par::Seq, stack, Spec::default());
    if done.is_err() {
        return f64::NAN;
    }
    let falling: Vec<f64> = values.column_vector().iter().rev().map(|value| value.max(0.0)).collect();
    let total: f64 = falling.iter().sum();
    if total <= 0.0 {
        return 0.0;
    }
    let shares = falling.iter().scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum / total)
    });
    (1 + shares.take_while(|share| *share < ETA).count()).min(falling.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::Text;

    fn texts(lengths: &[usize]) -> Texts {
        let all: Vec<Text> =
            lengths.iter().map(|&length| Text { ids: vec![0; length], segments: vec![0; length] }).collect();
        Texts::new(all.iter().enumerate())
    }

    #[test]
    fn maxima_by_hand() {
        let texts = texts(&[2, 1]);
        // Two columns, three tokens.
        assert!(
            (token_maxima(&[1.0, 5.0, 3.0, 2.0, -4.0, -1.0], &texts) - (3.0 + 5.0 - 4.0 - 1.0) / 4.0).abs()
                < 1e-12
        );
        // Two heads: 2 x 2 cells each of the first text, then one each of the second.
        let probabilities = [0.5, 0.5, 0.1, 0.9, 0.75, 0.25, 0.5, 0.5, 1.0, 1.0];
        let wanted = (0.75 + 0.5 + 0.5 + 0.9 + 1.0) / 5.0;
        assert!((head_maxima(&probabilities, 2, &texts) - wanted).abs() < 1e-7);
    }

    #[test]
    fn agreements_are_those_of_the_products() {
        let texts = texts(&[3, 2]);
        let units = 70;
        let before: Vec<f32> = (0..5 * units).map(|i| if (i * 7919) % 13 < 6 { 1.0 } else { -1.0 }).collect();
        let bit = |token: usize, unit: usize| f64::from(u8::from(before[token * units + unit] > 0.0));
        let agree = |a: f64, b: f64| a * b + (1.0 - a) * (1.0 - b);
        let mut wanted = 0.0;
        for (one, other) in (0..3).flat_map(|one| (0..3).map(move |other| (one, other))) {
            wanted += (0..units).map(|unit| agree(bit(one, unit), bit(other, unit))).sum::<f64>();
        }
        assert!((token_agreement(&before, units, &texts) - wanted).abs() < 1e-9);
        let mut agreement = vec![vec![0.0], vec![0.0; 2]];
        text_agreement(&before, units, &texts, &mut agreement);
        let cells = (0..2).flat_map(|token| (0..units).map(move |unit| (token, unit)));
        let wanted: f64 = cells.map(|(token, unit)| agree(bit(token, unit), bit(3 + token, unit))).sum();
        assert!((agreement[1][0] - wanted).abs() < 1e-12 && (agreement[1][1] - 140.0).abs() < 1e-12);
    }

    #[test]
    fn determinants_by_hand() {
        let found = log_determinant(vec![vec![4.0], vec![2.0, 5.0], vec![2.0, 1.0, 6.0]]).unwrap();
        assert!((found - 80.0_f64.ln()).abs() < 1e-12);
        assert_eq!(log_determinant(vec![vec![3.0], vec![3.0, 3.0]]), None);
    }

    #[test]
    fn components_by_hand() {
        // Three columns, of which the third is the sum of the others; variances 100 and 1 in orthogonal directions.
        let rows = [[10.0, 1.0], [-10.0, 1.0], [10.0, -1.0], [-10.0, -1.0]];
        let before: Vec<f32> = rows.iter().flat_map(|&[a, b]| [a, b, 0.0]).collect();
        assert!((components(&before, 3) - 1.0).abs() < 1e-12, "100 of 101 is more than 99%");
        let closer: Vec<f32> = rows.iter().flat_map(|&[a, b]| [a, 2.0 * b, 0.0]).collect();
        assert!((components(&closer, 3) - 2.0).abs() < 1e-12, "100 of 104 is less");
        // More columns than rows.
        let wide: Vec<f32> = rows.iter().flat_map(|&[a, b]| [a, 2.0 * b, 0.0, 0.0, 0.0, a]).collect();
        assert!((components(&wide, 6) - 2.0).abs() < 1e-12);
        assert!(components(&[1.0; 6], 3).abs() < 1e-12);
    }
}
