//! A search and its history.

use std::fmt;
use std::str::FromStr;

use proxyrank_predict::PredictError;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{ehvi, evolution, nsga2, simple};
use crate::pareto::{Point, RankRule};
use crate::random::{Purpose, stream};
use crate::space::{Genes, Sampler, Space, SpaceError};

/// How a search chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Evenly drawn genes.
    Random,
    /// Changes one gene of a member of the front.
    Local,
    /// Regularised evolution by non-dominated rank.
    Evolution,
    /// NSGA-II.
    Nsga2,
    /// Expected hypervolume improvement.
    Ehvi,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Random, Self::Local, Self::Evolution, Self::Nsga2, Self::Ehvi];

    /// The name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Local => "local",
            Self::Evolution => "evolution",
            Self::Nsga2 => "nsga2",
            Self::Ehvi => "ehvi",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = Self::ALL.map(Self::as_str).join(", ");
        let found = Self::ALL.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| format!("there is no search method `{text}`; the methods are {names}"))
    }
}

/// Why a search cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// What was told is no sub-network of the space.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// An objective is no number.
    #[error(
        "objective {objective} of the evaluation told as number {number} is {value}; map what failed to the worst value"
    )]
    Objective {
        /// Which, 0 or 1.
        objective: usize,
        /// The evaluation, from 0.
        number: usize,
        /// Its value.
        value: f64,
    },
    /// The predictor failed.
    #[error(transparent)]
    Predict(#[from] PredictError),
}

/// A search, with everything that it was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Where it searches.
    pub space: Space,
    /// How it chooses.
    pub method: Method,
    /// Its seed.
    pub seed: u64,
    /// How it orders points where that matters.
    pub rule: RankRule,
    genes: Vec<Genes>,
    points: Vec<Point>,
}

/// Draws after which a search takes it that everything was seen.
const DRAWS: usize = 1000;

impl Search {
    /// A search that knows nothing yet.
    pub const fn new(space: Space, method: Method, seed: u64) -> Self {
        Self { space, method, seed, rule: RankRule::Inverse, genes: Vec::new(), points: Vec::new() }
    }

    /// What to evaluate next; the same until an answer is told. Nothing where a method that does not repeat itself has seen the
    /// whole space, as far as a thousand draws can tell.
    pub fn ask(&self) -> Result<Option<Genes>, SearchError> {
        if self.method != Method::Nsga2
            && let Some(genes) = self.initial_design().into_iter().nth(self.genes.len())
        {
            return Ok(Some(genes));
        }
        match self.method {
            Method::Random => Ok(self.fresh(&mut self.rng())),
            Method::Local => Ok(Some(simple::local(self))),
            Method::Evolution => Ok(Some(evolution::next(self))),
            Method::Nsga2 => Ok(Some(nsga2::next(self))),
            Method::Ehvi => ehvi::next(self),
        }
    }

    /// Takes the objectives of a sub-network, both to be made small.
    pub fn tell(&mut self, genes: Genes, point: Point) -> Result<(), SearchError> {
        self.space.check(&genes)?;
        if let Some(objective) = point.iter().position(|value| !value.is_finite()) {
            let (number, value) = (self.points.len(), point[objective]);
            return Err(SearchError::Objective { objective, number, value });
        }
        self.genes.push(genes);
        self.points.push(point);
        Ok(())
    }

    /// What was evaluated, in order.
    pub fn genes(&self) -> &[Genes] {
        &self.genes
    }

    /// The objectives of what was evaluated, in order.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// What every method but NSGA-II evaluates first: the whole network, the least of each gene, and the midpoint.
    fn initial_design(&self) -> [Genes; 3] {
        let least = self.space.smallest(crate::space::Smallest::Bounds);
        [self.space.full(), least, self.space.midpoint()]
    }

    /// The generator of the next question.
    pub(super) fn rng(&self) -> ChaCha8Rng {
        stream(self.seed, Purpose::Search, self.genes.len() as u64)
    }

    /// Whether a sub-network was evaluated.
    pub(super) fn has_seen(&self, genes: &Genes) -> bool {
        self.genes.contains(genes)
    }

    /// An evenly drawn sub-network that was not evaluated.
    pub(super) fn fresh(&self, rng: &mut ChaCha8Rng) -> Option<Genes> {
        let drawn = (0..DRAWS).map(|_| self.space.sample(Sampler::Config, rng));
        drawn.into_iter().find(|genes| !self.has_seen(genes))
    }
}
