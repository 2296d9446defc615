//! Released scores, read from their files and stored under the protocol that they were computed under.

use std::collections::BTreeMap;

use proxyrank_data::fetch::Locator;
use proxyrank_data::load::lts::{LtsSet, StoredParameters};
use proxyrank_data::load::score_table::{FLEXIBERT_METRICS, LPZERO_METRICS, ScoreTable, TableFormat};
use proxyrank_proxies::published::{Column, PublishedProxy, Repository, published};
use proxyrank_schema::{ArchId, Outcome, Params, ScoreKey, ScoreRow};
use proxyrank_store::{Published, Store};

use crate::RunError;
use crate::benchmark::{Benchmark, Source, read_lts};
use crate::data::{Dataset, dataset};

/// The version of published scores: their files never change.
const VERSION: u32 = 1;

/// Stores every released score of a benchmark; doing it again changes nothing.
pub fn replay(benchmark: &Benchmark, locator: &Locator, store: &Store) -> Result<Published, RunError> {
    let wanted: Vec<&PublishedProxy> = published().filter(|p| p.benchmark == benchmark.info.id).collect();
    let mut shelf = Files::open(benchmark, locator)?;
    let mut rows = Vec::new();
    for proxy in wanted {
        for (arch_id, score) in shelf.scores(proxy)? {
            let key = ScoreKey::new(
                benchmark.id(),
                benchmark.sha256.clone(),
                arch_id,
                proxy.id(),
                VERSION,
                Params::none(),
                proxy.protocol(),
            );
            rows.push(ScoreRow { key, outcome: Outcome::from_value(score) });
        }
    }
    Ok(store.put_published(&benchmark.id(), &rows)?)
}

/// The files that hold a benchmark's released scores, each read once.
enum Files<'a> {
    Tables { locator: &'a Locator, read: BTreeMap<&'static str, ScoreTable> },
    Set(Box<LtsSet>),
}

impl<'a> Files<'a> {
    fn open(benchmark: &Benchmark, locator: &'a Locator) -> Result<Self, RunError> {
        match benchmark.info.source {
            // Nobody has released scores of the embedded benchmark or of one's own.
            Source::Flexibert | Source::Embedded | Source::Own(_) => {
                Ok(Self::Tables { locator, read: BTreeMap::new() })
            }
            Source::Lts => {
                let files = dataset(locator, benchmark.info.dataset)?;
                Ok(Self::Set(Box::new(read_lts(benchmark.info, &files)?)))
            }
        }
    }

    fn scores(&mut self, proxy: &PublishedProxy) -> Result<Vec<(ArchId, f64)>, RunError> {
        match (self, proxy.column) {
            (Self::Tables { locator, read }, Column::Csv(column)) => {
                if !read.contains_key(proxy.file) {
                    read.insert(proxy.file, table(locator, proxy)?);
                }
                let table = &read[proxy.file];
                let values = table.column(column).ok_or_else(|| misplaced(proxy))?;
                let ids = table.ids.iter().map(|id| ArchId::new(id.to_string()));
                Ok(ids.zip(values.iter().copied()).collect())
            }
            (Self::Set(set), Column::Whole) => {
                let scores = measure(proxy.file).and_then(|measure| set.published.get(&measure));
                let scores = scores.ok_or_else(|| misplaced(proxy))?;
                Ok(scores.iter().map(|(id, score)| (ArchId::new(id.clone()), *score)).collect())
            }
            (Self::Set(set), Column::Sum(fields)) => set
                .entries
                .iter()
                .map(|entry| {
                    let counts = fields.iter().map(|field| stored_count(&entry.stored_parameters, field));
                    let total = counts.sum::<Option<u64>>().ok_or_else(|| misplaced(proxy))?;
                    Ok((entry.id.arch_id(), total as f64))
                })
                .collect(),
            _ => Err(misplaced(proxy)),
        }
    }
}

fn table(locator: &Locator, proxy: &PublishedProxy) -> Result<ScoreTable, RunError> {
    let (name, format): (&str, &TableFormat) = match proxy.repository {
        Repository::TrainingFreeNas => ("flexibert", &FLEXIBERT_METRICS),
        Repository::LpZero => ("lpzero-released", &LPZERO_METRICS),
    };
    let files: Dataset = dataset(locator, name)?;
    Ok(ScoreTable::read(files.path(proxy.file)?, format)?)
}

/// `snip` of `saved_logs/SET/snip_scores_seed_1111.yaml`, `lpzero_bak` of `.../lpzero_scores_seed_1111_bak.yaml`.
fn measure(file: &str) -> Option<String> {
    let stem = file.rsplit('/').next()?.strip_suffix(".yaml")?;
    let (measure, rest) = stem.split_once("_scores_seed_")?;
    Some(format!("{measure}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())))
}

/// A count by its name in the sets' files.
fn stored_count(stored: &StoredParameters, field: &str) -> Option<u64> {
    match field {
        "AdaEmb" => Some(stored.adaptive_embedding),
        "Attn" => Some(stored.attention),
        "FFN" => Some(stored.ffn),
        "nonembedding" => Some(stored.non_embedding),
        "total" => Some(stored.total),
        _ => None,
    }
}

fn misplaced(proxy: &PublishedProxy) -> RunError {
    RunError::Usage(format!("{}: `{}` does not hold these scores", proxy.name, proxy.file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_named_after_their_files() {
        assert_eq!(measure("saved_logs/S/snip_scores_seed_1111.yaml").as_deref(), Some("snip"));
        assert_eq!(measure("saved_logs/S/lpzero_scores_seed_1111_bak2.yaml").as_deref(), Some("lpzero_bak2"));
        assert_eq!(measure("saved_logs/S/params_summary.yaml"), None);
    }
}
