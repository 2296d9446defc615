//! What a single correlation does not say: how it moves with the seed, the input and the sizes of a batch, how far our
//! scores are from the released ones, and what W-PCA measures.
//!
//! A study reads stored scores, ours or the committed ones, and writes a page with tables and charts. One whose scores are
//! nowhere says what would have to be run.

mod agreement;
mod audit;
mod decoders;
mod seeds;
mod sensitivity;
mod signals;
mod timing;
mod variants;
mod w_pca;

use std::path::{Path, PathBuf};

use proxyrank_data::fetch::Locator;

pub(crate) use seeds::SeededTaus;

use crate::RunError;
use crate::benchmark::{BenchmarkInfo, Source};
use crate::papers::Stock;

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
    /// Folder of all studies.
    pub folder: &'a Path,
}

/// One study; `None` where scores are lacking.
type Study = fn(&Subject<'_>) -> Result<Option<StudyPage>, RunError>;

/// Every study of FlexiBERT.
const STUDIES: [(&str, Study); 7] = [
    ("seeds", seeds::write),
    ("sensitivity", sensitivity::write),
    ("agreement", agreement::write),
    ("signals", signals::write),
    ("audit", audit::write),
    ("timing", timing::write),
    ("w_pca", w_pca::write),
];

/// Every study of the decoders whose released scores are known.
const DECODER_STUDIES: [(&str, Study); 2] =
    [("gpt2_released", decoders::released), ("gpt2_token_law", decoders::token_law)];

/// The benchmark of the [`DECODER_STUDIES`].
pub(crate) const STUDIED_DECODERS: &str = "lts-gpt2-wt103";

/// The studies of a benchmark; most have none.
fn studies(info: &BenchmarkInfo) -> &'static [(&'static str, Study)] {
    match (info.source, info.id) {
        (Source::Flexibert, _) => &STUDIES,
        (_, STUDIED_DECODERS) => &DECODER_STUDIES,
        _ => &[],
    }
}

/// Writes all studies of a benchmark; returns the pages, and a note for each study that lacks scores.
pub fn write(subject: &Subject<'_>) -> Result<(Vec<StudyPage>, Vec<String>), RunError> {
    let (mut pages, mut notes) = (Vec::new(), Vec::new());
    for (name, study) in studies(subject.stock.benchmark.info) {
        match study(subject)? {
            Some(page) => pages.push(page),
            None => notes.push(format!(
                "no page on {name}: its scores are neither computed nor committed; run `proxyrank reproduce --full`"
            )),
        }
    }
    Ok((pages, notes))
}
