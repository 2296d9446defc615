//! Quantities without a golden value, computed a second time as their definitions say, and facts that hold for any
//! network.

use candle_core::Device;
use proxyrank_nn::{
    ComposedEngine, Dropout, EncoderInput, EncoderWeights, Event, GradientEngine, GradientEvent, GradientOf,
    GradientVisitor, Head, Initialiser, Loss, Site, TokenBatch, Visitor,
};
use proxyrank_proxies::forward::EvaluateOptions;
use proxyrank_proxies::gradient::{PreparedSignal, Vocabulary, evaluate};
use proxyrank_proxies::{ProxyCall, REGISTRY, Run};
use proxyrank_schema::{CostClass, Signal};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, EncoderNetwork};

pub(crate) const EVAL: EvaluateOptions = EvaluateOptions { dropout: Dropout::Off, weights_ns: 1000 };

/// Signals that this crate's tests can run.
pub(crate) const SIGNALS: [Signal; 3] = [Signal::Ones, Signal::Gaussian, Signal::Rtd];

/// Every kind of operation, one chain narrower than the hidden size.
pub(crate) fn network() -> EncoderNetwork {
    let operations = [Operation::Wma, Operation::Dct, Operation::Dsc { kernel: DscKernel::Five }];
    let chains = [vec![32, 24, 32], vec![32, 48, 40, 32], vec![32, 36, 32]];
    let layers = operations.into_iter().zip(chains);
    EncoderNetwork {
        vocab_size: 97,
        embedding_size: 16,
        max_positions: 40,
        token_types: 2,
        hidden_size: 32,
        layers: layers
            .map(|(operation, ffn_widths)| EncoderLayer { operation, heads: 4, ffn_widths })
            .collect(),
    }
}

pub(crate) fn batch() -> TokenBatch {
    let ids = (0..6 * 20).map(|i| u32::try_from((i * i * 7 + 3 * i + 1) % 97).unwrap());
    TokenBatch::new(ids.collect(), 6, 20).unwrap()
}

pub(crate) fn vocabulary() -> Vocabulary {
    Vocabulary::new((5..97).collect(), 4)
}

pub(crate) fn signal(signal: Signal) -> PreparedSignal<f64> {
    PreparedSignal::new(signal, &batch(), 32, &vocabulary(), 5).unwrap()
}

/// Initial weights moved away from where gradients vanish.
pub(crate) fn weights() -> EncoderWeights<f64> {
    let mut weights = Initialiser::new(3).encoder(&network(), Head::Discriminator).unwrap();
    for (index, value) in weights.body_mut().iter_mut().enumerate() {
        *value = *value * 5.0 + 0.05 * (1.3 * index as f64).sin();
    }
    weights
}

/// The weights, `step` further along a direction.
pub(crate) fn moved(weights: &EncoderWeights<f64>, direction: &[f64], step: f64) -> EncoderWeights<f64> {
    let mut moved = weights.clone();
    for (value, direction) in moved.body_mut().iter_mut().zip(direction) {
        *value += step * direction;
    }
    moved
}

/// Every proxy that runs a network or draws its weights.
pub(crate) fn calls() -> Vec<ProxyCall> {
    let network = REGISTRY
        .iter()
        .filter(|proxy| proxy.class > CostClass::DataFree && !matches!(proxy.run, Run::Population(_)));
    let names = network.map(|proxy| match proxy.name {
        name if name.starts_with("head_importance") => format!("{name}:hi_min=16"),
        name => name.to_owned(),
    });
    names.map(|name| name.parse().unwrap()).collect()
}

pub(crate) fn named(name: &str) -> ProxyCall {
    name.parse().unwrap()
}

fn scores(signal_axis: Signal, names: &[&str]) -> Vec<f64> {
    let calls: Vec<ProxyCall> = names.iter().map(|name| named(name)).collect();
    let engine = ComposedEngine::new(Device::Cpu);
    let found = evaluate(&engine, &weights(), &batch(), &signal(signal_axis), &calls, EVAL).unwrap();
    found.into_iter().map(|evaluation| evaluation.outcome.score.unwrap()).collect()
}

/// Values and gradients of every linear layer's output, by parameter.
#[derive(Debug, Default)]
pub(crate) struct Outputs(pub(crate) Vec<(usize, Vec<f64>, Vec<f64>)>);

