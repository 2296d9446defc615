//! `search prune`: sub-networks of a pre-trained encoder.

use proxyrank_prune::runner::Second;
use proxyrank_prune::space::Sampler;
use proxyrank_run::RunError;
use proxyrank_run::search::prune::{
    PruneRequest, folder, hypervolume_table, outcome_table, read_all, run as prune,
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
        seq_len: args.seq_len as usize,
        train_seed: args.train_seed,
        methods: args.methods.clone(),
        seeds: args.seeds,
        evaluations: args.evaluations as usize,
        most_valid: Some(args.most_valid as usize),
        second: if args.latency { Second::Latency { tokens: LATENCY_TOKENS } } else { Second::Parameters },
    };
    if args.dry_run {
        let (studies, evaluations) = request.plan();
        output::text(&format!(
            "{studies} super-networks, {} epochs each; {evaluations} evaluations at the most, of {} examples at the most",
            args.epochs, args.most_valid
        ))?;
        return Ok(Outcome::Done);
    }
    let root = setup.stores.results.root();
    let finished = prune(&request, &setup.locator, root, setup.watch.as_ref(), &setup.stop)?;
    output::say(&format!("{finished} studies in {}", folder(root).display()));
    let studies = read_all(&[folder(root)])?;
    output::table(&outcome_table(&studies), global.json)?;
    output::table(&hypervolume_table(&studies), global.json)?;
    Ok(Outcome::Done)
}
