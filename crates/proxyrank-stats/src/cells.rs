//! Kendall's tau within cells: how well a score ranks networks of equal depth and width.
//!
//! A proxy can reach a high tau by telling deep networks from shallow ones and nothing else. Within a cell
//! that is no help.
//!
//! The count needs no pass per cell. Order both variables by cell first and by value second: a pair from
//! two cells is then concordant, and a pair from one cell keeps its sign. So `C - D` within the cells is
//! that of the nested variables minus the number of pairs that cross cells, and ties of nested variables
//! are exactly the ties within cells.

use crate::error::{StatsError, check_length, check_pair, constant};
use crate::kendall::{Concordance, CountTree, Walk};
use crate::ranks::{Margin, Ranked, pair_count};

/// Tau-b over the pairs that share a cell, all cells pooled:
/// `(C - D) / sqrt((N - Tx) (N - Ty))` with every count taken over pairs of equal `cells`.
///
/// An error when x or y is constant in every cell.
pub fn within_cell_tau(x: &[f64], y: &[f64], cells: &[u32]) -> Result<f64, StatsError> {
    check_pair(x, y)?;
    check_length("cells", cells.len(), x.len())?;
    let cells = Cells::new(cells);
    let nested_y = cells.nest(&Ranked::new(y));
    let mut sample = CellSample::default();
    sample.refill(&cells, &nested_y, &vec![1; x.len()]);
    let nested_x = cells.nest(&Ranked::new(x));
    sample
        .concordance(&nested_x, &Margin::whole(&nested_x), &mut CountTree::default())
        .tau_b()
        .ok_or_else(|| constant("x or y in every cell"))
}

/// The cell of each item.
#[derive(Debug, Clone)]
pub(crate) struct Cells {
    /// The cells by themselves.
    pub(crate) ranked: Ranked,
}

impl Cells {
    pub(crate) fn new(cells: &[u32]) -> Self {
        Self { ranked: Ranked::new(&cells.iter().map(|&cell| f64::from(cell)).collect::<Vec<_>>()) }
    }

    /// The variable ordered by cell first and by its own value second.
    pub(crate) fn nest(&self, variable: &Ranked) -> Ranked {
        let distinct = variable.distinct as f64;
        let key = |(&cell, &rank): (&u32, &u32)| f64::from(cell) * distinct + f64::from(rank);
        Ranked::new(&self.ranked.dense.iter().zip(&variable.dense).map(key).collect::<Vec<_>>())
    }
}

/// The cells of a sample and the truth nested in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct CellSample {
    cells: Margin,
    truth: Margin,
    walk: Walk,
}

impl CellSample {
    /// Takes the sample in which item `i` occurs `multiplicity[i]` times.
    pub(crate) fn refill(&mut self, cells: &Cells, nested_truth: &Ranked, multiplicity: &[u32]) {
        self.cells.refill(&cells.ranked, multiplicity);
        self.truth.refill(nested_truth, multiplicity);
        self.walk.refill(nested_truth, multiplicity);
    }

    /// The counts over the pairs within cells between the truth and a nested variable with its margin.
    ///
    /// Copies of an item are tied in both nested variables; tau-b takes away ties from the pairs, so that
    /// they count as nothing.
    pub(crate) fn concordance(&self, x: &Ranked, margin: &Margin, tree: &mut CountTree) -> Concordance {
        let items: u64 = self.cells.counts.iter().map(|&count| u64::from(count)).sum();
        let within = self.cells.tied_pairs;
        let crossing = pair_count(items) - within;
        Concordance {
            net: self.walk.net_concordance(x, tree) - crossing.cast_signed(),
            pairs: within,
            tied_x: margin.tied_pairs,
            tied_y: self.truth.tied_pairs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELLS: [u32; 5] = [1, 1, 1, 2, 2];
    const TRUTH: [f64; 5] = [1.0, 2.0, 2.0, 9.0, 8.0];

    #[test]
    fn only_pairs_of_one_cell_count() {
        // Three pairs in cell 1 (one tied in the truth), one in cell 2.
        let x = [1.0, 2.0, 3.0, 0.0, 1.0];
        // C = 2, D = 1, N = 4, Tx = 0, Ty = 1.
        assert_eq!(within_cell_tau(&x, &TRUTH, &CELLS), Ok(1.0 / 12.0_f64.sqrt()));
    }

    #[test]
    fn without_a_pair_to_judge_it_is_undefined() {
        let x = [1.0, 2.0, 3.0, 0.0, 1.0];
        assert!(within_cell_tau(&x, &TRUTH, &[1, 2, 3, 4, 5]).is_err());
        assert!(within_cell_tau(&[1.0, 1.0, 1.0, 0.0, 0.0], &TRUTH, &CELLS).is_err());
    }

    #[test]
    fn one_cell_is_tau_b() {
        let x = [3.0, 3.0, 1.0, 7.0, 5.0];
        assert_eq!(within_cell_tau(&x, &TRUTH, &[0; 5]), crate::kendall_tau_b(&x, &TRUTH));
    }
}
