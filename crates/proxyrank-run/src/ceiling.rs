//! How well the noise in a benchmark's labels lets any proxy do.
//!
//! FlexiBERT trained every architecture once, but some of its architectures are the same network. There are three ways
//! to say which, and all three are shown; tables and charts use [`Grouping::AsTrained`].

use std::collections::BTreeMap;

use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::Reading;
use proxyrank_stats::{Ceiling, CeilingOptions, noise_ceiling, noise_ceiling_of_means};

use crate::RunError;
use crate::benchmark::{Benchmark, Metric, Source};

/// Architectures with a task that failed to train: STS-B below 60, QNLI below 70, MNLI below 58, or RTE missing.
pub fn is_outlier(truth: &BTreeMap<&'static str, f64>) -> bool {
    let below = |task: &str, limit: f64| truth.get(task).is_some_and(|score| *score < limit);
    below("sts", 60.0)
        || below("qnli", 70.0)
        || below("mnli", 58.0)
        || truth.get("rte").is_some_and(|s| *s <= 0.0)
}

/// Which architectures count as trainings of one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Entries that are equal word for word.
    Duplicates,
    /// Entries that the training code turned into one network.
    AsTrained,
    /// The same, without architectures of which a task failed to train.
    AsTrainedWithoutOutliers,
}

impl Grouping {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Duplicates, Self::AsTrained, Self::AsTrainedWithoutOutliers];

    /// What it is called in tables.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Duplicates => "(a) exact duplicates",
            Self::AsTrained => "(b) equal as trained",
            Self::AsTrainedWithoutOutliers => "(c) equal as trained, without failed tasks",
        }
    }
}

/// The ceiling of a benchmark; `None` where nothing in it was trained twice.
pub fn ceiling(
    benchmark: &Benchmark,
    metric: Metric,
    grouping: Grouping,
    options: &CeilingOptions,
) -> Result<Option<Ceiling>, RunError> {
    if !benchmark.trainings.is_empty() {
        return Ok(if grouping == Grouping::AsTrained { by_seeds(benchmark, metric, options) } else { None });
    }
    if benchmark.info.source != Source::Flexibert {
        return Ok(None);
    }
    let groups = match grouping {
        Grouping::Duplicates => benchmark.duplicates(),
        _ => benchmark.equivalents(Reading::AsTrained)?,
    };
    let kept: Vec<usize> = (0..benchmark.entries.len())
        .filter(|&i| benchmark.entries[i].truth.contains_key(metric.name))
        .filter(|&i| {
            grouping != Grouping::AsTrainedWithoutOutliers || !is_outlier(&benchmark.entries[i].truth)
        })
        .collect();
    let depth = |i: &usize| u32::try_from(benchmark.entries[*i].architecture.depth()).unwrap_or(u32::MAX);
    let labels: Vec<f64> = kept.iter().map(|&i| benchmark.entries[i].truth[metric.name]).collect();
    let groups: Vec<u32> = kept.iter().map(|&i| groups[i]).collect();
    let strata: Vec<u32> = kept.iter().map(depth).collect();
    noise_ceiling(&labels, &groups, &strata, options).map(Some).map_err(RunError::stats(format!(
        "noise ceiling {} of {}",
        grouping.title(),
        benchmark.info.id
    )))
}

/// Architectures that must have been trained more than once before the noise between trainings says anything.
const LEAST_REPEATED: usize = 8;

/// The ceiling of labels that are means over an architecture's trainings. None while fewer than [`LEAST_REPEATED`] were trained twice, or
/// if the noise of what there is exceeds the spread of the labels.
fn by_seeds(benchmark: &Benchmark, metric: Metric, options: &CeilingOptions) -> Option<Ceiling> {
    let (mut labels, mut groups, mut strata) = (Vec::new(), Vec::new(), Vec::new());
    for training in &benchmark.trainings {
        let Some(&label) = training.truth.get(metric.name) else { continue };
        labels.push(label);
        groups.push(u32::try_from(training.entry).unwrap_or(u32::MAX));
        let depth = benchmark.entries[training.entry].architecture.depth();
        strata.push(u32::try_from(depth).unwrap_or(u32::MAX));
    }
    let mut trainings: BTreeMap<u32, usize> = BTreeMap::new();
    for group in &groups {
        *trainings.entry(*group).or_default() += 1;
    }
    if trainings.values().filter(|count| **count > 1).count() < LEAST_REPEATED {
        return None;
    }
    noise_ceiling_of_means(&labels, &groups, &strata, options).ok()
}

/// The three ceilings side by side.
pub fn table(
    benchmark: &Benchmark,
    metric: Metric,
    options: &CeilingOptions,
) -> Result<Option<Table>, RunError> {
    let columns = vec![
        Column::text("grouping", "Trainings of one network"),
        Column::number("architectures", "Architectures", 0),
        Column::number("distinct", "Distinct networks", 0),
        Column::text("noise", "Label noise by depth (sd)"),
        Column::number("pearson", "Ceiling of r", 3),
        Column::number("tau", "Ceiling of tau-b", 3),
        Column::number("rho", "Ceiling of rho", 3),
    ];
    let id = format!("ceiling_{}_{}", benchmark.info.id, metric.name).replace('-', "_");
    let mut table =
        Table::new(id, format!("Noise ceiling of {} on {}", metric.name, benchmark.info.title), columns);
    let seeds = !benchmark.trainings.is_empty();
    for grouping in Grouping::ALL {
        let Some(ceiling) = ceiling(benchmark, metric, grouping, options)? else { continue };
        let noise: Vec<String> = ceiling
            .within
            .iter()
            .map(|n| {
                format!("{} layers: {:.2} ({} groups, {} members)", n.stratum, n.sd, n.groups, n.members)
            })
            .collect();
        table.push(vec![
            Cell::text(if seeds { "seeds of one architecture" } else { grouping.title() }),
            Cell::count(ceiling.architectures as u64),
            Cell::count(ceiling.distinct as u64),
            Cell::text(noise.join("; ")),
            Cell::number(ceiling.pearson),
            Cell::from(ceiling.tau),
            Cell::from(ceiling.rho),
        ]);
    }
    if table.rows().is_empty() {
        return Ok(None);
    }
    if seeds {
        table.note(
            "The noise is that of single trainings; the ceiling is that of an architecture's label, which is the mean over its trainings \
             and has less.",
        );
    } else {
        table.note("Tables and charts show (b).");
    }
    table.note(
        "The ceiling of tau-b is that of a score without ties. A score with a handful of values can lie above it, because \
         tau-b does not count the pairs that it leaves undecided: compare its tau-a.",
    );
    table.note(format!(
        "Noise is the pooled variance within groups; tau-b and rho are simulated {} times (seed {}).",
        options.simulations, options.seed
    ));
    Ok(Some(table))
}
