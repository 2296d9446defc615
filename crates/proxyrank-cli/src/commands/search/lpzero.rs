//! `search lpzero`: formulas.

use proxyrank_nn::ComputeDevice;
use proxyrank_report::file::write_atomic;
use proxyrank_run::RunError;
use proxyrank_run::benchmark::{Benchmark, BenchmarkInfo, find};
use proxyrank_run::evaluate::{Request, Selection};
use proxyrank_run::report::write_table;
use proxyrank_run::search::lpzero::{
    LpzeroRequest, Other, OtherBenchmark, Summary, Workplace, best_toml, search, tables, times,
};
use proxyrank_run::standard;
use proxyrank_schema::{Dtype, Timing};
use proxyrank_search::lpzero::evolution::Strategy;
use proxyrank_search::lpzero::fitness::Objective;
use proxyrank_search::lpzero::generations;
use proxyrank_search::lpzero::split::Protocol;
use proxyrank_store::Shard;

use crate::args::{Global, LpzeroArgs, ObjectiveArg, ProtocolArg, StrategyArg};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &LpzeroArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let info = find(&args.benchmark)?;
    let beside = args.with.as_ref().map(find).transpose()?;
    let request = LpzeroRequest {
        protocol: Request {
            signal: args.signal.unwrap_or_else(|| standard::signal(info)),
            ..protocol(args, info)
        },
        reading: info.reading(args.reading)?,
        metric: info.metric(args.metric.as_deref())?,
        objective: match args.objective {
            ObjectiveArg::Rho => Objective::Rho,
            ObjectiveArg::Within => Objective::Within,
        },
        split: match args.protocol {
            ProtocolArg::Honest => Protocol::Honest,
            ProtocolArg::Released => Protocol::Released,
        },
        split_seed: args.split_seed,
        sample: args.sample as usize,
        strategies: args.strategy.iter().map(|strategy| strategy_of(*strategy)).collect(),
        runs: args.runs,
        population: args.population as usize,
        iterations: args.iterations as usize,
        other_seeds: args.other_seeds.clone(),
        other: beside.map(|info| other(args, info)).transpose()?,
    };
    let benchmark = Benchmark::load(info, &setup.locator)?;
    let loaded = beside.map(|info| Benchmark::load(info, &setup.locator)).transpose()?;
    let beside = loaded.as_ref().zip(request.other.as_ref());
    let beside = beside.map(|(benchmark, request)| Other { benchmark, request });
    let results = setup.stores.results.root();
    let folder = results.join("search").join("lpzero");
    let (locator, watch) = (&setup.locator, setup.watch.as_ref());
    let workplace = Workplace { locator, folder: &folder, watch, stop: &setup.stop };
    let found = search(&benchmark, beside.as_ref(), &request, &workplace)?;
    if request.is_whole() {
        found.summary.write(&Summary::folder(results))?;
    } else {
        output::say(
            "a trial: report shows whole searches only (all networks, at least 80 trees, 1000 children and 5 runs of each strategy)",
        );
    }
    let out = args.out.join("search").join("lpzero").join(info.id).join(request.reading.as_str());
    let out = out.join(request.split.as_str()).join(request.objective.as_str());
    let tables = tables(&found.summary);
    for table in &tables {
        write_table(&out, &table.id, table)?;
    }
    generations::write(&out.join("generations.parquet"), &found.histories).map_err(RunError::from)?;
    if let Some(text) = best_toml(&found) {
        write_atomic(&out.join("best.toml"), text.as_bytes()).map_err(RunError::from)?;
    }
    for table in &tables {
        output::table(table, global.json)?;
    }
    if !global.json && !global.quiet {
        output::say(&times(&found));
        output::say(&format!("tables, generations and the best formula: {}", out.display()));
    }
    Ok(Outcome::Done)
}

/// How networks of a benchmark are run.
fn protocol(args: &LpzeroArgs, info: &'static BenchmarkInfo) -> Request {
    Request {
        info,
        calls: Vec::new(),
        readings: Vec::new(),
        signal: standard::signal(info),
        batch_size: args.batch,
        seq_len: args.seq_len.unwrap_or(info.seq_len),
        input: args.input,
        mode: args.mode,
        init_seed: args.seed,
        data_seed: args.seed,
        dtype: Dtype::F32,
        device: ComputeDevice::cpu(),
        timing: Timing::Fused,
        selection: args.limit.map_or(Selection::Whole, Selection::First),
        shard: Shard::whole(),
    }
}

/// The benchmark beside the one that is searched on: its own length, loss, reading and truth.
fn other(args: &LpzeroArgs, info: &'static BenchmarkInfo) -> anyhow::Result<OtherBenchmark> {
    let batch_size = args.with_batch.unwrap_or(args.batch);
    let protocol = Request { batch_size, seq_len: info.seq_len, ..protocol(args, info) };
    Ok(OtherBenchmark { protocol, reading: info.reading(None)?, metric: info.metric(None)? })
}

const fn strategy_of(strategy: StrategyArg) -> Strategy {
    match strategy {
        StrategyArg::Genetic => Strategy::Genetic,
        StrategyArg::Random => Strategy::Random,
        StrategyArg::Pareto => Strategy::Pareto,
    }
}
