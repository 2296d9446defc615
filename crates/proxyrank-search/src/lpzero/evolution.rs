//! The search: a steady-state genetic program with LPZero's settings, and its controls.
//!
//! One child an iteration. The population is put in order; two parents are drawn evenly, with replacement, from its better
//! half; with probability 1/2 the child is their crossover, else a copy of the first; independently with probability 1/2 it is
//! mutated; the last of the population goes and the child comes, whatever it is worth. A quarter of all children are copies.
//! Crossover takes each input and each unary primitive from either parent with probability 1/2, and the binary one from the
//! first with probability 1/5. Mutation keeps each gene with probability 1/2 and draws it anew otherwise.
//!
//! [`Strategy::Random`] draws every child anew and is otherwise the same; [`Strategy::Pareto`] orders the population by how many
//! others are both fitter and shorter, so that short trees survive beside fit ones.
//!
//! A run is a function of its settings: the state after an iteration is the population and a place in a stream of random words,
//! so that a run that is taken up from a stored state ends as one that was never interrupted.

use proxyrank_proxies::symbolic::{Branch, Genotype};
use serde::{Deserialize, Serialize};

use super::contest::{Arena, size};
use super::random::Dice;

/// How children come about and who survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Crossover and mutation; the fittest survive.
    Genetic,
    /// Drawn anew; the fittest survive.
    Random,
    /// Crossover and mutation; what nothing fitter and shorter beats survives.
    Pareto,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Genetic, Self::Random, Self::Pareto];

    /// Its name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Genetic => "genetic",
            Self::Random => "random",
            Self::Pareto => "pareto",
        }
    }
}

/// What a run depends on, beside the contest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How children come about.
    pub strategy: Strategy,
    /// Individuals at a time.
    pub population: usize,
    /// Children.
    pub iterations: usize,
    /// Where random numbers come from.
    pub seed: u64,
}

/// One tree of the population. Fitness is nothing where the tree ranks nothing; that is worse than any rank correlation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Individual {
    /// The tree.
    pub genotype: Genotype,
    /// The correlation with the truth.
    pub fitness: Option<f64>,
}

impl Individual {
    /// The fitness as a number: -1 where there is none, as released.
    pub fn worth(&self) -> f64 {
        self.fitness.unwrap_or(-1.0)
    }
}

/// What one iteration did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Who came.
    pub child: Individual,
    /// Who went.
    pub removed: Individual,
}

/// A population on its way.
#[derive(Debug, Clone)]
pub struct Evolution {
    /// What it depends on.
    pub settings: Settings,
    /// Iterations that are done.
    pub iteration: usize,
    /// Best first.
    pub population: Vec<Individual>,
    /// Genotypes that were judged.
    pub asked: usize,
    /// The best that was ever seen; by fitness, then the shorter one.
    pub best: Option<Individual>,
    dice: Dice,
}

/// Random trees that are looked at for each place of the first population before it is given up.
const PATIENCE: usize = 1000;

impl Evolution {
    /// The first population: random trees that rank something.
    pub fn begin(settings: Settings, arena: &mut Arena<'_>) -> Self {
        let mut evolution = Self {
            settings,
            iteration: 0,
            population: Vec::with_capacity(settings.population + 1),
            asked: 0,
            best: None,
            dice: Dice::new(settings.seed, 0),
        };
        let most = settings.population * PATIENCE;
        while evolution.population.len() < settings.population && evolution.asked < most {
            let genotype = evolution.dice.genotype();
            let individual = evolution.judged(genotype, arena);
            if individual.fitness.is_some() {
                evolution.population.push(individual);
            }
        }
        evolution.sort();
        evolution
    }

    /// Takes up a stored run; `place` is where its dice are.
    pub fn resume(
        settings: Settings,
        (iteration, asked, place): (usize, usize, u64),
        population: Vec<Individual>,
        best: Option<Individual>,
    ) -> Self {
        let dice = Dice::new(settings.seed, place);
        Self { settings, iteration, population, asked, best, dice }
    }

