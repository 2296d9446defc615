//! What networks say whose operations are in place and which were trained from several seeds.
//!
//! On FlexiBERT the type of operation explains nothing (finding `inert_operations`), because none was ever built. Here each was.

use std::collections::BTreeMap;

use proxyrank_report::Page;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_space::{Architecture, FlexibertArch, Operation};
use proxyrank_stats::{CeilingOptions, nested_f_test};

use super::{StudyPage, Subject};
use crate::RunError;
use crate::benchmark::{Benchmark, Metric};
use crate::ceiling::{self, Grouping};
use crate::report::write_table;
use crate::train::curve::Point;
use crate::train::curve_chart::{Loss, chart};
use crate::train::embedded::ground_truth;
use crate::train::rows::Row;

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let benchmark = &subject.stock.benchmark;
    let folder = subject.folder.join("embedded");
    let title = "What operations do when they are really there".to_owned();
    let mut page = Page::new(&title);
    page.text(&format!(
        "{} small networks of the FlexiBERT space, trained {} times in all with every operation in place; a score is the mean over an \
         architecture's seeds. How proxies rank them stands on the benchmark's own page.",
        benchmark.entries.len(),
        benchmark.trainings.len()
    ));
    let show = |page: &mut Page, table: &Table| -> Result<(), RunError> {
        write_table(&folder, &table.id, table)?;
        page.table(table);
        Ok(())
    };
    page.heading("Does the type of operation matter?");
    show(&mut page, &explained(benchmark)?)?;
    page.heading("Which operations help?");
    show(&mut page, &transforms(benchmark))?;
    show(&mut page, &effects(benchmark)?)?;
    page.heading("What pre-training looks like");
    let rows = ground_truth()?;
    for loss in Loss::ALL {
        let chart = chart(
            loss,
            "mean over trainings, by the linear transforms of a network",
            &groups(benchmark, &rows),
        );
        let [png, _] = chart.draw(&folder.join("charts").join(loss.name()))?;
        page.figure(&png, &folder, "Loss of pre-training by steps");
    }
    page.heading("How large is luck?");
    if ceiling::ceiling(
        benchmark,
        benchmark.info.metrics[0],
        Grouping::AsTrained,
        &CeilingOptions::default(),
    )?
    .is_none()
    {
        page.text("Too few architectures were trained more than once to say.");
    }
    for metric in benchmark.info.metrics {
        if let Some(table) = ceiling::table(benchmark, *metric, &CeilingOptions::default())? {
            show(&mut page, &table)?;
        }
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

/// Which linear transforms a network has. They have no residual connection, so what stood at a token is spread over all; a second
/// one of the same kind gathers it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Transforms {
    /// None.
    None,
    /// Each kind an even number of times.
    Even,
    /// A kind an odd number of times.
    Odd,
}

impl Transforms {
    const ALL: [Self; 3] = [Self::None, Self::Even, Self::Odd];

    fn of(arch: &FlexibertArch) -> Self {
        let count = |kind| arch.layers.iter().filter(|layer| layer.operation == kind).count();
        match [Operation::Dft, Operation::Dct].map(count) {
            [0, 0] => Self::None,
            [fourier, cosine] if fourier % 2 == 0 && cosine % 2 == 0 => Self::Even,
            _ => Self::Odd,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::None => "no linear transform",
            Self::Even => "each transform an even number of times",
            Self::Odd => "a transform an odd number of times",
        }
    }
}

/// Curves of trainings by the transforms of their networks.
fn groups<'a>(benchmark: &Benchmark, rows: &'a [Row]) -> Vec<(String, Vec<&'a [Point]>)> {
    let of = |row: &Row| {
        let entry = benchmark.entries.iter().find(|entry| entry.id.as_str() == row.arch_id);
        match entry.map(|entry| &entry.architecture) {
            Some(Architecture::Quarter(arch)) => Some(Transforms::of(&arch.0)),
            _ => None,
        }
    };
    let group = |transforms: Transforms| {
        let curves = rows.iter().filter(|row| of(row) == Some(transforms)).map(|row| &row.curve[..]);
        (transforms.title().to_owned(), curves.collect())
    };
    Transforms::ALL.map(group).into()
}

