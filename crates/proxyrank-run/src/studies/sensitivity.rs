//! How a correlation moves with the input, the batch size and the sequence length, one axis at a time.

use std::collections::BTreeSet;

use proxyrank_report::Page;
use proxyrank_report::chart::SeedSpread;
use proxyrank_report::chart::spread::SpreadRow;
use proxyrank_report::table::{Cell, Column, Emphasis, Table};
use proxyrank_schema::{Input, Protocol, Reading};
use proxyrank_stats::kendall_tau_b;

use super::variants::{CONSTANT, Coverage, Scored, Variants, scores, tau, variants};
use super::{StudyPage, Subject};
use crate::RunError;
use crate::data::dataset;
use crate::report::{baselines, write_table};
use crate::standard::departures;

/// The networks that the labels belong to.
const READING: Reading = Reading::AsTrained;

/// One axis of a protocol.
struct Axis {
    id: &'static str,
    title: &'static str,
    /// The value of the axis, and the protocol with the standard value in its place.
    split: fn(&Protocol, &Protocol) -> (Level, Protocol),
}

/// A value of an axis: sorted by number, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Level {
    number: u32,
    name: String,
}

const AXES: [Axis; 3] = [
    Axis {
        id: "input",
        title: "Where token ids come from",
        split: |found, standard| {
            // The standard one first.
            let number = u32::from(found.input != standard.input);
            let rest = Protocol { input: standard.input, ..found.clone() };
            (Level { number, name: found.input.to_string() }, rest)
        },
    },
    Axis {
        id: "batch",
        title: "Sequences in a batch",
        split: |found, standard| {
            let rest = Protocol { batch_size: standard.batch_size, ..found.clone() };
            (Level { number: found.batch_size, name: format!("batch {}", found.batch_size) }, rest)
        },
    },
    Axis {
        id: "length",
        title: "Tokens in a sequence",
        split: |found, standard| {
            let rest = Protocol { seq_len: standard.seq_len, ..found.clone() };
            (Level { number: found.seq_len, name: format!("length {}", found.seq_len) }, rest)
        },
    },
];

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let title = format!("Input, batch and length: {}", subject.stock.benchmark.info.title);
    let folder = subject.folder.join("sensitivity");
    let mut page = Page::new(&title);
    page.text(&format!(
        "Reading {READING}, one axis of the protocol changed at a time. Drawn ids and text differ in how often tokens \
         repeat; batch and length in how many tokens a statistic is averaged over."
    ));
    let mut found = false;
    for axis in AXES {
        let columns = variants(subject.stock, READING, Coverage::Whole, axis.split);
        let several: Vec<_> = columns.into_iter().filter(|(_, columns)| columns.len() > 1).collect();
        if several.is_empty() {
            continue;
        }
        found = true;
        let (table, chart) = judge(subject, &axis, &several)?;
        write_table(&folder, &table.id, &table)?;
        let [png, _] = chart.draw(&folder.join(format!("charts/tau_by_{}", axis.id)))?;
        page.heading(axis.title);
        page.figure(&png, &folder, &format!("Kendall tau-b of every proxy by {}", axis.id));
        page.bare_table(&table);
    }
    if !found {
        return Ok(None);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

fn judge(
    subject: &Subject<'_>,
    axis: &Axis,
    several: &[(Scored, Variants<'_, Level>)],
) -> Result<(Table, SeedSpread), RunError> {
    let stock = subject.stock;
    let levels: BTreeSet<&Level> = several.iter().flat_map(|(_, columns)| columns.keys()).collect();
    let mut heads = vec![Column::text("proxy", "Proxy")];
    for level in &levels {
        let key = level.name.replace([' ', '-'], "_");
        heads.push(Column::number(format!("tau_{key}"), level.name.clone(), 3));
    }
    heads.push(Column::number("least_agreement", "Least tau-b with the standard scores", 3));
    let metric = stock.benchmark.info.metrics[0].name;
    let title = format!("{}: tau-b with {metric}", axis.title);
    let mut table = Table::new(format!("sensitivity_{}", axis.id), title, heads);
    let mut rows = Vec::new();
    for (scored, columns) in several {
        let mut cells = vec![Cell::text(scored.label())];
        let mut values = Vec::new();
        for level in &levels {
            let Some(column) = columns.get(*level) else {
                cells.push(Cell::missing("not evaluated"));
                continue;
            };
            let tau = tau(stock, column)?;
            values.extend(tau.map(|tau| (level.name.clone(), tau)));
            cells.push(Cell::number_or(tau, CONSTANT));
        }
        let standard =
            columns.values().find(|column| departures(stock.benchmark.info, &column.protocol).is_empty());
        let agreements = standard.map(|standard| {
            let standard = scores(standard);
            let others = columns.values().filter_map(|column| kendall_tau_b(&standard, &scores(column)).ok());
            others.fold(1.0, f64::min)
        });
        cells.push(Cell::number_or(agreements, "the standard scores are lacking"));
        table.push(cells);
        let Some(column) = columns.values().next() else { continue };
        rows.push(SpreadRow { name: scored.label(), class: column.class, values, emphasis: Emphasis::Plain });
    }
    for warning in warnings(subject, several)? {
        table.note(format!("Warning: {warning}."));
    }
    let chart = SeedSpread {
        title: format!("Correlation by {}", axis.id),
        subtitle: format!(
            "{}, reading {READING}, n = {}",
            stock.benchmark.info.title,
            stock.benchmark.entries.len()
        ),
        axis_label: format!("Kendall tau-b with {metric}"),
        rows,
        references: baselines(stock, READING)?,
    };
    Ok((table, chart))
}

/// What readers of these scores must be told about the text that they were computed on.
fn warnings(
    subject: &Subject<'_>,
    several: &[(Scored, Variants<'_, Level>)],
) -> Result<Vec<String>, RunError> {
    let protocols = several.iter().flat_map(|(_, columns)| columns.values().map(|column| &column.protocol));
    let inputs: BTreeSet<Input> = protocols.map(|protocol| protocol.input).collect();
    let mut warnings = Vec::new();
    for name in inputs.into_iter().filter_map(text_dataset) {
        match dataset(subject.locator, name) {
            Ok(found) => warnings.extend(found.warnings()),
            // Scores may be there without the text, which then cannot be vouched for.
            Err(RunError::Fetch(error)) if error.is_missing() => {
                warnings.push(format!("{name} is not on this machine, so its text was not checked"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(warnings)
}

/// The data set that holds the text of an input.
const fn text_dataset(input: Input) -> Option<&'static str> {
    match input {
        Input::OpenWebText => Some("openwebtext"),
        Input::WikiText2 => Some("wikitext-2"),
        Input::WikiText103 => Some("wikitext-103"),
        Input::Mnli => Some("glue"),
        Input::None | Input::Uniform | Input::Zipf => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::find;
    use crate::standard;

    #[test]
    fn an_axis_puts_the_standard_value_in_its_place() {
        let info = find(&"flexibert".into()).unwrap();
        let standard = standard::protocol(info, READING, proxyrank_schema::Signal::None);
        let found = Protocol { input: Input::Mnli, batch_size: 4, ..standard.clone() };
        let names: Vec<(String, Vec<String>)> = AXES
            .iter()
            .map(|axis| {
                let (level, rest) = (axis.split)(&found, &standard);
                (level.name, standard::departures(info, &rest))
            })
            .collect();
        let left = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let expected = [
            ("mnli".to_owned(), left(&["batch 4"])),
            ("batch 4".to_owned(), left(&["mnli"])),
            ("length 128".to_owned(), left(&["mnli", "batch 4"])),
        ];
        assert_eq!(names, expected);
    }
}
