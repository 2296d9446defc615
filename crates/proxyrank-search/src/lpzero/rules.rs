//! What algebra knows of a branch before anything is computed.
//!
//! A tree of the space takes the mean of every tensor of a branch, so two branches are the same proxy if these means are. The
//! rules here bring a branch into one form for all that are equal, up to sign; find those whose mean is one number for every
//! network; and those that are never a number. They are exact in real arithmetic, but for the constants 1e-9 and for results
//! that leave the range of floating-point numbers; a test holds each of the 2,000 branches against its form on random tensors.
//!
//! | rule | example |
//! |---|---|
//! | [`Rule::NoOp`] | `pow(no_op(A))` is `pow(A)` |
//! | [`Rule::FinalMean`] | a mean is taken last, so `to_mean`, `normalized_sum` as last step change nothing, `l1` is `abs` |
//! | [`Rule::Sign`] | `revert` last turns the sign; `pow(revert(A))`, `abs(revert(A))` do not see it |
//! | [`Rule::Range`] | `abs(pow(A))`, `relu(exp(A))`, `sqrt(relu(A))`, `log(relu(A))`: the outer step changes nothing or does not see the inner |
//! | [`Rule::Inverse`] | `sqrt(pow(A))` is `abs(A)`, `pow(sqrt(A))` is `relu(A)`, `abslog(exp(A))` is `A` |
//! | [`Rule::FirstAxis`] | `softmax(logsoftmax(A))` is `softmax(A)`, `abslog(softmax(A))` is `logsoftmax(A)`; a softmax's mean does not depend on what it is taken of |
//! | [`Rule::OneNumber`] | of one number `frobenius` is `abs`, `min_max` 0, `softmax` 1, `logsoftmax` 0 |
//! | [`Rule::Standardised`] | the mean of `normalize(A)` is 0, its mean square and deviation 1 (but for 1/n) |
//! | [`Rule::Undefined`] | the deviation of one number is none |

use std::collections::BTreeSet;

use proxyrank_proxies::symbolic::{Branch, Input, Unary};
use serde::{Deserialize, Serialize};

/// Why a branch is not computed as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Steps that do nothing.
    NoOp,
    /// The mean that is taken last.
    FinalMean,
    /// Negatives.
    Sign,
    /// Steps that change nothing on the values that reach them, or that do not see what was done before.
    Range,
    /// Steps that undo each other.
    Inverse,
    /// Softmax over the first axis.
    FirstAxis,
    /// Functions of one number.
    OneNumber,
    /// Standard scores.
    Standardised,
    /// Never a number.
    Undefined,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NoOp,
        Self::FinalMean,
        Self::Sign,
        Self::Range,
        Self::Inverse,
        Self::FirstAxis,
        Self::OneNumber,
        Self::Standardised,
        Self::Undefined,
    ];

    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::NoOp => "no_op does nothing",
            Self::FinalMean => "a mean is taken last",
            Self::Sign => "negatives",
            Self::Range => "ranges",
            Self::Inverse => "inverse functions",
            Self::FirstAxis => "softmax over the first axis",
            Self::OneNumber => "functions of one number",
            Self::Standardised => "standard scores",
            Self::Undefined => "deviation of one number",
        }
    }
}

/// A sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// As it is.
    Plus,
    /// Turned round.
    Minus,
}

impl Sign {
    /// The sign of a product.
    #[must_use]
    pub const fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Plus, other) | (other, Self::Plus) => other,
            (Self::Minus, Self::Minus) => Self::Plus,
        }
    }

    /// `1` or `-1`.
    pub const fn factor(self) -> f64 {
        match self {
            Self::Plus => 1.0,
            Self::Minus => -1.0,
        }
    }
}

/// The mean of a branch that is one number for every network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// 0.
    Zero,
    /// Some number above 0.
    Positive,
    /// Some number below 0.
    Negative,
}

/// What a branch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A branch to compute, in the form that stands for all equal ones, and the sign before it.
    Live(Branch, Sign),
    /// One number for every network.
    Constant(Constant),
    /// Never a number.
    Undefined,
}

/// The form of a branch, and the rules that led there.
pub fn form(branch: Branch) -> (Form, BTreeSet<Rule>) {
    let mut state = State {
        input: branch.input,
        steps: vec![branch.first, branch.second],
        sign: Sign::Plus,
        rules: BTreeSet::new(),
    };
    // Every change leaves fewer steps or moves down a finite list of forms.
    while let Some((rule, change)) = state.change() {
        state.rules.insert(rule);
        match change {
            Change::Steps(steps, sign) => {
                state.steps = steps;
                state.sign = state.sign.times(sign);
            }
            Change::Ends(Form::Constant(Constant::Positive)) if state.sign == Sign::Minus => {
                return (Form::Constant(Constant::Negative), state.rules);
            }
            Change::Ends(form) => return (form, state.rules),
        }
    }
    let step = |index: usize| state.steps.get(index).copied().unwrap_or(Unary::NoOp);
    let canonical = Branch { input: state.input, first: step(0), second: step(1) };
    (Form::Live(canonical, state.sign), state.rules)
}

