//! Which scores are numbers of their own, and which are rounding and luck: the numerical audit as a page.

use std::collections::BTreeMap;

use proxyrank_report::Page;
use proxyrank_report::chart::ReferenceLine;
use proxyrank_report::chart::magnitudes::{Magnitude, MagnitudeRow, Magnitudes, Standing};
use proxyrank_report::number::counted;
use proxyrank_schema::{Reading, Signal};

use super::{StudyPage, Subject};
use crate::RunError;
use crate::audit::{Audited, MAX_RELATIVE_ERROR, Verdict, table};
use crate::report::write_table;

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let stock = subject.stock;
    let info = stock.benchmark.info;
    let title = format!("Sound, or rounding and luck: {}", info.title);
    let folder = subject.folder.join("audit");
    let mut page = Page::new(&title);
    page.text(
        "Every proxy that runs a network was computed again in double precision and with four other seeds, on a sample of \
         the architectures in the benchmark's proportions of depth, width and size. A score that is another number in double \
         precision is rounding; one that ranks otherwise under another seed is luck. Closed forms need no audit and are left out.",
    );
    let mut found = false;
    for &reading in info.readings {
        let audited: Vec<Audited> =
            stock.audits(reading).iter().filter(|audited| is_worth_a_row(audited)).cloned().collect();
        if audited.is_empty() {
            continue;
        }
        found = true;
        let table = table(info, reading, &audited);
        write_table(&folder, &table.id, &table)?;
        page.heading(&format!("Reading {reading}"));
        page.text(&summary(&audited));
        let chart = chart(subject, reading, &audited);
        if chart.rows.iter().any(|row| !row.marks.is_empty()) {
            let [png, _] = chart.draw(&folder.join(format!("charts/relative_error_{reading}")))?;
            page.figure(&png, &folder, &format!("Relative error of single precision, reading {reading}"));
        }
        page.bare_table(&table);
    }
    if !found {
        return Ok(None);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

/// Scores with a finding. Closed forms have none, and whatever was never computed twice has nothing to show.
fn is_worth_a_row(audited: &Audited) -> bool {
    let measured = audited.relative_error.is_some() || audited.seed_agreement.is_some();
    audited.verdict != Some(Verdict::Exact) && (measured || audited.verdict.is_some())
}

/// How many scores got which verdict.
fn summary(audited: &[Audited]) -> String {
    let count = |wanted| audited.iter().filter(|audited| audited.verdict == wanted).count();
    let judged = Verdict::ALL.into_iter().map(|verdict| (count(Some(verdict)), verdict.as_str()));
    let parts: Vec<String> = judged
        .chain([(count(None), "not audited to the end")])
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("{}: {}.", counted(audited.len(), "score"), parts.join(", "))
}

fn standing(verdict: Option<Verdict>) -> Standing {
    match verdict {
        None => Standing::Open,
        Some(Verdict::Exact | Verdict::Sound) => Standing::Good,
        Some(Verdict::SeedSensitive) => Standing::Doubtful,
        Some(Verdict::RoundingNoise | Verdict::NoSpread) => Standing::Bad,
    }
}

/// The relative error of each proxy under each signal.
fn chart(subject: &Subject<'_>, reading: Reading, audited: &[Audited]) -> Magnitudes {
    let mut rows: BTreeMap<String, Vec<Magnitude>> = BTreeMap::new();
    for score in audited {
        // Where every score is the same or failed, an error says nothing.
        let judged = score.verdict != Some(Verdict::NoSpread);
        let Some(value) = score.relative_error.filter(|_| judged) else { continue };
        let label = match score.protocol.signal {
            Signal::None => "no signal".to_owned(),
            signal => signal.to_string(),
        };
        let mark = Magnitude { label, value, standing: standing(score.verdict) };
        rows.entry(score.name()).or_default().push(mark);
    }
    let info = subject.stock.benchmark.info;
    Magnitudes {
        title: format!("Relative error of single precision, reading {reading}"),
        subtitle: format!(
            "{}, median over {} networks; 0 stands at the left end",
            info.title,
            subject.stock.sample().len()
        ),
        axis_label: "|f32 - f64| / |f64|".to_owned(),
        rows: rows.into_iter().map(|(name, marks)| MagnitudeRow { name, marks }).collect(),
        references: vec![ReferenceLine { label: "limit".to_owned(), value: MAX_RELATIVE_ERROR }],
        standings: vec![
            (Standing::Good, Verdict::Sound.to_string()),
            (Standing::Doubtful, Verdict::SeedSensitive.to_string()),
            (Standing::Bad, Verdict::RoundingNoise.to_string()),
            (Standing::Open, "not audited to the end".to_owned()),
        ],
    }
}
