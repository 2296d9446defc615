//! How much of a correlation is the luck of one seed.
//!
//! Every network is drawn again, and the input with it, from other seeds. Three things are told apart: how far a score
//! moves, how far the ranking moves, and how far its correlation with the ground truth moves. Weights are keyed by seed and
//! parameter path, so architectures share draws, and their scores move together: a correlation may be steadier than the
//! scores are.

use std::collections::BTreeMap;

use proxyrank_report::Page;
use proxyrank_report::chart::SeedSpread as SeedChart;
use proxyrank_report::chart::spread::SpreadRow;
use proxyrank_report::table::{Cell, Column, Emphasis, Table};
use proxyrank_schema::{CostClass, Protocol, ProxyName, Reading};
use proxyrank_stats::{coefficient_of_variation, kendall_tau_b};

use super::variants::{Coverage, Scored, Variants, median, scores, spread, tau, variants};
use super::{StudyPage, Subject};
use crate::RunError;
use crate::papers::Stock;
use crate::rank::ScoreColumn;
use crate::report::{baselines, write_table};

/// The readings of the study.
const READINGS: [Reading; 2] = [Reading::AsTrained, Reading::Released];

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let title = format!("How much depends on the seed: {}", subject.stock.benchmark.info.title);
    let folder = subject.folder.join("seeds");
    let mut page = Page::new(&title);
    page.text(
        "Each proxy was computed again with other weights and other token ids. A difference between two proxies that is \
         smaller than their spread over seeds says nothing.",
    );
    let mut found = false;
    for reading in READINGS {
        let Some((table, chart)) = judge(subject, reading)? else { continue };
        found = true;
        write_table(&folder, &table.id, &table)?;
        let [png, _] = chart.draw(&folder.join(format!("charts/tau_by_seed_{reading}")))?;
        page.heading(&format!("Reading {reading}"));
        page.figure(&png, &folder, &format!("Kendall tau-b of every proxy for each seed, reading {reading}"));
        page.bare_table(&table);
    }
    if !found {
        return Ok(None);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

/// The correlations of every proxy that was computed for a whole benchmark under several seeds.
pub(crate) struct SeededTaus(BTreeMap<Scored, Vec<f64>>);

/// How far a correlation moves with the seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SeedMove {
    /// How many seeds.
    pub(crate) seeds: usize,
    /// Standard deviation of tau-b over them.
    pub(crate) sd: f64,
}

impl SeededTaus {
    /// Those of a reading, under the standard protocol but for the seed.
    pub(crate) fn of(stock: &Stock, reading: Reading) -> Result<Self, RunError> {
        let mut taus: BTreeMap<Scored, Vec<f64>> = BTreeMap::new();
        for (scored, columns) in seeded(stock, reading) {
            let found: Result<Vec<Option<f64>>, RunError> =
                columns.values().map(|column| tau(stock, column)).collect();
            taus.insert(scored, found?.into_iter().flatten().collect());
        }
        Ok(Self(taus))
    }

    /// How far the proxy and signal of a column move; none where fewer than two seeds are stored, or the column has other
    /// parameters than the default ones.
    pub(crate) fn spread(&self, column: &ScoreColumn) -> Option<SeedMove> {
        let proxy = proxyrank_proxies::find(column.proxy.as_str()).ok()?;
        let is_current = column.version == proxy.version && column.params == proxy.default_params();
        let scored = Scored { proxy: column.proxy.clone(), signal: column.protocol.signal };
        let taus = self.0.get(&scored).filter(|taus| is_current && taus.len() > 1)?;
        Some(SeedMove { seeds: taus.len(), sd: spread(taus).1 })
    }
}

/// The columns of every proxy by seed, where weights and input have the same one.
fn seeded(stock: &Stock, reading: Reading) -> Vec<(Scored, Variants<'_, u64>)> {
    let by_seed = variants(stock, reading, Coverage::Whole, |found, standard| {
        let rest = Protocol { init_seed: standard.init_seed, data_seed: standard.data_seed, ..found.clone() };
        (found.init_seed.max(found.data_seed), rest)
    });
    by_seed.into_iter().filter(|(_, columns)| columns.len() > 1).collect()
}

/// How far one proxy's correlation moves from seed to seed.
pub(crate) struct SeedSpread {
    scored: Scored,
    class: CostClass,
    /// Tau-b by the name of the seed.
    taus: Vec<(String, f64)>,
    /// Mean tau-b between the scores of two seeds.
    agreement: Option<f64>,
    /// Spread of one architecture's score, in percent.
    variation: Option<f64>,
}

/// Every proxy that was scored from several seeds, the best on average first.
pub(crate) fn seed_spreads(stock: &Stock, reading: Reading) -> Result<Vec<SeedSpread>, RunError> {
    let mut spreads = Vec::new();
    for (scored, columns) in &seeded(stock, reading) {
        let mut taus = Vec::new();
        for (seed, column) in columns {
            taus.extend(tau(stock, column)?.map(|tau| (format!("seed {seed}"), tau)));
        }
        let Some(class) = columns.values().next().map(|column| column.class).filter(|_| taus.len() > 1)
        else {
            continue;
        };
        let series: Vec<Vec<f64>> = columns.values().map(|column| scores(column)).collect();
        spreads.push(SeedSpread {
            scored: scored.clone(),
            class,
            taus,
            agreement: agreement(&series),
            variation: variation(&series),
        });
    }
    spreads.sort_by(|a, b| b.tau().0.total_cmp(&a.tau().0));
    Ok(spreads)
}