impl Visitor<f64> for Outputs {
    fn wants(&self, _: Site) -> bool {
        false
    }

    fn visit(&mut self, _: &Event<'_, f64>) {}
}

impl GradientVisitor<f64> for Outputs {
    fn wants_outputs(&self) -> bool {
        true
    }

    fn visit_gradient(&mut self, event: &GradientEvent<'_, f64>) {
        if let GradientOf::Output { parameter } = event.of {
            let values = event.values.iter_rows().flatten().copied().collect();
            self.0.push((parameter, values, event.gradient.iter_rows().flatten().copied().collect()));
        }
    }
}

/// Whether a path is that of a linear layer's weight in one of the layers.
pub(crate) fn in_layer(path: &str) -> bool {
    let other = path.contains("key_conv_attn_layer") || path.contains("LayerNorm");
    path.contains("encoder.layer") && path.ends_with(".weight") && !other
}

/// Sign matrices' determinants by Gauss's elimination with row exchanges.
fn saturated(gradient: &[f64], rows: usize, columns: usize) -> f64 {
    let sign = |row: usize, column: usize| {
        let value = gradient[row * columns + column];
        if value == 0.0 { 0.0 } else { value.signum() }
    };
    let gram = |row: usize, other: usize| (0..columns).map(|c| sign(row, c) * sign(other, c)).sum::<f64>();
    let mut matrix: Vec<Vec<f64>> =
        (0..rows).map(|row| (0..rows).map(|other| gram(row, other)).collect()).collect();
    let mut logarithm = 0.0;
    for step in 0..rows {
        let best = (step..rows).max_by(|&a, &b| matrix[a][step].abs().total_cmp(&matrix[b][step].abs()));
        matrix.swap(step, best.unwrap());
        let (above, below) = matrix.split_at_mut(step + 1);
        let pivot = &above[step];
        if pivot[step].abs() < 1e-9 {
            return 0.0;
        }
        logarithm += pivot[step].abs().ln();
        for row in below {
            let factor = row[step] / pivot[step];
            row.iter_mut().zip(pivot).for_each(|(entry, pivot)| *entry -= factor * pivot);
        }
    }
    1.0 / (1.0 + (-logarithm).exp())
}

#[test]
fn what_has_no_golden_value_is_what_its_definition_says() {
    let (weights, batch) = (weights(), batch());
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let prepared = signal(Signal::Gaussian);
    let PreparedSignal::Cotangent(cotangent) = &prepared else { panic!("a cotangent") };
    let input = EncoderInput::Tokens(&batch);
    let pass =
        engine.gradient(&weights, input, Loss::Cotangent(cotangent), Dropout::Off, |_| Outputs::default());
    let pass = pass.unwrap();
    let layout = weights.layout();
    let path = |parameter: usize| layout.parameters[parameter].path.as_str();
    let maxima: Vec<f64> = pass.visitors[0]
        .0
        .iter()
        .filter(|(parameter, ..)| in_layer(path(*parameter)))
        .map(|(_, values, _)| {
            let width = values.len() / batch.ids().len();
            let largest = |sequence: &[f64], column: usize| {
                sequence.iter().skip(column).step_by(width).copied().fold(f64::MIN, f64::max)
            };
            let sequences = values.chunks_exact(20 * width);
            let maxima = sequences.flat_map(|sequence| (0..width).map(move |c| largest(sequence, c)));
            maxima.sum::<f64>() / (6 * width) as f64
        })
        .collect();
    // Matrices: 5 + 2, 1 + 3, 6 + 2.
    assert_eq!(maxima.len(), 19);
    let total: f64 = maxima.iter().sum();

    let inner = |path: &str| path.contains(".operation.operation.") && in_layer(path);
    let eznas: f64 = layout
        .parameters
        .iter()
        .filter(|parameter| inner(&parameter.path))
        .map(|parameter| {
            let gradient = &pass.gradient.body[parameter.elements.clone()];
            saturated(gradient, parameter.shape[0], parameter.shape[1])
        })
        .sum();

    let project = layout.embeddings.project.as_ref().unwrap();
    let (elements, parameter) = (project.weight.elements.clone(), project.weight.parameters.start);
    let pairs = || weights.body()[elements.clone()].iter().zip(&pass.gradient.body[elements.clone()]);
    let squares: f64 = pairs().map(|(_, gradient)| gradient * gradient).sum();
    let (_, values, gradients) = pass.visitors[0].0.iter().find(|(found, ..)| *found == parameter).unwrap();
    let fisher: f64 = values.iter().zip(gradients).map(|(a, g)| 0.5 * (a * g).powi(2)).sum();
    let wanted = [
        total,
        total / 19.0,
        eznas,
        squares.sqrt(),
        pairs().map(|(weight, gradient)| (weight * gradient).abs()).sum(),
        16.0 * fisher / 120.0,
    ];
    let names = [
        "attention_confidence",
        "attention_confidence_norm",
        "eznas",
        "grad_norm.lpzero",
        "snip.lpzero",
        "fisher.lpzero",
    ];
    for ((name, found), wanted) in names.iter().zip(scores(Signal::Gaussian, &names)).zip(wanted) {
        assert!((found / wanted - 1.0).abs() < 1e-12, "{name}: {found}, not {wanted}");
    }
    // A determinant of whole numbers: nothing between zero and a half, and few below one.
    assert!((eznas - eznas.round()).abs() < 1e-6 && (1.0..10.0).contains(&eznas.round()), "{eznas}");
}

/// Inner sums over matrices with their absolute weights: the projection first if it is among them.
fn flows(input: EncoderInput<'_>, loss: Loss<'_, f64>, term: fn(f64, f64) -> f64) -> Vec<f64> {
    let mut weights = weights();
    weights.body_mut().iter_mut().for_each(|value| *value = value.abs());
    let engine = ComposedEngine::<f64>::new(Device::Cpu);
    let pass = engine.gradient(&weights, input, loss, Dropout::Off, |_| Outputs::default()).unwrap();
    let wanted = |path: &str| in_layer(path) || path == "electra.embeddings_project.weight";
    let parameters = weights.layout().parameters.iter().filter(|parameter| wanted(&parameter.path));
    let elements = parameters.map(|parameter| parameter.elements.clone());
    let pairs = elements.map(|range| weights.body()[range.clone()].iter().zip(&pass.gradient.body[range]));
    pairs.map(|pairs| pairs.map(|(&weight, &flow)| term(weight, flow)).sum()).collect()
}

#[test]
fn flow_proxies_are_what_their_definitions_say() {
    let ones = |term| flows(EncoderInput::Ones { batch: 1, seq_len: 20 }, Loss::LogitSum, term);
    let batch = batch();
    let tokens = |term| flows(EncoderInput::Tokens(&batch), Loss::HiddenSum, term);
    let product: fn(f64, f64) -> f64 = |w, r| (w * r).abs();
    let absolute: fn(f64, f64) -> f64 = |w, r| w * r.abs().ln().abs();
    assert_eq!(ones(product).len(), 20);
    let wanted = [
        ones(product)[1..].iter().sum(),
        tokens(product)[0],
        ones(|w, r| w * (1.0 + r.abs()).ln())[1..].iter().sum(),
        ones(absolute)[1..].iter().sum(),
        tokens(absolute)[0],
    ];
    let names = ["synflow", "synflow.lpzero", "logsynflow", "logsynflow.abs_ln", "logsynflow.lpzero"];
    for ((name, found), wanted) in names.iter().zip(scores(Signal::Rtd, &names)).zip(wanted) {
        assert!((found / wanted - 1.0).abs() < 1e-10, "{name}: {found}, not {wanted}");
    }
    // Queries and keys of equal tokens have no gradient but rounding.
    assert!(ones(product)[1] < 1e-9 * ones(product)[3]);
}

#[test]
fn sums_and_their_parts_fit_together() {
    for signal in SIGNALS {
        let names = ["dss", "synaptic_diversity", "synaptic_saliency", "snip", "head_importance:hi_min=0"];
        let [dss, diversity, saliency, snip, inner] = scores(signal, &names)[..] else { panic!("five") };
        assert_eq!(dss.to_bits(), (diversity + saliency).to_bits());
        assert!(saliency + inner < snip);
        let [some, none] = scores(signal, &["head_importance:hi_min=32", "head_importance:hi_min=64"])[..]
        else {
            panic!("two")
        };
        assert!(0.0 < some && some < inner && none.to_bits() == 0, "{some} {none}");
    }
}
