//! The benchmarks that exist, and what is peculiar to each.
//!
//! To add one, put a line into [`BENCHMARKS`]; if its files have a format of their own, a loader goes beside
//! [`super::flexibert`].

use proxyrank_schema::{BenchmarkId, Reading};
use proxyrank_space::Family;

use crate::cost::latency;

/// What to do with a benchmark's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The FlexiBERT benchmark file.
    Flexibert,
    /// A folder of the LiteTransformerSearch logs; [`proxyrank_data::load::lts::set_of`] knows which.
    Lts,
    /// What is compiled in: networks that this project trained.
    Embedded,
    /// A folder of one's own with networks of this family.
    Own(Family),
}

/// How well an architecture did, as the benchmark measured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Name, as in the files.
    pub name: &'static str,
    /// Whether larger is better.
    pub higher_is_better: bool,
}

const fn higher(name: &'static str) -> Metric {
    Metric { name, higher_is_better: true }
}

const fn lower(name: &'static str) -> Metric {
    Metric { name, higher_is_better: false }
}

/// GLUE and its eight tasks, percent, and the time of a forward pass, which stored timings tell.
const GLUE: &[Metric] = &[
    higher("glue"),
    higher("cola"),
    higher("mnli"),
    higher("mrpc"),
    higher("qnli"),
    higher("qqp"),
    higher("rte"),
    higher("sst"),
    higher("sts"),
    latency::METRIC,
];
/// Probe tasks of the project's own corpus, percent, their mean first.
const PROBES: &[Metric] = &[
    higher("probe"),
    higher("acceptability"),
    higher("sentiment"),
    higher("paraphrase"),
    higher("entailment"),
    higher("similarity"),
];
/// Perplexities of the random decoder sets.
const PERPLEXITY: &[Metric] = &[lower("test_ppl"), lower("valid_ppl")];
/// Perplexity, latency and memory of the Pareto sets.
const PARETO: &[Metric] = &[lower("ppl"), lower("latency"), lower("memory")];

/// One benchmark.
#[derive(Debug, Clone, Copy)]
pub struct BenchmarkInfo {
    /// Name on the command line and in results.
    pub id: &'static str,
    /// Title.
    pub title: &'static str,
    /// The data set that holds it; the folder of a benchmark of one's own.
    pub dataset: &'static str,
    /// Where in the data set.
    pub source: Source,
    /// The ground truths; the first is the default.
    pub metrics: &'static [Metric],
    /// The readings; the first is the default.
    pub readings: &'static [Reading],
    /// The proxy that counts as #params, for partial correlations.
    pub size_proxy: &'static str,
    /// Sequence length of the training data, in tokens.
    pub seq_len: u32,
    /// The vocabulary of its encoders; decoders have their own sizes.
    pub tokens: Tokens,
}

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// BERT's word pieces.
    Bert,
    /// The words of the project's own corpus.
    Words,
}

const ENCODER_READINGS: &[Reading] = &[Reading::AsTrained, Reading::Declared, Reading::Released];

const fn random(id: &'static str, title: &'static str, seq_len: u32) -> BenchmarkInfo {
    BenchmarkInfo {
        id,
        title,
        dataset: "lts",
        source: Source::Lts,
        metrics: PERPLEXITY,
        readings: &[Reading::Declared],
        size_proxy: "num_parameters_body",
        seq_len,
        tokens: Tokens::Bert,
    }
}

const fn pareto(id: &'static str, title: &'static str) -> BenchmarkInfo {
    BenchmarkInfo { metrics: PARETO, ..random(id, title, 32) }
}

/// Every benchmark, the public ones first.
pub const BENCHMARKS: &[BenchmarkInfo] = &[
    BenchmarkInfo {
        id: "flexibert",
        title: "FlexiBERT (NAS-Bench-BERT): 500 encoders, GLUE",
        dataset: "flexibert",
        source: Source::Flexibert,
        metrics: GLUE,
        readings: ENCODER_READINGS,
        size_proxy: "num_parameters",
        seq_len: 128,
        tokens: Tokens::Bert,
    },
    random("lts-gpt2-wt103", "200 random GPT-2, WikiText-103", 192),
    random("lts-gpt2-lm1b", "200 random GPT-2, LM1B", 32),
    random("lts-transxl-wt103", "200 random Transformer-XL, WikiText-103", 192),
    random("lts-transxl-lm1b", "186 random Transformer-XL, LM1B", 32),
    random("lts-transxl-wt103-homogeneous", "99 random homogeneous Transformer-XL, WikiText-103", 192),
    pareto("lts-pareto-gpt2-lm1b-arm", "GPT-2 Pareto front on ARM, LM1B"),
    pareto("lts-pareto-gpt2-lm1b-corei7", "GPT-2 Pareto front on Core i7, LM1B"),
    pareto("lts-pareto-gpt2-lm1b-titanxp", "GPT-2 Pareto front on Titan Xp, LM1B"),
    pareto("lts-pareto-transxl-lm1b-arm", "Transformer-XL Pareto front on ARM, LM1B"),
    pareto("lts-pareto-transxl-lm1b-corei7", "Transformer-XL Pareto front on Core i7, LM1B"),
    pareto("lts-pareto-transxl-lm1b-titanxp", "Transformer-XL Pareto front on Titan Xp, LM1B"),
    BenchmarkInfo {
        id: "embedded",
        title: "Embedded: small FlexiBERT encoders trained here, five probe tasks",
        dataset: "embedded",
        source: Source::Embedded,
        metrics: PROBES,
        readings: &[Reading::Declared],
        size_proxy: "num_parameters",
        seq_len: 40,
        tokens: Tokens::Words,
    },
];

