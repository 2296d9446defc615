//! The scores of trees on some of the networks, in microseconds.

use proxyrank_proxies::symbolic::{Binary, Branch, Input};

use super::table::BranchTable;
use super::tree::Tree;

/// The branches of a table on some networks, laid out for scoring.
#[derive(Debug)]
pub struct Panel {
    /// The networks, as numbers of the table.
    pub networks: Vec<usize>,
    /// Of each input: where the means of each network begin.
    offsets: Vec<Vec<usize>>,
    /// Of each branch: the means of all networks, one after the other.
    values: Vec<Vec<f64>>,
    /// Of each branch and each input: for every network the mean over the tensors that have a partner in the input's list.
    means: Vec<Vec<Vec<f64>>>,
    /// Of each branch: whether every mean of every network is a number.
    sound: Vec<bool>,
}

impl Panel {
    /// Lays out some networks of a table; they must be in it.
    pub fn new(table: &BranchTable, networks: Vec<usize>) -> Self {
        let offsets: Vec<Vec<usize>> = Input::ALL
            .iter()
            .map(|input| {
                let mut end = 0;
                let ends = networks.iter().map(|&network| {
                    end += table.lengths(network)[input.index()];
                    end
                });
                [0].into_iter().chain(ends).collect()
            })
            .collect();
        let branches = 0..table.branches.len();
        let of_branch = |branch: usize| -> Vec<f64> {
            networks.iter().flat_map(|&network| table.means(branch, network).iter().copied()).collect()
        };
        let values: Vec<Vec<f64>> = branches.clone().map(of_branch).collect();
        let mean = |branch: usize, until: &Input| -> Vec<f64> {
            let means = networks.iter().map(|&network| {
                let means = table.means(branch, network);
                let count = means.len().min(table.lengths(network)[until.index()]);
                means[..count].iter().sum::<f64>() / count as f64
            });
            means.collect()
        };
        let means =
            branches.map(|branch| Input::ALL.iter().map(|until| mean(branch, until)).collect()).collect();
        let sound = values.iter().map(|values| values.iter().all(|value| value.is_finite())).collect();
        Self { networks, offsets, values, means, sound }
    }

    /// How many networks it has.
    pub fn len(&self) -> usize {
        self.networks.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Whether a branch is a number on every network.
    pub fn is_sound(&self, branch: usize) -> bool {
        self.sound[branch]
    }

    /// The mean of a branch on every network, as far as the list of an input goes.
    pub fn mean(&self, branch: usize, until: Input) -> &[f64] {
        &self.means[branch][until.index()]
    }

    /// The scores of two branches, by their numbers and inputs, into `scores`.
    pub fn combine(
        &self,
        binary: Binary,
        (left, left_input): (usize, Input),
        (right, right_input): (usize, Input),
        scores: &mut Vec<f64>,
    ) {
        scores.clear();
        let means = self.mean(left, right_input).iter().zip(self.mean(right, left_input));
        match binary {
            Binary::Sum => scores.extend(means.map(|(left, right)| left + right)),
            Binary::Difference => scores.extend(means.map(|(left, right)| left - right)),
            Binary::Product => {
                let (starts, other) = (&self.offsets[left_input.index()], &self.offsets[right_input.index()]);
                let (left, right) = (&self.values[left], &self.values[right]);
                for (ends, others) in starts.windows(2).zip(other.windows(2)) {
                    let pairs = left[ends[0]..ends[1]].iter().zip(&right[others[0]..others[1]]);
                    let count = (ends[1] - ends[0]).min(others[1] - others[0]);
                    scores.push(pairs.map(|(left, right)| left * right).sum::<f64>() / count as f64);
                }
            }
        }
    }

    /// The scores of a tree; nothing if the table lacks a branch.
    pub fn scores(&self, table: &BranchTable, tree: Tree) -> Option<Vec<f64>> {
        match tree {
            Tree::Single { branch, until } => Some(self.mean(table.place(branch)?, until).to_vec()),
            Tree::Pair { binary, left, right } => {
                let mut scores = Vec::with_capacity(self.len());
                let place = |branch: Branch| Some((table.place(branch)?, branch.input));
                self.combine(binary, place(left)?, place(right)?, &mut scores);
                Some(scores)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_proxies::symbolic::{Genotype, Unary};

    use super::*;
    use crate::lpzero::rules::Sign;
    use crate::lpzero::table::Record;
    use crate::lpzero::table::tests::network;
    use crate::lpzero::tree::TreeForm;

    /// The table gives what the expression gives on the tensors, but for a shift and a scale that all networks share.
    #[test]
    fn scores_are_those_of_expressions() {
        let mut table = BranchTable::new();
        for number in 0..6 {
            table.insert(number, Record::of(&network(number))).unwrap();
        }
        let panel = Panel::new(&table, vec![5, 0, 3, 2]);
        let mut checked = 0;
        for index in 0..400_usize {
            let pick = |salt: usize, count: usize| (index * 7919 + salt * 104_729) / 3 % count;
            let branch = |salt: usize| Branch {
                input: Input::ALL[pick(salt, 5)],
                first: Unary::ALL[pick(salt + 1, 20)],
                second: Unary::ALL[pick(salt + 2, 20)],
            };
            let genotype = Genotype { branches: [branch(1), branch(5)], binary: Binary::ALL[pick(9, 3)] };
            let TreeForm::Live(tree, sign) = Tree::of(genotype) else { continue };
            let found = panel.scores(&table, tree).unwrap();
            let expected = panel
                .networks
                .iter()
                .map(|&number| tree.expression(Sign::Plus).evaluate(&network(number)).unwrap());
            for (found, expected) in found.iter().zip(expected) {
                let close = (found - expected).abs() <= 1e-9 * (1.0 + expected.abs());
                assert!(
                    close || found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                    "{genotype} {sign:?}"
                );
            }
            checked += 1;
        }
        assert!(checked > 200, "{checked}");
    }
}
