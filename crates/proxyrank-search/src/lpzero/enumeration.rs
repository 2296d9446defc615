//! The whole space of trees, each one once: the yardstick that a search is held against.
//!
//! 12 million genotypes (5 inputs and 20 x 20 primitives on either side, 3 binary primitives) are some million trees up to
//! sign, and each of these is two loops over the networks and a sort. Work is shared by the left branch; results are put together
//! in order, so they do not depend on the number of threads.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_proxies::symbolic::{Binary, Branch, Input};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::contest::Contest;
use super::fitness::Room;
use super::rules::{Form, Rule, Sign, branches, form, live};
use super::tree::Tree;

/// Trees that are kept of the best.
const KEPT: usize = 1000;

/// A tree with its fitness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The tree.
    pub tree: Tree,
    /// Whether it ranks the same way or backwards.
    pub sign: Sign,
    /// The correlation with the truth, the sign counted.
    pub fitness: f64,
}

/// What the enumeration found.
#[derive(Debug, Clone, PartialEq)]
pub struct Enumeration {
    /// Trees that were scored.
    pub scored: usize,
    /// Trees that were not: of an input that the networks lack, or of one whose list is another's.
    pub skipped: usize,
    /// Trees that rank nothing: a score that is no number, or the same for all.
    pub barren: usize,
    /// The best, best first; of equals the shorter one first.
    pub best: Vec<Ranked>,
    /// The best of every size.
    pub by_size: BTreeMap<usize, Ranked>,
    /// How many trees reach each tenth of the correlation, from -1 to 1, both signs counted where the space has both.
    pub histogram: [u64; 20],
}

/// How many genotypes the space has, and what the rules leave of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// Branches: inputs times primitives squared.
    pub branches: usize,
    /// Branches that have to be computed.
    pub live_branches: usize,
    /// Of each rule how many branches it changes.
    pub rules: Vec<(Rule, usize)>,
    /// Genotypes.
    pub genotypes: u64,
    /// Of these, those that are never a number.
    pub undefined: u64,
    /// Those that are one number for all networks because both branches are.
    pub constant: u64,
    /// Those of which one branch is one number for all networks, or nothing is left of.
    pub one_branch: u64,
    /// Different trees, up to sign.
    pub trees: usize,
}

/// Counts the space, without computing anything.
pub fn census() -> Census {
    let all: Vec<(Form, BTreeSet<Rule>)> = branches().map(form).collect();
    let uses = |rule: Rule| all.iter().filter(|(_, rules)| rules.contains(&rule)).count();
    let count = |wanted: &dyn Fn(&Form) -> bool| all.iter().filter(|(form, _)| wanted(form)).count() as u64;
    let undefined = count(&|form| matches!(form, Form::Undefined));
    let constant = count(&|form| matches!(form, Form::Constant(_)));
    let total = all.len() as u64;
    let (binaries, alive) = (Binary::ALL.len() as u64, total - undefined - constant);
    let live_branches = live().len();
    Census {
        branches: all.len(),
        live_branches,
        rules: Rule::ALL.into_iter().map(|rule| (rule, uses(rule))).collect(),
        genotypes: binaries * total * total,
        undefined: binaries * (total * total - (total - undefined) * (total - undefined)),
        constant: binaries * constant * constant,
        one_branch: 2 * binaries * constant * alive,
        trees: candidates().map(|(left, rest)| trees_of(left, rest).count()).sum(),
    }
}

/// Every live branch with its number, and those behind it.
pub(super) fn candidates() -> impl Iterator<Item = ((usize, Branch), Vec<(usize, Branch)>)> {
    let all: Vec<(usize, Branch)> = live().into_iter().enumerate().collect();
    (0..all.len()).map(move |index| (all[index], all[index..].to_vec()))
}

