//! Formulas on decoders: the lists that LPZero's code for GPT-2 has, and what its formula comes to there.

use std::collections::BTreeSet;

use approx::assert_relative_eq;
use proxyrank_nn::{
    Collect, DecoderLayerLayout, DecoderLayout, Dropout, Engine, FastEngine, ForwardOptions, Initialiser,
    Linear, Site, TableExtent, TokenBatch,
};
use proxyrank_proxies::gradient::evaluate;
use proxyrank_proxies::model::{DecoderSignal, formula_vocabulary, vocabulary};
use proxyrank_proxies::symbolic::{Expression, Input, LayerTensors, Sampling, TensorSource, WantedTensors};
use proxyrank_proxies::{ProxyCall, Subject};
use proxyrank_schema::Status;
use proxyrank_space::{DecoderArch, DecoderFamily, Family, Network};

use crate::decoder_case::{DecoderCase, decoder_cases};
use crate::definitions::EVAL;
use crate::symbolic::{all_inputs, assert_slices};

fn gpt2_cases() -> Vec<DecoderCase> {
    decoder_cases().into_iter().filter(|case| case.family() == DecoderFamily::Gpt2).collect()
}

fn collected(case: &DecoderCase, sampling: Sampling) -> LayerTensors {
    let (inputs, signal) = (all_inputs(), DecoderSignal::NextTokens(case.labels()));
    let tensors = WantedTensors { inputs: &inputs, sampling, dropout: Dropout::Off };
    let engine = FastEngine::<f64>::new();
    tensors.collect::<f64, DecoderLayout>(&engine, &case.weights(), &case.batch(), &signal).unwrap()
}

#[test]
fn lists_are_the_outputs_and_weights_of_all_matrices() {
    for case in gpt2_cases() {
        let found = collected(&case, Sampling::Whole);
        let (weights, batch) = (case.weights::<f64>(), case.batch());
        let shapes = |input| -> Vec<Vec<usize>> {
            found.tensors(input).iter().map(|tensor| tensor.shape().to_vec()).collect()
        };
        let linears: Vec<&Linear> =
            weights.layout().layers.iter().flat_map(DecoderLayerLayout::linears).collect();
        let published: Vec<Vec<usize>> =
            linears.iter().map(|linear| vec![linear.inputs, linear.outputs]).collect();
        assert_eq!(shapes(Input::Weight), published);
        assert_eq!(shapes(Input::Grad), published);
        let (b, s) = (batch.batch(), batch.seq_len());
        let outputs: Vec<Vec<usize>> = linears.iter().map(|linear| vec![b, s, linear.outputs]).collect();
        assert_eq!(shapes(Input::Act), outputs);
        assert_eq!(found.tensors(Input::Act), found.tensors(Input::Head));
        assert!(found.tensors(Input::Softmax).is_empty());

        let engine = FastEngine::<f64>::new();
        let seen =
            engine.forward(&weights, &batch, ForwardOptions::EVAL, |_| Collect::new(Site::Linear)).unwrap();
        let sum = |values: &mut dyn Iterator<Item = f64>| values.map(f64::abs).sum::<f64>();
        let expected = sum(&mut seen.into_iter().flat_map(|visitor| visitor.values));
        let activations = found.tensors(Input::Act).iter().flat_map(|t| t.values().iter().copied());
        assert_relative_eq!(sum(&mut { activations }), expected, max_relative = 1e-10);

        // A matrix is stored with inputs first, as Conv1D has it.
        for (tensor, linear) in found.tensors(Input::Weight).iter().zip(linears) {
            let values = &weights.body()[linear.weight.elements.clone()];
            for (input, output) in [(0, 0), (1, 0), (0, 1), (linear.inputs - 1, linear.outputs - 2)] {
                assert_eq!(
                    tensor.values()[input * linear.outputs + output].to_bits(),
                    values[output * linear.inputs + input].to_bits()
                );
            }
        }
        // Sums of norms, which an independent implementation computed.
        for (expression, golden) in
            [("total(mean(frobenius(weight)))", "weight_norm"), ("total(mean(frobenius(grad)))", "grad_norm")]
        {
            let expression: Expression = expression.parse().unwrap();
            let score = expression.evaluate(&found).unwrap();
            assert_relative_eq!(score, case.number("lm", golden), max_relative = 1e-9);
        }
    }
}

#[test]
fn samples_are_slices_of_the_whole() {
    let case = gpt2_cases().swap_remove(0);
    let whole = collected(&case, Sampling::Whole);
    let sample = collected(&case, Sampling::Elements { count: 64, seed: 1 });
    assert_slices(&whole, &sample, 64);
}