/// One application of a rule.
enum Change {
    Steps(Vec<Unary>, Sign),
    Ends(Form),
}

struct State {
    input: Input,
    steps: Vec<Unary>,
    sign: Sign,
    rules: BTreeSet<Rule>,
}

const ZERO: Change = Change::Ends(Form::Constant(Constant::Zero));
const POSITIVE: Change = Change::Ends(Form::Constant(Constant::Positive));

/// Steps whose results are never negative.
const fn never_negative(step: Unary) -> bool {
    matches!(
        step,
        Unary::Abs
            | Unary::Pow
            | Unary::Exp
            | Unary::Relu
            | Unary::Softmax
            | Unary::Sigmoid
            | Unary::Sqrt
            | Unary::MinMax
            | Unary::Frobenius
            | Unary::L1
            | Unary::ToStd
    )
}

impl State {
    /// The next rule that applies.
    fn change(&self) -> Option<(Rule, Change)> {
        let steps = |steps: &[Unary]| Change::Steps(steps.to_vec(), Sign::Plus);
        if self.steps.contains(&Unary::NoOp) {
            let rest = self.steps.iter().copied().filter(|&step| step != Unary::NoOp).collect();
            return Some((Rule::NoOp, Change::Steps(rest, Sign::Plus)));
        }
        let (&last, before) = self.steps.split_last()?;
        match last {
            Unary::ToMean | Unary::NormalizedSum => return Some((Rule::FinalMean, steps(before))),
            Unary::L1 => return Some((Rule::FinalMean, steps(&[before, &[Unary::Abs]].concat()))),
            Unary::Revert => return Some((Rule::Sign, Change::Steps(before.to_vec(), Sign::Minus))),
            Unary::Normalize => return Some((Rule::Standardised, ZERO)),
            _ => {}
        }
        match *before {
            [] => self.alone(last),
            [Unary::NormalizedSum, ..] => Some((Rule::FinalMean, steps(&[Unary::ToMean, last]))),
            [first, ..] if first.reduces() => of_one_number(first, last),
            [first, ..] => of_two(self.input, first, last),
        }
    }

    /// One step on the input.
    fn alone(&self, step: Unary) -> Option<(Rule, Change)> {
        let positive = self.input == Input::Softmax;
        match step {
            Unary::Abs | Unary::Relu if positive => {
                Some((Rule::Range, Change::Steps(Vec::new(), Sign::Plus)))
            }
            Unary::Softmax if is_activation(self.input) => Some((Rule::FirstAxis, POSITIVE)),
            _ => None,
        }
    }
}

/// Inputs whose first axis is the batch, which is the same for every network.
const fn is_activation(input: Input) -> bool {
    matches!(input, Input::Act | Input::Head | Input::Softmax)
}

/// A step on one number.
fn of_one_number(first: Unary, last: Unary) -> Option<(Rule, Change)> {
    let change = match last {
        Unary::ToStd => return Some((Rule::Undefined, Change::Ends(Form::Undefined))),
        Unary::Softmax => POSITIVE,
        Unary::LogSoftmax | Unary::MinMax => ZERO,
        Unary::Frobenius => Change::Steps(vec![first, Unary::Abs], Sign::Plus),
        Unary::Abs | Unary::Relu if never_negative(first) => Change::Steps(vec![first], Sign::Plus),
        _ => return None,
    };
    Some((Rule::OneNumber, change))
}

