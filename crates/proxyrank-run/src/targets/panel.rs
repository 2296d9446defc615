//! One ranking against every target.

use proxyrank_report::chart::scorecard::{Kind, Scorecard, ScorecardCell, ScorecardRow};
use proxyrank_report::number::fixed;
use proxyrank_report::table::{Cell, Column, Emphasis, Row, Table, Tone};
use proxyrank_schema::{BenchmarkId, Reading};
use proxyrank_stats::{Ceiling, CeilingOptions, StatsError};

use crate::RunError;
use crate::benchmark::{Benchmark, Metric};
use crate::ceiling::{self, Grouping};
use crate::cost::latency;
use crate::papers::{Statistic, Stock, compute};
use crate::rank::{Ranking, SortBy, order};

/// The most simulations of a ceiling: a row of a wide table needs no more.
const SIMULATIONS: usize = 1000;
/// Why a proxy has no correlation.
const CONSTANT: &str = "the score is constant";

/// The proxies of one ranking against every target of the benchmark.
#[derive(Debug, Clone)]
pub struct Targets {
    /// The benchmark.
    pub benchmark: BenchmarkId,
    /// What it is.
    pub title: String,
    /// The reading.
    pub reading: Reading,
    /// The targets; the first is the one that the ranking is about.
    pub metrics: Vec<Metric>,
    /// The proxies in the order of the ranking's table, best first.
    pub lines: Vec<Line>,
    /// For each target, what label noise allows, where the benchmark reveals it.
    pub ceilings: Ceilings,
    networks: usize,
}

/// One proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// How tables call it.
    pub label: String,
    /// Whether it is a baseline.
    pub emphasis: Emphasis,
    /// Tau-b with each target; none where the score is constant.
    pub taus: Vec<Option<f64>>,
}

/// What label noise allows on each of some targets, by two ways to say which networks are one.
///
/// A task that failed to train on a few networks has labels whose noise is nothing like normal: those few make up the variance
/// within groups, and the ceiling falls below what proxies reach. So it is also given without them.
#[derive(Debug, Clone, Default)]
pub struct Ceilings {
    /// All networks.
    pub all: Vec<Option<Ceiling>>,
    /// Those of which no task failed to train.
    pub without_failures: Vec<Option<Ceiling>>,
}

impl Ceilings {
    /// Simulates them; they belong to the labels, whatever the reading.
    pub fn of(benchmark: &Benchmark, metrics: &[Metric], options: &CeilingOptions) -> Result<Self, RunError> {
        let simulations = options.simulations.min(SIMULATIONS);
        let options = CeilingOptions { simulations, ..*options };
        let under = |grouping: Grouping| -> Result<Vec<Option<Ceiling>>, RunError> {
            let ceiling = |metric: &Metric| {
                if *metric == latency::METRIC {
                    return Ok(None);
                }
                match ceiling::ceiling(benchmark, *metric, grouping, &options) {
                    // A task may be all noise.
                    Err(RunError::Stats { .. }) => Ok(None),
                    found => found,
                }
            };
            metrics.iter().map(ceiling).collect()
        };
        Ok(Self {
            all: under(Grouping::AsTrained)?,
            without_failures: under(Grouping::AsTrainedWithoutOutliers)?,
        })
    }
}

/// The ground truths of a benchmark, the main one first.
pub(super) fn metrics(benchmark: &Benchmark, main: Metric) -> Vec<Metric> {
    let mut metrics = benchmark.measured();
    metrics.sort_by_key(|metric| *metric != main);
    metrics
}

impl Targets {
    /// Holds a ranking's proxies against every target; none where there is only the one.
    pub fn of(stock: &Stock, ranking: &Ranking, ceilings: &Ceilings) -> Result<Option<Self>, RunError> {
        let benchmark: &Benchmark = &stock.benchmark;
        let metrics = metrics(benchmark, ranking.options.metric);
        if metrics.len() < 2 {
            return Ok(None);
        }
        let line = |&index: &usize| -> Result<Line, RunError> {
            let column = &ranking.columns[index];
            let taus =
                metrics.iter().map(|&metric| match compute(benchmark, column, metric, Statistic::TauB) {
                    Err(RunError::Stats { source: StatsError::Constant { .. }, .. }) => Ok(None),
                    found => found.map(Some),
                });
            let emphasis = if column.is_baseline() { Emphasis::Baseline } else { Emphasis::Plain };
            Ok(Line { label: column.label.clone(), emphasis, taus: taus.collect::<Result<_, _>>()? })
        };
        let lines = order(ranking, SortBy::Tau).iter().map(line).collect::<Result<_, _>>()?;
        Ok(Some(Self {
            benchmark: benchmark.id(),
            title: benchmark.info.title.to_owned(),
            reading: ranking.options.reading,
            ceilings: ceilings.clone(),
            metrics,
            lines,
            networks: ranking.kept.len(),
        }))
    }