/// A freshly drawn GPT-2 with `layers` layers.
fn fresh(layers: usize) -> (Subject, DecoderArch) {
    let arch = DecoderArch {
        family: DecoderFamily::Gpt2,
        n_layer: layers,
        d_model: 64,
        d_embed: None,
        div_val: 1,
        n_head: vec![4; layers],
        d_inner: (0..layers).map(|layer| 512 - 64 * layer).collect(),
        n_token: 500,
        cutoffs: vec![500],
        tie_projs: vec![false],
        tgt_len: 24,
        mem_len: 0,
    };
    (Subject { network: Network::Decoder(arch.network().unwrap()), seq_len: 24 }, arch)
}

/// The derivation of the closed form holds on a network: gradients are even under the softmax, weights have the variance that
/// the initialiser was told.
#[test]
fn the_searched_formula_is_its_closed_form() {
    let ids: Vec<u32> = (0..4 * 24).map(|index: u32| index * index % 500).collect();
    let batch = TokenBatch::new(ids.clone(), 4, 24).unwrap();
    let signal = DecoderSignal::<f64>::NextTokens(ids.iter().map(|id| (id + 7) % 500).collect());
    let call: ProxyCall = "lpzero.gpt2".parse().unwrap();
    for layers in [2, 4] {
        let (subject, arch) = fresh(layers);
        let weights = Initialiser::new(0).decoder(&arch.network().unwrap(), TableExtent::Full).unwrap();
        let found =
            evaluate(&FastEngine::new(), &weights, &batch, &signal, std::slice::from_ref(&call), EVAL)
                .unwrap();
        let closed: ProxyCall = "lpzero_closed_form".parse().unwrap();
        let closed = closed.proxy.score(&subject, &closed.params).score.unwrap();
        // The mean square of some 100,000 draws has a relative deviation of about half a percent.
        assert_relative_eq!(found[0].outcome.score.unwrap(), closed, max_relative = 0.01);
    }
}

#[test]
fn a_formula_takes_no_more_of_the_vocabulary_than_it_reads() {
    let case = gpt2_cases().swap_remove(0);
    let (batch, lm) = (case.batch(), DecoderSignal::<f32>::NextTokens(case.labels()));
    let gaussian = DecoderSignal::<f32>::Cotangent(case.cotangent());
    let of = |inputs: &[Input], signal| {
        formula_vocabulary(&inputs.iter().copied().collect::<BTreeSet<Input>>(), signal, &batch)
    };
    assert_eq!(of(&[Input::Weight], &lm), TableExtent::None);
    assert_eq!(of(&[Input::Weight, Input::Act], &lm), TableExtent::Tokens(batch.read_ids()));
    assert_eq!(of(&[Input::Grad], &gaussian), TableExtent::Tokens(batch.read_ids()));
    assert_eq!(of(&[Input::Grad], &lm), TableExtent::Full);
    let calls = |name: &str| [name.parse::<ProxyCall>().unwrap()];
    assert_eq!(vocabulary(Family::Gpt2, &calls("lpzero.gpt2"), &lm, &batch), TableExtent::Full);
    assert_eq!(
        vocabulary(Family::Gpt2, &calls("lpzero.flexibert"), &lm, &batch),
        TableExtent::Tokens(batch.read_ids())
    );
}

/// Every shipped formula has a score, but for the one that reads attention probabilities.
#[test]
fn shipped_formulas_are_scored_where_they_apply() {
    let case = gpt2_cases().swap_remove(0);
    let names = proxyrank_proxies::registry::all().into_iter().map(|proxy| proxy.name);
    let calls: Vec<ProxyCall> = names
        .filter(|name| name.starts_with("lpzero.") && !name.contains("closed"))
        .map(|name| name.parse().unwrap())
        .collect();
    assert_eq!(calls.len(), 9);
    let signal = DecoderSignal::<f64>::NextTokens(case.labels());
    let (engine, weights) = (FastEngine::new(), case.weights());
    let found =
        evaluate::<f64, DecoderLayout, _>(&engine, &weights, &case.batch(), &signal, &calls, EVAL).unwrap();
    for (call, evaluation) in calls.iter().zip(found) {
        let applies = call.proxy.name != "lpzero.flexibert_softmax_head";
        let status = evaluation.outcome.status;
        assert_eq!(status == Status::Ok, applies, "{}: {}", call.proxy.name, evaluation.outcome.detail);
        assert!(applies || status == Status::Unsupported);
    }
}
