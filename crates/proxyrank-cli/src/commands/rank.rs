//! `rank`: the correlation table.

use proxyrank_run::benchmark::{Benchmark, resolve};
use proxyrank_run::papers::Stock;
use proxyrank_run::rank::{Detail, RankOptions, Ranking, SortBy, rank, table};
use proxyrank_run::report::write_table;
use proxyrank_run::submission::{Refused, Submissions};
use proxyrank_stats::{BootstrapOptions, FailurePolicy};

use super::leaderboard::tell;
use crate::args::{FailureArg, Global, PanelArgs, RankArgs, SortArg};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &RankArgs) -> anyhow::Result<Outcome> {
    let failures = match args.failures {
        FailureArg::RankLast => FailurePolicy::RankLast,
        FailureArg::Exclude => FailurePolicy::Exclude,
    };
    let by = match args.by {
        SortArg::Tau => SortBy::Tau,
        SortArg::Rho => SortBy::Rho,
        SortArg::Partial => SortBy::Partial,
        SortArg::Within => SortBy::Within,
        SortArg::Regret => SortBy::Regret,
    };
    let Ranked { benchmark, ranking, refused } = ranking(global, &args.panel, failures)?;
    let full = table(&benchmark, &ranking, by, Detail::Full);
    let options = &ranking.options;
    let folder = args.out.join(benchmark.info.id).join(options.reading.as_str());
    let files = write_table(&folder, &format!("rank_{}", options.metric.name), &full)?;
    if global.json {
        output::table(&full, true)?;
    } else {
        output::table(&table(&benchmark, &ranking, by, Detail::Main), false)?;
        if !global.quiet {
            output::say(&format!("all columns: {} (and .csv, .tex, .json)", files[0].display()));
        }
    }
    Ok(tell(&refused))
}

/// A ranking, and the submissions that are not in it.
pub(super) struct Ranked {
    pub(super) benchmark: Benchmark,
    pub(super) ranking: Ranking,
    pub(super) refused: Vec<Refused>,
}

/// Ranks the stored scores of a benchmark, and what was submitted if that is asked for.
pub(super) fn ranking(global: &Global, args: &PanelArgs, failures: FailurePolicy) -> anyhow::Result<Ranked> {
    let setup = Setup::new(global)?;
    let info = resolve(&args.benchmark)?;
    let options = RankOptions {
        reading: info.reading(args.reading)?,
        metric: info.metric(args.metric.as_deref())?,
        bootstrap: BootstrapOptions {
            resamples: args.resamples,
            seed: args.bootstrap_seed,
            ..BootstrapOptions::default()
        },
        failures,
    };
    let stock = Stock::read(Benchmark::load(info, &setup.locator)?, &setup.stores)?;
    let mut columns = stock.columns(options.reading).to_vec();
    let mut submissions = match &args.submissions {
        Some(folder) => Submissions::read(folder)?,
        None => Submissions::default(),
    };
    submissions.judge(&stock.benchmark);
    columns.extend(submissions.columns(&stock, options.reading, setup.watch.as_ref()));
    let ranking = rank(&stock.benchmark, columns, options)?;
    Ok(Ranked { benchmark: stock.benchmark, ranking, refused: submissions.refused() })
}