/// A benchmark's name that is not in [`BENCHMARKS`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown benchmark `{given}`; known are {}", names())]
pub struct UnknownBenchmark {
    /// What was given.
    pub given: String,
}

fn names() -> String {
    BENCHMARKS.iter().map(|b| b.id).collect::<Vec<_>>().join(", ")
}

/// Finds a benchmark by its name.
pub fn find(id: &BenchmarkId) -> Result<&'static BenchmarkInfo, UnknownBenchmark> {
    BENCHMARKS
        .iter()
        .find(|b| b.id == id.as_str())
        .ok_or_else(|| UnknownBenchmark { given: id.as_str().to_owned() })
}

impl BenchmarkInfo {
    /// The benchmark's name as the type that rows carry.
    pub fn benchmark_id(&self) -> BenchmarkId {
        BenchmarkId::from(self.id)
    }

    /// What stands behind `--benchmark` in a command: its name, or the folder of a benchmark of one's own.
    pub const fn argument(&self) -> &'static str {
        match self.source {
            Source::Own(_) => self.dataset,
            Source::Flexibert | Source::Lts | Source::Embedded => self.id,
        }
    }

    /// The families of its networks.
    pub fn families(&self) -> &'static [Family] {
        match self.source {
            Source::Flexibert | Source::Embedded | Source::Own(Family::Encoder) => &[Family::Encoder],
            Source::Own(Family::Gpt2) => &[Family::Gpt2],
            Source::Lts if self.id.contains("gpt2") => &[Family::Gpt2],
            Source::Lts | Source::Own(Family::TransformerXl) => &[Family::TransformerXl],
        }
    }

    /// Finds a ground truth by its name; the default where none is given.
    pub fn metric(&self, name: Option<&str>) -> Result<Metric, UnknownMetric> {
        let Some(name) = name else { return Ok(self.metrics[0]) };
        self.metrics.iter().copied().find(|m| m.name == name).ok_or_else(|| UnknownMetric {
            benchmark: self.id,
            given: name.to_owned(),
            known: self.metrics.iter().map(|m| m.name).collect::<Vec<_>>().join(", "),
        })
    }

    /// Checks a reading; the default where none is given.
    pub fn reading(&self, reading: Option<Reading>) -> Result<Reading, UnknownReading> {
        let Some(given) = reading else { return Ok(self.readings[0]) };
        if self.readings.contains(&given) {
            return Ok(given);
        }
        let known = self.readings.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
        Err(UnknownReading { benchmark: self.id, given, known })
    }
}

/// A ground truth that a benchmark does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("benchmark {benchmark} has no ground truth `{given}`; it has {known}")]
pub struct UnknownMetric {
    /// The benchmark.
    pub benchmark: &'static str,
    /// What was given.
    pub given: String,
    /// What it has.
    pub known: String,
}

/// A reading that a benchmark does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("benchmark {benchmark} has no reading `{given}`; it has {known}")]
pub struct UnknownReading {
    /// The benchmark.
    pub benchmark: &'static str,
    /// What was given.
    pub given: Reading,
    /// What it has.
    pub known: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = find(&"flexbert".into()).unwrap_err().to_string();
        assert!(
            error.starts_with("unknown benchmark `flexbert`; known are flexibert, lts-gpt2-wt103"),
            "{error}"
        );
    }

    #[test]
    fn names_are_unique_and_every_benchmark_has_a_default() {
        for (i, info) in BENCHMARKS.iter().enumerate() {
            assert_eq!(BENCHMARKS.iter().position(|b| b.id == info.id), Some(i));
            assert!(info.metric(None).is_ok() && info.reading(None).is_ok());
        }
    }

    #[test]
    fn decoders_have_one_reading() {
        let info = find(&"lts-gpt2-wt103".into()).unwrap();
        let error = info.reading(Some(Reading::Released)).unwrap_err().to_string();
        assert_eq!(error, "benchmark lts-gpt2-wt103 has no reading `released`; it has declared");
    }
}
