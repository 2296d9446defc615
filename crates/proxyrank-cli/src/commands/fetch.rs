//! `fetch`: bring data sets to this machine.

use std::num::NonZeroUsize;

use proxyrank_data::fetch::FetchOptions;
use proxyrank_data::manifest::{Manifest, manifest, manifests};
use proxyrank_run::RunError;

use crate::args::{FetchArgs, Global};
use crate::exit::Outcome;
use crate::output;
use crate::setup::{Setup, locator_options};

pub(super) fn run(global: &Global, args: &FetchArgs) -> anyhow::Result<Outcome> {
    let wanted: Vec<&Manifest> = if args.all {
        manifests().iter().collect()
    } else {
        args.datasets.iter().map(|name| manifest(name)).collect::<Result<_, _>>()?
    };
    let mut options = locator_options(global)?;
    options.concurrency = NonZeroUsize::new(args.jobs).unwrap_or(NonZeroUsize::MIN);
    let setup = Setup::with(global, options)?;
    let mut missing = Vec::new();
    for manifest in wanted {
        if args.dry_run {
            let state = setup.locator.locate(manifest);
            let text = match &state {
                Ok(_) => "is here".to_owned(),
                Err(error) => format!("would be fetched from {} ({error})", manifest.source),
            };
            show(global, &manifest.name, &text)?;
            continue;
        }
        match setup.locator.fetch(manifest, FetchOptions::default()) {
            Ok(report) if global.json => output::value(&report)?,
            Ok(report) => {
                let warnings = report.files.iter().flat_map(|file| &file.located.warnings);
                let warnings: Vec<String> =
                    warnings.map(|warning| format!("\n  warning: {warning}")).collect();
                let text = format!(
                    "{} files are here and checked, {} of them downloaded ({} bytes){}",
                    report.files.len(),
                    report.downloaded(),
                    report.transferred_bytes(),
                    warnings.concat()
                );
                show(global, &manifest.name, &text)?;
            }
            // One set that cannot be had must not keep the others away.
            Err(error) if error.is_missing() => missing.push(error),
            Err(error) => return Err(RunError::from(error).into()),
        }
    }
    if missing.is_empty() { Ok(Outcome::Done) } else { Err(RunError::DataMissing(missing).into()) }
}

fn show(global: &Global, dataset: &str, text: &str) -> std::io::Result<()> {
    if global.json {
        output::value(&serde_json::json!({ "dataset": dataset, "state": text }))
    } else {
        output::text(&format!("{dataset}: {text}"))
    }
}