/// The lists that may cut a branch's list off, one for each length that comes about on encoders: queries and softmaxes are one a
/// layer, which no list undercuts; gradients are as many as weights.
const fn cuts(input: Input) -> &'static [Input] {
    match input {
        Input::Head => &[Input::Head],
        Input::Softmax => &[Input::Softmax],
        Input::Act => &[Input::Act, Input::Head, Input::Weight],
        Input::Weight => &[Input::Weight, Input::Head, Input::Act],
        Input::Grad => &[Input::Grad, Input::Head, Input::Act],
    }
}

/// One tree to score: single branches, and pairs with each operation.
#[derive(Clone, Copy)]
pub(super) enum Candidate {
    Single(Input),
    Pair(usize, Branch, Binary),
}

/// The trees of which a branch is the smaller one.
pub(super) fn trees_of(
    (left, branch): (usize, Branch),
    rest: Vec<(usize, Branch)>,
) -> impl Iterator<Item = Candidate> {
    let singles = cuts(branch.input).iter().map(|&until| Candidate::Single(until));
    let pairs = rest.into_iter().flat_map(move |(right, other)| {
        let binaries: &[Binary] = if left == right { &[Binary::Product] } else { Binary::ALL };
        binaries.iter().map(move |&binary| Candidate::Pair(right, other, binary))
    });
    singles.chain(pairs)
}

