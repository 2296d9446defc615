//! `search prune`: sub-networks of a pre-trained encoder.

use proxyrank_prune::runner::Second;
use proxyrank_prune::space::Sampler;
use proxyrank_run::RunError;
use proxyrank_run::search::prune::{
    Beside, PruneRequest, folder, hypervolume_table, outcome_table, read_all, run as prune, tables_beside,
};
use proxyrank_run::train::inputs::glue_config;

use crate::args::{Global, PruneArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

/// Tokens of the text whose latency is measured.
const LATENCY_TOKENS: usize = 128;

pub(super) fn run(global: &Global, args: &PruneArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let tasks = args.tasks.iter().map(|name| glue_config(name)).collect::<Result<_, RunError>>()?;
    let request = PruneRequest {
        tasks,
        strategies: args.strategies.clone(),
        space: args.space,
        sampler: Sampler::Structured,
        epochs: args.epochs as usize,
        batch: args.batch as usize,
        rate: args.rate,
        seq_len: args.seq_len as usize,
        train_seed: args.train_seed,
        methods: args.methods.clone(),
        seeds: args.seeds,
        evaluations: args.evaluations as usize,
        most_train: args.most_train.map(|most| most as usize),
        most_valid: Some(args.most_valid as usize),
        second: if args.latency { Second::Latency { tokens: LATENCY_TOKENS } } else { Second::Parameters },
        parts: args.parts.clone(),
        beside: Beside {
            shares: args.shares.clone(),
            importance_examples: args.importance_examples as usize,
            subnets: args.subnets as usize,
            probe_examples: args.probe_examples as usize,
            pairs: args.pairs as usize,
            proposals: args.proposals as usize,
            trials: args.trials as usize,
            seed: args.parts_seed,
        },
    };
    if args.dry_run {
        output::text(&request.plan()?.to_string())?;
        return Ok(Outcome::Done);
    }
    let root = setup.stores.results.root();
    let finished = prune(&request, &setup.locator, root, setup.watch.as_ref(), &setup.stop)?;
    output::say(&format!("{finished} studies in {}", folder(root).display()));
    let studies = read_all(&[folder(root)])?;
    let searched = [outcome_table(&studies), hypervolume_table(&studies)];
    for table in searched.iter().filter(|table| !table.rows().is_empty()) {
        output::table(table, global.json)?;
    }
    for table in tables_beside(&studies)? {
        output::table(&table, global.json)?;
    }
    Ok(Outcome::Done)
}
