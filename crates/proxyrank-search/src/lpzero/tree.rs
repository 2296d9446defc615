//! What algebra knows of a tree, and the space of those that are left.
//!
//! Only the order of scores counts. A sum is the same either way round, a difference but for its sign; a constant on one side
//! leaves the other side alone, cut off where the constant's list ends; a branch less itself is nothing. What is left is a
//! [`Tree`], which stands for every genotype that ranks networks as it does, or backwards.

use proxyrank_proxies::symbolic::{Binary, Branch, Expression, Genotype, Input, Series, Unary};

use super::rules::{Constant, Form, Sign, form};

/// A tree that stands for all that rank alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// One branch; the other is a constant or the same.
    Single {
        /// The branch.
        branch: Branch,
        /// The input whose list ends the branch's; its own where nothing is cut off.
        until: Input,
    },
    /// Two branches, the smaller one first; the same twice only in a product.
    Pair {
        /// What puts them together.
        binary: Binary,
        /// One.
        left: Branch,
        /// The other.
        right: Branch,
    },
}

/// What a genotype is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeForm {
    /// A tree, and whether it ranks the same way or backwards.
    Live(Tree, Sign),
    /// One number for every network.
    Constant,
    /// Never a number.
    Undefined,
}

impl Tree {
    /// The tree of a genotype.
    pub fn of(genotype: Genotype) -> TreeForm {
        let Genotype { branches: [left, right], binary } = genotype;
        match (form(left).0, form(right).0) {
            (Form::Undefined, _) | (_, Form::Undefined) => TreeForm::Undefined,
            (Form::Constant(_), Form::Constant(_)) => TreeForm::Constant,
            (Form::Constant(constant), Form::Live(branch, sign)) => {
                let sign = if binary == Binary::Difference { sign.times(Sign::Minus) } else { sign };
                beside_constant(branch, sign, (constant, left.input), binary)
            }
            (Form::Live(branch, sign), Form::Constant(constant)) => {
                beside_constant(branch, sign, (constant, right.input), binary)
            }
            (Form::Live(left, left_sign), Form::Live(right, right_sign)) => {
                pair(binary, (left, left_sign), (right, right_sign))
            }
        }
    }

    /// An expression that ranks networks as this tree does, or backwards if the sign says so.
    pub fn expression(self, sign: Sign) -> Expression {
        let mean = |branch: Branch, sign: Sign| {
            let mut tensors = proxyrank_proxies::symbolic::Tensors::Input(branch.input);
            for step in [branch.first, branch.second] {
                if step != Unary::NoOp {
                    tensors = tensors.then(step);
                }
            }
            Series::Mean(if sign == Sign::Minus { tensors.then(Unary::Revert) } else { tensors })
        };
        let binary = |binary, left, right| Series::Binary(binary, Box::new(left), Box::new(right));
        Expression::average(match (self, sign) {
            (Self::Single { branch, until }, sign) if until == branch.input => mean(branch, sign),
            // A number that is there for its list's length alone: zero times what it is a mean of.
            (Self::Single { branch, until }, sign) => {
                let ends = Branch { input: until, first: Unary::ToMean, second: Unary::MinMax };
                binary(Binary::Sum, mean(branch, sign), mean(ends, Sign::Plus))
            }
            (Self::Pair { binary: Binary::Difference, left, right }, Sign::Minus) => {
                binary(Binary::Difference, mean(right, Sign::Plus), mean(left, Sign::Plus))
            }
            (Self::Pair { binary: Binary::Sum, left, right }, Sign::Minus) => {
                binary(Binary::Difference, mean(left, Sign::Minus), mean(right, Sign::Plus))
            }
            (Self::Pair { binary: operation, left, right }, sign) => {
                binary(operation, mean(left, sign), mean(right, Sign::Plus))
            }
        })
    }

    /// Its inputs and primitives.
    pub fn size(self) -> usize {
        let branch = |branch: Branch| {
            1 + [branch.first, branch.second].iter().filter(|step| **step != Unary::NoOp).count()
        };
        match self {
            Self::Single { branch: only, .. } => branch(only),
            Self::Pair { left, right, .. } => 1 + branch(left) + branch(right),
        }
    }
}

/// A branch with a constant on the other side.
fn beside_constant(
    branch: Branch,
    sign: Sign,
    (constant, until): (Constant, Input),
    binary: Binary,
) -> TreeForm {
    let sign = match (binary, constant) {
        (Binary::Product, Constant::Zero) => return TreeForm::Constant,
        (Binary::Product, Constant::Negative) => sign.times(Sign::Minus),
        _ => sign,
    };
    TreeForm::Live(Tree::Single { branch, until }, sign)
}

