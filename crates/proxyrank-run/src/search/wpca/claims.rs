//! What the paper says of its search, in the ledger.
//!
//! Of its numbers only the sizes of the networks can be compared: times belong to their machine, and the ablation needs networks
//! that were pre-trained. A row that cannot be compared says what stands beside it here.

use std::collections::BTreeMap;

use proxyrank_proxies::papers::paper;
use proxyrank_report::ledger::{Claim, Provenance, Source, Stage, StageResult};
use serde::Deserialize;

use super::summary::Summary;
use crate::RunError;
use crate::papers::{SpecError, Stores};

const FILE: (&str, &str) =
    ("searches/wpca.toml", include_str!("../../../../../benchmarks/searches/wpca.toml"));

/// Name of the table that these claims make.
const TABLE: &str = "wpca-search";

/// What a published number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Quantity {
    /// Millions of parameters of the network found.
    Parameters,
    /// Days on a GPU.
    Days,
    /// Quality of the network found by #params.
    GlueParams,
    /// By V-PCA.
    GlueVPca,
    /// By W-PCA.
    GlueWPca,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    id: String,
    space: String,
    quantity: Quantity,
    what: String,
    published: f64,
    tolerance: f64,
    digits: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    paper: String,
    source: String,
    provenance: Provenance,
    claims: Vec<Stated>,
}

/// A claim for each number, judged by the searches that are stored.
pub fn claims(stores: &Stores) -> Result<Vec<Claim>, RunError> {
    let page: Page = SpecError::read(FILE.0, FILE.1)?;
    let folders = [stores.results.root(), stores.reference.root()];
    let claim = |stated: &Stated| {
        let mut claim = Claim {
            id: format!("{TABLE}/{}", stated.id),
            table: TABLE.to_owned(),
            paper: paper(&page.paper).map_or_else(|| page.paper.clone(), proxyrank_proxies::Paper::citation),
            what: stated.what.clone(),
            proxy: None,
            published: Some(stated.published),
            source: Source { place: page.source.clone(), provenance: page.provenance },
            tolerance: stated.tolerance,
            digits: stated.digits,
            stages: BTreeMap::new(),
        };
        let result = match Summary::read(&stated.space, &folders)? {
            None => StageResult::missing(format!(
                "no search is stored; run `proxyrank search wpca --space {}`",
                stated.space
            )),
            Some(summary) => judge(&claim, stated.quantity, &summary),
        };
        claim.record(Stage::RecomputedReleased, result);
        Ok(claim)
    };
    page.claims.iter().map(claim).collect()
}

fn judge(claim: &Claim, quantity: Quantity, summary: &Summary) -> StageResult {
    let share = |w_pca: f64| 100.0 * w_pca / summary.w_pca_optimum.w_pca;
    let untrained = |what: String| {
        let reason =
            format!("quality after pre-training on Wikipedia and books, which is not done here; {what}");
        StageResult::not_comparable(None, reason)
    };
    match quantity {
        Quantity::Parameters => {
            let found = &summary.found;
            let text = format!(
                "{} by the algorithm as published, W-PCA {:.2}% of the exact optimum's",
                found.architecture,
                share(found.w_pca)
            );
            claim.judge(Some(found.parameters as f64 / 1e6)).because(&text)
        }
        Quantity::Days => StageResult::not_comparable(
            None,
            "a time of other hardware, which is not named; ours stands on the search's page",
        ),
        Quantity::GlueParams => untrained(format!(
            "what searches for #params alone find has {:.1}% of the optimum's W-PCA on average",
            share(summary.params_w_pca)
        )),
        Quantity::GlueVPca if summary.v_pca_optimum.architecture == summary.w_pca_optimum.architecture => {
            untrained(
                "the exact optimum of V-PCA below the limit is the one of W-PCA, the same network".to_owned(),
            )
        }
        Quantity::GlueVPca => untrained(format!(
            "the exact optimum of V-PCA below the limit has {:.2}% of the W-PCA of that of W-PCA",
            share(summary.v_pca_optimum.w_pca)
        )),
        Quantity::GlueWPca => untrained(format!(
            "the algorithm as published reaches {:.2}% of the exact optimum",
            share(summary.found.w_pca)
        )),
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_report::ledger::Verdict;
    use proxyrank_search::wpca::evolution::Settings;
    use proxyrank_search::wpca::objective::Objective;

    use super::super::summary::Network;
    use super::*;

    fn summary(same: bool) -> Summary {
        let network = |architecture: &str, w_pca| Network {
            architecture: architecture.to_owned(),
            parameters: 15_650_000,
            v_pca: 1800.0,
            w_pca,
        };
        Summary {
            space: "small".to_owned(),
            protocol: "p".to_owned(),
            settings: Settings::published(Objective::WPca, 0),
            found: network("[1,2]", 99.0),
            w_pca_optimum: network("[4,8]", 100.0),
            v_pca_optimum: network(if same { "[4,8]" } else { "[3,8]" }, 98.0),
            params_w_pca: 90.0,
        }
    }

    #[test]
    fn sizes_are_judged_and_the_rest_says_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let stores = Stores::open(folder.path());
        let missing = claims(&stores).unwrap();
        let page: Page = SpecError::read(FILE.0, FILE.1).unwrap();
        assert_eq!(missing.len(), page.claims.len());
        let result = |claim: &Claim| claim.stages[&Stage::RecomputedReleased].clone();
        assert!(missing.iter().all(|claim| result(claim).verdict == Verdict::Missing));

        let claim = &missing[0];
        let judged = judge(claim, Quantity::Parameters, &summary(true));
        assert_eq!(judged.verdict, Verdict::judge(Some(15.6), Some(15.65), 0.1));
        assert!(judged.reason.contains("99.00%"), "{}", judged.reason);
        for (same, words) in [(true, "the same network"), (false, "98.00%")] {
            let judged = judge(claim, Quantity::GlueVPca, &summary(same));
            assert_eq!((judged.verdict, judged.value), (Verdict::NotComparable, None));
            assert!(judged.reason.contains(words), "{}", judged.reason);
        }
        assert!(judge(claim, Quantity::GlueParams, &summary(true)).reason.contains("90.0%"));
    }

    /// The reference is read where nothing was searched here.
    #[test]
    fn what_was_searched_here_comes_before_the_reference() {
        let folder = tempfile::tempdir().unwrap();
        let stores = Stores::open(folder.path());
        let put = |root: &std::path::Path, summary: &Summary| {
            let path = root.join("search/wpca/summary-small-paper.json");
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, serde_json::to_string(summary).unwrap()).unwrap();
        };
        let value = || claims(&stores).unwrap()[0].stages[&Stage::RecomputedReleased].value;
        put(stores.reference.root(), &summary(true));
        assert_eq!(value(), Some(15.65));
        let mut other = summary(true);
        other.found.parameters = 15_500_000;
        put(stores.results.root(), &other);
        assert_eq!(value(), Some(15.5));
    }
}
