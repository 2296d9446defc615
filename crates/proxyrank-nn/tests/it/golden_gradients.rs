//! Gradients and Hessian products of the golden cases.

use faer::{Mat, Side};
use proxyrank_nn::{
    Blind, CurvatureEngine, Dropout, EncoderInput, EncoderLayout, EncoderWeights, FastEngine, GradientEngine,
    GradientPass, Head, Loss, OperationLayout, Parameter, Real, Span,
};

use crate::case::{Case, cases};

/// Which linear layers a sum runs over.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Set {
    /// Of operations, with the output projection.
    Operation,
    /// Of operations, without it.
    Inner,
    /// Of feed-forward chains.
    Ffn,
}

/// Weights of linear layers, in layer order.
fn linears(layout: &EncoderLayout, set: Set) -> Vec<&Parameter> {
    let mut spans: Vec<&Span> = Vec::new();
    for layer in &layout.layers {
        if set == Set::Ffn {
            spans.extend(layer.ffn.iter().map(|linear| &linear.weight));
            continue;
        }
        let output = match &layer.operation {
            OperationLayout::Attention(attention) => {
                spans.push(&attention.qkv.weight);
                spans.extend(attention.weight.as_ref().map(|weight| &weight.weight));
                Some(&attention.output)
            }
            OperationLayout::SpanConvolution(span) => {
                spans.extend([&span.qkvc.weight, &span.kernel_logits.weight]);
                Some(&span.output)
            }
            OperationLayout::Transform(transform) => {
                spans.push(&transform.input.weight);
                None
            }
        };
        if set == Set::Operation {
            spans.extend(output.map(|output| &output.weight));
        }
    }
    spans.into_iter().flat_map(|span| &layout.parameters[span.parameters.clone()]).collect()
}

/// Operations, then chains.
fn all(layout: &EncoderLayout) -> Vec<&Parameter> {
    [linears(layout, Set::Operation), linears(layout, Set::Ffn)].concat()
}

/// Sum over parameters of a sum over (weight, gradient).
fn sum<T: Real>(
    weights: &EncoderWeights<T>,
    gradient: &[T],
    parameters: &[&Parameter],
    term: impl Fn(f64, f64) -> f64,
) -> f64 {
    let of = |parameter: &&Parameter| -> f64 {
        let pairs = parameter.elements.clone().map(|index| (weights.body()[index], gradient[index]));
        pairs.map(|(weight, gradient)| term(weight.as_f64(), gradient.as_f64())).sum()
    };
    parameters.iter().map(of).sum()
}

fn norms<T: Real>(gradient: &[T], parameters: &[&Parameter]) -> Vec<f64> {
    let norm = |parameter: &&Parameter| {
        let squares = gradient[parameter.elements.clone()].iter().map(|g| g.as_f64().powi(2));
        squares.sum::<f64>().sqrt()
    };
    parameters.iter().map(norm).collect()
}

/// The gradient of some matrices, zero elsewhere.
fn counted<T: Real>(gradient: &[T], parameters: &[&Parameter]) -> Vec<T> {
    let mut counted = vec![T::ZERO; gradient.len()];
    for parameter in parameters {
        counted[parameter.elements.clone()].copy_from_slice(&gradient[parameter.elements.clone()]);
    }
    counted
}

/// One signal of one case.
struct Check<'a, T> {
    case: &'a Case,
    signal: &'static str,
    weights: &'a EncoderWeights<T>,
    tolerance: f64,
}

