//! `ls`: what exists.

use proxyrank_run::listing;

use crate::args::{Global, LsArgs, LsWhat};
use crate::exit::Outcome;
use crate::output;

pub(super) fn run(global: &Global, args: &LsArgs) -> anyhow::Result<Outcome> {
    if args.what == LsWhat::Datasets && !global.json {
        output::text(&listing::datasets_in_words())?;
        return Ok(Outcome::Done);
    }
    let tables = match args.what {
        LsWhat::Proxies => vec![listing::proxies(), listing::published_scores()],
        LsWhat::Datasets => vec![listing::datasets()],
        LsWhat::Benchmarks => vec![listing::benchmarks()],
        LsWhat::Tables => vec![listing::tables()?],
    };
    for table in tables {
        output::table(&table, global.json)?;
    }
    Ok(Outcome::Done)
}
