//! The committed reference: scores of networks, so that nobody has to compute them to see or check a table.
//!
//! Only what we computed ourselves and what takes time goes in: no released scores, which are not ours to hand on, and no
//! closed forms, which take seconds. What the reference has and the results lack stays, unless it is of an older version
//! of a proxy.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use proxyrank_schema::{ArchId, BenchmarkId, CostClass, ScoreKey, ScoreRow, TimingRow};
use proxyrank_store::{Shard, Store};

use crate::RunError;
use crate::benchmark;
use crate::papers::Stores;

/// What went into the reference of one benchmark.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Archived {
    /// The benchmark.
    pub benchmark: BenchmarkId,
    /// Scores of networks.
    pub scores: usize,
    /// Timings of these.
    pub timings: usize,
}

/// Rows of one architecture.
type Rows = (Vec<ScoreRow>, Vec<TimingRow>);

/// Writes the reference of every public benchmark anew; what was computed on a benchmark of one's own stays with it. The old one is replaced when the new one is complete.
pub fn archive(stores: &Stores) -> Result<Vec<Archived>, RunError> {
    let mut archived = Vec::new();
    let stored = stores.results.benchmarks()?;
    for benchmark in stored.into_iter().filter(|id| benchmark::find(id).is_ok()) {
        let rows = collect(stores, &benchmark)?;
        if rows.is_empty() {
            continue;
        }
        let root = stores.reference.root();
        let new = Store::open(root.join(".new"));
        remove(new.root())?;
        let mut writer = new.shard(&benchmark, Shard::whole())?;
        for (scores, timings) in rows.values() {
            writer.append(scores, timings)?;
        }
        writer.finish()?;
        new.compact(Some(&benchmark))?;
        let (from, to) = (new.root().join(benchmark.as_str()), root.join(benchmark.as_str()));
        remove(&from.join("locks"))?;
        remove(&to)?;
        std::fs::rename(&from, &to).map_err(RunError::read(&to))?;
        remove(new.root())?;
        archived.push(Archived {
            benchmark,
            scores: rows.values().map(|(scores, _)| scores.len()).sum(),
            timings: rows.values().map(|(_, timings)| timings.len()).sum(),
        });
    }
    Ok(archived)
}

/// What belongs into the reference, by architecture.
fn collect(stores: &Stores, benchmark: &BenchmarkId) -> Result<BTreeMap<ArchId, Rows>, RunError> {
    let mut rows: BTreeMap<ArchId, Rows> = BTreeMap::new();
    let mut known: HashSet<ScoreKey> = HashSet::new();
    for store in [&stores.results, &stores.reference] {
        let fresh: Vec<ScoreRow> = store
            .scores(Some(benchmark))?
            .into_iter()
            .filter(|row| belongs(&row.key) && !known.contains(&row.key))
            .collect();
        let added: HashSet<ScoreKey> = fresh.iter().map(|row| row.key.clone()).collect();
        for row in fresh {
            rows.entry(row.key.arch_id.clone()).or_default().0.push(row);
        }
        for row in store.timings(Some(benchmark))?.into_iter().filter(|row| added.contains(&row.key)) {
            rows.entry(row.key.arch_id.clone()).or_default().1.push(row);
        }
        known.extend(added);
    }
    Ok(rows)
}

/// Whether a score is ours, of this version, and of a network.
fn belongs(key: &ScoreKey) -> bool {
    proxyrank_proxies::find(key.proxy.as_str())
        .is_ok_and(|proxy| proxy.version == key.proxy_version && proxy.class > CostClass::DataFree)
}

/// Removes a folder, if it is there.
fn remove(folder: &Path) -> Result<(), RunError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RunError::read(folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::{Outcome, Params, Protocol};

    use super::*;

    fn row(arch: &str, proxy: &str) -> ScoreRow {
        let version = proxyrank_proxies::find(proxy).map_or(1, |proxy| proxy.version);
        let key = ScoreKey::new(
            "flexibert".into(),
            "0".repeat(64),
            arch.into(),
            proxy.into(),
            version,
            Params::none(),
            Protocol::none(),
        );
        ScoreRow { key, outcome: Outcome::from_value(1.0) }
    }

    fn store(store: &Store, rows: &[ScoreRow]) {
        store.put_published(&"flexibert".into(), rows).unwrap();
    }

    #[test]
    fn only_own_networks_go_in_and_nothing_there_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let stores = Stores::open(folder.path());
        store(&stores.results, &[row("0", "w_pca"), row("0", "nsc"), row("0", "snip.published")]);
        assert_eq!(archive(&stores).unwrap()[0].scores, 1);
        let later = Stores::open(folder.path().join("later"));
        store(&later.results, &[row("1", "w_pca")]);
        let later = Stores { reference: stores.reference.clone(), ..later };
        assert_eq!(archive(&later).unwrap()[0].scores, 2);
        let kept: Vec<String> =
            later.reference.scores(None).unwrap().iter().map(|row| row.key.arch_id.to_string()).collect();
        assert_eq!(kept, ["0", "1"]);
        assert!(!stores.reference.root().join(".new").exists());

        let mut own = row("0", "w_pca");
        own.key.benchmark = "mine".into();
        stores.results.put_published(&"mine".into(), &[own]).unwrap();
        let archived = archive(&stores).unwrap();
        assert!(archived.iter().all(|one| one.benchmark.as_str() == "flexibert"), "{archived:?}");
    }
}