impl<T: Real> Check<'_, T> {
    fn name(&self, key: &str) -> String {
        format!("{} {} {key}", self.case.name, self.signal)
    }

    fn wanted(&self, key: &str) -> f64 {
        self.case.number_under(self.signal, key).unwrap_or_else(|| panic!("{} is missing", self.name(key)))
    }

    fn number(&self, key: &str, found: f64, tolerance: f64) {
        let wanted = self.wanted(key);
        let error = (found - wanted).abs() / wanted.abs();
        assert!(error <= tolerance, "{}: {found}, not {wanted} (relative error {error})", self.name(key));
    }

    fn run(&self, input: EncoderInput<'_>, loss: Loss<'_, T>) {
        let layout = self.weights.layout();
        let engine = FastEngine::<T>::new();
        let pass = engine.gradient(self.weights, input, loss, Dropout::Off, |_| Blind).unwrap();
        let gradient = &pass.gradient.body;
        let sets = [Set::Operation, Set::Inner, Set::Ffn].map(|set| linears(layout, set));
        let [_, inner, ffn] = &sets;
        let all = all(layout);
        let snip = |weight: f64, gradient: f64| (weight * gradient).abs();
        self.number("synaptic_saliency", sum(self.weights, gradient, ffn, snip), self.tolerance);
        self.number("snip", sum(self.weights, gradient, &all, snip), self.tolerance);
        let norms = norms(gradient, &all);
        self.number("grad_norm", norms.iter().sum(), self.tolerance);
        if self.case.under(self.signal, "weight_grad_norms").is_none() {
            return;
        }
        self.number("loss", pass.loss, self.tolerance);
        let hi_min = self.case.hi_min();
        let important: Vec<_> =
            inner.iter().copied().filter(|parameter| parameter.shape[0] >= hi_min).collect();
        self.number("head_importance", sum(self.weights, gradient, &important, snip), self.tolerance);
        let plain = sum(self.weights, gradient, &all, |weight, gradient| weight * gradient);
        let scale = sum(self.weights, gradient, &all, snip);
        let (name, wanted) = (self.name("plain"), self.wanted("plain"));
        assert!((plain - wanted).abs() <= self.tolerance * scale, "{name}: {plain}, not {wanted}");
        self.weight_norms(norms);
        self.positions(&pass);
        let direction = counted(gradient, &all);
        let product = engine.hessian_product(self.weights, input, loss, Dropout::Off, &direction).unwrap();
        let grasp = -sum(self.weights, &product, &all, |weight, product| weight * product);
        self.number("grasp", grasp, if self.tolerance < 1e-6 { self.tolerance } else { 1e-2 });
    }

    fn weight_norms(&self, mut found: Vec<f64>) {
        let mut wanted = self.case.numbers(self.signal, "weight_grad_norms");
        // The order of the matrices of one operation is the implementation's own.
        found.sort_by(f64::total_cmp);
        wanted.sort_by(f64::total_cmp);
        let name = self.name("norm");
        assert_eq!(found.len(), wanted.len(), "{name}");
        for (found, wanted) in found.iter().zip(&wanted) {
            let error = (found - wanted).abs() / wanted;
            assert!(error <= self.tolerance, "{name}: {found}, not {wanted} ({error})");
        }
    }

    /// Eigenvalues of the correlations between the columns of the position table's gradient.
    fn positions(&self, pass: &GradientPass<T, Blind>) {
        let gradient = pass.gradient.embeddings.as_ref().unwrap();
        let (rows, width) = (gradient.seq_len, gradient.gain.len());
        let position = gradient.position();
        let column = |index: usize| -> Vec<f64> {
            let column: Vec<f64> = (0..rows).map(|row| position[row * width + index].as_f64()).collect();
            let mean = column.iter().sum::<f64>() / rows as f64;
            let norm = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt();
            column.iter().map(|x| (x - mean) / norm).collect()
        };
        let columns: Vec<_> = (0..width).map(column).collect();
        let inner = |i: usize, j: usize| columns[i].iter().zip(&columns[j]).map(|(a, b)| a * b).sum::<f64>();
        let correlations = Mat::from_fn(width, width, inner);
        let found = correlations.self_adjoint_eigenvalues(Side::Lower).unwrap();
        let wanted = self.case.numbers(self.signal, "jacobian_correlation_eigenvalues");
        let name = self.name("eigenvalue");
        assert_eq!(found.len(), wanted.len(), "{name}");
        let largest = wanted.last().unwrap();
        let allowed = if self.tolerance < 1e-6 { 1e-9 } else { 1e-5 * largest };
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() <= allowed, "{name}: {found}, not {wanted}");
        }
    }
}

fn check<T: Real>(tolerance: f64) {
    for case in cases() {
        let weights = case.weights::<T>(Head::Discriminator);
        let (batch, labels, cotangent) = (case.batch(), case.replaced(), case.cotangent::<T>());
        let losses = [
            ("rtd", Loss::ReplacedTokens(&labels)),
            ("gaussian", Loss::Cotangent(&cotangent)),
            ("ones", Loss::HiddenSum),
        ];
        for (signal, loss) in losses {
            let check = Check { case: &case, signal, weights: &weights, tolerance };
            check.run(EncoderInput::Tokens(&batch), loss);
        }
        synflow(&case, weights, tolerance);
    }
}

fn synflow<T: Real>(case: &Case, mut weights: EncoderWeights<T>, tolerance: f64) {
    for value in weights.body_mut() {
        *value = T::of_f64(value.as_f64().abs());
    }
    let input = EncoderInput::Ones { batch: 1, seq_len: case.batch().seq_len() };
    let engine = FastEngine::<T>::new();
    let pass = engine.gradient(&weights, input, Loss::LogitSum, Dropout::Off, |_| Blind).unwrap();
    let all = all(weights.layout());
    let check = Check { case, signal: "synflow", weights: &weights, tolerance };
    let gradient = &pass.gradient.body;
    check.number("synflow_objective", pass.loss, tolerance);
    check.number("synflow", sum(&weights, gradient, &all, |w, g| (w * g).abs()), tolerance);
    check.number("logsynflow", sum(&weights, gradient, &all, |w, g| w.abs() * g.abs().ln_1p()), tolerance);
}

#[test]
fn double_precision_matches_to_1e_8() {
    check::<f64>(1e-8);
}

#[test]
fn single_precision_matches_to_2e_3() {
    check::<f32>(2e-3);
}
