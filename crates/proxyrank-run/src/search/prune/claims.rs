//! What papers on pruning say, in the ledger.
//!
//! Their numbers belong to other models, so none is judged; each row says what stands beside it here.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_predict::Method;
use proxyrank_prune::runner::{Chooser, PickRecord};
use proxyrank_report::ledger::{Claim, Provenance, Source, Stage, StageResult};
use serde::Deserialize;

use super::summary::{Finished, folder, outcomes, read_all};
use super::tables::best_pick;
use crate::RunError;
use crate::papers::{SpecError, Stores};

const FILE: (&str, &str) =
    ("searches/prune.toml", include_str!("../../../../../benchmarks/searches/prune.toml"));

/// Name of the table that these claims make.
const TABLE: &str = "prune-search";
/// What has to be left of the whole network's score.
const LEFT: f64 = 0.95;

/// What a published number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Quantity {
    /// Percent of parameters that can go.
    Compression,
    /// What a predictor of keep ratios gains.
    Predictor,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    id: String,
    paper: String,
    source: String,
    provenance: Provenance,
    quantity: Quantity,
    what: String,
    published: f64,
    tolerance: f64,
    digits: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    claims: Vec<Stated>,
}

/// A claim for each number, with what the stored studies say beside it.
pub fn claims(stores: &Stores) -> Result<Vec<Claim>, RunError> {
    let folders = [stores.results.root(), stores.reference.root()].map(folder);
    let studies = read_all(&folders)?;
    let page: Page = SpecError::read(FILE.0, FILE.1)?;
    let claim = |stated: &Stated| -> Result<Claim, RunError> {
        let mut claim = Claim {
            id: format!("{TABLE}/{}", stated.id),
            table: TABLE.to_owned(),
            paper: stated.paper.clone(),
            what: stated.what.clone(),
            proxy: None,
            published: Some(stated.published),
            source: Source { place: stated.source.clone(), provenance: stated.provenance },
            tolerance: stated.tolerance,
            digits: stated.digits,
            stages: BTreeMap::new(),
        };
        let result = match stated.quantity {
            Quantity::Compression => compression(&studies),
            Quantity::Predictor => predictor(&studies)?,
        };
        claim.record(Stage::RecomputedReleased, result);
        Ok(claim)
    };
    page.claims.iter().map(claim).collect()
}

/// The largest whole percent of the encoder that a study's searches take away while the mean score is enough.
fn taken_away(study: &Finished, enough: f64) -> Option<u8> {
    let is_enough = |percent: &u8| {
        let chosen = outcomes(study, f64::from(100 - *percent) / 100.0).chosen;
        chosen.is_some_and(|chosen| 1.0 - chosen.point >= enough)
    };
    (0..100).rev().find(is_enough)
}

/// What the best training strategy of a task lets go, in words. The best whole network of all strategies is what scores are
/// compared with: a strategy that taught its own network nothing would lose nothing.
fn compressed(task: &str, studies: &[Finished]) -> Option<String> {
    let of_task = || studies.iter().filter(|study| study.header.task == task);
    let best =
        of_task().filter_map(|study| outcomes(study, 1.0).whole).map(|error| 1.0 - error).reduce(f64::max)?;
    let percent = of_task().filter_map(|study| taken_away(study, LEFT * best)).max();
    Some(percent.map_or_else(|| format!("{task} nothing"), |percent| format!("{task} {percent}%")))
}

fn compression(studies: &[Finished]) -> StageResult {
    let tasks: BTreeSet<&str> = studies.iter().map(|study| study.header.task.as_str()).collect();
    let found: Vec<String> = tasks.into_iter().filter_map(|task| compressed(task, studies)).collect();
    if found.is_empty() {
        return StageResult::missing("no pruning by search is stored; run `proxyrank search prune`");
    }
    StageResult::not_comparable(
        None,
        format!(
            "MiniLM with six layers instead of BERT-base and RoBERTa-base, on fewer tasks; what searches can take of its encoder, by the best training \
             strategy, while their mean keeps {:.0}% of the best whole network's score: {}",
            100.0 * LEFT,
            found.join(", ")
        ),
    )
}

