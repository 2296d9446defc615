//! The ledger in one line.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{FindingVerdict, Ledger, Stage, Verdict};
use crate::number::counted;

/// How often each verdict was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Count of claims.
    pub claims: usize,
    /// Count of claims by stage and verdict; a verdict that was not given is absent.
    pub stages: BTreeMap<Stage, BTreeMap<Verdict, usize>>,
    /// Count of findings by verdict.
    pub findings: BTreeMap<FindingVerdict, usize>,
    /// Count of warnings.
    pub warnings: usize,
}

impl Summary {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let mut summary =
            Self { claims: ledger.claims.len(), warnings: ledger.warnings.len(), ..Self::default() };
        for (stage, result) in ledger.claims.iter().flat_map(|claim| &claim.stages) {
            *summary.stages.entry(*stage).or_default().entry(result.verdict).or_default() += 1;
        }
        for finding in &ledger.findings {
            *summary.findings.entry(finding.verdict).or_default() += 1;
        }
        summary
    }

    /// How many claims got this verdict at this stage.
    pub fn count(&self, stage: Stage, verdict: Verdict) -> usize {
        self.stages.get(&stage).and_then(|verdicts| verdicts.get(&verdict)).copied().unwrap_or(0)
    }
}

impl fmt::Display for Summary {
    /// `12 claims; replayed from released scores: 10 hold, 2 differ; 4 findings: 4 confirmed; 1 warning`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", counted(self.claims, "claim"))?;
        for (stage, verdicts) in &self.stages {
            write!(f, "; {}: {}", stage.title(), listed(verdicts.iter().map(|(v, n)| (v.plural(*n), *n))))?;
        }
        let findings = self.findings.values().sum();
        if findings > 0 {
            let verdicts = listed(self.findings.iter().map(|(v, n)| (v.as_str(), *n)));
            write!(f, "; {}: {verdicts}", counted(findings, "finding"))?;
        }
        if self.warnings > 0 {
            write!(f, "; {}", counted(self.warnings, "warning"))?;
        }
        Ok(())
    }
}

impl Verdict {
    /// The verb that agrees with a count: `1 holds`, `2 hold`.
    const fn plural(self, count: usize) -> &'static str {
        match self {
            Self::Holds if count != 1 => "hold",
            Self::Differs if count != 1 => "differ",
            other => other.as_str(),
        }
    }
}

fn listed<'a>(counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    counts.map(|(verdict, count)| format!("{count} {verdict}")).collect::<Vec<_>>().join(", ")
}
