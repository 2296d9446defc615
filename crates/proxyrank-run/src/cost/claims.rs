//! Published times in the ledger.
//!
//! A time belongs to its machine, so it can neither hold nor differ here: each row says what stands beside it and why the two
//! are not compared. Our own times stay out of the ledger, whose values must be the same in every run.

use std::collections::BTreeMap;

use proxyrank_proxies::papers::paper;
use proxyrank_report::ledger::{Claim, Source, StageResult};

use super::beside::Beside;
use super::published::times;
use crate::RunError;
use crate::papers::{Shelf, stage};

/// Name of the table that published times make.
const TABLE: &str = "published-times";

/// A claim for each published time that is one of our proxies' on a benchmark.
pub fn claims(shelf: &Shelf) -> Result<Vec<Claim>, RunError> {
    let mut claims = Vec::new();
    for time in &times()? {
        let Some(counterpart) = time.counterpart() else { continue };
        let digits = decimals(time.seconds);
        let mut claim = Claim {
            id: format!("{TABLE}/{}/{}", time.paper, counterpart.proxy),
            table: TABLE.to_owned(),
            paper: paper(&time.paper).map_or_else(|| time.paper.clone(), proxyrank_proxies::Paper::citation),
            what: format!("seconds for {}: {}", time.what, time.label),
            proxy: Some(counterpart.proxy.clone()),
            published: Some(time.seconds),
            source: Source { place: time.source.clone(), provenance: time.provenance },
            tolerance: 0.5 * 10_f64.powi(-i32::try_from(digits).unwrap_or(0)),
            digits,
            stages: BTreeMap::new(),
        };
        let beside = Beside::of(time, shelf);
        let gpu = match beside.gpu {
            Some(_) => "times on a GPU and on a processor of ours stand in the cost table",
            None if beside.cpu.is_some() => {
                "there is no measurement on a GPU here; times on a processor stand in the cost table"
            }
            None => "nothing was measured here",
        };
        let reason = format!("a time of other hardware ({}); {gpu}", time.hardware);
        claim.record(stage(counterpart.reading), StageResult::not_comparable(None, reason));
        claims.push(claim);
    }
    Ok(claims)
}

/// Decimals with which a time was printed.
fn decimals(seconds: f64) -> usize {
    let text = seconds.to_string();
    text.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}
