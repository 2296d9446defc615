//! Shared by the tests: the benchmark's entries from the data mirror.

use std::path::PathBuf;

use proxyrank_space::flexibert::DscKernel;
use proxyrank_space::{FlexibertArch, FlexibertLayer, Operation};
use serde_json::Value;

const BENCHMARK: &str =
    "github/aaronserianni/training-free-nas/2d76e01b9586cad7340e8268dadba3056efd070b/data";

/// A file of the mirrored benchmark; says that the test is skipped where there is no mirror.
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
pub(crate) fn benchmark_file(test: &str, name: &str) -> Option<String> {
    let mirror = std::env::var_os("PROXYRANK_MIRROR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(mirror.join(BENCHMARK).join(name)).ok();
    if text.is_none() {
        eprintln!("skipped: {test} (no data mirror)");
    }
    text
}

/// The entries of the benchmark's JSON file, in id order.
pub(crate) fn entries(json: &str) -> Vec<FlexibertArch> {
    let all: Vec<Value> = serde_json::from_str(json).unwrap();
    all.iter().map(|entry| entry_of(&entry["hparams"]["model_hparam_overrides"])).collect()
}

fn entry_of(overrides: &Value) -> FlexibertArch {
    let layers = overrides["nas_config"]["encoder_layers"].as_array().unwrap();
    FlexibertArch {
        hidden_size: size(&overrides["hidden_size"]),
        layers: layers.iter().map(layer_of).collect(),
    }
}

fn layer_of(layer: &Value) -> FlexibertLayer {
    let parameter = &layer["operation_parameter"];
    let operation = match parameter.as_str() {
        Some("SDP") => Operation::Sdp,
        Some("WMA") => Operation::Wma,
        Some("DFT") => Operation::Dft,
        Some("DCT") => Operation::Dct,
        _ => Operation::Dsc { kernel: DscKernel::from_tokens(size(parameter)).unwrap() },
    };
    FlexibertLayer {
        operation,
        heads: size(&layer["num_operation_heads"]),
        ffn_width: size(&layer["feed_forward_dimension"]),
        ffn_count: size(&layer["num_feed_forward"]),
    }
}

fn size(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}
