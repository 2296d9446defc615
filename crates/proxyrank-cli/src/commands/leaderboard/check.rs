//! `leaderboard check`: is a submission sound, and where would it stand?

use std::path::Path;

use proxyrank_run::submission::{CheckOptions, Checked, Recompute, Severity, check};
use proxyrank_stats::BootstrapOptions;
use serde_json::json;

use crate::args::{Global, LeaderboardCheckArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &LeaderboardCheckArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let options = CheckOptions {
        benchmark: args.benchmark.clone(),
        bootstrap: BootstrapOptions {
            resamples: args.resamples,
            seed: args.bootstrap_seed,
            ..BootstrapOptions::default()
        },
        recompute: args.recompute.map(|share| Recompute { share, seed: args.recompute_seed }),
    };
    // A check writes no report.
    let checked = check(&args.file, &setup.workshop(Path::new("")), &options)?;
    if global.json {
        let table = checked.preview.as_ref().map(|preview| preview.table.json());
        output::value(&json!({ "check": checked, "table": table }))?;
    } else {
        show(&checked)?;
    }
    Ok(if checked.refused { Outcome::CheckFailed } else { Outcome::Done })
}

fn show(checked: &Checked) -> anyhow::Result<()> {
    for line in checked.faults.lines() {
        output::text(&line)?;
    }
    if let Some(preview) = &checked.preview {
        if !checked.faults.all().is_empty() {
            output::text("")?;
        }
        output::table(&preview.table, false)?;
        output::text("")?;
        for line in preview.lines() {
            output::text(&line)?;
        }
    }
    if let Some(recomputed) = &checked.recomputed {
        output::text("")?;
        for line in recomputed.lines() {
            output::text(&line)?;
        }
    }
    output::text("")?;
    let name = checked.name.as_deref().unwrap_or("the submission");
    let [refused, warnings] =
        [Severity::Refused, Severity::Warning].map(|severity| checked.faults.count(severity));
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let verdict = if checked.refused {
        format!("{name} is refused: {}, {}", plural(refused, "fault"), plural(warnings, "warning"))
    } else {
        format!("{name} may join the leaderboard: no fault, {}", plural(warnings, "warning"))
    };
    Ok(output::text(&verdict)?)
}
