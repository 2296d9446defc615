//! Parameter groups of the golden decoder cases, counted by an independent implementation.

use std::path::Path;

use proxyrank_schema::Reading;
use proxyrank_space::counts::{matrices, parameters, parameters_as};
use proxyrank_space::{Architecture, DecoderArch, DecoderFamily, Network};
use serde_json::Value;

const CASES: [&str; 8] = [
    "gpt2_2c_div4_untied",
    "gpt2_3c_div1_proj",
    "gpt2_3c_div2",
    "gpt2_plain",
    "gpt2_plain_div4",
    "txl_first_segment",
    "txl_memory",
    "txl_memory_short_4c",
];

fn case(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/decoders");
    let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn size(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn sizes(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(size).collect()
}

fn arch(name: &str, config: &Value) -> DecoderArch {
    let family = if name.starts_with("gpt2") { DecoderFamily::Gpt2 } else { DecoderFamily::TransformerXl };
    DecoderArch {
        family,
        n_layer: size(&config["n_layer"]),
        d_model: size(&config["d_model"]),
        d_embed: config["d_embed"].as_u64().map(|width| usize::try_from(width).unwrap()),
        div_val: size(&config["div_val"]),
        n_head: sizes(&config["n_head"]),
        d_inner: sizes(&config["d_inner"]),
        n_token: size(&config["n_token"]),
        cutoffs: sizes(&config["cutoffs"]),
        tie_projs: config["tie_projs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tied| tied.as_bool().unwrap())
            .collect(),
        tgt_len: size(&config["tgt_len"]),
        mem_len: config["mem_len"].as_u64().map_or(0, |length| usize::try_from(length).unwrap()),
    }
}

#[test]
fn parameters_of_every_group() {
    for name in CASES {
        let case = case(name);
        let arch = Architecture::Decoder(arch(name, &case["config"]));
        let counted = parameters(&arch.network(Reading::Declared).unwrap());
        let expected = &case["results"]["parameters"];
        for (group, count) in [
            ("embedding", counted.embedding),
            ("attention", counted.attention),
            ("ffn", counted.ffn),
            ("layernorm", counted.layer_norm),
            ("softmax", counted.softmax),
            ("nonembedding", counted.body()),
            ("decoder", counted.decoder()),
            ("total", counted.total()),
        ] {
            assert_eq!(Some(count), expected[group].as_u64(), "{name}: {group}");
        }
    }
}

#[test]
fn clusters_and_matrices() {
    for name in CASES {
        let case = case(name);
        let network = arch(name, &case["config"]).network().unwrap();
        let clusters = &network.vocabulary.clusters;
        let of = |size: &dyn Fn(usize) -> usize| (0..clusters.len()).map(size).collect::<Vec<_>>();
        assert_eq!(of(&|i| clusters[i].size), sizes(&case["config"]["cluster_sizes"]), "{name}");
        assert_eq!(of(&|i| clusters[i].width), sizes(&case["config"]["cluster_widths"]), "{name}");
        let listed = matrices(&Network::Decoder(network));
        assert_eq!(listed.len(), case["matrices"].as_array().unwrap().len(), "{name}");
    }
}

#[test]
fn a_decoder_can_be_counted_as_the_other_class() {
    let gpt2 = arch("gpt2_3c_div2", &case("gpt2_3c_div2")["config"]);
    let transformer_xl = DecoderArch { family: DecoderFamily::TransformerXl, ..gpt2.clone() };
    let counted = parameters_as(&gpt2.network().unwrap(), DecoderFamily::TransformerXl);
    assert_eq!(counted, parameters(&Network::Decoder(transformer_xl.network().unwrap())));
    assert_eq!((counted.attention, counted.layer_norm), (3 * (5 * 24 * 24 + 2 * 24), 4 * 24 * 3));
}
