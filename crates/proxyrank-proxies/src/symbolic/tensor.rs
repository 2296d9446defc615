//! A tensor and what primitives make of it.
//!
//! Every function here takes a tensor by reference and gives a new one. The released code writes into its argument in two of
//! its primitives (`log`, `abslog`), and the argument of a branch on `weight` is the live network: two branches of one proxy
//! disturb each other there. Here nothing does, so the value of a branch does not depend on what stands beside it.
//!
//! Numbers are f64 whatever the network runs in; the constants 1e-9 of the formulas, which vanish in f32 beside anything of
//! size, are kept.

use super::primitive::{Binary, Unary};

/// Keeps denominators and logarithms away from zero, as released.
const TINY: f64 = 1e-9;

/// A tensor, or a sample of one.
///
/// A sample keeps whole slices along the first axis, over which softmax runs. It stands for more elements than it holds, and it
/// may carry the extremes of the whole tensor, which a sample would miss.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Empty for a single number.
    shape: Vec<usize>,
    values: Vec<f64>,
    /// Elements that the values stand for.
    elements: f64,
    /// Smallest and largest element of the whole, where the values are a sample of it. They take part in minimum and maximum
    /// alone.
    extremes: Option<[f64; 2]>,
}

impl Tensor {
    /// A whole tensor, row-major.
    ///
    /// # Panics
    ///
    /// If the shape has another number of elements than there are values, or none.
    pub fn new(shape: Vec<usize>, values: Vec<f64>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "shape {shape:?}");
        assert!(!values.is_empty(), "an empty tensor has no mean");
        let elements = values.len() as f64;
        Self { shape, values, elements, extremes: None }
    }

    /// A sample of `elements` elements: `values` are `leading` rows along the first axis, each with the same positions of the
    /// other axes. `extremes` are the smallest and the largest of all elements.
    ///
    /// # Panics
    ///
    /// If the values are not so many equal rows, or none.
    pub fn sample(leading: usize, values: Vec<f64>, elements: usize, extremes: [f64; 2]) -> Self {
        assert!(leading > 0 && !values.is_empty() && values.len().is_multiple_of(leading), "{leading} rows");
        let shape = vec![leading, values.len() / leading];
        Self { shape, values, elements: elements as f64, extremes: Some(extremes) }
    }

    fn scalar(value: f64) -> Self {
        Self { shape: Vec::new(), values: vec![value], elements: 1.0, extremes: None }
    }

    /// Its shape; empty for a single number.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Its values, row-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The mean over its elements.
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// Standard deviation with n - 1; NaN of a single number.
    fn deviation(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.values.iter().map(|value| (value - mean) * (value - mean)).sum();
        (squares / (self.values.len() as f64 - 1.0)).sqrt()
    }

    /// A function of each element.
    fn map(&self, function: impl Fn(f64) -> f64) -> Self {
        Self {
            shape: self.shape.clone(),
            values: self.values.iter().map(|&value| function(value)).collect(),
            elements: self.elements,
            extremes: self.extremes.map(|extremes| extremes.map(function)),
        }
    }

    /// A primitive of it.
    #[must_use]
    pub fn apply(&self, unary: Unary) -> Self {
        match unary {
            Unary::Log => self.map(|a| ((if a <= 0.0 { 1.0 } else { a }) + TINY).ln()),
            Unary::AbsLog => self.map(|a| (if a == 0.0 { 1.0 } else { a }).abs().ln()),
            Unary::Abs => self.map(f64::abs),
            Unary::Pow => self.map(|a| a * a),
            Unary::Exp => self.map(f64::exp),
            Unary::Normalize => {
                let (mean, deviation) = (self.mean(), self.deviation());
                self.map(|a| {
                    let score = (a - mean) / deviation;
                    if score.is_nan() { 0.0 } else { score }
                })
            }
            Unary::Relu => self.map(|a| if a < 0.0 { 0.0 } else { a }),
            Unary::Invert => self.map(|a| 1.0 / (a + TINY)),
            Unary::Frobenius => {
                let squares: f64 = self.values.iter().map(|a| a * a).sum();
                Self::scalar((squares * (self.elements / self.values.len() as f64)).sqrt())
            }
            Unary::NormalizedSum => Self::scalar(self.mean() * self.elements / (self.elements + TINY)),
            Unary::L1 => {
                let sizes: f64 = self.values.iter().map(|a| a.abs()).sum();
                let mean = sizes / self.values.len() as f64;
                Self::scalar(mean * self.elements / (self.elements + TINY))
            }
            Unary::Softmax => self.along_first_axis(|a, max, sum| (a - max).exp() / sum),
            Unary::LogSoftmax => self.along_first_axis(|a, max, sum| a - max - sum.ln()),
            Unary::Sigmoid => self.map(|a| 1.0 / (1.0 + (-a).exp())),
            Unary::Sqrt => self.map(|a| if a < 0.0 { 0.0 } else { a.sqrt() }),
            Unary::Revert => self.map(|a| -a),
            Unary::MinMax => {
                let all = self.values.iter().chain(self.extremes.iter().flatten());
                let (min, max) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), &a| {
                    // A comparison that NaN loses would hide it; torch lets it through.
                    if a.is_nan() {
                        (a, a)
                    } else {
                        (if a < min { a } else { min }, if a > max { a } else { max })
                    }
                });
                let range = max - min + TINY;
                self.map(|a| (a - min) / range)
            }
            Unary::ToMean => Self::scalar(self.mean()),
            Unary::ToStd => Self::scalar(self.deviation()),
            Unary::NoOp => self.clone(),
        }
    }

    /// A function of each element, the maximum of its slice along the first axis, and the sum of exponentials behind it.
    fn along_first_axis(&self, function: impl Fn(f64, f64, f64) -> f64) -> Self {
        let columns = self.values.len() / self.shape.first().copied().unwrap_or(1);
        let mut max = vec![f64::NEG_INFINITY; columns];
        for row in self.values.chunks_exact(columns) {
            for (max, &value) in max.iter_mut().zip(row) {
                *max = max.max(value);
            }
        }
        let mut sum = vec![0.0; columns];
        for row in self.values.chunks_exact(columns) {
            for ((sum, max), &value) in sum.iter_mut().zip(&max).zip(row) {
                *sum += (value - max).exp();
            }
        }
        let rows = self.values.chunks_exact(columns);
        let values = rows.flat_map(|row| {
            let parts = row.iter().zip(&max).zip(&sum);
            parts.map(|((&value, &max), &sum)| function(value, max, sum))
        });
        let values = values.collect();
        Self { shape: self.shape.clone(), values, elements: self.elements, extremes: None }
    }

    /// Both, element by element; a single number goes with every element. Nothing if the shapes differ.
    pub fn combine(&self, binary: Binary, other: &Self) -> Option<Self> {
        if other.shape.is_empty() {
            let right = other.mean();
            return Some(self.map(|left| binary.apply(left, right)));
        }
        if self.shape.is_empty() {
            let left = self.mean();
            return Some(other.map(|right| binary.apply(left, right)));
        }
        (self.shape == other.shape).then(|| {
            let pairs = self.values.iter().zip(&other.values);
            let values = pairs.map(|(&left, &right)| binary.apply(left, right)).collect();
            Self { shape: self.shape.clone(), values, elements: self.elements, extremes: None }
        })
    }
}

impl Binary {
    /// Of two numbers.
    pub fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Sum => left + right,
            Self::Difference => left - right,
            Self::Product => left * right,
        }
    }
}