/// Two live branches.
fn pair(binary: Binary, (left, left_sign): (Branch, Sign), (right, right_sign): (Branch, Sign)) -> TreeForm {
    let ((left, left_sign), (right, right_sign), turned) = if left <= right {
        ((left, left_sign), (right, right_sign), Sign::Plus)
    } else {
        let turned = if binary == Binary::Difference { Sign::Minus } else { Sign::Plus };
        ((right, right_sign), (left, left_sign), turned)
    };
    let live = |binary, sign| TreeForm::Live(Tree::Pair { binary, left, right }, sign);
    if binary == Binary::Product {
        return live(Binary::Product, left_sign.times(right_sign));
    }
    // Signs inside make a sum a difference and the other way round: a - (-b) is a + b.
    let right_sign = if binary == Binary::Difference { right_sign.times(Sign::Minus) } else { right_sign };
    let (binary, sign) = match (left_sign, right_sign) {
        (Sign::Plus, Sign::Plus) => (Binary::Sum, Sign::Plus),
        (Sign::Plus, Sign::Minus) => (Binary::Difference, Sign::Plus),
        (Sign::Minus, Sign::Plus) => (Binary::Difference, Sign::Minus),
        (Sign::Minus, Sign::Minus) => (Binary::Sum, Sign::Minus),
    };
    let sign = sign.times(turned);
    if left != right {
        return live(binary, sign);
    }
    match binary {
        Binary::Sum => TreeForm::Live(Tree::Single { branch: left, until: left.input }, sign),
        _ => TreeForm::Constant,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proxyrank_proxies::symbolic::{LayerTensors, Tensor};

    use super::*;

    /// Three networks with lists of different length.
    fn networks() -> Vec<LayerTensors> {
        let value = |seed: usize| (seed as f64 * 0.7).sin() * 3.0 + (seed as f64 * 0.11).cos();
        let network = |number: usize| {
            let mut source = LayerTensors::default();
            for (&input, count) in Input::ALL.iter().zip([4, 2, 2, 5, 5]) {
                let tensors = (0..count).map(|index| {
                    let start = 1000 * number + 100 * index + 7 * input.index();
                    let raw: Vec<f64> = (start..start + 24).map(value).collect();
                    let values = if input == Input::Softmax {
                        raw.iter().map(|value| 1.0 / (1.0 + value.exp())).collect()
                    } else {
                        raw
                    };
                    Tensor::new(vec![4, 6], values)
                });
                source.insert(input, tensors.collect());
            }
            source
        };
        (0..3).map(network).collect()
    }

    fn scores(expression: &Expression) -> Vec<f64> {
        networks().iter().map(|network| expression.evaluate(network).unwrap()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// Differences between networks are those of the tree, scaled by one number that is the same for all networks.
        #[test]
        fn trees_rank_as_their_genotypes(
            inputs in prop::array::uniform2(0..5_usize),
            unaries in prop::array::uniform4(0..20_usize),
            binary in 0..3_usize,
        ) {
            let unary = |index: usize| Unary::ALL[unaries[index]];
            let branch = |side: usize| Branch {
                input: Input::ALL[inputs[side]], first: unary(2 * side), second: unary(2 * side + 1),
            };
            let genotype = Genotype { branches: [branch(0), branch(1)], binary: Binary::ALL[binary] };
            let raw = scores(&genotype.expression());
            let largest = |scores: &[f64]| scores.iter().fold(1.0_f64, |size, score| size.max(score.abs()));
            let size = largest(&raw);
            let side = |side| scores(&Genotype { branches: [branch(side), branch(side)], binary: Binary::Sum }.expression());
            let sides = largest(&side(0)).max(largest(&side(1)));
            // Sizes at which the constants 1e-9 or rounding of a sum tell on a difference are no test of algebra: of e^(e^A) times the mean
            // of a standard score, which is 0, rounding leaves thousands.
            let is_small = size < 1e6 && sides < 1e6 && raw.iter().all(|score| score.is_finite());
            prop_assume!(is_small || raw.iter().all(|score| score.is_nan()));
            match Tree::of(genotype) {
                TreeForm::Undefined => prop_assert!(raw.iter().all(|score| score.is_nan())),
                TreeForm::Constant => {
                    prop_assert!(raw.iter().all(|score| (score - raw[0]).abs() < 1e-6 * size), "{} {:?}", genotype, raw);
                }
                TreeForm::Live(tree, sign) => {
                    let found = scores(&tree.expression(sign));
                    let (raw, found) = ([raw[1] - raw[0], raw[2] - raw[0]], [found[1] - found[0], found[2] - found[0]]);
                    let cross = raw[0] * found[1] - raw[1] * found[0];
                    let scale = (raw[0].abs() + raw[1].abs()) * (found[0].abs() + found[1].abs());
                    prop_assert!(cross.abs() <= 1e-6 * scale.max(size * 1e-6), "{} {:?} {:?}", genotype, raw, found);
                    let direction = raw[0] * found[0] + raw[1] * found[1];
                    prop_assert!(direction >= -1e-6 * scale.max(size * 1e-6), "{} {:?} {:?}", genotype, raw, found);
                }
            }
        }
    }

    #[test]
    fn the_published_tree_is_one_branch() {
        let genotype: Genotype = "[head,act][[15,3],[8,13],0]".parse().unwrap();
        let branch = Branch { input: Input::Head, first: Unary::Pow, second: Unary::NoOp };
        let tree = Tree::Single { branch, until: Input::Act };
        assert_eq!(Tree::of(genotype), TreeForm::Live(tree, Sign::Plus));
        assert_eq!(tree.size(), 2);
    }
}
