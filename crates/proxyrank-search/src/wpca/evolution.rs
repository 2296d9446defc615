//! The genetic algorithm, as published and as released, and random search.
//!
//! Candidates are never scored twice and never above the limit. [`Rules::Published`]: 50 random candidates, then 40 generations of
//! 50 children; a child is the uniform crossover of two different parents, each layer of which is then drawn anew with
//! probability 0.1. The paper does not say who may be a parent; here, as in an older script of the released code, the ten best
//! so far. [`Rules::Released`]: 5 random candidates and 40 generations; 25 mutants of the best so far, and 25 crossovers of the
//! best with itself, up to ten tries for each. A crossover with itself is the parent, which is known, so there is
//! never one. New random candidates come only if there are fewer than 5 children.
//!
//! A run is a function of its settings and of what the evaluator says, so nothing of it needs to be stored.

use std::collections::HashSet;

use proxyrank_space::wpca::{WpcaArch, WpcaSpace, draw};
use serde::{Deserialize, Serialize};

use super::objective::Objective;
use crate::lpzero::random::Dice;

/// How children come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rules {
    /// The paper's genetic algorithm.
    Published,
    /// The released one.
    Released,
    /// Every candidate is drawn anew.
    Random,
}

impl Rules {
    /// Its name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Released => "released",
            Self::Random => "random",
        }
    }
}

/// What a run depends on, beside space and evaluator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Settings {
    /// How children come about.
    pub rules: Rules,
    /// What is made as large as possible.
    pub objective: Objective,
    /// Candidates at the beginning.
    pub population: usize,
    /// Children of a generation.
    pub children: usize,
    /// Generations after the beginning.
    pub generations: usize,
    /// How many of the best are parents.
    pub parents: usize,
    /// Hundredths of the layers that a mutation draws anew.
    pub mutation_percent: usize,
    /// Where random numbers come from.
    pub seed: u64,
}

impl Settings {
    /// The paper's.
    pub const fn published(objective: Objective, seed: u64) -> Self {
        Self {
            rules: Rules::Published,
            objective,
            population: 50,
            children: 50,
            generations: 40,
            parents: 10,
            mutation_percent: 10,
            seed,
        }
    }

    /// The released script's.
    pub const fn released(objective: Objective, seed: u64) -> Self {
        Self { rules: Rules::Released, population: 5, parents: 1, ..Self::published(objective, seed) }
    }

    /// Random candidates with the budget of other settings.
    #[must_use]
    pub const fn at_random(self) -> Self {
        Self { rules: Rules::Random, ..self }
    }
}

/// Where a candidate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Drawn.
    Random,
    /// Mutated.
    Mutation,
    /// Crossed.
    Crossover,
    /// Crossed, then mutated.
    Child,
}

impl Origin {
    /// Its name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Mutation => "mutation",
            Self::Crossover => "crossover",
            Self::Child => "child",
        }
    }
}

/// A candidate and its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The network.
    pub arch: WpcaArch,
    /// The generation that it belongs to; 0 is the beginning.
    pub generation: usize,
    /// Where it comes from.
    pub origin: Origin,
    /// The components that the evaluator gave it.
    pub components: f64,
    /// Its parameters.
    pub parameters: u64,
    /// Its score.
    pub score: f64,
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What it depended on.
    pub settings: Settings,
    /// Every candidate, in the order of their evaluation.
    pub candidates: Vec<Candidate>,
}

impl History {
    /// The best; the first of equals.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.iter().reduce(|best, next| if next.score > best.score { next } else { best })
    }

    /// How many came about in a way.
    pub fn count(&self, origin: Origin) -> usize {
        self.candidates.iter().filter(|candidate| candidate.origin == origin).count()
    }
}

/// Tries for each wanted child.
const TRIES: usize = 10;

/// Draws for each wanted random candidate; a fifth of the paper's space is small enough.
const PATIENCE: usize = 10_000;

/// Gives the components of networks, one number each.
pub type Evaluate<'a, E> = dyn FnMut(&[WpcaArch]) -> Result<Vec<f64>, E> + 'a;

