//! Shared by the real-data tests: labels and architectures from the data mirror.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proxyrank_proxies::published::Repository;
use proxyrank_proxies::{ProxyCall, Subject};
use proxyrank_schema::Reading;
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{Architecture, DecoderArch, DecoderFamily};
use proxyrank_stats::{kendall_tau_b, spearman_rho};
use serde_json::Value;

/// Tau-b and rho.
pub(crate) type Pair = (f64, f64);

/// The folder of a mirrored repository; says that the test is skipped where there is no mirror.
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
pub(crate) fn repository(test: &str, repository: Repository) -> Option<PathBuf> {
    let commit = match repository {
        Repository::TrainingFreeNas => "2d76e01b9586cad7340e8268dadba3056efd070b",
        Repository::LpZero => "9faa34d2c63c6b276a0082442e7eb0aa70be2526",
    };
    let mirror = std::env::var_os("PROXYRANK_MIRROR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let folder = mirror.join("github").join(repository.as_str()).join(commit);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {test} (no data mirror)");
    None
}

/// One column of a CSV file without quotes, as text.
pub(crate) fn csv_column(file: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let index = lines.next().unwrap().iter().position(|column| *column == name).unwrap();
    lines.map(|fields| fields[index].to_owned()).collect()
}

pub(crate) fn numbers(column: &[String]) -> Vec<f64> {
    column.iter().map(|text| text.parse().unwrap()).collect()
}

/// GLUE of the 500 architectures.
pub(crate) fn glue(test: &str) -> Option<Vec<f64>> {
    let file = repository(test, Repository::TrainingFreeNas)?.join("data/BERT_results_activation.csv");
    Some(numbers(&csv_column(&file, "GLUE Score")))
}

/// The 500 networks under a reading; the architectures are the sampler's first draws.
pub(crate) fn flexibert(reading: Reading, seq_len: usize) -> Vec<Subject> {
    let networks =
        Sampler::new(0).take(500).map(|arch| Architecture::Flexibert(arch).network(reading).unwrap());
    networks.map(|network| Subject { network, seq_len }).collect()
}

/// Scores of a proxy with the sign that makes larger better.
pub(crate) fn scores<'a>(call: &str, subjects: impl IntoIterator<Item = &'a Subject>) -> Vec<f64> {
    let ProxyCall { proxy, params } = call.parse().unwrap();
    let sign = proxy.direction.sign();
    subjects.into_iter().map(|subject| sign * proxy.score(subject, &params).score.unwrap()).collect()
}

/// Correlations of scores with a quality, larger being better in both.
pub(crate) fn correlations(scores: &[f64], quality: &[f64]) -> Pair {
    (kendall_tau_b(scores, quality).unwrap(), spearman_rho(scores, quality).unwrap())
}

/// A mapping from architecture to what a YAML file has for it.
pub(crate) fn yaml(file: &Path) -> BTreeMap<String, Value> {
    serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// One trained decoder.
pub(crate) struct Decoder {
    pub(crate) id: String,
    pub(crate) subject: Subject,
    /// Minus the test perplexity (Pareto sets: minus the only perplexity there is).
    pub(crate) quality: f64,
}

/// The decoders of a set that have a perplexity, in order of their ids.
pub(crate) fn decoders(logs: &Path, set: &str) -> Vec<Decoder> {
    let perplexities = yaml(&logs.join(set).join("ppl_summary.yaml"));
    let quality = |value: &Value| value.as_f64().or_else(|| value["test_ppl"].as_f64()).map(|ppl| -ppl);
    let with_quality = perplexities.iter().filter_map(|(id, value)| Some((id, quality(value)?)));
    with_quality
        .map(|(id, quality)| Decoder { id: id.clone(), subject: decoder(logs, set, id), quality })
        .collect()
}

fn decoder(logs: &Path, set: &str, id: &str) -> Subject {
    let config = yaml(&logs.join(set).join(id.replace("_j", "/j")).join("model_config.yaml"));
    let size = |name: &str| usize::try_from(config[name].as_u64().unwrap()).unwrap();
    let per_layer = |name: &str| match config[name].as_array() {
        Some(values) => sizes(values),
        None => vec![size(name); size("n_layer")],
    };
    let arch = DecoderArch {
        family: if set.contains("GPT2") { DecoderFamily::Gpt2 } else { DecoderFamily::TransformerXl },
        n_layer: size("n_layer"),
        d_model: size("d_model"),
        d_embed: config["d_embed"].as_u64().map(|width| usize::try_from(width).unwrap()),
        div_val: size("div_val"),
        n_head: per_layer("n_head"),
        d_inner: per_layer("d_inner"),
        n_token: size("n_token"),
        cutoffs: sizes(config["cutoffs"].as_array().unwrap()),
        // One configuration writes 0 and 1.
        tie_projs: config["tie_projs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tied| tied.as_bool().unwrap_or_else(|| tied.as_u64() == Some(1)))
            .collect(),
        tgt_len: size("tgt_len"),
        mem_len: size("mem_len"),
    };
    let seq_len = arch.tgt_len;
    Subject { network: Architecture::Decoder(arch).network(Reading::Declared).unwrap(), seq_len }
}

fn sizes(values: &[Value]) -> Vec<usize> {
    values.iter().map(|value| usize::try_from(value.as_u64().unwrap()).unwrap()).collect()
}
