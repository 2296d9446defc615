//! Decoders: weights with as much of the vocabulary as is read, every pass that some proxy needs once, and what it took.

use std::collections::BTreeSet;
use std::time::Instant;

use proxyrank_nn::{DecoderLayout, Dropout, Initialiser, Real, TokenBatch};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::forward::{EvaluateOptions, Evaluation};
use proxyrank_proxies::gradient::{evaluate, evaluate_twice};
use proxyrank_proxies::model::{DecoderSignal, formula_vocabulary, vocabulary};
use proxyrank_proxies::symbolic::{Input as FormulaInput, LayerTensors, Sampling, WantedTensors};
use proxyrank_schema::{Input, Signal, Timing};
use proxyrank_space::{DecoderFamily, DecoderNetwork};

use super::Request;
use super::computer::Computer;
use super::inputs::{self, Shape};
use super::runner::nanoseconds;
use crate::RunError;

/// Everything that decoders of a request share. The batch is drawn for each network anew, for it depends on the number of
/// words, and takes no time beside a pass.
pub(crate) struct Decoders<T> {
    engine: Computer<T>,
    initialiser: Initialiser<T>,
    input: Input,
    shape: Shape,
    signal: Signal,
    dropout: Dropout,
    timing: Timing,
}

impl<T: Real> Decoders<T> {
    pub(super) fn new(request: &Request, shape: Shape) -> Self {
        Self {
            engine: Computer::new(&request.device),
            initialiser: Initialiser::new(request.init_seed),
            input: request.input,
            shape,
            signal: request.signal,
            dropout: Dropout::of_mode(request.mode, request.init_seed),
            timing: request.timing,
        }
    }

    /// Scores one network by every call, in their order: all in shared passes, or each with its own weights and passes.
    pub(super) fn score(
        &self,
        network: &DecoderNetwork,
        calls: &[ProxyCall],
    ) -> Result<Vec<Evaluation>, RunError> {
        match self.timing {
            Timing::Fused => self.run(network, calls),
            Timing::Isolated => {
                let alone = calls.iter().map(|call| self.run(network, std::slice::from_ref(call)));
                Ok(alone.collect::<Result<Vec<_>, _>>()?.concat())
            }
        }
    }

    /// The tensors that formulas read of one network.
    pub(super) fn tensors(
        &self,
        network: &DecoderNetwork,
        inputs: &BTreeSet<FormulaInput>,
        sampling: Sampling,
    ) -> Result<LayerTensors, RunError> {
        if network.family != DecoderFamily::Gpt2 {
            return Err(RunError::Usage(
                "formulas are for encoders and GPT-2, not for Transformer-XL".to_owned(),
            ));
        }
        let (batch, signal) = self.problem(network)?;
        let weights = self.initialiser.decoder(network, formula_vocabulary(inputs, &signal, &batch))?;
        let tensors = WantedTensors { inputs, sampling, dropout: self.dropout };
        Ok(match &self.engine {
            Computer::Fast(engine) => {
                tensors.collect::<T, DecoderLayout>(engine, &weights, &batch, &signal)?
            }
            Computer::Composed(engine) => {
                tensors.collect::<T, DecoderLayout>(engine, &weights, &batch, &signal)?
            }
        })
    }

    /// What a network reads, and what is back-propagated.
    fn problem(&self, network: &DecoderNetwork) -> Result<(TokenBatch, DecoderSignal<T>), RunError> {
        let n_token = network.vocabulary.n_token;
        let (batch, labels) = inputs::decoder_batch(self.input, n_token, &self.shape)?;
        let signal = DecoderSignal::new(self.signal, &labels, network.d_model, self.shape.data_seed)?;
        Ok((batch, signal))
    }

