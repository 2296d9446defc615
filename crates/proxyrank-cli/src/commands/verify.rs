//! `verify`: are data and results what they should be?

use std::fmt::Write as _;

use proxyrank_data::fetch::{FileState, Verification};
use proxyrank_data::manifest::{Manifest, manifest, manifests};
use proxyrank_run::RunError;
use serde_json::json;

use crate::args::{Global, VerifyArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &VerifyArgs) -> anyhow::Result<Outcome> {
    let named: Vec<&Manifest> = args.datasets.iter().map(|name| manifest(name)).collect::<Result<_, _>>()?;
    let setup = Setup::new(global)?;
    let all_named = !named.is_empty();
    let wanted = if all_named { named } else { manifests().iter().collect() };
    let (mut sound, mut missing) = (true, false);
    for manifest in wanted {
        let verification = setup.locator.verify(manifest);
        let wrong = verification.corrupt().count();
        let absent = verification.missing().count();
        sound &= wrong == 0;
        missing |= absent > 0;
        if global.json {
            output::value(&verification)?;
        } else {
            output::text(&describe(manifest, &verification, wrong, absent))?;
        }
    }
    let report = setup.stores.results.verify(None).map_err(RunError::from)?;
    sound &= report.is_sound();
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    if global.json {
        output::value(&json!({ "results": {
            "files": report.files, "rows": report.rows, "sound": report.is_sound(), "findings": findings,
        }}))?;
    } else {
        let root = setup.stores.results.root().display();
        output::text(&format!("results in {root}: {} files, {} rows", report.files, report.rows))?;
        for finding in findings {
            output::text(&format!("  {finding}"))?;
        }
    }
    // A set that nobody fetched is no fault, unless it was asked for by name.
    Ok(match (sound, missing && all_named) {
        (false, _) => Outcome::CheckFailed,
        (true, true) => Outcome::DataMissing,
        (true, false) => Outcome::Done,
    })
}

fn describe(manifest: &Manifest, verification: &Verification, wrong: usize, absent: usize) -> String {
    let good = verification.files.iter().filter(|f| matches!(f.state, FileState::Good { .. })).count();
    let mut text = match (wrong, absent) {
        (0, 0) => format!("{}: {good} files are here and right", manifest.name),
        (0, _) => {
            format!("{}: {absent} files are not here; `proxyrank fetch {}`", manifest.name, manifest.name)
        }
        _ => format!("{}: {wrong} files are wrong, {absent} are not here, {good} are right", manifest.name),
    };
    for verdict in verification.corrupt() {
        if let FileState::Corrupt { path, reason } = &verdict.state {
            let _ = write!(text, "\n  wrong: {} at {}: {reason}", verdict.file, path.display());
        }
    }
    for warning in verification.warnings() {
        let _ = write!(text, "\n  warning: {warning}");
    }
    text
}
