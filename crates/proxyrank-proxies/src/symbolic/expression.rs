//! What an expression is once it has been read, and how it is written down.
//!
//! The types keep apart what may not be mixed: [`Tensors`], one tensor a layer, and [`Series`], one number a layer. `mean`
//! leads from the one to the other, so where it stands says what a binary primitive works on: `mean(act) + mean(head)` adds
//! numbers, as released trees do, `mean(act + head)` adds tensors, as an older version of the released code did.

use std::collections::BTreeSet;
use std::fmt;

use super::primitive::{Binary, Input, Unary};

/// One tensor a layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tensors {
    /// The network's own.
    Input(Input),
    /// A function of each.
    Unary(Unary, Box<Tensors>),
    /// A function of each pair, element by element.
    Binary(Binary, Box<Tensors>, Box<Tensors>),
}

/// One number a layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Series {
    /// The mean over the elements of each tensor.
    Mean(Tensors),
    /// A function of each pair of numbers.
    Binary(Binary, Box<Series>, Box<Series>),
}

/// What becomes of the numbers of all layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reduction {
    /// Their mean.
    #[default]
    Average,
    /// Their sum.
    Total,
}

/// A proxy as a formula.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expression {
    /// How layers are put together.
    pub reduction: Reduction,
    /// The number of each layer.
    pub series: Series,
}

impl Tensors {
    /// A function of these.
    #[must_use]
    pub fn then(self, unary: Unary) -> Self {
        Self::Unary(unary, Box::new(self))
    }

    fn inputs(&self, found: &mut BTreeSet<Input>) {
        match self {
            Self::Input(input) => {
                found.insert(*input);
            }
            Self::Unary(_, inner) => inner.inputs(found),
            Self::Binary(_, left, right) => {
                left.inputs(found);
                right.inputs(found);
            }
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Input(_) => 1,
            Self::Unary(Unary::NoOp, inner) => inner.size(),
            Self::Unary(_, inner) => 1 + inner.size(),
            Self::Binary(_, left, right) => 1 + left.size() + right.size(),
        }
    }
}

impl Series {
    fn inputs(&self, found: &mut BTreeSet<Input>) {
        match self {
            Self::Mean(tensors) => tensors.inputs(found),
            Self::Binary(_, left, right) => {
                left.inputs(found);
                right.inputs(found);
            }
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Mean(tensors) => tensors.size(),
            Self::Binary(_, left, right) => 1 + left.size() + right.size(),
        }
    }
}

impl Expression {
    /// The mean over layers of a series.
    pub const fn average(series: Series) -> Self {
        Self { reduction: Reduction::Average, series }
    }

    /// The inputs that it reads.
    pub fn inputs(&self) -> BTreeSet<Input> {
        let mut found = BTreeSet::new();
        self.series.inputs(&mut found);
        found
    }

    /// How long it is: its inputs and primitives, `no_op` not counted.
    pub fn size(&self) -> usize {
        self.series.size()
    }
}

impl fmt::Display for Tensors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(input) => write!(f, "{input}"),
            Self::Unary(unary, inner) => write!(f, "{unary}({inner})"),
            Self::Binary(binary, left, right) => {
                let precedence = |operand: &Self| match operand {
                    Self::Binary(binary, ..) => Some(*binary),
                    _ => None,
                };
                operation(f, *binary, (left, precedence(left)), (right, precedence(right)))
            }
        }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mean(tensors) => write!(f, "mean({tensors})"),
            Self::Binary(binary, left, right) => {
                let precedence = |operand: &Self| match operand {
                    Self::Binary(binary, ..) => Some(*binary),
                    Self::Mean(_) => None,
                };
                operation(f, *binary, (left, precedence(left)), (right, precedence(right)))
            }
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reduction {
            Reduction::Average => write!(f, "{}", self.series),
            Reduction::Total => write!(f, "total({})", self.series),
        }
    }
}

/// Writes `left binary right` with the brackets that reading it back needs and no others.
fn operation(
    f: &mut fmt::Formatter<'_>,
    binary: Binary,
    (left, left_binary): (impl fmt::Display, Option<Binary>),
    (right, right_binary): (impl fmt::Display, Option<Binary>),
) -> fmt::Result {
    let product = binary == Binary::Product;
    if product && left_binary.is_some_and(|inner| inner != Binary::Product) {
        write!(f, "({left})")?;
    } else {
        write!(f, "{left}")?;
    }
    write!(f, " {binary} ")?;
    // Operations of one rank are read from the left, so one that stands on the right needs brackets.
    let tighter = !product && right_binary == Some(Binary::Product);
    if right_binary.is_none() || tighter { write!(f, "{right}") } else { write!(f, "({right})") }
}
