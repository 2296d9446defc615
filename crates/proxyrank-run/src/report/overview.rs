//! The ledger on one screen: how each table fared, and what differs.

use proxyrank_report::ledger::{Claim, Ledger, Stage, Verdict};
use proxyrank_report::table::{Cell, Column, Rounded, Table};

use super::Reproduced;

/// How many values of each table hold: replayed, ours on the networks they were published for, ours on those that were
/// trained.
pub fn overview(ledger: &Ledger, tables: &[Reproduced]) -> Table {
    let columns = vec![
        Column::text("table", "Table"),
        Column::number("values", "Values", 0),
        Column::text("replayed", "Replayed"),
        Column::text("ours", "Ours, as published"),
        Column::text("as_trained", "Ours, as trained"),
    ];
    let mut overview = Table::new("overview", "Published values: which hold", columns);
    for table in tables {
        let claims: Vec<&Claim> = ledger.claims.iter().filter(|claim| claim.table == table.full.id).collect();
        overview.push(vec![
            Cell::text(&table.full.id),
            Cell::count(claims.len() as u64),
            counts(&claims, |claim| claim.stages.get(&Stage::Replayed).map(|result| result.verdict)),
            counts(&claims, |claim| Some(claim.stages[&as_published(claim)?].verdict)),
            counts(&claims, |claim| {
                let trained = claim.stages.get(&Stage::RecomputedAsTrained)?;
                (as_published(claim) != Some(Stage::RecomputedAsTrained)).then_some(trained.verdict)
            }),
        ]);
    }
    overview
}

/// The values that differ from ours on the networks that they were published for.
pub fn differences(ledger: &Ledger) -> Table {
    let columns = vec![
        Column::text("claim", "What differs"),
        Column::number("published", "Published", 4),
        Column::number("ours", "Ours", 4),
        Column::text("stage", "How"),
    ];
    let mut differences = Table::new("differences", "Published values that differ from ours", columns);
    for claim in &ledger.claims {
        let stages = [Some(Stage::Replayed), as_published(claim)].into_iter().flatten();
        for stage in stages {
            let Some(result) = claim.stages.get(&stage).filter(|r| r.verdict == Verdict::Differs) else {
                continue;
            };
            let rounded = |value: f64, digits| Cell::Rounded(Rounded { value, digits });
            let missing = || Cell::missing("no value");
            differences.push(vec![
                Cell::text(&claim.what),
                claim.published.map_or_else(missing, |value| rounded(value, claim.digits)),
                result.value.map_or_else(missing, |value| rounded(value, claim.digits + 1)),
                Cell::text(stage.title()),
            ]);
        }
    }
    differences.note(
        "Values on the networks as trained are left out here: those networks are not the published ones.",
    );
    differences
}

/// The stage at which a value was recomputed on the networks that it was published for: the first after the replay.
pub(crate) fn as_published(claim: &Claim) -> Option<Stage> {
    claim.stages.keys().copied().find(|stage| *stage != Stage::Replayed)
}

/// How many of some claims got which verdict, in a cell.
pub(crate) fn counts(claims: &[&Claim], verdict: impl Fn(&Claim) -> Option<Verdict>) -> Cell {
    let verdicts: Vec<Verdict> = claims.iter().filter_map(|claim| verdict(claim)).collect();
    let count = |wanted: &Verdict| verdicts.iter().filter(|verdict| *verdict == wanted).count();
    let parts = Verdict::ALL.iter().filter(|verdict| count(verdict) > 0);
    let word = |verdict: &Verdict| match verdict {
        Verdict::Holds => "hold",
        Verdict::Differs => "differ",
        other => other.as_str(),
    };
    let parts: Vec<String> = parts.map(|verdict| format!("{} {}", count(verdict), word(verdict))).collect();
    if parts.is_empty() { Cell::missing("does not apply") } else { Cell::text(parts.join(", ")) }
}
