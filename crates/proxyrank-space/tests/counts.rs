//! Properties of the counts: they never overflow, and they grow with depth and width.

use proptest::prelude::*;
use proxyrank_schema::Reading;
use proxyrank_space::counts::{Role, macs, matrices, parameters};
use proxyrank_space::flexibert::{DscKernel, EncoderLayer, Sampler};
use proxyrank_space::{DecoderArch, DecoderFamily, EncoderNetwork, FlexibertArch, Network, Operation};

const READINGS: [Reading; 3] = [Reading::Released, Reading::Declared, Reading::AsTrained];

fn flexibert() -> impl Strategy<Value = FlexibertArch> {
    any::<u32>().prop_map(|seed| Sampler::new(seed).draw())
}

prop_compose! {
    /// Any configuration inside the limits, with up to four clusters.
    fn decoder()(
        family in prop_oneof![Just(DecoderFamily::Gpt2), Just(DecoderFamily::TransformerXl)],
        n_layer in prop_oneof![1_usize..20, Just(DecoderArch::MAX_LAYERS)],
        head_dim in 1_usize..=8192,
        d_embed in prop_oneof![Just(None), (1_usize..=DecoderArch::MAX_WIDTH).prop_map(Some)],
        div_val in 1_usize..=4,
        d_inner in 1_usize..=DecoderArch::MAX_WIDTH,
        n_token in 1_usize..=DecoderArch::MAX_TOKENS,
        ends in prop::collection::btree_set(1_usize..=DecoderArch::MAX_TOKENS, 1..4),
        tie_projs in prop::collection::vec(any::<bool>(), 4),
        tgt_len in 1_usize..=DecoderArch::MAX_LENGTH,
        mem_len in 0_usize..=DecoderArch::MAX_LENGTH,
    ) -> DecoderArch {
        DecoderArch {
            family, n_layer, d_model: 8 * head_dim, d_embed, div_val,
            n_head: vec![8; n_layer], d_inner: vec![d_inner; n_layer],
            n_token, cutoffs: ends.into_iter().collect(), tie_projs, tgt_len, mem_len,
        }
    }
}

