//! One formula for two benchmarks: every tree, its layers averaged or added up, judged by two contests at once.
//!
//! The two contests may be of different families; a tree is judged if both have its inputs. What is kept is the front of the two
//! objectives, from which a rule that is laid down beforehand chooses ([`Front::choose`]): a search that looked at held-out
//! numbers to choose would have no held-out numbers left.

use std::collections::BTreeMap;

use proxyrank_proxies::symbolic::{Binary, Branch, Expression, Input, Reduction};
use rayon::prelude::*;

use super::contest::Contest;
use super::enumeration::{Candidate, candidates, trees_of, turned};
use super::fitness::Room;
use super::panel::Panel;
use super::rules::Sign;
use super::table::BranchTable;
use super::tree::Tree;

/// A tree with what becomes of its layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Formula {
    /// The tree.
    pub tree: Tree,
    /// Whether it ranks the same way or backwards.
    pub sign: Sign,
    /// Whether layers are added up, and not averaged.
    pub total: bool,
}

impl Formula {
    /// As an expression of which larger is better.
    pub fn expression(self) -> Expression {
        let mut expression = self.tree.expression(self.sign);
        if self.total {
            expression.reduction = Reduction::Total;
        }
        expression
    }

    /// The scores of networks, larger being better; nothing if the table lacks a branch.
    pub fn scores(self, panel: &Panel, table: &BranchTable) -> Option<Vec<f64>> {
        let mut scores = panel.scores(table, self.tree)?;
        let (one, other) = match self.tree {
            Tree::Single { branch, until } => (branch.input, until),
            Tree::Pair { left, right, .. } => (left.input, right.input),
        };
        if self.total {
            total(&mut scores, panel, one, other);
        }
        let factor = self.sign.factor();
        for score in &mut scores {
            *score *= factor;
        }
        Some(scores)
    }
}

/// From means over layers to sums, on lists that end with the shorter of two inputs'.
fn total(scores: &mut [f64], panel: &Panel, one: Input, other: Input) {
    for (score, count) in scores.iter_mut().zip(panel.common(one, other)) {
        *score *= count as f64;
    }
}

/// A formula with what it reaches in both contests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Both {
    /// The formula.
    pub formula: Formula,
    /// Its correlations.
    pub fitness: [f64; 2],
}

impl Both {
    /// Whether it is as good in both and better or shorter in something.
    fn beats(&self, other: &Self) -> bool {
        let ([first, second], [its_first, its_second]) = (self.fitness, other.fitness);
        let size = |both: &Self| (both.formula.tree.size(), both.formula);
        first >= its_first
            && second >= its_second
            && (first > its_first || second > its_second || size(self) < size(other))
    }
}

/// What nothing else beats.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Front {
    /// Formulas that were judged in both contests.
    pub judged: usize,
    /// The front, the best in the first contest first.
    pub best: Vec<Both>,
}

impl Front {
    fn add(&mut self, both: Both) {
        self.judged += 1;
        self.keep(both);
    }

    fn keep(&mut self, both: Both) {
        if !self.best.iter().any(|known| known.beats(&both)) {
            self.best.retain(|known| !both.beats(known));
            self.best.push(both);
        }
    }

    fn with(mut self, other: Self) -> Self {
        self.judged += other.judged;
        other.best.into_iter().for_each(|both| self.keep(both));
        self
    }

    /// The best in the first contest of those that reach `least` in the second.
    pub fn choose(&self, least: f64) -> Option<Both> {
        self.best.iter().find(|both| both.fitness[1] >= least).copied()
    }
}