/// Scores by the transforms of networks.
fn transforms(benchmark: &Benchmark) -> Table {
    let metric = benchmark.info.metrics[0];
    let (labels, archs) = labelled(benchmark, metric);
    let columns = vec![
        Column::text("transforms", "Transforms"),
        Column::number("architectures", "Architectures", 0),
        Column::number("mean", "Mean", 2),
        Column::number("lowest", "Lowest", 2),
        Column::number("highest", "Highest", 2),
    ];
    let title = format!("{} by the linear transforms of a network", metric.name);
    let mut table = Table::new("embedded_transforms", title, columns);
    for transforms in Transforms::ALL {
        let chosen = labels.iter().zip(&archs).filter(|(_, arch)| Transforms::of(arch) == transforms);
        let chosen: Vec<f64> = chosen.map(|(label, _)| *label).collect();
        if chosen.is_empty() {
            continue;
        }
        table.push(vec![
            Cell::text(transforms.title()),
            Cell::count(chosen.len() as u64),
            Cell::number(chosen.iter().sum::<f64>() / chosen.len() as f64),
            Cell::number(chosen.iter().copied().fold(f64::INFINITY, f64::min)),
            Cell::number(chosen.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        ]);
    }
    table.note(
        "Fourier and cosine transforms are counted apart. A layer that transforms has no residual connection: what stood at a token is spread over \
         all tokens, and only another transform of the same kind gathers it again, so a network with an odd number of one kind can say \
         nothing about single tokens, which is all that pre-training asks for.",
    );
    table
}

/// Scores of the architectures that have one, and the architectures.
fn labelled(benchmark: &Benchmark, metric: Metric) -> (Vec<f64>, Vec<&FlexibertArch>) {
    let entries = benchmark.entries.iter().filter_map(|entry| match &entry.architecture {
        Architecture::Quarter(arch) => Some((*entry.truth.get(metric.name)?, &arch.0)),
        Architecture::Flexibert(_) | Architecture::Decoder(_) => None,
    });
    entries.unzip()
}

/// Share of the layers that something is true of.
fn share(arch: &FlexibertArch, is: impl Fn(&proxyrank_space::flexibert::FlexibertLayer) -> bool) -> f64 {
    arch.layers.iter().filter(|layer| is(layer)).count() as f64 / arch.layers.len() as f64
}

/// Everything about an architecture but its operations.
fn sizes(archs: &[&FlexibertArch]) -> Vec<Vec<f64>> {
    let series = |value: &dyn Fn(&FlexibertArch) -> f64| archs.iter().map(|arch| value(arch)).collect();
    let (wide, deep) = (
        |arch: &FlexibertArch| f64::from(u8::from(arch.hidden_size > 32)),
        |arch: &FlexibertArch| f64::from(u8::from(arch.layers.len() > 2)),
    );
    vec![
        series(&wide),
        series(&deep),
        series(&|arch| wide(arch) * deep(arch)),
        series(&|arch| share(arch, |layer| layer.heads > 2)),
        series(&|arch| share(arch, |layer| layer.ffn_count > 1)),
        series(&|arch| share(arch, |layer| layer.ffn_width > 128)),
    ]
}

/// The share of layers with an operation.
fn with(archs: &[&FlexibertArch], operation: Operation) -> Vec<f64> {
    archs.iter().map(|arch| share(arch, |layer| layer.operation == operation)).collect()
}

/// How much of the scores sizes explain, and how much operations add.
fn explained(benchmark: &Benchmark) -> Result<Table, RunError> {
    let columns = vec![
        Column::text("metric", "Score"),
        Column::number("base", "R2 of sizes", 3),
        Column::number("full", "R2 with operations", 3),
        Column::number("f", "F", 2),
        Column::number("p", "p", 4),
    ];
    let mut table = Table::new(
        "embedded_operations",
        "Scores explained by sizes, and by operations beyond them",
        columns,
    );
    for metric in benchmark.info.metrics {
        let (labels, archs) = labelled(benchmark, *metric);
        let operations: Vec<Vec<f64>> = Operation::ALL[1..].iter().map(|&op| with(&archs, op)).collect();
        let test = nested_f_test(&labels, &sizes(&archs), &operations)
            .map_err(RunError::stats(format!("operations and {}", metric.name)))?;
        table.push(vec![
            Cell::text(metric.name),
            Cell::number(test.r2_base),
            Cell::number(test.r2_full),
            Cell::number(test.f),
            Cell::number(test.p_value),
        ]);
    }
    table.note(
        "Least squares. Sizes are hidden size, depth, their product, and the shares of layers with four heads, with stacked and with wide \
         feed-forward networks; operations are the shares of layers with each. F test of the two models.",
    );
    Ok(table)
}

/// The first score of the benchmark with and without each operation, among architectures of equal depth and hidden size.
fn effects(benchmark: &Benchmark) -> Result<Table, RunError> {
    let metric = benchmark.info.metrics[0];
    let (labels, archs) = labelled(benchmark, metric);
    let centred = centred(&labels, &archs);
    let columns = vec![
        Column::text("operation", "Operation"),
        Column::number("layers", "Layers", 0),
        Column::number("architectures", "Architectures with it", 0),
        Column::number("with", "Score with it", 2),
        Column::number("without", "Score without", 2),
        Column::number("f", "F of its share", 2),
        Column::number("p", "p", 4),
    ];
    let title = format!(
        "{} with and without each operation, points from the mean of equal depth and hidden size",
        metric.name
    );
    let mut table = Table::new("embedded_effects", title, columns);
    for &operation in Operation::ALL {
        let shares = with(&archs, operation);
        let mean = |wanted: bool| {
            let chosen = centred.iter().zip(&shares).filter(|(_, share)| (**share > 0.0) == wanted);
            let values: Vec<f64> = chosen.map(|(value, _)| *value).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let layers = archs.iter().flat_map(|arch| &arch.layers).filter(|layer| layer.operation == operation);
        let test = nested_f_test(&labels, &sizes(&archs), std::slice::from_ref(&shares))
            .map_err(RunError::stats(format!("the share of {operation:?}")))?;
        table.push(vec![
            Cell::text(operation.to_string()),
            Cell::count(layers.count() as u64),
            Cell::count(shares.iter().filter(|share| **share > 0.0).count() as u64),
            Cell::number(mean(true)),
            Cell::number(mean(false)),
            Cell::number(test.f),
            Cell::number(test.p_value),
        ]);
    }
    table.note("F test of the operation's share of layers beyond sizes, each operation by itself; six tests, so a p of 0.008 is 0.05 after Bonferroni.");
    Ok(table)
}

/// Scores minus the mean of architectures of the same depth and hidden size.
fn centred(labels: &[f64], archs: &[&FlexibertArch]) -> Vec<f64> {
    let cell = |arch: &FlexibertArch| (arch.layers.len(), arch.hidden_size);
    let mut sums: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
    for (label, arch) in labels.iter().zip(archs) {
        let (sum, count) = sums.entry(cell(arch)).or_default();
        (*sum, *count) = (*sum + label, *count + 1.0);
    }
    let mean = |arch: &FlexibertArch| sums.get(&cell(arch)).map_or(0.0, |(sum, count)| sum / count);
    labels.iter().zip(archs).map(|(label, arch)| label - mean(arch)).collect()
}

#[cfg(test)]
mod tests {
    use proxyrank_space::flexibert::FlexibertLayer;

    use super::*;

    /// The share of what stood at a token that is left within two tokens of the place that has most, for 40 tokens.
    fn gathered(matrix: &[Vec<f64>]) -> f64 {
        let of_row = |row: &Vec<f64>| {
            let squares: Vec<f64> = row.iter().map(|value| value * value).collect();
            let best = squares.windows(5).map(|near| near.iter().sum::<f64>()).fold(0.0, f64::max);
            best / squares.iter().sum::<f64>()
        };
        matrix.iter().map(of_row).sum::<f64>() / matrix.len() as f64
    }

    #[test]
    fn two_cosine_transforms_gather_what_one_spreads() {
        const TOKENS: usize = 40;
        let entry = |k: usize, i: usize| {
            (std::f64::consts::PI * k as f64 * (2 * i + 1) as f64 / (2 * TOKENS) as f64).cos()
        };
        let once: Vec<Vec<f64>> = (0..TOKENS).map(|k| (0..TOKENS).map(|i| entry(k, i)).collect()).collect();
        let product = |k: usize, i: usize| (0..TOKENS).map(|j| once[k][j] * once[j][i]).sum();
        let twice: Vec<Vec<f64>> =
            (0..TOKENS).map(|k| (0..TOKENS).map(|i| product(k, i)).collect()).collect();
        assert!(gathered(&once) < 0.2 && gathered(&twice) > 0.9);
    }

    #[test]
    fn transforms_of_different_kinds_do_not_undo_each_other() {
        let of = |operations: &[Operation]| {
            let layer = |operation: &Operation| FlexibertLayer {
                operation: *operation,
                heads: 2,
                ffn_width: 128,
                ffn_count: 1,
            };
            let layers = operations.iter().map(layer).collect();
            Transforms::of(&FlexibertArch { hidden_size: 32, layers })
        };
        assert_eq!(of(&[Operation::Sdp, Operation::Wma]), Transforms::None);
        assert_eq!(of(&[Operation::Dct, Operation::Sdp, Operation::Dct, Operation::Sdp]), Transforms::Even);
        assert_eq!(of(&[Operation::Dct, Operation::Dft]), Transforms::Odd);
        assert_eq!(of(&[Operation::Dft, Operation::Dft, Operation::Dft, Operation::Sdp]), Transforms::Odd);
    }
}
