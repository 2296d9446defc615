//! The audit as a table.

use proxyrank_proxies::{Axis, find};
use proxyrank_report::table::{Cell, Column, Flag, Table};
use proxyrank_schema::{Reading, Signal};

use super::judge::Audited;
use super::verdict::{Verdict, criteria};
use crate::benchmark::BenchmarkInfo;

/// Why there is no number where scores are lacking.
const NOT_AUDITED: &str = "not audited";

/// Every audited score with its findings and its verdict, in the order of signals, the worst first.
pub fn table(info: &BenchmarkInfo, reading: Reading, audited: &[Audited]) -> Table {
    let columns = vec![
        Column::text("proxy", "Proxy"),
        Column::text("signal", "Signal"),
        Column::text("cost_class", "Cost class"),
        Column::number("relative_error", "Relative error of f32", 1),
        Column::number("precision_agreement", "tau-b, f32 and f64", 3),
        Column::number("seed_agreement", "tau-b between seeds", 3),
        Column::text("verdict", "Verdict"),
    ];
    let networks = audited.first().map_or(0, |audited| audited.architectures);
    let title = format!("{}, reading {reading}: numerical audit on {networks} networks", info.title);
    let mut table = Table::new(format!("audit_{reading}"), title, columns);
    let mut rows: Vec<&Audited> = audited.iter().collect();
    rows.sort_by(|a, b| {
        (a.protocol.signal, b.verdict)
            .cmp(&(b.protocol.signal, a.verdict))
            .then_with(|| (&a.proxy, &a.params).cmp(&(&b.proxy, &b.params)))
    });
    for row in rows {
        table.push(cells(row));
    }
    table.note(
        "Relative error: |f32 - f64| / |f64|, the median over the sample. tau-b between seeds: the mean over the ten pairs of five \
         seeds of weights and input.",
    );
    for criterion in criteria() {
        table.note(criterion);
    }
    table
}

fn cells(audited: &Audited) -> Vec<Cell> {
    let signal = audited.protocol.signal;
    let uses = |axis| find(audited.proxy.as_str()).is_ok_and(|proxy| proxy.axes.uses(axis));
    let (typed, seeded) = (uses(Axis::Dtype), uses(Axis::InitSeed) || uses(Axis::DataSeed));
    let number = |value: Option<f64>, applies: bool, otherwise: &str| match value {
        None if !applies => Cell::missing(otherwise),
        None if audited.verdict == Some(Verdict::NoSpread) => {
            Cell::missing("every score is the same, or failed")
        }
        None => Cell::missing(NOT_AUDITED),
        Some(value) if value.is_infinite() => {
            Cell::missing("infinite: half of the scores failed in one precision only, or vanish in the other")
        }
        Some(value) => Cell::number(value),
    };
    let untyped = "the number type of the network plays no part";
    let error = match number(audited.relative_error, typed, untyped) {
        Cell::Number(value) => Cell::Scientific(value),
        other => other,
    };
    vec![
        Cell::text(audited.name()),
        if signal == Signal::None { Cell::missing("takes no signal") } else { Cell::text(signal.as_str()) },
        Cell::text(audited.class.as_str()),
        error,
        number(audited.precision_agreement, typed, untyped),
        number(audited.seed_agreement, seeded, "no seed plays a part"),
        audited.verdict.map_or_else(
            || Cell::missing(NOT_AUDITED),
            |verdict| Cell::Flag(Flag { tone: verdict.tone(), label: verdict.to_string(), value: None }),
        ),
    ]
}

/// A verdict in a table of other things.
pub(crate) fn cell(verdict: Option<Verdict>) -> Cell {
    verdict.map_or_else(|| Cell::missing(NOT_AUDITED), |verdict| Cell::text(verdict.as_str()))
}
