//! The composed engine on every device at hand against the fast engine on the processor: one body for all of them.

use proxyrank_nn::{
    ComposedEngine, ComputeDevice, DecoderInput, Depth, Dropout, EncoderInput, FastEngine, ForwardOptions,
    Head, Real, Site,
};

use crate::agreement::SITES;
use crate::at_hand::{DOUBLE, SINGLE, devices};
use crate::common::{batch, collect, mixed_network, strong_weights, worst};
use crate::decoder_agreement::{DECODER_KINDS, DecoderRequest, forward_error, gradient_errors};
use crate::decoder_common::{FAMILIES, network as decoder, tokens as decoder_tokens};
use crate::gradient_agreement::{KINDS, Request, errors, errors_shown};

fn composed<T: Real>(device: &ComputeDevice) -> ComposedEngine<T> {
    ComposedEngine::new(device.handle().clone())
}

/// Every place that a visitor can look at.
fn forward<T: Real>(device: &ComputeDevice, tolerance: f64) {
    let network = mixed_network();
    // One block, so that both engines show the same places in the same order.
    let batch = batch(5, 21, network.vocab_size);
    assert_eq!(batch.blocks(network.hidden_size).len(), 1);
    let (found, wanted) = (
        strong_weights::<T>(&network, Head::Discriminator, 1),
        strong_weights(&network, Head::Discriminator, 1),
    );
    for dropout in [Dropout::Off, Dropout::Seed(5)] {
        for (depth, sites) in [(Depth::Full, &SITES[..]), (Depth::LastFfnInput, &[Site::FfnInput])] {
            let options = ForwardOptions { depth, dropout };
            for &site in sites {
                let wanted = collect(&FastEngine::<f64>::new(), &wanted, &batch, options, site);
                let found = collect(&composed::<T>(device), &found, &batch, options, site);
                let error = worst(&found, &wanted);
                assert!(error < tolerance, "{site:?} on {} in {:?}: {error:.1e}", device.id(), T::DTYPE);
            }
        }
    }
}

/// Every gradient under every loss.
fn backward<T: Real>(device: &ComputeDevice, tolerance: f64) {
    let network = mixed_network();
    let tokens = batch(10, 33, network.vocab_size);
    for kind in KINDS {
        for dropout in [Dropout::Off, Dropout::Seed(6)] {
            let request = Request { network: &network, input: EncoderInput::Tokens(&tokens), kind, dropout };
            let wanted = request.run(&FastEngine::<f64>::new());
            let found = request.run(&composed::<T>(device));
            for (what, error) in errors(&found, &wanted) {
                let place = (device.id(), T::DTYPE);
                assert!(error < tolerance, "{what}: {error:.1e} on {place:?} in {request:?}");
            }
        }
    }
}

/// Both ways of decoders under every loss, with a memory where there is one.
fn decoders<T: Real>(device: &ComputeDevice, tolerance: f64) {
    for family in FAMILIES {
        let (network, tokens) = (decoder(family, 2), decoder_tokens(family, 3));
        for kind in DECODER_KINDS {
            for dropout in [Dropout::Off, Dropout::Seed(6)] {
                let request =
                    DecoderRequest { network: &network, input: DecoderInput::Tokens(&tokens), kind, dropout };
                let wanted = request.run(&FastEngine::<f64>::new());
                let found = request.run(&composed::<T>(device));
                let mut errors = gradient_errors(&found, &wanted).to_vec();
                errors.extend(errors_shown(&found.visitors, &wanted.visitors));
                errors.push(("values on the way forward", forward_error(&found, &wanted)));
                for (what, error) in errors {
                    let place = (device.id(), T::DTYPE);
                    assert!(error < tolerance, "{what}: {error:.1e} on {place:?} in {request:?}");
                }
            }
        }
    }
}

#[test]
fn decoders_agree_on_every_device() {
    for device in devices("decoders_agree_on_every_device") {
        decoders::<f64>(&device, DOUBLE);
        decoders::<f32>(&device, SINGLE);
    }
}

#[test]
fn forward_passes_agree_on_every_device() {
    for device in devices("forward_passes_agree_on_every_device") {
        forward::<f64>(&device, DOUBLE);
        forward::<f32>(&device, SINGLE);
    }
}

#[test]
fn gradients_agree_on_every_device() {
    for device in devices("gradients_agree_on_every_device") {
        backward::<f64>(&device, DOUBLE);
        backward::<f32>(&device, SINGLE);
    }
}

#[test]
fn a_device_gives_the_same_bits_twice() {
    let network = mixed_network();
    let tokens = batch(10, 33, network.vocab_size);
    for device in devices("a_device_gives_the_same_bits_twice") {
        for kind in KINDS {
            let input = EncoderInput::Tokens(&tokens);
            let request = Request { network: &network, input, kind, dropout: Dropout::Seed(2) };
            let run = || {
                let pass = request.run(&composed::<f32>(&device));
                let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
                (pass.loss.to_bits(), bits(pass.gradient.body))
            };
            assert!(run() == run(), "{kind:?} on {}", device.id());
        }
        for family in FAMILIES {
            let (network, tokens) = (decoder(family, 1), decoder_tokens(family, 3));
            for kind in DECODER_KINDS {
                let input = DecoderInput::Tokens(&tokens);
                let request = DecoderRequest { network: &network, input, kind, dropout: Dropout::Seed(2) };
                let run = || {
                    let pass = request.run(&composed::<f32>(&device));
                    let tables = pass.gradient.embeddings.tables.unwrap();
                    let values = [pass.gradient.body, tables].concat();
                    (pass.loss.to_bits(), values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
                };
                assert!(run() == run(), "{kind:?} of {family:?} on {}", device.id());
            }
        }
    }
}
