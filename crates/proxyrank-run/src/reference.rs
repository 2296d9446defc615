//! Whether our own values are still the committed ones.
//!
//! That a published number differs is a finding. That *our* number changed since the last committed report is a fault,
//! of this build or of its data, until somebody has explained it and committed the new one.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use proxyrank_report::ledger::{Claim, Ledger, Stage};
use proxyrank_schema::CostClass;
use serde::{Deserialize, Serialize};

use crate::RunError;

/// The largest difference that another order of summation explains.
const TOLERANCE: f64 = 1e-9;

/// The largest difference of a correlation that another processor's rounding of network activations explains: a few pairs
/// of nearly equal scores change places.
const NETWORK_TOLERANCE: f64 = 2e-3;

/// The file of the reference folder that holds our values.
pub const FILE: &str = "ledger.json";

/// The part of a stored ledger that is compared.
#[derive(Deserialize)]
struct Stored {
    claims: Vec<Claim>,
}

/// A value of ours that is not the committed one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The claim.
    pub claim: String,
    /// Where it was checked.
    pub stage: Stage,
    /// What is committed.
    pub committed: Option<f64>,
    /// What came out now.
    pub now: Option<f64>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown =
            |value: Option<f64>| value.map_or_else(|| "no value".to_owned(), |value| value.to_string());
        let (committed, now) = (shown(self.committed), shown(self.now));
        write!(f, "{}, {}: {committed} is committed, {now} came out", self.claim, self.stage.title())
    }
}

/// Compares a ledger with the committed one; `None` where nothing is committed. Claims that only one of them has are new
/// or were not asked for, and are passed over.
pub fn changes(ledger: &Ledger, folder: &Path) -> Result<Option<Vec<Change>>, RunError> {
    let path = folder.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RunError::read(&path)(error)),
    };
    let stored: Stored = serde_json::from_str(&text)
        .map_err(|error| RunError::read(&path)(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    let committed: BTreeMap<&str, &Claim> =
        stored.claims.iter().map(|claim| (claim.id.as_str(), claim)).collect();
    let mut changes = Vec::new();
    for claim in &ledger.claims {
        let Some(before) = committed.get(claim.id.as_str()) else { continue };
        for (stage, result) in &claim.stages {
            let Some(old) = before.stages.get(stage) else { continue };
            let network = *stage != Stage::Replayed && runs_network(claim);
            let same = match (old.value, result.value) {
                (Some(a), Some(b)) => (a - b).abs() <= if network { NETWORK_TOLERANCE } else { TOLERANCE },
                // A proxy that could not be computed when the reference was committed is progress, not a change.
                (None, _) => true,
                // A quick run leaves networks out.
                (Some(_), None) => network,
            };
            if !same {
                changes.push(Change {
                    claim: claim.id.clone(),
                    stage: *stage,
                    committed: old.value,
                    now: result.value,
                });
            }
        }
    }
    Ok(Some(changes))
}

/// Whether our value rests on a network that is drawn or run.
fn runs_network(claim: &Claim) -> bool {
    let proxy = claim.proxy.as_ref().and_then(|name| proxyrank_proxies::find(name.as_str()).ok());
    proxy.is_some_and(|proxy| proxy.class > CostClass::DataFree)
}

#[cfg(test)]
mod tests {
    use proxyrank_report::ledger::{Provenance, Source};

    use super::*;

    fn ledger(value: f64) -> Ledger {
        let mut claim = Claim {
            id: "t/a/tau_b".into(),
            table: "t".into(),
            paper: "p".into(),
            what: "tau-b".into(),
            proxy: None,
            published: Some(0.5),
            source: Source { place: "table 1".into(), provenance: Provenance::Printed },
            tolerance: 0.1,
            digits: 1,
            stages: BTreeMap::new(),
        };
        claim.record(Stage::Replayed, claim.judge(Some(value)));
        Ledger { claims: vec![claim], ..Ledger::default() }
    }

    #[test]
    fn a_changed_value_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(changes(&ledger(0.5), folder.path()).unwrap(), None);
        std::fs::write(folder.path().join(FILE), ledger(0.5).json().to_string()).unwrap();
        assert_eq!(changes(&ledger(0.5), folder.path()).unwrap(), Some(Vec::new()));
        let found = changes(&ledger(0.5001), folder.path()).unwrap().unwrap();
        assert_eq!(
            found[0].to_string(),
            "t/a/tau_b, replayed from released scores: 0.5 is committed, 0.5001 came out"
        );
    }

    #[test]
    fn networks_may_round_otherwise_and_may_be_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let of = |proxy: &str, value: Option<f64>| {
            let mut ledger = ledger(0.5);
            let claim = &mut ledger.claims[0];
            claim.stages.clear();
            claim.proxy = Some(proxy.into());
            claim.record(Stage::RecomputedReleased, claim.judge(value));
            ledger
        };
        std::fs::write(folder.path().join(FILE), of("w_pca", Some(0.5)).json().to_string()).unwrap();
        let changed = |proxy, value| changes(&of(proxy, value), folder.path()).unwrap().unwrap().len();
        assert_eq!(
            [changed("w_pca", Some(0.501)), changed("w_pca", Some(0.51)), changed("w_pca", None)],
            [0, 1, 0]
        );
        assert_eq!([changed("nsc", Some(0.501)), changed("nsc", None)], [1, 1]);
    }

    #[test]
    fn a_damaged_reference_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(changes(&ledger(0.5), folder.path()).unwrap_err().to_string().contains(FILE));
    }
}
