//! Loaders, on files in the published layouts that are made up here, so that no data set is needed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proxyrank_data::load::flexibert::FlexibertBenchmark;
use proxyrank_data::load::lts::{LtsSet, SETS};
use proxyrank_space::flexibert::{FlexibertArch, FlexibertLayer, Operation, Sampler};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Amount, Bench, Failure, Work};

const GROUP: &str = "loaders";
/// Architectures of each file.
const ENCODERS: usize = 100;
const DECODERS: usize = 24;

pub(super) fn benches() -> Vec<Bench> {
    let flexibert = Bench::new(GROUP, "FlexiBERT benchmark", || {
        let bytes = flexibert_json()?;
        Ok(Work::again(move || {
            let benchmark = FlexibertBenchmark::parse(Path::new("benchmark.json"), &bytes)?;
            complete(benchmark.entries.len(), ENCODERS)
        }))
    });
    let lts = Bench::new(GROUP, "LTS logs", || {
        let folder = lts_folder()?;
        let info = SETS.first().ok_or("there is no set")?;
        Ok(Work::again(move || complete(LtsSet::read(folder.path(), info)?.entries.len(), DECODERS)))
    });
    vec![flexibert.of(Amount::Items(ENCODERS as u64)), lts.of(Amount::Items(DECODERS as u64))]
}

fn complete(found: usize, expected: usize) -> Result<(), Failure> {
    if found == expected { Ok(()) } else { Err(format!("{found} of {expected} entries").into()) }
}

/// The first architectures that the benchmark's own sampler draws, with made-up scores.
fn flexibert_json() -> Result<Vec<u8>, Failure> {
    let entries: Vec<Value> = Sampler::new(0).take(ENCODERS).enumerate().map(entry).collect();
    Ok(serde_json::to_vec_pretty(&entries)?)
}

fn entry((id, arch): (usize, FlexibertArch)) -> Value {
    let score = 50.0 + id as f64 / 16.0;
    let tasks = ["cola", "mnli", "mrpc", "qnli", "qqp", "rte", "sst", "sts", "glue"];
    let scores: serde_json::Map<String, Value> =
        tasks.iter().map(|task| ((*task).to_owned(), json!(score))).collect();
    let layers: Vec<Value> = arch.layers.iter().map(layer).collect();
    let network = json!({"hidden_size": arch.hidden_size, "nas_config": {"encoder_layers": layers}});
    json!({
        "id": id, "is_running": false, "completed": true, "time_to_train": 6543.21, "scores": scores,
        "hparams": {"use_tpu": true, "learning_rate": 0.0005, "num_train_steps": 1000,
                    "model_hparam_overrides": network},
    })
}

fn layer(layer: &FlexibertLayer) -> Value {
    let (kind, parameter) = match layer.operation {
        Operation::Sdp => ("SA", json!("SDP")),
        Operation::Wma => ("SA", json!("WMA")),
        Operation::Dft => ("LT", json!("DFT")),
        Operation::Dct => ("LT", json!("DCT")),
        Operation::Dsc { kernel } => ("DSC", json!(kernel.tokens())),
    };
    json!({"operation_type": kind, "operation_parameter": parameter, "num_operation_heads": layer.heads,
           "feed_forward_dimension": layer.ffn_width, "num_feed_forward": layer.ffn_count})
}

/// A set of decoders, each in a folder of its own.
fn lts_folder() -> Result<TempDir, Failure> {
    let folder = tempfile::tempdir()?;
    let (mut parameters, mut perplexities) = (String::new(), String::new());
    for index in 0..DECODERS {
        let (config, job, layers) = (index / 10, index % 10, 2 + index % 15);
        let place = folder.path().join(format!("config_{config}/j{job}"));
        fs::create_dir_all(&place)?;
        fs::write(place.join("model_config.yaml"), decoder_yaml(layers))?;
        let total = 1_000_000 * (layers + 10);
        writeln!(
            parameters,
            "config_{config}_j{job}:\n  AdaEmb: 1.0\n  Attn: 2.0\n  FFN: 3.0\n  nonembedding: 5.0\n  total: {total}.0"
        )?;
        writeln!(
            perplexities,
            "config_{config}_j{job}:\n  valid_ppl: 30.5\n  test_ppl: {}.25\n  train_elapsed: 1500.0",
            31 + index
        )?;
    }
    fs::write(folder.path().join("params_summary.yaml"), parameters)?;
    fs::write(folder.path().join("ppl_summary.yaml"), perplexities)?;
    Ok(folder)
}

fn decoder_yaml(layers: usize) -> String {
    let list = |value: &str| format!("- {value}\n").repeat(layers);
    let settings = [
        ("adaptive", "true"),
        ("attn_type", "0"),
        ("clamp_len", "-1"),
        ("cutoffs", "[19997, 39997, 199997, 267735]"),
        ("d_embed", "-1"),
        ("d_head", "-1"),
        ("d_model", "256"),
        ("div_val", "4"),
        ("dropout", "0.1"),
        ("mem_len", "192"),
        ("n_token", "267735"),
        ("pre_lnorm", "false"),
        ("primer_conv", "false"),
        ("primer_square", "false"),
        ("same_length", "false"),
        ("tgt_len", "192"),
        ("tie_projs", "[false, true, true, true]"),
        ("tie_weight", "true"),
    ];
    let settings = settings.map(|(key, value)| format!("{key}: {value}\n")).concat();
    format!("{settings}n_layer: {layers}\nn_head:\n{}d_inner:\n{}", list("4"), list("1024"))
}
