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

/// The largest whole percent of the encoder that a study's searches take away while enough of the score is left.
fn taken_away(study: &Finished) -> Option<u8> {
    let whole = 1.0 - outcomes(study, 1.0).whole?;
    let is_enough = |percent: &u8| {
        let chosen = outcomes(study, 1.0 - f64::from(*percent) / 100.0).chosen;
        chosen.is_some_and(|chosen| 1.0 - chosen.point >= LEFT * whole)
    };
    (0..100).rev().find(is_enough)
}

fn compression(studies: &[Finished]) -> StageResult {
    let tasks: BTreeSet<&str> = studies.iter().map(|study| study.header.task.as_str()).collect();
    let best = |task: &str| {
        let of_task = studies.iter().filter(|study| study.header.task == task);
        of_task.filter_map(taken_away).max().map(|percent| format!("{task} {percent}%"))
    };
    let found: Vec<String> = tasks.into_iter().filter_map(best).collect();
    if found.is_empty() {
        return StageResult::missing("no pruning by search is stored; run `proxyrank search prune`");
    }
    StageResult::not_comparable(
        None,
        format!(
            "MiniLM with six layers instead of BERT-base and RoBERTa-base, on fewer tasks; of its encoder the best training strategy lets go, mean over \
             searches: {}",
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
