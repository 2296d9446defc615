//! A benchmark of one's own: a folder in place of a line of the catalogue.
//!
//! Everything behind [`Benchmark`] works on catalogue entries, which live as long as the program. An entry that is opened from a
//! folder is given the same life, on purpose: a process opens a folder once or twice, an entry takes some hundred bytes, and
//! no table, chart or result needs to know that it was not compiled in.

use std::collections::BTreeMap;
use std::path::Path;

use proxyrank_data::load::own::{Better, DESCRIPTION, OwnBenchmark, SizeProxy, Space};
use proxyrank_schema::{BenchmarkId, Reading};

use super::catalogue::{BENCHMARKS, BenchmarkInfo, Metric, Source, Tokens, find};
use super::{Benchmark, Entry};
use crate::RunError;

/// Length of sequences for encoders where the description says nothing.
const ENCODER_LENGTH: u32 = 128;
/// The same for encoders with a quarter of the widths, which have no more positions.
const QUARTER_LENGTH: u32 = 64;

/// The benchmark that a word on the command line means: a name of the catalogue, or a folder with a `benchmark.toml`.
///
/// A word with a slash is a folder, so that no folder that happens to lie about can stand in for a public benchmark.
pub fn resolve(word: &BenchmarkId) -> Result<&'static BenchmarkInfo, RunError> {
    let text = word.as_str();
    if text.contains(['/', '\\']) || text == "." || text == ".." {
        return open(Path::new(text));
    }
    find(word).map_err(|error| {
        if Path::new(text).join(DESCRIPTION).is_file() {
            RunError::Usage(format!("{error}; for the benchmark in the folder of this name write `./{text}`"))
        } else {
            error.into()
        }
    })
}

/// Opens a folder with a `benchmark.toml`.
pub fn open(folder: &Path) -> Result<&'static BenchmarkInfo, RunError> {
    let read = OwnBenchmark::read(folder).map_err(RunError::own)?;
    let description = &read.description;
    if BENCHMARKS.iter().any(|known| known.id == description.name) {
        return Err(RunError::Usage(format!(
            "{}: `{}` is the name of a public benchmark; choose another one",
            folder.join(DESCRIPTION).display(),
            description.name
        )));
    }
    let family = description.space.family();
    let metric = |metric: &proxyrank_data::load::own::Metric| Metric {
        name: keep(&metric.name),
        higher_is_better: metric.better == Better::Higher,
    };
    let metrics: Vec<Metric> = description.metrics.iter().map(metric).collect();
    let size = description.size_proxy.unwrap_or(match description.space {
        Space::Flexibert | Space::FlexibertQuarter => SizeProxy::NumParameters,
        Space::Gpt2 | Space::TransformerXl => SizeProxy::NumParametersBody,
    });
    let segment = description.decoder.as_ref().and_then(|decoder| u32::try_from(decoder.tgt_len).ok());
    Ok(Box::leak(Box::new(BenchmarkInfo {
        id: keep(&description.name),
        title: keep(description.title()),
        dataset: keep(&folder.to_string_lossy()),
        source: Source::Own(family),
        metrics: Vec::leak(metrics),
        // Only the FlexiBERT release built other networks than its file declares.
        readings: &[Reading::Declared],
        size_proxy: match size {
            SizeProxy::NumParameters => "num_parameters",
            SizeProxy::NumParametersBody => "num_parameters_body",
        },
        seq_len: description.seq_len.or(segment).unwrap_or(match description.space {
            Space::FlexibertQuarter => QUARTER_LENGTH,
            _ => ENCODER_LENGTH,
        }),
        tokens: match description.space {
            Space::FlexibertQuarter => Tokens::Words,
            _ => Tokens::Bert,
        },
    })))
}

/// Reads the files of a benchmark that [`open`] found.
pub(super) fn load(info: &'static BenchmarkInfo) -> Result<Benchmark, RunError> {
    let read = OwnBenchmark::read(Path::new(info.dataset)).map_err(RunError::own)?;
    let entries = read.entries.into_iter().map(|entry| {
        let labels = info.metrics.iter().map(|metric| metric.name).zip(entry.labels);
        let truth: BTreeMap<&'static str, f64> = labels.collect();
        Entry { id: entry.id, architecture: entry.architecture, truth }
    });
    let (trainings, warnings) = (Vec::new(), Vec::new());
    Ok(Benchmark { info, sha256: read.sha256, entries: entries.collect(), trainings, warnings })
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(name: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
        write(
            DESCRIPTION,
            &format!(
                "name = \"{name}\"\nspace = \"gpt2\"\narchitectures = \"a.csv\"\nlabels = \"l.csv\"\n\
                 [[metric]]\nname = \"ppl\"\nbetter = \"lower\"\n[decoder]\nn_token = 1000\ntgt_len = 64\n"
            ),
        );
        write("a.csv", "arch_id,layers,hidden,heads,ffn\nsmall,2,64,2,128 256\nlarge,3,128,4,512\n");
        write("l.csv", "arch_id,ppl\nlarge,20.5\nsmall,31\n");
        folder
    }

    #[test]
    fn a_folder_is_a_benchmark_like_any_other() {
        let folder = folder("mine");
        let word = BenchmarkId::new(folder.path().to_string_lossy());
        let info = resolve(&word).unwrap();
        assert_eq!((info.id, info.size_proxy, info.seq_len), ("mine", "num_parameters_body", 64));
        assert_eq!(info.argument(), word.as_str());
        let benchmark = load(info).unwrap();
        assert_eq!(benchmark.entries.len(), 2);
        let ppl = benchmark.entries[0].truth["ppl"];
        assert!((ppl - 31.0).abs() < 1e-12, "labels follow the names, not the lines: {ppl}");
        assert_eq!(benchmark.truth_rows().len(), 2);
        let sizes = benchmark.sizes(Reading::Declared).unwrap();
        assert!(sizes[0] < sizes[1], "{sizes:?}");
    }

    #[test]
    fn a_public_name_is_refused_and_a_folder_needs_a_slash() {
        let error = open(folder("flexibert").path()).unwrap_err().to_string();
        assert!(error.contains("`flexibert` is the name of a public benchmark"), "{error}");
        let error = resolve(&"nowhere".into()).unwrap_err().to_string();
        assert!(error.starts_with("unknown benchmark `nowhere`"), "{error}");
        let error = resolve(&"./nowhere".into()).unwrap_err().to_string();
        assert!(error.contains("benchmark.toml") && error.contains("docs/own_benchmark.md"), "{error}");
    }
}
