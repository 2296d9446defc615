//! What only the public data can show. Every test here has `real_data` in its path; without the data it says that it
//! is skipped.

mod answers;
mod audit;
mod checks;
mod contributing;
mod evaluate;
mod fetch;
mod formulas;
mod interruption;
mod predictors;
mod ranking;
mod reproduce;
mod site;
mod storage;
mod submissions;
mod training;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proxyrank_schema::ScoreRow;
use proxyrank_store::Store;

use crate::place::{Place, skipped};

/// A small benchmark: 45 architectures.
const SMALL: &str = "lts-pareto-gpt2-lm1b-arm";

/// The folder with the public data: the mirror that the environment names, or the one beside the checkout.
fn mirror() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let mirror = std::env::var_os("PROXYRANK_MIRROR").map_or_else(beside, PathBuf::from);
    mirror.join("github").is_dir().then(|| mirror.canonicalize().unwrap())
}

/// A place with the public data; without them, says that the test of this marker is skipped.
fn place_for<T>(marker: &T) -> Option<Place> {
    let mirror = mirror();
    if mirror.is_none() {
        let marker = std::any::type_name_of_val(marker);
        skipped(marker.strip_suffix("::here").unwrap_or(marker), "no data mirror");
    }
    Some(Place::with_mirror(&mirror?))
}

/// A [`Place`] with the public data. Without them the test says that it is skipped, and returns.
macro_rules! place {
    () => {{
        fn here() {}
        match super::place_for(&here) {
            Some(place) => place,
            None => return,
        }
    }};
}
use place;

/// The stored scores of each architecture, to the last bit.
type Scores = BTreeMap<String, Vec<(ScoreRow, Option<u64>)>>;

/// Everything that is stored, whether sealed or not.
fn scores(store: &Store) -> Scores {
    let mut scores = Scores::new();
    for row in store.scores(None).unwrap() {
        let arch = format!("{} {}", row.key.benchmark, row.key.arch_id);
        // Two zeros are equal and differ in a bit.
        let bits = row.outcome.score.map(f64::to_bits);
        scores.entry(arch).or_default().push((row, bits));
    }
    scores
}
