//! The words of the language: inputs, unary and binary primitives.
//!
//! They are those that LPZero's search draws from (Dong et al., Findings of EMNLP 2024). The order of the unary and binary
//! primitives is theirs too, for released genotypes name a primitive by its place.

/// Defines a set of words, each with its place in the list, its spelling, the released spelling and what it does.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal | $released:literal: $maths:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vmeta])* $variant),+
        }

        impl $name {
            /// All of them, in the order in which genotypes count.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The spelling in expressions.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The spelling in the released code, which expressions may use as well.
            pub const fn released(self) -> &'static str {
                match self { $(Self::$variant => $released),+ }
            }

            /// What it does, in plain text.
            pub const fn maths(self) -> &'static str {
                match self { $(Self::$variant => $maths),+ }
            }

            /// The word of a spelling, ours or the released one.
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text || word.released() == text)
            }

            /// Its place in [`Self::ALL`].
            pub const fn index(self) -> usize {
                self as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words!(
    /// What an expression starts from: a list of tensors, in the order in which the network has them.
    ///
    /// B sequences of S tokens, h hidden size, W width of the queries, F width of a feed-forward layer. The list of an
    /// encoder is the released one; a decoder fills the same five lists.
    Input {
        /// Outputs of the activation functions of all feed-forward chains: (B, S, F), one for each function.
        Act = "act" | "act": "outputs of the feed-forward activation functions",
        /// Outputs of the query layers, or of the linear layer before a transform: (B, S, W), one a layer.
        Head = "head" | "head": "outputs of the query layers (before a transform: of its linear layer)",
        /// Attention probabilities: (B, heads, S, S), one a layer; of a transform a softmax over head features that the
        /// network does not use: (B, S, h).
        Softmax = "softmax" | "softmax": "attention probabilities (of a transform: a softmax that nothing uses)",
        /// Weights of the linear layers inside the operations, without their output projections: (out, in).
        Weight = "weight" | "weight": "weights of the operations' inner linear layers",
        /// Gradients of the same weights under the protocol's signal.
        Grad = "grad" | "grad": "gradients of the same weights under the protocol's signal",
    }
);

words!(
    /// A function of one tensor A. Mean, deviation (n - 1), minimum and maximum are over all elements.
    Unary {
        /// Natural logarithm; entries that are not positive count as 1.
        Log = "log" | "log": "ln(A + 1e-9), entries <= 0 taken as 1",
        /// Logarithm of the size; zeros count as 1.
        AbsLog = "abslog" | "abslog": "ln |A|, zeros taken as 1",
        /// Size.
        Abs = "abs" | "abs": "|A|",
        /// Square.
        Pow = "pow" | "pow": "A^2",
        /// Exponential.
        Exp = "exp" | "exp": "e^A",
        /// Standard score; NaN becomes 0.
        Normalize = "normalize" | "normalize": "(A - mean) / std, NaN taken as 0",
        /// Positive part.
        Relu = "relu" | "relu": "max(A, 0)",
        /// Reciprocal.
        Invert = "invert" | "invert": "1 / (A + 1e-9)",
        /// Frobenius norm, one number.
        Frobenius = "frobenius" | "frobenius_norm": "sqrt(sum A^2), one number",
        /// Sum over the number of elements, one number: the mean.
        NormalizedSum = "normalized_sum" | "normalized_sum": "sum A / (n + 1e-9), one number",
        /// Mean size, one number.
        L1 = "l1" | "l1_norm": "sum |A| / (n + 1e-9), one number",
        /// Softmax over the first axis; of one number it is 1.
        Softmax = "softmax" | "softmax": "softmax over the first axis; 1 of a number",
        /// Logistic function.
        Sigmoid = "sigmoid" | "sigmoid": "1 / (1 + e^-A)",
        /// Logarithm of the softmax over the first axis; of one number it is 0.
        LogSoftmax = "logsoftmax" | "logsoftmax": "ln softmax over the first axis; 0 of a number",
        /// Root of the positive part.
        Sqrt = "sqrt" | "sqrt": "sqrt(max(A, 0))",
        /// The negative.
        Revert = "revert" | "revert": "-A",
        /// Scaled to the range from 0 to 1.
        MinMax = "min_max" | "min_max": "(A - min) / (max - min + 1e-9)",
        /// Mean, one number.
        ToMean = "to_mean" | "to_mean": "mean, one number",
        /// Standard deviation, one number; NaN of one number.
        ToStd = "to_std" | "to_std": "standard deviation, one number; NaN of a number",
        /// A itself.
        NoOp = "no_op" | "no_op": "A",
    }
);

words!(
    /// A function of two numbers, or element by element of two tensors.
    Binary {
        /// a + b.
        Sum = "+" | "sum": "a + b",
        /// a - b.
        Difference = "-" | "difference": "a - b",
        /// a b.
        Product = "*" | "product": "a b",
    }
);

impl Unary {
    /// Whether the result is one number whatever the argument.
    pub const fn reduces(self) -> bool {
        matches!(self, Self::Frobenius | Self::NormalizedSum | Self::L1 | Self::ToMean | Self::ToStd)
    }
}

/// Names of the released code that no expression may use, with the reason.
pub(super) const REJECTED: &[(&str, &str)] = &[
    (
        "disconnect",
        "it was to return nothing, so that the other branch passes through, but the released code has no function \
         of this name and ends there; leave the branch out instead",
    ),
    (
        "matmul",
        "in a tree its operands are numbers, of which the released code cannot take a matrix product; `*` is \
         the product of two numbers",
    ),
    (
        "matrix_multiplication",
        "in a tree its operands are numbers, of which the released code cannot take a matrix product; `*` is \
         the product of two numbers",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_released_ones() {
        let at = |index: usize| Unary::ALL[index].released();
        assert_eq!(
            [0, 3, 8, 10, 13, 15, 18, 19].map(at),
            ["log", "pow", "frobenius_norm", "l1_norm", "logsoftmax", "revert", "to_std", "no_op"]
        );
        assert!(Unary::ALL.iter().enumerate().all(|(index, unary)| unary.index() == index));
        assert_eq!((Input::ALL.len(), Unary::ALL.len(), Binary::ALL.len()), (5, 20, 3));
    }

    #[test]
    fn both_spellings_are_understood() {
        assert_eq!(Unary::named("l1"), Some(Unary::L1));
        assert_eq!(Unary::named("l1_norm"), Some(Unary::L1));
        assert_eq!(Unary::named("disconnect"), None);
    }
}
