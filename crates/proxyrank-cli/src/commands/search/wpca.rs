//! `search wpca`: architectures of W-PCA's own space.

use proxyrank_run::search::wpca::{EtaChoice, WpcaRequest, WpcaVariant, run as search, write};
use proxyrank_search::wpca::evolution::Rules;
use serde_json::json;

use crate::args::{EtaArg, Global, RulesArg, SpaceArg, WpcaArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &WpcaArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let variant = match args.space {
        SpaceArg::Small => WpcaVariant::Small,
        SpaceArg::Tiny => WpcaVariant::Tiny,
    };
    let mut rules: Vec<Rules> = args.rules.iter().map(|rules| rules_of(*rules)).collect();
    rules.sort();
    rules.dedup();
    let request = WpcaRequest {
        name: variant.as_str().to_owned(),
        space: variant.space(),
        eta: match args.eta {
            EtaArg::Paper => EtaChoice::Paper,
            EtaArg::Released => EtaChoice::Released,
        },
        input: args.input,
        batch_size: args.batch,
        seq_len: args.seq_len,
        init_seed: args.seed,
        data_seed: args.seed,
        rules,
        population: args.population as usize,
        generations: args.generations as usize,
        seed: args.search_seed,
        sweeps: args.sweeps as usize,
        sample: args.sample as usize,
        repeats: args.repeats,
    };
    if args.dry_run {
        let plan = request.plan();
        if global.json {
            output::value(&json!({
                "table": plan.table, "sample": plan.sample, "optimum": plan.optimum, "searches": plan.searches,
                "found": plan.found, "total": plan.total(),
            }))?;
        } else {
            output::text(&format!(
                "at most {} forward passes: {} for the table, {} random networks, {} of the exact optima, {} candidates, {} found on the table",
                plan.total(),
                plan.table,
                plan.sample,
                plan.optimum,
                plan.searches,
                plan.found
            ))?;
        }
        return Ok(Outcome::Done);
    }
    let results = setup.stores.results.root();
    let folder = results.join("search").join("wpca");
    let found = search(&request, &setup.locator, &folder, setup.watch.as_ref(), &setup.stop)?;
    let written = write(&request, &found, results, &args.out)?;
    for table in &written.tables {
        output::table(table, global.json)?;
    }
    if !global.json && !global.quiet {
        output::say(&format!("charts, every candidate and the page: {}", written.page.display()));
    }
    Ok(Outcome::Done)
}

const fn rules_of(rules: RulesArg) -> Rules {
    match rules {
        RulesArg::Published => Rules::Published,
        RulesArg::Released => Rules::Released,
        RulesArg::Random => Rules::Random,
    }
}