/// Numbers inside and outside of the limits, in lists of any length.
fn wild() -> impl Strategy<Value = DecoderArch> {
    let number = || prop_oneof![0_usize..10, any::<usize>()];
    let list = move || prop::collection::vec(number(), 0..5);
    (
        prop::collection::vec(number(), 7),
        prop::option::of(number()),
        list(),
        list(),
        list(),
        prop::collection::vec(any::<bool>(), 0..5),
    )
        .prop_map(|(n, d_embed, n_head, d_inner, cutoffs, tie_projs)| DecoderArch {
            family: DecoderFamily::TransformerXl,
            n_layer: n[0],
            d_model: n[1],
            d_embed,
            div_val: n[2],
            n_head,
            d_inner,
            n_token: n[3],
            cutoffs,
            tie_projs,
            tgt_len: n[4],
            mem_len: n[5],
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_flexibert_architecture_is_refused_or_overflows(arch in flexibert(), seq_len in 1_usize..=512) {
        for reading in READINGS {
            let network = Network::Encoder(arch.network(reading).unwrap());
            prop_assert!(parameters(&network).body() < parameters(&network).total());
            prop_assert!(macs(&network, seq_len).unwrap().total() > 0);
        }
    }

    #[test]
    fn no_decoder_inside_the_limits_overflows(arch in decoder(), seq_len in 1_usize..=DecoderArch::MAX_LENGTH) {
        // A narrow embedding can leave nothing for a tail cluster; everything else must be accepted.
        if let Ok(network) = arch.network() {
            let network = Network::Decoder(network);
            let counts = parameters(&network);
            prop_assert!(counts.total() > counts.decoder());
            if let Ok(macs) = macs(&network, seq_len) {
                prop_assert!(macs.flops() < u64::MAX / 2);
            }
        } else {
            prop_assert!(arch.div_val > 1);
        }
    }

    #[test]
    fn no_values_make_a_decoder_panic(arch in wild()) {
        if let Ok(network) = arch.network() {
            parameters(&Network::Decoder(network));
        }
    }

    #[test]
    fn a_further_layer_costs_more(arch in flexibert()) {
        for reading in READINGS {
            let network = arch.network(reading).unwrap();
            let mut deeper = network.clone();
            deeper.layers.push(network.layers[0].clone());
            let (before, after) = (Network::Encoder(network), Network::Encoder(deeper));
            prop_assert!(parameters(&after).body() > parameters(&before).body());
            prop_assert!(macs(&after, 128).unwrap().total() > macs(&before, 128).unwrap().total());
        }
    }

    #[test]
    fn a_wider_network_costs_more(arch in flexibert()) {
        let wide = FlexibertArch { hidden_size: 256, ..arch.clone() };
        let narrow = FlexibertArch { hidden_size: 128, ..arch };
        for reading in [Reading::Declared, Reading::AsTrained] {
            let [narrow, wide] = [&narrow, &wide].map(|arch| Network::Encoder(arch.network(reading).unwrap()));
            prop_assert!(parameters(&wide).total() > parameters(&narrow).total());
            prop_assert!(macs(&wide, 128).unwrap().total() > macs(&narrow, 128).unwrap().total());
        }
    }

    #[test]
    fn a_larger_decoder_costs_more(arch in decoder()) {
        let Ok(small) = arch.network().map(Network::Decoder) else { return Ok(()) };
        let cost = |network: &Network| (parameters(network).body(), macs(network, 1).unwrap().total());
        let before = cost(&small);
        if arch.n_layer < DecoderArch::MAX_LAYERS {
            let n_layer = arch.n_layer + 1;
            let d_inner = vec![arch.d_inner[0]; n_layer];
            let deeper = DecoderArch { n_layer, n_head: vec![8; n_layer], d_inner, ..arch.clone() };
            let after = cost(&Network::Decoder(deeper.network().unwrap()));
            prop_assert!(after.0 > before.0 && after.1 > before.1);
        }
        if arch.d_inner[0] < DecoderArch::MAX_WIDTH {
            let d_inner = arch.d_inner.iter().map(|width| width + 1).collect();
            let wider = DecoderArch { d_inner, ..arch };
            let after = cost(&Network::Decoder(wider.network().unwrap()));
            prop_assert!(after.0 > before.0 && after.1 > before.1);
        }
    }

    #[test]
    fn matrices_are_the_parameters_that_are_no_vectors(arch in flexibert()) {
        for reading in READINGS {
            let network = arch.network(reading).unwrap();
            let vectors = biases_and_depthwise(&network);
            let network = Network::Encoder(network);
            let weights: u64 = matrices(&network).iter().map(|matrix| matrix.rows * matrix.cols).sum();
            let counts = parameters(&network);
            prop_assert_eq!(weights + vectors, counts.decoder());
        }
    }
}

/// A bias for each output of every linear layer but WMA's, one for the key convolution, and the depthwise weights.
fn biases_and_depthwise(network: &EncoderNetwork) -> u64 {
    let outputs: u64 = matrices(&Network::Encoder(network.clone()))
        .iter()
        .filter(|matrix| matrix.role != Role::Wma)
        .map(|matrix| matrix.rows)
        .sum();
    let depthwise = network.layers.iter().map(|layer| match layer.operation {
        Operation::Dsc { kernel } => (network.hidden_size * kernel.tokens()) as u64,
        _ => 0,
    });
    outputs + depthwise.sum::<u64>()
}

#[test]
fn linear_layers_of_each_operation() {
    let all: Vec<FlexibertArch> = Sampler::new(1).take(50).collect();
    for layer in all.iter().flat_map(|arch| &arch.layers) {
        let arch = FlexibertArch { hidden_size: 128, layers: vec![*layer; 2] };
        let listed = matrices(&Network::Encoder(arch.network(Reading::Declared).unwrap()));
        let linear = |ffn| {
            let of_layer = listed.iter().filter(|matrix| matrix.layer == 0 && matrix.role.is_linear());
            of_layer.filter(|matrix| matrix.role.is_ffn() == ffn).count()
        };
        let expected = match layer.operation {
            Operation::Sdp => 4,
            Operation::Wma => 5,
            Operation::Dft | Operation::Dct => 1,
            Operation::Dsc { .. } => 6,
        };
        assert_eq!((linear(false), linear(true)), (expected, layer.ffn_count + 1));
    }
}

#[test]
fn sequences_that_the_network_cannot_read_are_refused() {
    let network = Network::Encoder(Sampler::new(0).draw().network(Reading::Declared).unwrap());
    assert!(macs(&network, 512).is_ok());
    let message = macs(&network, 513).unwrap_err().to_string();
    assert_eq!(message, "a sequence of 513 tokens cannot be counted; this network reads 1 to 512");
    assert!(macs(&network, 0).is_err());
}

#[test]
fn macs_by_hand() {
    // One SDP layer, hidden 128, FFN 512, at 4 tokens: 4·4·128² + 2·4²·128 and 2·4·128·512.
    let arch = Sampler::new(0).draw();
    let mut network = arch.network(Reading::Declared).unwrap();
    network.hidden_size = 128;
    network.layers.truncate(1);
    network.layers[0].operation = Operation::Sdp;
    network.layers[0].ffn_widths = vec![128, 512, 128];
    let counted = macs(&Network::Encoder(network), 4).unwrap();
    assert_eq!((counted.embedding, counted.attention, counted.ffn), (0, 266_240, 524_288));
    assert_eq!(counted.flops(), 2 * (266_240 + 524_288));
}

#[test]
fn no_size_is_taken_for_granted() {
    // A small encoder of every kind of operation, counted by an independent implementation.
    let layer = |operation, heads, ffn_widths: &[usize]| EncoderLayer {
        operation,
        heads,
        ffn_widths: ffn_widths.to_vec(),
    };
    let network = EncoderNetwork {
        vocab_size: 97,
        embedding_size: 16,
        max_positions: 32,
        token_types: 2,
        hidden_size: 32,
        layers: vec![
            layer(Operation::Wma, 4, &[32, 40, 40, 40, 32]),
            layer(Operation::Dct, 2, &[32, 24, 24, 24, 32]),
            layer(Operation::Dsc { kernel: DscKernel::Nine }, 4, &[32, 24, 32]),
            layer(Operation::Sdp, 4, &[32, 40, 32]),
        ],
    };
    assert_eq!(parameters(&Network::Encoder(network)).total(), 30_866);
}
