//! One objective on one set of networks, with a memory of what was judged.

use std::collections::HashMap;

use proxyrank_proxies::symbolic::{Genotype, Unary};

use super::fitness::{Judge, Room};
use super::panel::Panel;
use super::rules::Sign;
use super::table::BranchTable;
use super::tree::{Tree, TreeForm};

/// What trees are judged by: networks, their truth, the table.
#[derive(Debug)]
pub struct Contest<'a> {
    /// The branches on all networks.
    pub table: &'a BranchTable,
    /// The same on the networks that count.
    pub panel: Panel,
    /// The objective on these.
    pub judge: Judge,
}

impl<'a> Contest<'a> {
    /// Trees are judged on `networks`, for each of which the judge has a truth.
    pub fn new(table: &'a BranchTable, networks: Vec<usize>, judge: Judge) -> Self {
        Self { table, panel: Panel::new(table, networks), judge }
    }

    /// The signed correlation of a tree; nothing if it ranks nothing.
    pub fn fitness(&self, tree: Tree, sign: Sign, room: &mut Room) -> Option<f64> {
        let scores = self.panel.scores(self.table, tree)?;
        self.judge.judge(&scores, room).map(|fitness| sign.factor() * fitness)
    }
}

/// A contest that judges every tree once.
#[derive(Debug)]
pub struct Arena<'a> {
    contest: &'a Contest<'a>,
    room: Room,
    known: HashMap<Tree, Option<f64>>,
    /// Genotypes that were to be judged.
    pub asked: usize,
}

impl<'a> Arena<'a> {
    /// Nothing is known yet.
    pub fn new(contest: &'a Contest<'a>) -> Self {
        Self { contest, room: Room::default(), known: HashMap::new(), asked: 0 }
    }

    /// The fitness of a genotype; nothing if it ranks nothing.
    pub fn fitness(&mut self, genotype: Genotype) -> Option<f64> {
        self.asked += 1;
        let TreeForm::Live(tree, sign) = Tree::of(genotype) else { return None };
        let Self { contest, room, known, .. } = self;
        let fitness = *known.entry(tree).or_insert_with(|| contest.fitness(tree, Sign::Plus, room));
        fitness.map(|fitness| sign.factor() * fitness)
    }

    /// How many different trees were judged.
    pub fn distinct(&self) -> usize {
        self.known.len()
    }
}

/// The length of a genotype: inputs and primitives of the tree that it is; what it would be written out where it is none.
pub fn size(genotype: Genotype) -> usize {
    match Tree::of(genotype) {
        TreeForm::Live(tree, _) => tree.size(),
        TreeForm::Constant | TreeForm::Undefined => {
            let branch = |side: usize| {
                let branch = genotype.branches[side];
                1 + [branch.first, branch.second].iter().filter(|step| **step != Unary::NoOp).count()
            };
            1 + branch(0) + branch(1)
        }
    }
}