/// Two steps, of which the first leaves a tensor.
fn of_two(input: Input, first: Unary, last: Unary) -> Option<(Rule, Change)> {
    use Unary::{
        Abs, AbsLog, Exp, Frobenius, Log, LogSoftmax, Normalize, Pow, Relu, Revert, Softmax, Sqrt, ToStd,
    };
    let steps = |steps: &[Unary]| Change::Steps(steps.to_vec(), Sign::Plus);
    let found = match (first, last) {
        (Abs | Relu, _) if input == Input::Softmax => (Rule::Range, steps(&[last])),
        (Normalize, Pow | ToStd) => (Rule::Standardised, POSITIVE),
        (_, Softmax) if is_activation(input) => (Rule::FirstAxis, POSITIVE),
        (_, Softmax) | (LogSoftmax, Exp) => (Rule::FirstAxis, steps(&[Softmax])),
        (LogSoftmax, LogSoftmax) | (Softmax, AbsLog) => (Rule::FirstAxis, steps(&[LogSoftmax])),
        (LogSoftmax, Relu | Sqrt) => (Rule::Range, ZERO),
        (LogSoftmax, Log) => (Rule::Range, POSITIVE),
        (LogSoftmax, Abs) => (Rule::Range, Change::Steps(vec![LogSoftmax], Sign::Minus)),
        (Revert, Abs | Pow | AbsLog | Frobenius | ToStd) => (Rule::Sign, steps(&[last])),
        (Pow, Sqrt) => (Rule::Inverse, steps(&[Abs])),
        (Sqrt, Pow) => (Rule::Inverse, steps(&[Relu])),
        (Exp, AbsLog) => (Rule::Inverse, steps(&[])),
        (_, Abs | Relu) if never_negative(first) => (Rule::Range, steps(&[first])),
        (Abs, Pow | AbsLog | Frobenius) | (Relu, Sqrt | Log) => (Rule::Range, steps(&[last])),
        _ => return None,
    };
    Some(found)
}

/// Every branch of the space: 5 inputs, 20 primitives twice.
pub fn branches() -> impl Iterator<Item = Branch> {
    let unaries = || Unary::ALL.iter().copied();
    Input::ALL.iter().flat_map(move |&input| {
        unaries().flat_map(move |first| unaries().map(move |second| Branch { input, first, second }))
    })
}

/// The forms of all branches that have to be computed, in their order.
pub fn live() -> BTreeSet<Branch> {
    let live = branches().filter_map(|branch| match form(branch).0 {
        Form::Live(canonical, _) => Some(canonical),
        Form::Constant(_) | Form::Undefined => None,
    });
    live.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proxyrank_proxies::symbolic::Tensor;

    use super::*;

    fn mean(tensor: &Tensor, branch: Branch) -> f64 {
        tensor.apply(branch.first).apply(branch.second).mean()
    }

    /// A tensor as the input may have it: probabilities along the second axis for `softmax`.
    fn tensor(input: Input, values: &[f64]) -> Tensor {
        let rows = values.chunks(values.len() / 4);
        let values = match input {
            Input::Softmax => rows
                .flat_map(|row| {
                    let sum: f64 = row.iter().map(|value| value.exp()).sum();
                    row.iter().map(move |value| value.exp() / sum)
                })
                .collect(),
            _ => values.to_vec(),
        };
        Tensor::new(vec![4, values.len() / 4], values)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Every branch is what its form says.
        #[test]
        fn forms_are_equal(values in prop::collection::vec(-4.0_f64..4.0, 48)) {
            // Values that lie together have no standard scores; any that differ will do.
            prop_assume!(values.iter().any(|value| (value - values[0]).abs() > 0.1));
            for branch in branches() {
                let tensor = tensor(branch.input, &values);
                let value = mean(&tensor, branch);
                match form(branch).0 {
                    Form::Live(canonical, sign) => {
                        let expected = sign.factor() * mean(&tensor, canonical);
                        let same = value.is_nan() && expected.is_nan() || value.to_bits() == expected.to_bits();
                        let near = (value - expected).abs() <= 1e-6 * (1.0 + expected.abs());
                        prop_assert!(same || near, "{:?} is {}, {:?} is {}", branch, value, canonical, expected);
                    }
                    Form::Constant(Constant::Zero) => prop_assert!(value.abs() < 1e-9, "{:?} is {}", branch, value),
                    Form::Constant(constant) => {
                        let value = if constant == Constant::Negative { -value } else { value };
                        let known = [1e-9, 0.25, 1.0, 47.0 / 48.0];
                        let near = known.iter().any(|known| (value / known - 1.0).abs() < 1e-6);
                        prop_assert!(near, "{:?} is {}", branch, value);
                    }
                    Form::Undefined => prop_assert!(value.is_nan(), "{:?} is {}", branch, value),
                }
            }
        }
    }

    #[test]
    fn forms_are_final() {
        for branch in live() {
            assert_eq!(form(branch).0, Form::Live(branch, Sign::Plus));
        }
    }

    #[test]
    fn every_rule_is_of_use() {
        let used: BTreeSet<Rule> = branches().flat_map(|branch| form(branch).1).collect();
        assert_eq!(used, Rule::ALL.into_iter().collect());
        assert_eq!(branches().count(), 2000);
    }
}
