//! What is wrong with an expression, and where.

use std::fmt;

use super::primitive::{Input, REJECTED, Unary};

/// Why a text is no expression; the message shows the text with a mark under the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The text.
    pub text: String,
    /// The place, in characters from 0; the length of the text where something is missing at its end.
    pub position: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with an expression at one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A character that the language does not have.
    #[error("`{0}` means nothing here; expressions are made of names, brackets, `+`, `-` and `*`")]
    Character(char),
    /// Something else should stand here.
    #[error("expected {wanted}, found {found}")]
    Expected {
        /// What could stand here.
        wanted: &'static str,
        /// What stands here.
        found: String,
    },
    /// A name that nothing has.
    #[error("there is no input and no function `{given}`; the closest names are {}", .closest.join(", "))]
    Unknown {
        /// The name.
        given: String,
        /// The closest names.
        closest: Vec<&'static str>,
    },
    /// A name that the released code has and expressions may not use.
    #[error("`{name}` cannot be used: {reason}")]
    Rejected {
        /// The name.
        name: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// A function without its argument.
    #[error("`{0}` is a function: write `{0}(...)`")]
    NoArgument(String),
    /// An input with an argument.
    #[error("`{0}` is an input and takes nothing in brackets")]
    Argument(Input),
    /// A function of tensors was given one number a layer.
    #[error(
        "`{0}` takes tensors, and this is one number a layer already; write the function inside `mean(...)`"
    )]
    TakesTensors(String),
    /// One side of an operation is tensors, the other one number a layer.
    #[error(
        "`{0}` has tensors on one side and one number a layer on the other; put `mean(...)` around the tensors"
    )]
    Mixed(&'static str),
    /// The whole expression is tensors.
    #[error("this is a tensor for each layer, and a score needs numbers; put `mean(...)` around it")]
    NoMean,
    /// A reduction over layers inside an expression.
    #[error("`{0}(...)` puts layers together, so it can only stand around the whole expression")]
    ReductionInside(&'static str),
    /// Brackets or functions are nested too deeply.
    #[error("more than {0} brackets stand inside each other")]
    TooDeep(usize),
    /// There are too many characters.
    #[error("an expression has {0} characters at most")]
    TooLong(usize),
}

impl Fault {
    /// The fault of a name that nothing has.
    pub(super) fn unknown(given: &str) -> Self {
        if let Some((name, reason)) = REJECTED.iter().find(|(name, _)| *name == given) {
            return Self::Rejected { name, reason };
        }
        let functions = Unary::ALL.iter().map(|unary| unary.as_str());
        let mut closest: Vec<&'static str> = functions
            .chain(["mean", "total", "average"])
            .chain(Input::ALL.iter().map(|input| input.as_str()))
            .collect();
        closest.sort_by_key(|known| crate::registry::edit_distance(given, known));
        closest.dedup();
        closest.truncate(3);
        Self::Unknown { given: given.to_owned(), closest }
    }
}

/// Characters of a text that are shown on either side of a fault.
const CONTEXT: usize = 60;

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.position.saturating_sub(CONTEXT);
        let shown = self.text.chars().skip(start).take(2 * CONTEXT);
        // A line break would tear text and mark apart.
        let shown: String = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mark = " ".repeat(self.position - start);
        write!(f, "character {}: {}\n  {shown}\n  {mark}^", self.position + 1, self.fault)
    }
}

impl std::error::Error for ParseError {}