    /// What its files are called.
    pub fn name(&self) -> String {
        format!("{}_{}", self.benchmark, self.reading)
    }

    /// What people call it.
    pub fn heading(&self) -> String {
        format!("{}, reading {}", self.title, self.reading)
    }

    /// Tau-b of every proxy with every target, the main one first; what label noise allows stands in the first row.
    pub fn table(&self) -> Table {
        let id = format!("targets_{}", self.name()).replace('-', "_");
        let mut columns = vec![Column::text("proxy", "Proxy")];
        columns.extend(self.metrics.iter().map(|metric| Column::number(metric.name, metric.name, 3)));
        let title = format!("Kendall tau-b with each target: {} (n = {})", self.heading(), self.networks);
        let mut table = Table::new(id, title, columns);
        let rows = [
            ("(noise ceiling)", &self.ceilings.all),
            ("(without failed tasks)", &self.ceilings.without_failures),
        ];
        for (name, ceilings) in rows.into_iter().filter(|(_, ceilings)| ceilings.iter().any(Option::is_some))
        {
            let allowed = ceilings.iter().map(|ceiling| {
                Cell::number_or(
                    ceiling.as_ref().map(|c| c.tau.point),
                    "not a label, or noise is all there is",
                )
            });
            table.push([Cell::text(name)].into_iter().chain(allowed).collect());
        }
        for line in &self.lines {
            let taus = line.taus.iter().map(|tau| Cell::number_or(*tau, CONSTANT));
            let cells = [Cell::text(&line.label)].into_iter().chain(taus).collect();
            table.push_row(Row { cells, emphasis: line.emphasis });
        }
        for note in self.notes() {
            table.note(note);
        }
        table
    }

    /// The same as a chart.
    pub fn chart(&self) -> Scorecard {
        let cell = |tau: &Option<f64>| match tau {
            None => ScorecardCell { tone: Tone::Neutral, text: "–".to_owned(), strength: 0.0 },
            Some(tau) => ScorecardCell {
                tone: if *tau < 0.0 { Tone::Bad } else { Tone::Good },
                text: fixed(*tau, 2),
                strength: tau.abs(),
            },
        };
        let row = |line: &Line| ScorecardRow {
            name: line.label.clone(),
            emphasis: line.emphasis,
            lead: line.taus.first().copied().flatten().map_or_else(|| "–".to_owned(), |tau| fixed(tau, 3)),
            cells: line.taus.iter().skip(1).map(cell).collect(),
            verdict: self.strongest(line),
        };
        let name = |metric: &Metric| metric.name.to_owned();
        Scorecard {
            title: format!("Each proxy against each target: {}", self.title),
            subtitle: format!(
                "Kendall tau-b, n = {}, reading {}; at the right the target that a proxy ranks best",
                self.networks, self.reading
            ),
            kind: Kind::Correlations,
            lead: self.metrics.first().map_or_else(String::new, name),
            tests: self.metrics.iter().skip(1).map(name).collect(),
            rows: self.lines.iter().map(row).collect(),
        }
    }

    /// The same with the best proxies only.
    #[must_use]
    pub fn first(&self, lines: usize) -> Self {
        Self { lines: self.lines.iter().take(lines).cloned().collect(), ..self.clone() }
    }

    /// The place of a target among the columns.
    pub fn place(&self, metric: &str) -> Option<usize> {
        self.metrics.iter().position(|known| known.name == metric)
    }

