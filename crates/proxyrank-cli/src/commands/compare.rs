//! `compare`: a paired test between two proxies.

use proxyrank_run::compare::compare;
use proxyrank_stats::FailurePolicy;

use super::leaderboard::tell;
use super::rank::{Ranked, ranking};
use crate::args::{CompareArgs, Global};
use crate::exit::Outcome;
use crate::output;

pub(super) fn run(global: &Global, args: &CompareArgs) -> anyhow::Result<Outcome> {
    let Ranked { benchmark, ranking, refused } = ranking(global, &args.panel, FailurePolicy::default())?;
    let comparison = compare(&ranking, &args.a, &args.b)?;
    if global.json {
        output::value(&comparison)?;
    } else {
        let options = &ranking.options;
        let title = format!(
            "{}, reading {}, against {}: paired bootstrap, {} resamples",
            benchmark.info.id, options.reading, options.metric.name, options.bootstrap.resamples
        );
        output::table(&comparison.table(&title), false)?;
    }
    Ok(tell(&refused))
}
