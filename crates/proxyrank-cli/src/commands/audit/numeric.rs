//! `audit numeric`: scores again, in double precision and with other seeds.

use proxyrank_run::RunError;
use proxyrank_run::audit::{
    Audit, Audited, MAX_RELATIVE_ERROR, MIN_PRECISION_AGREEMENT, MIN_SEED_AGREEMENT, Verdict, numeric, table,
};
use proxyrank_run::benchmark::{Benchmark, resolve};
use proxyrank_run::evaluate::{Plan, Request, finished};
use proxyrank_run::papers::Stock;
use proxyrank_run::standard::signal;
use serde_json::json;

use crate::args::{Global, NumericArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &NumericArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let info = resolve(&args.benchmark)?;
    let audit = Audit {
        calls: match &args.proxies {
            Some(words) => Request::parse_calls(info, words)?,
            None => Audit::usual_calls(info),
        },
        readings: Request::parse_readings(info, args.reading.as_deref())?,
        signals: if args.signal.is_empty() { vec![signal(info)] } else { args.signal.clone() },
    };
    let benchmark = Benchmark::load(info, &setup.locator)?;
    if args.dry_run {
        return plan(global, &audit, &Stock::read(benchmark, &setup.stores)?, &setup);
    }
    let stock = numeric(benchmark, &audit, &setup.stores, &setup.locator, setup.watch.as_ref(), &setup.stop)?;
    let judged = audit.judged(&stock);
    let mut scores = judged.iter().flat_map(|(_, audited)| audited).peekable();
    if scores.peek().is_none() {
        let what = format!("no scores of {} are stored in {}", info.id, global.results().display());
        let command = format!("proxyrank evaluate --benchmark {}", info.id);
        return Err(RunError::NothingStored { what, command }.into());
    }
    let condemned = |audited: &Audited| audited.verdict.is_some_and(Verdict::condemns);
    let failed = scores.filter(|audited| condemned(audited)).count();
    if global.json {
        let sample: Vec<&str> =
            stock.sample().iter().map(|&place| stock.benchmark.entries[place].id.as_str()).collect();
        output::value(&json!({
            "benchmark": info.id,
            "sample": sample,
            "criteria": {
                "max_relative_error": MAX_RELATIVE_ERROR,
                "min_precision_agreement": MIN_PRECISION_AGREEMENT,
                "min_seed_agreement": MIN_SEED_AGREEMENT,
            },
            "readings": judged.iter()
                .map(|(reading, audited)| json!({ "reading": reading, "audited": audited }))
                .collect::<Vec<_>>(),
        }))?;
    } else {
        for (reading, audited) in &judged {
            output::table(&table(info, *reading, audited), false)?;
            output::text("")?;
        }
        output::text(&summary(judged.iter().flat_map(|(_, audited)| audited)))?;
    }
    Ok(if args.strict && failed > 0 { Outcome::CheckFailed } else { Outcome::Done })
}

/// How many scores got which verdict.
fn summary<'a>(audited: impl Iterator<Item = &'a Audited>) -> String {
    let verdicts: Vec<Option<Verdict>> = audited.map(|audited| audited.verdict).collect();
    let count = |wanted: Option<Verdict>| verdicts.iter().filter(|verdict| **verdict == wanted).count();
    let known = Verdict::ALL.into_iter().map(|verdict| (count(Some(verdict)), verdict.as_str()));
    let parts = known.chain([(count(None), "not audited")]).filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    format!("{} scores: {}.", verdicts.len(), parts.join(", "))
}

/// What `--dry-run` prints.
fn plan(global: &Global, audit: &Audit, stock: &Stock, setup: &Setup) -> anyhow::Result<Outcome> {
    let (mut runs, mut scores, mut seconds) = (0, 0, 0.0);
    for request in audit.open(stock) {
        let done = finished(&stock.benchmark, &request, &setup.stores.results)?;
        let plan = Plan::new(&stock.benchmark, &request, &done)?;
        runs += 1;
        scores += plan.scores();
        // Audits run on the processor, whose times are known.
        seconds += plan.estimated_cost(request.device.id()).unwrap_or_default().as_secs_f64();
    }
    let (id, networks) = (stock.benchmark.info.id, stock.sample().len());
    if global.json {
        output::value(&json!({
            "benchmark": id, "architectures": networks, "runs": runs, "scores": scores, "estimated_seconds": seconds,
        }))?;
    } else {
        output::text(&format!(
            "{id}: {scores} scores to compute in {runs} runs of {networks} architectures, about {seconds:.0} s"
        ))?;
    }
    Ok(Outcome::Done)
}