/// Scores every tree.
///
/// `progress` is told how many of the left branches are done, out of the live ones, from many threads.
pub fn enumerate(contest: &Contest<'_>, progress: &(dyn Fn(usize) + Sync)) -> Enumeration {
    let turned = turned();
    let started: Vec<_> = candidates().collect();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let share = |((left, branch), rest): ((usize, Branch), Vec<(usize, Branch)>)| {
        let mut found = Enumeration::empty();
        let (mut room, mut scores) = (Room::default(), Vec::with_capacity(contest.panel.len()));
        let inputs = contest.panel.inputs();
        let has = |candidate: &Candidate| {
            let other = match candidate {
                Candidate::Single(until) => until,
                Candidate::Pair(_, other, _) => &other.input,
            };
            inputs.contains(&branch.input) && inputs.contains(other)
        };
        for candidate in trees_of((left, branch), rest) {
            if !has(&candidate) {
                found.skipped += 1;
                continue;
            }
            let (tree, both, sound) = match candidate {
                Candidate::Single(until) => {
                    let sound = contest.panel.is_sound(left);
                    scores.clear();
                    scores.extend_from_slice(contest.panel.mean(left, until));
                    // A constant on the right of a difference, or the branch itself: `c - a` turns any branch round.
                    (Tree::Single { branch, until }, true, sound)
                }
                Candidate::Pair(right, other, binary) => {
                    let sound = contest.panel.is_sound(left) && contest.panel.is_sound(right);
                    if sound {
                        contest.panel.combine(
                            binary,
                            (left, branch.input),
                            (right, other.input),
                            &mut scores,
                        );
                    }
                    let both =
                        binary == Binary::Difference || turned.contains(&branch) || turned.contains(&other);
                    (Tree::Pair { binary, left: branch, right: other }, both, sound)
                }
            };
            let fitness = if sound { contest.judge.judge(&scores, &mut room) } else { None };
            found.add(tree, fitness, both);
        }
        found.shorten();
        progress(1 + done.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        found
    };
    let parts: Vec<Enumeration> = started.into_par_iter().map(share).collect();
    parts.into_iter().fold(Enumeration::empty(), Enumeration::with)
}

/// Branches whose negative is a branch too.
pub(super) fn turned() -> BTreeSet<Branch> {
    let negative = branches().filter_map(|branch| match form(branch).0 {
        Form::Live(canonical, Sign::Minus) => Some(canonical),
        _ => None,
    });
    negative.collect()
}

impl Enumeration {
    const fn empty() -> Self {
        Self {
            scored: 0,
            skipped: 0,
            barren: 0,
            best: Vec::new(),
            by_size: BTreeMap::new(),
            histogram: [0; 20],
        }
    }

    fn add(&mut self, tree: Tree, fitness: Option<f64>, both: bool) {
        self.scored += 1;
        let Some(fitness) = fitness else {
            self.barren += 1;
            return;
        };
        let signs: &[Sign] = if both { &[Sign::Plus, Sign::Minus] } else { &[Sign::Plus] };
        for &sign in signs {
            let fitness = sign.factor() * fitness;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=19")]
            let tenth = ((fitness + 1.0) * 10.0).floor().clamp(0.0, 19.0) as usize;
            self.histogram[tenth] += 1;
            let ranked = Ranked { tree, sign, fitness };
            self.keep_of_size(ranked);
            if fitness > 0.0 {
                self.best.push(ranked);
            }
        }
        if self.best.len() >= 4 * KEPT {
            self.shorten();
        }
    }

    fn keep_of_size(&mut self, ranked: Ranked) {
        let best = self.by_size.entry(ranked.tree.size()).or_insert(ranked);
        // Of equals the first in the order of trees, whatever order threads come in.
        let order = ranked.fitness.total_cmp(&best.fitness).then(best.tree.cmp(&ranked.tree));
        if order.is_gt() {
            *best = ranked;
        }
    }

    fn shorten(&mut self) {
        let size = |ranked: &Ranked| ranked.tree.size();
        self.best.sort_by(|one, other| {
            other
                .fitness
                .total_cmp(&one.fitness)
                .then(size(one).cmp(&size(other)))
                .then(one.tree.cmp(&other.tree))
        });
        self.best.truncate(KEPT);
    }

    fn with(mut self, other: Self) -> Self {
        self.scored += other.scored;
        self.skipped += other.skipped;
        self.barren += other.barren;
        self.best.extend(other.best);
        other.by_size.into_values().for_each(|ranked| self.keep_of_size(ranked));
        for (own, other) in self.histogram.iter_mut().zip(other.histogram) {
            *own += other;
        }
        self.shorten();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lpzero::contest::Arena;
    use crate::lpzero::fitness::{Judge, Objective};
    use crate::lpzero::random::Dice;
    use crate::lpzero::table::tests::network;
    use crate::lpzero::table::{BranchTable, Record};

    #[test]
    fn the_census_adds_up() {
        let census = census();
        assert_eq!((census.branches, census.genotypes), (2000, 12_000_000));
        let alive = census.genotypes - census.undefined - census.constant - census.one_branch;
        assert!(alive > 6_000_000, "{census:?}");
        assert!(census.trees < 2_000_000 && census.live_branches < 1200, "{census:?}");
    }

    /// No random genotype is fitter than the best of the enumeration, on however many threads.
    #[test]
    fn nothing_beats_the_best() {
        let mut table = BranchTable::new();
        for number in 0..7 {
            table.insert(number, Record::of(&network(number))).unwrap();
        }
        let truth = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.0];
        let judge = Judge::new(Objective::Rho, &truth, &[0; 7]).unwrap();
        let contest = Contest::new(&table, (0..7).collect(), judge);
        let found = enumerate(&contest, &|_| ());
        assert_eq!((found.scored, found.skipped), (census().trees, 0));
        let best = found.best[0];
        assert!(found.best.windows(2).all(|pair| pair[0].fitness >= pair[1].fitness));
        assert_eq!(contest.fitness(best.tree, best.sign, &mut Room::default()), Some(best.fitness));
        let of_all = found.by_size.values().map(|ranked| ranked.fitness).fold(-1.0, f64::max);
        assert_eq!(of_all.to_bits(), best.fitness.to_bits());
        assert!(found.by_size.iter().all(|(&size, ranked)| ranked.tree.size() == size));
        let mut arena = Arena::new(&contest);
        let mut dice = Dice::new(5, 0);
        for _ in 0..20_000 {
            let genotype = dice.genotype();
            if let Some(fitness) = arena.fitness(genotype) {
                assert!(fitness <= best.fitness, "{genotype} has {fitness}, more than {best:?}");
            }
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(pool.install(|| enumerate(&contest, &|_| ())), found);
    }
}