    /// Where the dice are.
    pub fn place(&self) -> u64 {
        self.dice.place()
    }

    /// Whether all iterations are done, or nothing can be.
    pub fn is_done(&self) -> bool {
        self.iteration >= self.settings.iterations || self.population.is_empty()
    }

    /// One iteration; nothing if there is none left.
    pub fn step(&mut self, arena: &mut Arena<'_>) -> Option<Step> {
        if self.is_done() {
            return None;
        }
        let genotype = match self.settings.strategy {
            Strategy::Random => self.dice.genotype(),
            Strategy::Genetic | Strategy::Pareto => self.child(),
        };
        let child = self.judged(genotype, arena);
        let removed = self.population.pop()?;
        self.population.push(child);
        self.sort();
        self.iteration += 1;
        Some(Step { child, removed })
    }

    fn judged(&mut self, genotype: Genotype, arena: &mut Arena<'_>) -> Individual {
        self.asked += 1;
        let individual = Individual { genotype, fitness: arena.fitness(genotype) };
        let key =
            |individual: &Individual| (individual.worth(), std::cmp::Reverse(size(individual.genotype)));
        if individual.fitness.is_some() && self.best.is_none_or(|best| key(&individual) > key(&best)) {
            self.best = Some(individual);
        }
        individual
    }

    /// A child of two parents.
    fn child(&mut self) -> Genotype {
        let better = self.population.len().div_ceil(2);
        let parents = [self.dice.below(better), self.dice.below(better)];
        let [first, second] = parents.map(|parent| self.population[parent].genotype);
        let mut child = if self.dice.chance(50) { self.crossover(first, second) } else { first };
        if self.dice.chance(50) {
            child = self.mutated(child);
        }
        child
    }

    fn crossover(&mut self, first: Genotype, second: Genotype) -> Genotype {
        let branches = [0, 1].map(|side| {
            let (one, other) = (first.branches[side], second.branches[side]);
            Branch {
                input: if self.dice.chance(50) { one.input } else { other.input },
                first: if self.dice.chance(50) { one.first } else { other.first },
                second: if self.dice.chance(50) { one.second } else { other.second },
            }
        });
        let binary = if self.dice.chance(20) { first.binary } else { second.binary };
        Genotype { branches, binary }
    }

    fn mutated(&mut self, genotype: Genotype) -> Genotype {
        let branches = genotype.branches.map(|branch| Branch {
            input: if self.dice.chance(50) { branch.input } else { self.dice.input() },
            first: if self.dice.chance(50) { branch.first } else { self.dice.unary() },
            second: if self.dice.chance(50) { branch.second } else { self.dice.unary() },
        });
        let binary = if self.dice.chance(50) { genotype.binary } else { self.dice.binary() };
        Genotype { branches, binary }
    }

    /// Best first. The order of equals is that of their arrival, as a stable sort leaves it.
    fn sort(&mut self) {
        match self.settings.strategy {
            Strategy::Genetic | Strategy::Random => {
                self.population.sort_by(|one, other| other.worth().total_cmp(&one.worth()));
            }
            Strategy::Pareto => {
                let measured: Vec<(f64, usize)> =
                    self.population.iter().map(|one| (one.worth(), size(one.genotype))).collect();
                let beaten_by = |&(worth, length): &(f64, usize)| {
                    let beats = |&&(other, shorter): &&(f64, usize)| {
                        other >= worth && shorter <= length && (other > worth || shorter < length)
                    };
                    measured.iter().filter(beats).count()
                };
                let mut keyed: Vec<(usize, f64, Individual)> = self
                    .population
                    .iter()
                    .zip(&measured)
                    .map(|(one, measure)| (beaten_by(measure), measure.0, *one))
                    .collect();
                keyed.sort_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)));
                self.population = keyed.into_iter().map(|(.., one)| one).collect();
            }
        }
    }
}