fn predictor(studies: &[Finished]) -> Result<StageResult, RunError> {
    let mut found = Vec::new();
    for study in studies {
        let Some(run) = &study.ratios else { continue };
        let Some(judged) = run.quality()? else { continue };
        let tau = judged.iter().find(|one| one.method == Some(Method::BoostedTrees)).and_then(|one| one.tau);
        let half =
            |chooser| best_pick(&run.picks, chooser, 0.5).map(|pick: &PickRecord| 100.0 * (1.0 - pick.test));
        if let (Some(tau), Some(chosen), Some(uniform)) =
            (tau, half(Chooser::Predictor), half(Chooser::Uniform))
        {
            found.push(format!(
                "{}: tau {tau:.3} on pairs not seen, at half of the encoder {chosen:.1} against {uniform:.1} of uniform ratios",
                study.name()
            ));
        }
    }
    if found.is_empty() {
        return Ok(StageResult::missing(
            "no pruning by a predictor is stored; run `proxyrank search prune --parts ratios`",
        ));
    }
    let reason = format!(
        "perplexity of a large language model, which is not pruned here; scores of MiniLM on tasks of GLUE instead: {}",
        found.join("; ")
    );
    Ok(StageResult::not_comparable(None, reason))
}

#[cfg(test)]
mod tests {
    use proxyrank_prune::runner::Record;
    use serde_json::json;

    use super::*;

    /// Two searches that found the same: errors by percent of the encoder, the same in validation and test.
    fn study(strategy: &str, found: &[(u32, f64)]) -> Finished {
        let settings = json!({
            "space": {"kind": "small", "shape": {"layers": 2, "heads": 2, "hidden": 4, "units": 99}, "from_zero": false},
            "sampler": "structured", "smallest": "space", "strategy": strategy, "count": 0, "temperature": 10.0, "rate": 1e-4,
            "decay": 0.01, "epochs": 1, "batch": 8, "dropout": true, "lanes": 1, "seed": 0,
        });
        let params = json!({"paper": 1, "exact": 1, "encoder_paper": 1, "encoder_exact": 1});
        let header = json!({
            "schema": 1, "task": "toy", "metric": "accuracy", "examples": [1, 1, 1], "data_sha256": "", "model_sha256": "",
            "settings": settings, "second": "parameters", "rule": "inverse", "full": params, "device": "cpu",
        });
        let record = |(number, (percent, error)): (usize, &(u32, f64))| {
            let share = f64::from(*percent) / 100.0;
            serde_json::from_value(json!({
                "method": "random", "seed": 0, "number": number, "genes": [1, 1, percent], "error": error, "second": share,
                "params": params, "relative_encoder": share, "macs": 1, "ask_seconds": 0.0, "seconds": 1.0,
            }))
            .unwrap()
        };
        let records: Vec<Record> = found.iter().enumerate().map(record).collect();
        Finished {
            header: serde_json::from_value(header).unwrap(),
            tests: records.iter().map(|record| (record.genes.clone(), record.error)).collect(),
            searches: [0, 1].map(|seed| (("random", seed), records.clone())).into(),
            baselines: None,
            proxies: None,
            ratios: None,
            trials: Vec::new(),
        }
    }

    #[test]
    fn a_network_that_learnt_nothing_does_not_count_as_one_that_can_be_pruned() {
        let ignorant = study("random", &[(100, 0.5), (10, 0.5)]);
        let taught = study("one_shot", &[(100, 0.1), (60, 0.14), (10, 0.5)]);
        let both = [ignorant.clone(), taught];
        assert_eq!(compressed("toy", &both).unwrap(), "toy 40%");
        assert_eq!(compressed("toy", std::slice::from_ref(&ignorant)).unwrap(), "toy 90%");
        let fragile = study("standard", &[(100, 0.1), (60, 0.4)]);
        assert_eq!(compressed("toy", &[ignorant, fragile]).unwrap(), "toy 0%");
        assert_eq!(compressed("other", &both), None);
    }
}
