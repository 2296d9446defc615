//! What a single correlation does not say: how it moves with the seed, the input and the sizes of a batch, how far our
//! scores are from the released ones, and what W-PCA measures.
//!
//! A study reads stored scores, ours or the committed ones, and writes a page with tables and charts. One whose scores are
//! nowhere says what would have to be run.

mod agreement;
mod audit;
mod decoders;
mod early_exit;
mod embedded;
mod lpzero;
mod pruning;
mod real_tasks;
mod seeds;
mod sensitivity;
mod signals;
mod timing;
mod variants;
mod w_pca;

use std::path::{Path, PathBuf};

use proxyrank_data::fetch::Locator;

pub use early_exit::table as early_exit_table;
pub use real_tasks::table as real_tasks_table;
pub(crate) use seeds::SeededTaus;

use crate::RunError;
use crate::benchmark::{BenchmarkInfo, Source};
use crate::papers::{Stock, Stores};

pub(crate) use seeds::{SEED_NOTES, SeedSpread, seed_spreads};

/// A study that was written.
#[derive(Debug, Clone)]
pub struct StudyPage {
    /// Title for links.
    pub title: String,
    /// The page.
    pub path: PathBuf,
}

/// What studies are made from.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Benchmark and scores.
    pub stock: &'a Stock,
    /// Where text comes from; its warnings are repeated.
    pub locator: &'a Locator,
    /// Where results of searches are.
    pub stores: &'a Stores,
    /// Folder of all studies.
    pub folder: &'a Path,
}

/// One study; `None` where scores are lacking.
type Study = fn(&Subject<'_>) -> Result<Option<StudyPage>, RunError>;

/// The command that computes all scores.
const FULL: &str = "reproduce --full";

/// A study by its name, with the command that computes its scores.
type Named = (&'static str, &'static str, Study);

/// Every study of FlexiBERT and of trainings like its own.
const STUDIES: [Named; 11] = [
    ("seeds", FULL, seeds::write),
    ("sensitivity", FULL, sensitivity::write),
    ("agreement", FULL, agreement::write),
    ("signals", FULL, signals::write),
    ("audit", FULL, audit::write),
    ("timing", FULL, timing::write),
    ("w_pca", FULL, w_pca::write),
    ("lpzero", "search lpzero", lpzero::write),
    ("early_exit", "train exits", early_exit::write),
    ("real_tasks", "train real", real_tasks::write),
    ("pruning", "search prune", pruning::write),
];

/// Every study of the decoders whose released scores are known.
const DECODER_STUDIES: [Named; 2] =
    [("gpt2_released", FULL, decoders::released), ("gpt2_token_law", FULL, decoders::token_law)];

/// Every study of the benchmark that is compiled in.
const EMBEDDED_STUDIES: [Named; 1] = [("embedded", "train embedded", embedded::write)];

/// The benchmark of the [`DECODER_STUDIES`].
pub(crate) const STUDIED_DECODERS: &str = "lts-gpt2-wt103";

/// The studies of a benchmark; most have none.
fn studies(info: &BenchmarkInfo) -> &'static [Named] {
    match (info.source, info.id) {
        (Source::Flexibert, _) => &STUDIES,
        (Source::Embedded, _) => &EMBEDDED_STUDIES,
        (_, STUDIED_DECODERS) => &DECODER_STUDIES,
        _ => &[],
    }
}

/// Writes all studies of a benchmark; returns the pages, and a note for each study that lacks scores.
pub fn write(subject: &Subject<'_>) -> Result<(Vec<StudyPage>, Vec<String>), RunError> {
    let (mut pages, mut notes) = (Vec::new(), Vec::new());
    for (name, command, study) in studies(subject.stock.benchmark.info) {
        match study(subject)? {
            Some(page) => pages.push(page),
            None => notes.push(format!(
                "no page on {name}: its scores are neither computed nor committed; run `proxyrank {command}`"
            )),
        }
    }
    Ok((pages, notes))
}
