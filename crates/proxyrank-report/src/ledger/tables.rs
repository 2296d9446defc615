//! The ledger as tables.

use super::{Claim, Evidence, Finding, FindingVerdict, Ledger, Stage, StageResult};
use crate::table::{Cell, Column, Flag, Rounded, Table, Tone};

/// Why a claim has no number.
const UNKNOWN: &str = "no published number is known";

impl Ledger {
    /// The claims, a table for each reproduced table, in the order in which they first occur.
    ///
    /// Each stage that some claim of the table went through has a column with our value and the verdict. Reasons of
    /// verdicts other than agreement stand below.
    pub fn claim_tables(&self) -> Vec<Table> {
        let mut ids: Vec<&str> = Vec::new();
        for claim in &self.claims {
            if !ids.contains(&claim.table.as_str()) {
                ids.push(&claim.table);
            }
        }
        ids.into_iter().map(|id| self.claim_table(id)).collect()
    }

    /// The published numbers about a proxy, a row each, with what came out at every stage; none where there are none.
    pub fn claims_about(&self, proxy: &str) -> Option<Table> {
        let is_about = |claim: &&Claim| claim.proxy.as_ref().is_some_and(|name| name.as_str() == proxy);
        let claims: Vec<&Claim> = self.claims.iter().filter(is_about).collect();
        let stages = stages_of(&claims);
        let mut columns = vec![
            Column::text("what", "Claim"),
            Column::text("paper", "Paper"),
            Column::number("published", "Published", 4),
        ];
        columns.extend(stages.iter().map(|stage| Column::number(stage.key(), stage.title(), 4)));
        let mut table = Table::new("claims", "Published numbers and ours", columns);
        for claim in &claims {
            let quoted = quoted(claim.published, claim.digits, UNKNOWN);
            let mut cells = vec![Cell::text(&claim.what), Cell::text(&claim.paper), quoted];
            cells.extend(stages.iter().map(|stage| stage_cell(claim, *stage)));
            table.push(cells);
        }
        (!claims.is_empty()).then_some(table)
    }

    fn claim_table(&self, id: &str) -> Table {
        let claims: Vec<&Claim> = self.claims.iter().filter(|claim| claim.table == id).collect();
        let stages = stages_of(&claims);
        let mut columns = vec![
            Column::text("what", "claim"),
            Column::text("paper", "paper"),
            Column::number("published", "published", 4),
            Column::number("tolerance", "tolerance", 4),
            Column::text("provenance", "provenance"),
        ];
        columns.extend(stages.iter().map(|stage| Column::number(stage.key(), stage.title(), 4)));
        let mut table = Table::new(id, format!("Claims of {id}"), columns);
        for claim in &claims {
            let mut cells = vec![
                Cell::text(&claim.what),
                Cell::text(&claim.paper),
                quoted(claim.published, claim.digits, UNKNOWN),
                Cell::text(format!("±{}", claim.tolerance)),
                Cell::text(claim.source.provenance.as_str()),
            ];
            cells.extend(stages.iter().map(|stage| stage_cell(claim, *stage)));
            table.push(cells);
        }
        for claim in &claims {
            for (stage, result) in claim.stages.iter().filter(|(_, r)| r.value.is_some() && r.needs_reason())
            {
                table.note(format!("{}, {}: {}.", claim.what, stage.title(), result.reason));
            }
        }
        table
    }

    /// The findings: title and verdict.
    pub fn finding_table(&self) -> Table {
        let columns = vec![
            Column::text("id", "finding"),
            Column::text("title", "what"),
            Column::text("verdict", "verdict"),
        ];
        let mut table = Table::new("findings", "Findings about published data", columns);
        for finding in &self.findings {
            table.push(vec![
                Cell::text(&finding.id),
                Cell::text(&finding.title),
                finding_cell(finding.verdict),
            ]);
        }
        table
    }

    /// Every claim at every stage, one row each, with sources, tolerances and reasons: the form for programs.
    pub fn long_table(&self) -> Table {
        let columns = vec![
            Column::text("id", "id"),
            Column::text("table", "table"),
            Column::text("paper", "paper"),
            Column::text("what", "what"),
            Column::number("published", "published", 4),
            Column::text("place", "place"),
            Column::text("provenance", "provenance"),
            Column::number("tolerance", "tolerance", 4),
            Column::text("stage", "stage"),
            Column::number("value", "value", 4),
            Column::text("verdict", "verdict"),
            Column::text("reason", "reason"),
        ];
        let mut table = Table::new("ledger", "Ledger of claims", columns);
        for claim in &self.claims {
            for (stage, result) in &claim.stages {
                table.push(vec![
                    Cell::text(&claim.id),
                    Cell::text(&claim.table),
                    Cell::text(&claim.paper),
                    Cell::text(&claim.what),
                    Cell::number_or(claim.published, UNKNOWN),
                    Cell::text(&claim.source.place),
                    Cell::text(claim.source.provenance.as_str()),
                    Cell::number(claim.tolerance),
                    Cell::text(stage.key()),
                    Cell::number_or(result.value, &result.reason),
                    Cell::text(result.verdict.as_str()),
                    Cell::text(&result.reason),
                ]);
            }
        }
        table
    }
}

impl Finding {
    /// The evidence, a row for each value.
    pub fn evidence_table(&self) -> Table {
        let columns = vec![Column::text("label", "what"), Column::text("value", "value")];
        let mut table = Table::new(self.id.clone(), self.title.clone(), columns);
        for Evidence { label, value } in &self.evidence {
            table.push(vec![Cell::text(label), Cell::text(value)]);
        }
        table
    }
}

impl StageResult {
    /// Whether the verdict says less than a reader wants to know.
    fn needs_reason(&self) -> bool {
        self.verdict != super::Verdict::Holds
    }
}

/// The stages that some of the claims went through.
fn stages_of(claims: &[&Claim]) -> Vec<Stage> {
    let there = |stage: &Stage| claims.iter().any(|claim| claim.stages.contains_key(stage));
    Stage::ALL.into_iter().filter(there).collect()
}

/// A published number with the decimals it was printed with.
fn quoted(published: Option<f64>, digits: usize, unknown: &str) -> Cell {
    match published {
        Some(value) if value.is_finite() => Cell::Rounded(Rounded { value, digits }),
        other => Cell::number_or(other, unknown),
    }
}

fn stage_cell(claim: &Claim, stage: Stage) -> Cell {
    let Some(result) = claim.stages.get(&stage) else { return Cell::missing("does not apply") };
    let verdict = result.verdict;
    match result.value.filter(|value| value.is_finite()) {
        Some(value) => Cell::Flag(Flag {
            tone: verdict.tone(),
            label: verdict.as_str().to_owned(),
            value: Some(Rounded { value, digits: claim.shown_digits() }),
        }),
        // Without a value the dash's footnote carries the reason.
        None => Cell::missing(format!("{verdict}: {}", result.reason)),
    }
}

fn finding_cell(verdict: FindingVerdict) -> Cell {
    let tone = match verdict {
        FindingVerdict::Confirmed => Tone::Good,
        FindingVerdict::NotConfirmed => Tone::Bad,
        FindingVerdict::CouldNotCheck => Tone::Neutral,
    };
    Cell::Flag(Flag { tone, label: verdict.as_str().to_owned(), value: None })
}
