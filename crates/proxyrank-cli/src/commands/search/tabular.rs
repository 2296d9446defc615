//! `search tabular`: searches replayed on a benchmark.

use proxyrank_run::benchmark::find;
use proxyrank_run::search::tabular::{TabularSearch, run as replay, write};
use serde_json::json;

use crate::args::{Global, TabularArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &TabularArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let info = find(&args.on.benchmark)?;
    let search = TabularSearch {
        reading: info.reading(args.on.reading)?,
        target: info.metric(args.on.target.as_deref())?,
        budget: args.budget.into(),
        repeats: args.repeats.into(),
        seed: args.seed,
    };
    let stock = setup.workshop(&args.out).stock(info)?;
    let results = replay(&search, &stock, &setup.locator, setup.watch.as_ref(), &setup.stop)?;
    let found = write(&stock.benchmark, &search, &results, &args.out)?;
    if global.json {
        output::value(&json!({
            "regret": found.regret.json(), "duels": found.duels.json(), "picks": found.picks.json(),
        }))?;
    } else {
        output::table(&found.regret, false)?;
        if !global.quiet {
            output::say(&format!("tests, chart, each proxy's pick: {}", found.page.display()));
        }
    }
    Ok(Outcome::Done)
}