/// Runs a search. `done` is told after each generation how many candidates there are.
pub fn search<E>(
    space: &WpcaSpace,
    settings: Settings,
    evaluate: &mut Evaluate<'_, E>,
    done: &dyn Fn(usize),
) -> Result<History, E> {
    let mut run = Run {
        space,
        settings,
        dice: Dice::new(settings.seed, 0),
        known: HashSet::new(),
        history: History { settings, candidates: Vec::new() },
        parents: Vec::new(),
    };
    for generation in 0..=settings.generations {
        let children = run.children(generation);
        let archs: Vec<WpcaArch> = children.iter().map(|(arch, _)| arch.clone()).collect();
        let components = evaluate(&archs)?;
        run.take(generation, children, &components);
        done(run.history.candidates.len());
    }
    Ok(run.history)
}

struct Run<'a> {
    space: &'a WpcaSpace,
    settings: Settings,
    dice: Dice,
    known: HashSet<WpcaArch>,
    history: History,
    /// The best so far, best first.
    parents: Vec<Candidate>,
}

impl Run<'_> {
    /// The candidates of a generation, none of them known or too large.
    fn children(&mut self, generation: usize) -> Vec<(WpcaArch, Origin)> {
        let Settings { rules, population, children, .. } = self.settings;
        let mut found = Vec::new();
        match (generation, rules) {
            (0, _) => self.fill(&mut found, population),
            (_, Rules::Random) => self.fill(&mut found, children),
            (_, Rules::Published) => {
                self.breed(&mut found, children, Origin::Child);
                self.fill(&mut found, children);
            }
            (_, Rules::Released) => {
                self.breed(&mut found, children / 2, Origin::Mutation);
                self.breed(&mut found, children - children / 2, Origin::Crossover);
                self.fill(&mut found, population);
            }
        }
        found
    }

    /// Adds up to `wanted` children of the parents.
    fn breed(&mut self, found: &mut Vec<(WpcaArch, Origin)>, wanted: usize, origin: Origin) {
        let mut born = 0;
        for _ in 0..TRIES * wanted {
            if born == wanted || self.parents.is_empty() {
                break;
            }
            let arch = self.child(origin);
            if self.is_new(&arch) {
                found.push((arch, origin));
                born += 1;
            }
        }
    }

    fn child(&mut self, origin: Origin) -> WpcaArch {
        let Self { parents, dice, settings, .. } = self;
        let first = dice.below(parents.len());
        let percent = settings.mutation_percent;
        match origin {
            Origin::Crossover => {
                let second = dice.below(parents.len());
                draw::crossed(&parents[first].arch, &parents[second].arch, &mut |n| dice.below(n))
            }
            Origin::Child => {
                // Another one, if there is another.
                let second = (first + 1 + dice.below(parents.len().max(2) - 1)) % parents.len();
                let child =
                    draw::crossed(&parents[first].arch, &parents[second].arch, &mut |n| dice.below(n));
                draw::mutated(&child, percent, &mut |n| dice.below(n))
            }
            Origin::Mutation | Origin::Random => {
                draw::mutated(&parents[first].arch, percent, &mut |n| dice.below(n))
            }
        }
    }

    /// Adds random candidates until there are `wanted` in all.
    fn fill(&mut self, found: &mut Vec<(WpcaArch, Origin)>, wanted: usize) {
        let mut left = PATIENCE * wanted;
        while found.len() < wanted && left > 0 {
            left -= 1;
            let dice = &mut self.dice;
            let arch = draw::random(self.space.layers, &mut |n| dice.below(n));
            if self.is_new(&arch) {
                found.push((arch, Origin::Random));
            }
        }
    }

    /// Whether a network is small enough and new; then it is known from now on.
    fn is_new(&mut self, arch: &WpcaArch) -> bool {
        self.space.allows(arch) && self.known.insert(arch.clone())
    }

    fn take(&mut self, generation: usize, children: Vec<(WpcaArch, Origin)>, components: &[f64]) {
        for ((arch, origin), &components) in children.into_iter().zip(components) {
            let parameters = self.space.parameters(&arch);
            let score = self.settings.objective.score(components, parameters);
            let candidate = Candidate { arch, generation, origin, components, parameters, score };
            self.parents.push(candidate.clone());
            self.history.candidates.push(candidate);
        }
        // A stable sort: of equals, the older one stays.
        self.parents.sort_by(|one, other| other.score.total_cmp(&one.score));
        self.parents.truncate(self.settings.parents.max(1));
    }
}