    /// The target beside the main one that a proxy ranks best.
    fn strongest(&self, line: &Line) -> String {
        let others = self.metrics.iter().zip(&line.taus).skip(1);
        let best =
            others.filter_map(|(metric, tau)| Some((metric, (*tau)?))).max_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or_else(String::new, |(metric, tau)| format!("{} {}", metric.name, fixed(tau, 2)))
    }

    fn notes(&self) -> Vec<String> {
        let lower: Vec<&str> =
            self.metrics.iter().filter(|metric| !metric.higher_is_better).map(|metric| metric.name).collect();
        let mut notes =
            vec!["Signed so that positive is good. Intervals: proxyrank rank --target NAME.".to_owned()];
        if self.ceilings.all.iter().any(Option::is_some) {
            notes.push(
                "The noise ceiling supposes normal noise. Where a score exceeds it, a few trainings that failed make up most of the noise; the \
                 row without failed tasks leaves those networks out."
                    .to_owned(),
            );
        }
        if !lower.is_empty() {
            notes.push(format!(
                "Smaller is better for {}: a proxy that prefers large networks is negative where large is slow or heavy.",
                lower.join(", ")
            ));
        }
        if self.place(latency::METRIC.name).is_some() {
            notes.push(
                "cpu_ms: one forward pass of a whole batch on the processor, in milliseconds, from the times that are stored with the \
                 scores; it belongs to the machine that ran them."
                    .to_owned(),
            );
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::find;

    fn targets() -> Targets {
        let info = find(&"flexibert".into()).unwrap();
        let metric = |name| info.metric(Some(name)).unwrap();
        let line = |label: &str, taus: [Option<f64>; 3]| Line {
            label: label.into(),
            emphasis: Emphasis::Plain,
            taus: taus.into(),
        };
        Targets {
            benchmark: info.benchmark_id(),
            title: info.title.into(),
            reading: Reading::AsTrained,
            metrics: vec![metric("glue"), metric("rte"), metric("cpu_ms")],
            lines: vec![line("size", [Some(0.7), Some(0.25), Some(-0.8)]), line("flat", [None, None, None])],
            ceilings: Ceilings::default(),
            networks: 9,
        }
    }

    #[test]
    fn a_row_has_every_target_and_says_why_one_is_missing() {
        let table = targets().table();
        assert_eq!(table.rows()[0].cells[1..], [Cell::number(0.7), Cell::number(0.25), Cell::number(-0.8)]);
        assert!(matches!(table.rows()[1].cells[1], Cell::Missing(_)));
        let notes = table.notes.join(" ");
        assert!(notes.contains("Smaller is better for cpu_ms") && notes.contains("milliseconds"), "{notes}");
    }

    #[test]
    fn the_chart_leads_with_the_main_target_and_colours_by_sign() {
        let chart = targets().chart();
        assert_eq!(
            (chart.lead.as_str(), chart.tests.as_slice()),
            ("glue", &["rte".to_owned(), "cpu_ms".to_owned()][..])
        );
        let row = &chart.rows[0];
        assert_eq!((row.lead.as_str(), row.verdict.as_str()), ("0.700", "rte 0.25"));
        assert_eq!(row.cells.iter().map(|cell| cell.tone).collect::<Vec<_>>(), [Tone::Good, Tone::Bad]);
        assert!(
            chart.rows[1].cells.iter().all(|cell| cell.tone == Tone::Neutral)
                && chart.rows[1].verdict.is_empty()
        );
    }

    #[test]
    fn the_ceiling_of_each_target_stands_first_where_there_is_one() {
        use proxyrank_stats::{CeilingOptions, noise_ceiling};
        let labels = [1.0, 1.1, 3.0, 3.2, 7.0, 6.9, 9.0, 9.1];
        let options = CeilingOptions { simulations: 50, ..CeilingOptions::default() };
        let found = noise_ceiling(&labels, &[0, 0, 1, 1, 2, 2, 3, 3], &[2; 8], &options).unwrap();
        let ceilings = Ceilings { all: vec![Some(found.clone()), None, None], ..Ceilings::default() };
        let with = Targets { ceilings, ..targets() };
        let table = with.table();
        assert_eq!(
            table.rows()[0].cells[..2],
            [Cell::text("(noise ceiling)"), Cell::number(found.tau.point)]
        );
        assert_eq!(with.first(1).table().rows().len(), 2);
    }
}
