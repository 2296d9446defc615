//! The notation in which LPZero's code prints a tree: `[head,act][[15,3],[8,13],0]`.
//!
//! Two inputs; for each of them two unary primitives by their places, the first being applied first; one binary primitive by
//! its place. It is the readable form `mean(pow(revert(head))) + mean(logsoftmax(frobenius(act)))`, and each can be turned
//! into the other.

use std::fmt;
use std::str::FromStr;

use super::expression::{Expression, Reduction, Series, Tensors};
use super::primitive::{Binary, Input, REJECTED, Unary};

/// One branch of a tree: an input and two primitives, the first being applied first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Branch {
    /// What it starts from.
    pub input: Input,
    /// What is applied first.
    pub first: Unary,
    /// What is applied to that.
    pub second: Unary,
}

impl Branch {
    /// The tensors whose means the tree puts together.
    pub fn tensors(self) -> Tensors {
        Tensors::Input(self.input).then(self.first).then(self.second)
    }

    /// The branch of tensors with two primitives at most; `no_op` fills up.
    fn of(tensors: &Tensors) -> Option<Self> {
        match tensors {
            Tensors::Input(input) => Some(Self { input: *input, first: Unary::NoOp, second: Unary::NoOp }),
            Tensors::Unary(outer, inner) => match &**inner {
                Tensors::Input(input) => Some(Self { input: *input, first: *outer, second: Unary::NoOp }),
                Tensors::Unary(first, inner) => match &**inner {
                    Tensors::Input(input) => Some(Self { input: *input, first: *first, second: *outer }),
                    _ => None,
                },
                Tensors::Binary(..) => None,
            },
            Tensors::Binary(..) => None,
        }
    }
}

/// A tree of LPZero's search space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Genotype {
    /// The branches, left one first.
    pub branches: [Branch; 2],
    /// What puts their numbers together.
    pub binary: Binary,
}

impl Genotype {
    /// The readable form. It keeps every `no_op`, so that it can be turned back.
    pub fn expression(self) -> Expression {
        let [left, right] = self.branches.map(|branch| Box::new(Series::Mean(branch.tensors())));
        Expression::average(Series::Binary(self.binary, left, right))
    }
}

/// An expression that is no tree of two branches.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` has no genotype: that takes two means of at most two functions each, with `+`, `-` or `*` between them"
)]
pub struct NoGenotype(pub String);

impl TryFrom<&Expression> for Genotype {
    type Error = NoGenotype;

    fn try_from(expression: &Expression) -> Result<Self, NoGenotype> {
        let refuse = || NoGenotype(expression.to_string());
        let Expression { reduction: Reduction::Average, series: Series::Binary(binary, left, right) } =
            expression
        else {
            return Err(refuse());
        };
        let branch = |series: &Series| match series {
            Series::Mean(tensors) => Branch::of(tensors),
            Series::Binary(..) => None,
        };
        match (branch(left), branch(right)) {
            (Some(left), Some(right)) => Ok(Self { branches: [left, right], binary: *binary }),
            _ => Err(refuse()),
        }
    }
}

impl fmt::Display for Genotype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [left, right] = self.branches;
        let unaries = |branch: Branch| format!("[{},{}]", branch.first.index(), branch.second.index());
        let inputs = format!("[{},{}]", left.input, right.input);
        f.pad(&format!("{inputs}[{},{},{}]", unaries(left), unaries(right), self.binary.index()))
    }
}

/// Why a text is no genotype.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenotypeError {
    /// Its form is another one.
    #[error("`{0}` is no genotype; one looks like [head,act][[15,3],[8,13],0]")]
    Form(String),
    /// No such input.
    #[error("`{0}` is no input; inputs are act, head, softmax, weight, grad")]
    Input(String),
    /// No such primitive.
    #[error("{what} `{given}` is not from 0 to {last}")]
    Place {
        /// Unary or binary.
        what: &'static str,
        /// What was given.
        given: String,
        /// The largest place.
        last: usize,
    },
    /// A primitive that cannot be used.
    #[error("primitive {place} (`{name}`) cannot be used: {reason}")]
    Rejected {
        /// Its place.
        place: usize,
        /// Its name.
        name: &'static str,
        /// Why not.
        reason: &'static str,
    },
}

/// Places that the released code has behind ours, and the names that stand there.
const RELEASED_BEYOND: [(&str, usize, &str); 2] =
    [("unary primitive", 20, "disconnect"), ("binary primitive", 3, "matmul")];

impl FromStr for Genotype {
    type Err = GenotypeError;

    fn from_str(text: &str) -> Result<Self, GenotypeError> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let form = || GenotypeError::Form(text.to_owned());
        let plain = plain.replace('(', "[").replace(')', "]");
        let inner = plain.strip_prefix('[').and_then(|rest| rest.split_once("][[")).ok_or_else(form)?;
        let (inputs, rest) = inner;
        let (left, rest) = rest.split_once("],[").ok_or_else(form)?;
        let (right, rest) = rest.split_once("],").ok_or_else(form)?;
        let binary = rest.strip_suffix(']').ok_or_else(form)?;
        let inputs = inputs.split_once(',').ok_or_else(form)?;
        let branch = |name: &str, unaries: &str| {
            let input = Input::named(name).ok_or_else(|| GenotypeError::Input(name.to_owned()))?;
            let (first, second) = unaries.split_once(',').ok_or_else(form)?;
            let unary = |text| place("unary primitive", text, Unary::ALL);
            Ok(Branch { input, first: unary(first)?, second: unary(second)? })
        };
        let branches = [branch(inputs.0, left)?, branch(inputs.1, right)?];
        Ok(Self { branches, binary: place("binary primitive", binary, Binary::ALL)? })
    }
}

/// The primitive at a place.
fn place<P: Copy>(what: &'static str, text: &str, all: &[P]) -> Result<P, GenotypeError> {
    let index = text.parse::<usize>().ok();
    if let Some(primitive) = index.and_then(|index| all.get(index)) {
        return Ok(*primitive);
    }
    let beyond = RELEASED_BEYOND.iter().find(|(kind, place, _)| *kind == what && Some(*place) == index);
    let rejected = beyond.and_then(|(_, place, name)| {
        let (name, reason) = REJECTED.iter().find(|(rejected, _)| rejected == name)?;
        Some(GenotypeError::Rejected { place: *place, name, reason })
    });
    let outside = || GenotypeError::Place { what, given: text.to_owned(), last: all.len() - 1 };
    Err(rejected.unwrap_or_else(outside))
}
