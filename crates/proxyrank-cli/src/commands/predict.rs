//! `predict`: accuracy predictors and how many labels they need.

use proxyrank_predict::{Method, Scale};
use proxyrank_run::benchmark::{Benchmark, find};
use proxyrank_run::papers::Stock;
use proxyrank_run::predict::{FeatureKind, PredictStudy, write};
use serde_json::json;

use crate::args::{FeaturesArg, Global, PredictArgs, ScaleArg};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &PredictArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let info = find(&args.on.benchmark)?;
    let study = PredictStudy {
        reading: info.reading(args.on.reading)?,
        target: info.metric(args.on.target.as_deref())?,
        kinds: kinds(&args.features),
        methods: methods(&args.predictor),
        labels: args.labels.clone(),
        repeats: args.repeats.into(),
        seed: args.seed,
        scale: match args.scale {
            ScaleArg::Ranks => Scale::Ranks,
            ScaleArg::Labels => Scale::Labels,
        },
    };
    if args.dry_run {
        let stock = Stock::read(Benchmark::load(info, &setup.locator)?, &setup.stores)?;
        let fits = study.fits(&stock)?;
        if global.json {
            output::value(&json!({ "benchmark": info.id, "target": study.target.name, "fits": fits }))?;
        } else {
            output::text(&format!("{}: {fits} models to fit for {}", info.id, study.target.name))?;
        }
        return Ok(Outcome::Done);
    }
    let stock = setup.workshop(&args.out).stock(info)?;
    let results = study.run(&stock, setup.watch.as_ref(), &setup.stop)?;
    let written = write(&stock.benchmark, &study, &results, &args.out)?;
    if global.json {
        output::value(&json!({
            "label_efficiency": written.full.json(),
            "held_out_depths": written.held_out.json(),
        }))?;
    } else {
        output::table(&written.short, false)?;
        if !global.quiet {
            output::say(&format!("intervals, charts, held-out depths: {}", written.page.display()));
        }
    }
    Ok(Outcome::Done)
}

/// The kinds that were asked for, each once, in their usual order.
fn kinds(asked: &[FeaturesArg]) -> Vec<FeatureKind> {
    let wanted = |kind: &FeatureKind| {
        let same = match kind {
            FeatureKind::Architecture => FeaturesArg::Architecture,
            FeatureKind::Proxies => FeaturesArg::Proxies,
            FeatureKind::Both => FeaturesArg::Both,
        };
        asked.contains(&same) || asked.contains(&FeaturesArg::All)
    };
    FeatureKind::ALL.into_iter().filter(wanted).collect()
}

/// The predictors that were asked for, each once, in their usual order; all where none was.
fn methods(asked: &[Method]) -> Vec<Method> {
    Method::ALL.into_iter().filter(|method| asked.is_empty() || asked.contains(method)).collect()
}
