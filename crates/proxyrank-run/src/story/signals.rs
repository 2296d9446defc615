//! What is back-propagated?

use std::collections::BTreeMap;

use proxyrank_report::document::{Prose, Section, Style};
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::{Reading, Signal};

use super::Told;
use super::material::Material;
use crate::RunError;
use crate::audit::Verdict;

/// How many scores got which verdict.
type Counts = BTreeMap<Verdict, usize>;

pub(super) fn tell(material: &Material<'_>) -> Result<Option<Told>, RunError> {
    let Some(main) = material.main() else { return Ok(None) };
    let info = main.stock.benchmark.info;
    let mut counts: BTreeMap<(usize, Signal), Counts> = BTreeMap::new();
    for (place, &reading) in info.readings.iter().enumerate() {
        for audited in main.stock.audits(reading) {
            let Some(verdict) = audited.verdict.filter(|_| audited.protocol.signal != Signal::None) else {
                continue;
            };
            *counts.entry((place, audited.protocol.signal)).or_default().entry(verdict).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return Ok(None);
    }
    let table = table(&counts, info.readings);
    let mut section = Section::new("signals", "What is back-propagated");
    let command = format!("proxyrank audit numeric --benchmark {}", info.id);
    let mut source = material.keep(&table, &command)?;
    for study in
        material.reports.studies.iter().filter(|study| study.path.to_string_lossy().contains("signals"))
    {
        source = source.file("study of signals", &study.path);
    }
    let made = section.source(source);
    section.say(Prose::of(
        "Gradient proxies need something to differentiate. The released code back-propagates a matrix of ones through the last layer norm, \
         whose outputs sum to a constant: in exact arithmetic that gradient is zero, and what comes out is the rounding of single precision. \
         So every gradient score here names its signal, and an audit computes it again in double precision.",
    ));
    let main_reading = |signal| counts.get(&(0, signal));
    let mut headline = None;
    if let Some(ones) = main_reading(Signal::Ones) {
        let noise = ones.get(&Verdict::RoundingNoise).copied().unwrap_or(0);
        let total: usize = ones.values().sum();
        let mut words = Prose::of("Under ")
            .code("ones")
            .text(", ")
            .count(&made, noise)
            .text(" of ")
            .count(&made, total)
            .text(" audited scores are rounding noise");
        if let Some(loss) = main_reading(Signal::Rtd) {
            let under_loss = loss.get(&Verdict::RoundingNoise).copied().unwrap_or(0);
            words = words
                .text("; under the loss that the networks were trained with, ")
                .count(&made, under_loss)
                .text(" of ")
                .count(&made, loss.values().sum())
                .text(" are");
        }
        let words = words.text(".");
        section.say(words.clone());
        headline =
            Some(Prose::new().strong("Released gradient metrics measure rounding.").text(" ").then(words));
    }
    section.table(table, Style::Plain);
    Ok(Some(Told { section, headline }))
}

fn table(counts: &BTreeMap<(usize, Signal), Counts>, readings: &[Reading]) -> Table {
    let verdicts: Vec<Verdict> = Verdict::ALL.into_iter().filter(|v| *v != Verdict::Exact).collect();
    let mut columns = vec![Column::text("reading", "Reading"), Column::text("signal", "Signal")];
    columns.extend(
        verdicts
            .iter()
            .map(|verdict| Column::number(verdict.as_str().replace(' ', "_"), verdict.as_str(), 0)),
    );
    let mut table =
        Table::new("signal_verdicts", "Verdicts of the numerical audit on gradient scores", columns);
    for ((place, signal), found) in counts {
        let Some(reading) = readings.get(*place) else { continue };
        let numbers =
            verdicts.iter().map(|verdict| Cell::count(found.get(verdict).copied().unwrap_or(0) as u64));
        table.push(
            [Cell::text(reading.as_str()), Cell::text(signal.as_str())].into_iter().chain(numbers).collect(),
        );
    }
    table
}
