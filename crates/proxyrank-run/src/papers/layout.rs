//! A published table in the shape it was published in, with our values beside the published ones.

use proxyrank_report::ledger::{Claim, Stage, Verdict};
use proxyrank_report::table::{Cell, Column, Flag, Rounded, Table, Tone};

use super::claims::JudgedValue;
use super::{PaperTable, Statistic};
use crate::audit;
use crate::rank::Detail;

/// Statistics in the order of their columns.
const ORDER: [Statistic; 9] = [
    Statistic::TauB,
    Statistic::Rho,
    Statistic::R,
    Statistic::TauA,
    Statistic::ClosePairs,
    Statistic::Top10TauB,
    Statistic::Top10Rho,
    Statistic::SizeTauB,
    Statistic::SizeRho,
];

/// One column of the table.
#[derive(Clone, Copy)]
enum Shown {
    Published(Statistic),
    Ours(Statistic, Stage),
    /// Ours on the networks that the value was published for, whichever those are.
    OursAsPublished(Statistic),
}

impl PaperTable {
    /// The table with one row for each published row. Each statistic has its published value, then ours: by stage in full
    /// detail; replayed, and recomputed on the networks that it was published for, in main detail.
    pub fn layout(&self, judged: &[JudgedValue], detail: Detail) -> Table {
        let several = self.benchmarks().len() > 1;
        let shown = shown(judged, detail);
        let mut columns = vec![Column::text("row", "Row")];
        if several {
            columns.push(Column::text("benchmark", "Benchmark"));
        }
        columns.extend(shown.iter().map(|column| heading(*column, detail)));
        columns.push(Column::text("audit", "Audit"));
        let mut table = Table::new(self.id.clone(), self.title.clone(), columns);
        for (index, row) in self.rows.iter().enumerate() {
            let mut cells = vec![Cell::text(&row.label)];
            if several {
                cells.push(Cell::text(row.benchmark.as_ref().unwrap_or(&self.benchmark).as_str()));
            }
            let claim = |statistic| {
                judged.iter().find(|v| v.row == index && v.statistic == statistic).map(|v| &v.claim)
            };
            cells.extend(shown.iter().map(|column| match *column {
                Shown::Published(statistic) => published(claim(statistic)),
                Shown::Ours(statistic, stage) => ours(claim(statistic), Some(stage), detail),
                Shown::OursAsPublished(statistic) => {
                    let stage = claim(statistic).and_then(as_published);
                    ours(claim(statistic), stage, detail)
                }
            }));
            let audit = judged.iter().find(|value| value.row == index).and_then(|value| value.audit);
            cells.push(match &row.proxy {
                None => Cell::missing("not computed by this version"),
                Some(_) => audit::cell(audit),
            });
            table.push(cells);
        }
        table.note(format!("Published values: {}.", self.source));
        if judged.iter().any(|value| value.audit.is_some()) {
            table.note("Audit: what became of our own score in double precision and under other seeds; see the page on the audit.");
        }
        self.notes.iter().for_each(|note| table.note(note.clone()));
        table
    }
}

fn heading(column: Shown, detail: Detail) -> Column {
    let (statistic, key, whose) = match column {
        Shown::Published(statistic) => (statistic, "published", "published"),
        Shown::Ours(statistic, stage) => (statistic, stage.key(), short(stage)),
        Shown::OursAsPublished(statistic) => (statistic, "ours", "ours"),
    };
    let name = match detail {
        Detail::Full => format!("{}: {whose}", statistic.title()),
        Detail::Main if whose == "published" => statistic.short().to_owned(),
        Detail::Main => whose.to_owned(),
    };
    Column::number(format!("{}_{key}", statistic.key()), name, 4)
}

/// The columns that some row has something for.
fn shown(judged: &[JudgedValue], detail: Detail) -> Vec<Shown> {
    let mut columns = Vec::new();
    for statistic in ORDER {
        let claims = || judged.iter().filter(|v| v.statistic == statistic).map(|v| &v.claim);
        if claims().next().is_none() {
            continue;
        }
        columns.push(Shown::Published(statistic));
        let reached = |stage: &Stage| claims().any(|claim| claim.stages.contains_key(stage));
        match detail {
            Detail::Full => {
                let stages = Stage::ALL.into_iter().filter(reached);
                columns.extend(stages.map(|stage| Shown::Ours(statistic, stage)));
            }
            Detail::Main => {
                if reached(&Stage::Replayed) {
                    columns.push(Shown::Ours(statistic, Stage::Replayed));
                }
                columns.push(Shown::OursAsPublished(statistic));
            }
        }
    }
    columns
}

/// The stage at which a value was recomputed on the networks that it was published for: the first after the replay.
fn as_published(claim: &Claim) -> Option<Stage> {
    claim.stages.keys().copied().find(|stage| *stage != Stage::Replayed)
}

fn published(claim: Option<&Claim>) -> Cell {
    match claim.and_then(|claim| claim.published.map(|value| (value, claim.digits))) {
        Some((value, digits)) => Cell::Rounded(Rounded { value, digits }),
        None => Cell::missing("not published"),
    }
}

fn ours(claim: Option<&Claim>, stage: Option<Stage>, detail: Detail) -> Cell {
    let result = claim.and_then(|claim| Some((claim, claim.stages.get(&stage?)?)));
    let Some((claim, result)) = result else {
        return Cell::missing("does not apply");
    };
    let tone = match result.verdict {
        Verdict::Holds => Tone::Good,
        Verdict::Differs => Tone::Bad,
        Verdict::NotComparable | Verdict::NotYet | Verdict::Missing => Tone::Neutral,
    };
    match (result.value, detail) {
        (Some(value), Detail::Full) => {
            let value = Some(Rounded { value, digits: claim.digits + 1 });
            Cell::Flag(Flag { tone, label: result.verdict.as_str().to_owned(), value })
        }
        (Some(value), Detail::Main) => Cell::text(format!("{value:.*} {}", claim.digits, tone.mark())),
        // The names of the proxies stand in the rows; one footnote serves them all.
        (None, _) if result.verdict == Verdict::NotYet => Cell::missing("not computed by this version"),
        (None, _) => Cell::missing(format!("{}: {}", result.verdict, result.reason)),
    }
}

fn short(stage: Stage) -> &'static str {
    match stage {
        Stage::Replayed => "replayed",
        Stage::RecomputedReleased => "ours, released",
        Stage::RecomputedDeclared => "ours, declared",
        Stage::RecomputedAsTrained => "ours, as trained",
    }
}