    fn run(&self, network: &DecoderNetwork, calls: &[ProxyCall]) -> Result<Vec<Evaluation>, RunError> {
        let (batch, signal) = self.problem(network)?;
        let extent = vocabulary(network.family.into(), calls, &signal, &batch);
        let started = Instant::now();
        let weights = self.initialiser.decoder(network, extent)?;
        let options = EvaluateOptions { dropout: self.dropout, weights_ns: nanoseconds(started.elapsed()) };
        Ok(match &self.engine {
            Computer::Fast(engine) => {
                evaluate_twice::<T, DecoderLayout, _>(engine, &weights, &batch, &signal, calls, options)?
            }
            Computer::Composed(engine) => {
                evaluate::<T, DecoderLayout, _>(engine, &weights, &batch, &signal, calls, options)?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_nn::{ComposedEngine, ComputeDevice};
    use proxyrank_proxies::symbolic::TensorSource;
    use proxyrank_schema::Status;
    use proxyrank_space::DecoderArch;

    use super::*;
    use crate::benchmark::Tokens;

    fn network(family: DecoderFamily) -> DecoderNetwork {
        let arch = DecoderArch {
            family,
            n_layer: 2,
            d_model: 8,
            d_embed: Some(12),
            div_val: 2,
            n_head: vec![2, 4],
            d_inner: vec![10, 6],
            n_token: 23,
            cutoffs: vec![9, 15],
            tie_projs: vec![false, true, true],
            tgt_len: 7,
            mem_len: 4,
        };
        arch.network().unwrap()
    }

    fn decoders(engine: Computer<f64>) -> Decoders<f64> {
        Decoders {
            engine,
            initialiser: Initialiser::new(3),
            input: Input::Zipf,
            shape: Shape { batch_size: 2, seq_len: 6, data_seed: 1, tokens: Tokens::Bert },
            signal: Signal::Lm,
            dropout: Dropout::Off,
            timing: Timing::Fused,
        }
    }

    fn both() -> [Decoders<f64>; 2] {
        let cpu = ComputeDevice::cpu();
        let composed = Computer::Composed(ComposedEngine::new(cpu.handle().clone()));
        [Computer::new(&cpu), composed].map(decoders)
    }

    fn close(place: &str, found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-8 * wanted.abs(), "{place}: {found}, not {wanted}");
    }

    /// What `--device cuda:0` runs, on the processor.
    #[test]
    fn both_engines_score_decoders_alike_but_for_second_derivatives() {
        let calls = ["snip", "fisher", "synflow", "w_pca", "head_confidence", "weight_norm", "grasp"]
            .map(|name| name.parse::<ProxyCall>().unwrap());
        for family in [DecoderFamily::Gpt2, DecoderFamily::TransformerXl] {
            let [wanted, found] = both().map(|decoders| decoders.score(&network(family), &calls).unwrap());
            for ((call, wanted), found) in calls.iter().zip(wanted).zip(found) {
                if call.proxy.name == "grasp" {
                    assert_eq!(
                        [wanted.outcome.status, found.outcome.status],
                        [Status::Ok, Status::Unsupported]
                    );
                    assert!(found.outcome.detail.contains("second derivatives"), "{:?}", found.outcome);
                    continue;
                }
                let [wanted, found] = [wanted, found].map(|evaluation| evaluation.outcome.score.unwrap());
                close(&format!("{family:?} {call}"), found, wanted);
            }
        }
    }

    #[test]
    fn both_engines_give_formulas_the_same_tensors() {
        let inputs = BTreeSet::from([FormulaInput::Grad, FormulaInput::Act]);
        let network = network(DecoderFamily::Gpt2);
        let [wanted, found] =
            both().map(|decoders| decoders.tensors(&network, &inputs, Sampling::Whole).unwrap());
        for input in inputs {
            let (wanted, found) = (wanted.tensors(input), found.tensors(input));
            assert_eq!((wanted.len(), found.len()), (8, 8));
            for (wanted, found) in wanted.iter().zip(found) {
                assert_eq!(wanted.shape(), found.shape());
                let sum = |values: &[f64]| values.iter().map(|value| value.abs()).sum::<f64>();
                close(&format!("{input:?}"), sum(found.values()), sum(wanted.values()));
            }
        }
    }
}
