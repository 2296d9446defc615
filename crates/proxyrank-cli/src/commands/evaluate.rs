//! `evaluate`: score architectures.

use proxyrank_nn::ComputeDevice;
use proxyrank_run::RunError;
use proxyrank_run::benchmark::{Benchmark, resolve};
use proxyrank_run::evaluate::{Plan, Request, Selection, evaluate, finished};
use proxyrank_run::standard;
use serde_json::json;

use crate::args::{EvaluateArgs, Global};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &EvaluateArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let info = resolve(&args.benchmark)?;
    let request = Request {
        info,
        calls: Request::parse_calls(info, &args.proxies)?,
        readings: Request::parse_readings(info, args.reading.as_deref())?,
        signal: args.signal.unwrap_or_else(|| standard::signal(info)),
        batch_size: args.batch,
        seq_len: args.seq_len.unwrap_or(info.seq_len),
        input: args.input,
        mode: args.mode,
        init_seed: args.seed.unwrap_or(args.init_seed),
        data_seed: args.seed.unwrap_or(args.data_seed),
        dtype: args.dtype,
        device: ComputeDevice::open(args.device).map_err(RunError::from)?,
        timing: args.timing,
        selection: args.limit.map_or(Selection::Whole, Selection::First),
        shard: args.shard,
    };
    let benchmark = Benchmark::load(info, &setup.locator)?;
    if args.dry_run {
        let done = finished(&benchmark, &request, &setup.stores.results)?;
        let plan = Plan::new(&benchmark, &request, &done)?;
        let device = request.device.id();
        let seconds = plan.estimated_cost(device).map(|cost| cost.as_secs_f64());
        if global.json {
            output::value(&json!({
                "benchmark": info.id, "architectures": plan.architectures, "stored": plan.stored,
                "scores": plan.scores(), "estimated_seconds": seconds,
            }))?;
        } else {
            let cost = seconds.map_or_else(
                || format!("nobody has measured how long on {device}"),
                |seconds| format!("about {seconds:.0} s"),
            );
            output::text(&format!(
                "{}: {} architectures; {} scores are stored, {} to compute on {} architectures, {cost}",
                info.id,
                plan.architectures,
                plan.stored,
                plan.scores(),
                plan.open_architectures(),
            ))?;
        }
        return Ok(Outcome::Done);
    }
    setup.stores.results.put_truth(&benchmark.id(), &benchmark.truth_rows()).map_err(RunError::from)?;
    let done = evaluate(
        &benchmark,
        &request,
        &setup.locator,
        &setup.stores.results,
        setup.watch.as_ref(),
        &setup.stop,
    )?;
    if global.json {
        output::value(&done)?;
    } else {
        output::text(&format!(
            "{}: {} architectures; {} scores computed, {} were stored before, {} failed",
            info.id, done.architectures, done.computed, done.stored, done.failed
        ))?;
    }
    Ok(Outcome::Done)
}