/// Judges every tree by both contests. The front of each size is that of trees of at most so many inputs and primitives.
pub fn enumerate_both(contests: [&Contest<'_>; 2]) -> BTreeMap<usize, Front> {
    let turned = turned();
    let started: Vec<_> = candidates().collect();
    let lists = contests.map(|contest| contest.panel.lists());
    let has = |input: Input| lists.iter().all(|lists| lists.contains(&input));
    let share = |((left, branch), rest): ((usize, Branch), Vec<(usize, Branch)>)| {
        let mut fronts: BTreeMap<usize, Front> = BTreeMap::new();
        let (mut room, mut scores) = (Room::default(), Vec::new());
        if !has(branch.input) {
            return fronts;
        }
        for candidate in trees_of((left, branch), rest) {
            let (tree, other, both) = match candidate {
                Candidate::Single(until) => (Tree::Single { branch, until }, (left, until), true),
                Candidate::Pair(right, other, binary) => {
                    let both =
                        binary == Binary::Difference || turned.contains(&branch) || turned.contains(&other);
                    (Tree::Pair { binary, left: branch, right: other }, (right, other.input), both)
                }
            };
            if !has(other.1) {
                continue;
            }
            let front = fronts.entry(tree.size()).or_default();
            for adds_up in [false, true] {
                let mut fitness = [0.0; 2];
                let judged = contests.iter().zip(&mut fitness).all(|(contest, fitness)| {
                    let panel = &contest.panel;
                    if !panel.is_sound(left) || !panel.is_sound(other.0) {
                        return false;
                    }
                    match tree {
                        Tree::Single { until, .. } => {
                            scores.clear();
                            scores.extend_from_slice(panel.mean(left, until));
                        }
                        Tree::Pair { binary, .. } => {
                            panel.combine(binary, (left, branch.input), other, &mut scores);
                        }
                    }
                    if adds_up {
                        total(&mut scores, panel, branch.input, other.1);
                    }
                    contest.judge.judge(&scores, &mut room).is_some_and(|found| {
                        *fitness = found;
                        true
                    })
                });
                if judged {
                    let signs: &[Sign] = if both { &[Sign::Plus, Sign::Minus] } else { &[Sign::Plus] };
                    for &sign in signs {
                        let formula = Formula { tree, sign, total: adds_up };
                        front.add(Both { formula, fitness: fitness.map(|tau| sign.factor() * tau) });
                    }
                }
            }
        }
        fronts
    };
    let parts: Vec<BTreeMap<usize, Front>> = started.into_par_iter().map(share).collect();
    let mut of_size: BTreeMap<usize, Front> = BTreeMap::new();
    for (size, front) in parts.into_iter().flatten() {
        let known = of_size.remove(&size).unwrap_or_default();
        of_size.insert(size, known.with(front));
    }
    let mut smaller = Front::default();
    for front in of_size.values_mut() {
        smaller = smaller.with(std::mem::take(front));
        *front = smaller.clone();
        let by_first = |one: &Both, other: &Both| other.fitness[0].total_cmp(&one.fitness[0]);
        front.best.sort_by(|one, other| by_first(one, other).then(one.formula.cmp(&other.formula)));
    }
    of_size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lpzero::fitness::{Judge, Objective};
    use crate::lpzero::table::Record;
    use crate::lpzero::table::tests::network;

    /// A table of some made-up networks; the second one has no attention.
    fn table(numbers: std::ops::Range<usize>, attention: bool) -> BranchTable {
        let mut table = BranchTable::new();
        for number in numbers {
            let mut network = network(number);
            if !attention {
                network.insert(Input::Softmax, Vec::new());
            }
            table.insert(number, Record::of(&network)).unwrap();
        }
        table
    }

    #[test]
    fn the_front_is_what_its_formulas_reach_and_nothing_beats_it() {
        let tables = [table(0..8, true), table(3..10, false)];
        let truths = [vec![3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.0, 3.5], vec![2.0, 7.0, 1.0, 8.0, 2.5, 8.5, 1.5]];
        let contests: Vec<Contest<'_>> = tables
            .iter()
            .zip([0..8, 3..10])
            .zip(&truths)
            .map(|((table, numbers), truth)| {
                let judge = Judge::new(Objective::Within, truth, &vec![0; truth.len()]).unwrap();
                Contest::new(table, numbers.collect(), judge)
            })
            .collect();
        let fronts = enumerate_both([&contests[0], &contests[1]]);
        let judged: Vec<usize> = fronts.values().map(|front| front.judged).collect();
        assert!(
            judged.windows(2).all(|pair| pair[0] < pair[1]) && judged[judged.len() - 1] > 1_000_000,
            "{judged:?}"
        );
        let front = &fronts[&4];
        assert!(!front.best.is_empty());
        for both in &front.best {
            let expression = both.formula.expression();
            assert!(both.formula.tree.size() <= 4 && !expression.inputs().contains(&Input::Softmax));
            for ((contest, fitness), first) in contests.iter().zip(both.fitness).zip([0, 3]) {
                let scores = both.formula.scores(&contest.panel, contest.table).unwrap();
                assert_eq!(contest.judge.judge(&scores, &mut Room::default()), Some(fitness), "{expression}");
                let direct = expression.evaluate(&network(first)).unwrap();
                assert!((scores[0] - direct).abs() <= 1e-9 * (1.0 + direct.abs()), "{expression}");
            }
            assert!(!front.best.iter().any(|other| other != both && other.beats(both)));
        }
        let second = front.best.iter().map(|both| both.fitness[1]).fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(front.choose(second).unwrap().fitness[1].to_bits(), second.to_bits());
        assert_eq!(front.choose(-1.0), front.best.first().copied());
        assert_eq!(front.choose(1.1), None);
    }
}
