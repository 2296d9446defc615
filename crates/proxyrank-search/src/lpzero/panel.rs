//! The scores of trees on some of the networks, in microseconds.

use std::collections::BTreeSet;

use proxyrank_proxies::symbolic::{Binary, Branch, Input, Unary};

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
    /// Inputs of which every network has tensors.
    lists: BTreeSet<Input>,
    /// The same without those whose list is that of an input before.
    inputs: BTreeSet<Input>,
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
        let (lists, inputs) = inputs(table, &networks);
        Self { networks, offsets, values, means, sound, lists, inputs }
    }

    /// Inputs of which every network has tensors.
    pub const fn lists(&self) -> &BTreeSet<Input> {
        &self.lists
    }

    /// The same without those whose list is that of an input before.
    pub const fn inputs(&self) -> &BTreeSet<Input> {
        &self.inputs
    }

    /// On every network the number of tensors that the lists of two inputs have in common.
    pub fn common(&self, one: Input, other: Input) -> impl Iterator<Item = usize> {
        let lengths = |input: Input| self.offsets[input.index()].windows(2).map(|ends| ends[1] - ends[0]);
        lengths(one).zip(lengths(other)).map(|(one, other)| one.min(other))
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

/// Which inputs networks have, and of these each list once.
fn inputs(table: &BranchTable, networks: &[usize]) -> (BTreeSet<Input>, BTreeSet<Input>) {
    let (mut lists, mut found) = (BTreeSet::new(), BTreeSet::new());
    for &input in Input::ALL {
        let has = |&network: &usize| table.lengths(network)[input.index()] > 0;
        // The plain means tell lists apart: that of each tensor is a branch without primitives.
        let plain = |input, network: &usize| {
            let branch = Branch { input, first: Unary::NoOp, second: Unary::NoOp };
            table.place(branch).map_or(&[][..], |place| table.means(place, *network))
        };
        let same = |&other: &Input| {
            networks.iter().all(|network| {
                let (own, its) = (plain(input, network), plain(other, network));
                own.iter().map(|mean| mean.to_bits()).eq(its.iter().map(|mean| mean.to_bits()))
            })
        };
        if networks.iter().all(has) {
            lists.insert(input);
            if !found.iter().any(same) {
                found.insert(input);
            }
        }
    }
    (lists, found)
}

#[cfg(test)]
mod tests {
    use proxyrank_proxies::symbolic::{Genotype, TensorSource};

    use super::*;
    use crate::lpzero::rules::Sign;
    use crate::lpzero::table::Record;
    use crate::lpzero::table::tests::network;
    use crate::lpzero::tree::TreeForm;

    #[test]
    fn a_list_that_two_inputs_share_counts_once() {
        let mut table = BranchTable::new();
        for number in 0..3 {
            let mut network = network(number);
            let act = network.tensors(Input::Act).to_vec();
            network.insert(Input::Head, act);
            network.insert(Input::Softmax, Vec::new());
            table.insert(number, Record::of(&network)).unwrap();
        }
        let panel = Panel::new(&table, vec![0, 2]);
        assert_eq!(*panel.inputs(), BTreeSet::from([Input::Act, Input::Weight, Input::Grad]));
        assert_eq!(*panel.lists(), BTreeSet::from([Input::Act, Input::Head, Input::Weight, Input::Grad]));
        assert_eq!(panel.common(Input::Act, Input::Weight).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(panel.common(Input::Act, Input::Softmax).collect::<Vec<_>>(), [0, 0]);
    }

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