impl SeedSpread {
    /// The proxy.
    pub(crate) fn proxy(&self) -> &ProxyName {
        &self.scored.proxy
    }

    /// What it is called: the proxy, with its signal where it has one.
    pub(crate) fn label(&self) -> String {
        self.scored.label()
    }

    /// The columns of [`SeedSpread::cells`].
    pub(crate) fn columns() -> Vec<Column> {
        vec![
            Column::number("seeds", "Seeds", 0),
            Column::number("tau_mean", "tau-b, mean", 3),
            Column::number("tau_sd", "sd", 4),
            Column::number("tau_min", "min", 3),
            Column::number("tau_max", "max", 3),
            Column::number("agreement", "tau-b between seeds", 3),
            Column::number("variation", "Variation of a score (%)", 2),
        ]
    }

    /// What the columns of a table hold, the label apart.
    pub(crate) fn cells(&self) -> Vec<Cell> {
        let values = self.values();
        let (mean, sd) = self.tau();
        let end = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).unwrap_or(f64::NAN);
        vec![
            Cell::count(values.len() as u64),
            Cell::number(mean),
            Cell::number(sd),
            Cell::number(end(f64::min)),
            Cell::number(end(f64::max)),
            Cell::number_or(self.agreement, "a score is constant or failed"),
            Cell::number_or(self.variation, "a score is zero or failed"),
        ]
    }

    fn values(&self) -> Vec<f64> {
        self.taus.iter().map(|(_, tau)| *tau).collect()
    }

    /// Mean and standard deviation of tau-b.
    fn tau(&self) -> (f64, f64) {
        spread(&self.values())
    }

    fn row(&self) -> SpreadRow {
        SpreadRow {
            name: self.label(),
            class: self.class,
            values: self.taus.clone(),
            emphasis: Emphasis::Plain,
        }
    }
}

/// What the columns of seeds mean.
pub(crate) const SEED_NOTES: [&str; 2] = [
    "tau-b between seeds: the mean over pairs of seeds of the correlation between the two series of scores.",
    "Variation: standard deviation over seeds divided by the mean, of one architecture's score; the median over \
     architectures.",
];

fn judge(subject: &Subject<'_>, reading: Reading) -> Result<Option<(Table, SeedChart)>, RunError> {
    let stock = subject.stock;
    let rows = seed_spreads(stock, reading)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let columns: Vec<Column> =
        [Column::text("proxy", "Proxy")].into_iter().chain(SeedSpread::columns()).collect();
    let metric = stock.benchmark.info.metrics[0].name;
    let title = format!("Correlation with {metric} over seeds, reading {reading}");
    let mut table = Table::new(format!("seeds_{reading}"), title, columns);
    for row in &rows {
        table.push([Cell::text(row.label())].into_iter().chain(row.cells()).collect());
    }
    for note in SEED_NOTES {
        table.note(note);
    }
    let chart = SeedChart {
        title: format!("Correlation by seed, reading {reading}"),
        subtitle: format!("{}, n = {}", stock.benchmark.info.title, stock.benchmark.entries.len()),
        axis_label: format!("Kendall tau-b with {metric}"),
        rows: rows.iter().map(SeedSpread::row).collect(),
        references: baselines(stock, reading)?,
    };
    Ok(Some((table, chart)))
}

/// Mean tau-b between all pairs of series.
fn agreement(series: &[Vec<f64>]) -> Option<f64> {
    let pairs = (0..series.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
    let taus: Option<Vec<f64>> = pairs.map(|(a, b)| kendall_tau_b(&series[a], &series[b]).ok()).collect();
    taus.map(|taus| spread(&taus).0)
}

/// Median over architectures of the coefficient of variation over seeds, in percent.
fn variation(series: &[Vec<f64>]) -> Option<f64> {
    let architectures = series.first()?.len();
    let of = |index: usize| {
        let values: Vec<f64> = series.iter().map(|scores| scores[index]).collect();
        coefficient_of_variation(&values).ok().map(|variation| 100.0 * variation.abs())
    };
    median((0..architectures).filter_map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_averages_over_pairs() {
        let series = [vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0], vec![3.0, 2.0, 1.0]];
        assert!((agreement(&series).unwrap() + 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(agreement(&[vec![1.0, f64::NAN], vec![1.0, 2.0]]), None);
    }

    #[test]
    fn variation_is_relative_to_each_architecture() {
        let variation = variation(&[vec![1.0, 100.0], vec![1.1, 110.0]]).unwrap();
        assert!((variation - 100.0 * (0.1 / 2.0_f64.sqrt()) / 1.05).abs() < 1e-9, "{variation}");
    }
}
