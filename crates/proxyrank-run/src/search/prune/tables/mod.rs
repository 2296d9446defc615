//! Tables of studies.

mod baselines;
mod proxies;
mod ratios;
mod search;
mod trials;

pub use baselines::baseline_table;
pub use proxies::{guided_table, proxy_table};
pub(super) use ratios::best_pick;
pub use ratios::{pick_table, predictor_table};
pub use search::{hypervolume_table, outcome_table, rank_table};
pub use trials::trial_table;

use proxyrank_report::table::{Column, Table};
use proxyrank_stats::Estimate;

use super::Finished;

/// Every table of the parts that are no searches, of those that there is something for.
pub fn tables_beside(studies: &[Finished]) -> Result<Vec<Table>, crate::RunError> {
    let mut tables: Vec<Table> = baseline_table(studies).into_iter().collect();
    for study in studies {
        tables.extend(proxy_table(study)?);
        tables.extend(guided_table(study)?);
        tables.extend(predictor_table(study)?);
        tables.extend(pick_table(study));
        tables.extend(trial_table(study));
    }
    Ok(tables)
}

/// The official measure in percent.
fn score(error: f64) -> f64 {
    100.0 * (1.0 - error)
}

/// An error's low end is a score's high one.
fn as_score(error: Estimate) -> Estimate {
    Estimate { point: score(error.point), low: score(error.high), high: score(error.low), n: error.n }
}

/// A column for each share of the encoder's parameters.
fn size_columns(shares: &[f64]) -> impl Iterator<Item = Column> {
    shares.iter().map(|share| {
        let percent = 100.0 * share;
        Column::number(format!("at_{percent:.0}"), format!("At most {percent:.0}%"), 2)
    })
}
