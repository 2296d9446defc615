//! What is back-propagated decides what a gradient proxy measures.
//!
//! The released code back-propagates ones from the last hidden state. That state comes out of a layer norm, whose output
//! sums to a constant as long as its gain is 1 and its shift 0, so at initialisation the exact gradient of the sum is zero
//! everywhere below it, and what the code returns is rounding. Two things show it: in double precision the same scores are
//! smaller by orders of magnitude, and under a real loss the same proxies rank otherwise.

use std::collections::BTreeMap;

use proxyrank_report::Page;
use proxyrank_report::chart::SeedSpread;
use proxyrank_report::chart::spread::SpreadRow;
use proxyrank_report::table::{Cell, Column, Emphasis, Table};
use proxyrank_schema::{Dtype, Protocol, ProxyName, Reading, Signal};
use proxyrank_stats::kendall_tau_b;

use super::variants::{CONSTANT, Coverage, Scored, Variants, median, scores, tau, variants};
use super::{StudyPage, Subject};
use crate::RunError;
use crate::rank::ScoreColumn;
use crate::report::{baselines, write_table};

const READINGS: [Reading; 2] = [Reading::Released, Reading::AsTrained];
/// Why there is no ratio.
const NOT_BOTH: &str = "not evaluated in both";
/// The signals of encoders, in the order of columns.
const SIGNALS: [Signal; 4] = [Signal::Ones, Signal::Gaussian, Signal::Rtd, Signal::Mlm];

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let title = format!("What is back-propagated: {}", subject.stock.benchmark.info.title);
    let folder = subject.folder.join("signals");
    let mut page = Page::new(&title);
    page.text(
        "At initialisation the gradient of the sum of a layer norm's outputs is zero in exact arithmetic. The released gradient \
         metrics back-propagate just that sum (`ones`), so their scores are rounding errors: in double precision they all but \
         vanish, while scores under a random cotangent or a loss stay what they are.",
    );
    let mut found = false;
    for reading in READINGS {
        let mut section = Vec::new();
        if let Some(table) = precision(subject, reading) {
            write_table(&folder, &table.id, &table)?;
            section.push((None, table));
        }
        if let Some((table, chart)) = correlations(subject, reading)? {
            write_table(&folder, &table.id, &table)?;
            let [png, _] = chart.draw(&folder.join(format!("charts/tau_by_signal_{reading}")))?;
            section.push((Some(png), table));
        }
        if section.is_empty() {
            continue;
        }
        found = true;
        page.heading(&format!("Reading {reading}"));
        for (chart, table) in section {
            page.table(&table);
            if let Some(chart) = chart {
                page.figure(&chart, &folder, &format!("Kendall tau-b by signal, reading {reading}"));
            }
        }
    }
    if !found {
        return Ok(None);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

/// Columns of a proxy by signal.
type BySignal<C> = BTreeMap<ProxyName, BTreeMap<Signal, C>>;

fn by_signal<C>(columns: BTreeMap<Scored, C>) -> BySignal<C> {
    let mut proxies: BySignal<C> = BTreeMap::new();
    for (scored, columns) in columns.into_iter().filter(|(scored, _)| scored.signal != Signal::None) {
        proxies.entry(scored.proxy).or_default().insert(scored.signal, columns);
    }
    proxies
}

/// How much smaller or larger a score is in double precision, for each signal.
fn precision(subject: &Subject<'_>, reading: Reading) -> Option<Table> {
    let columns = variants(subject.stock, reading, Coverage::Sample, |found, standard| {
        (found.dtype, Protocol { dtype: standard.dtype, ..found.clone() })
    });
    let proxies = by_signal(columns);
    let mut heads = vec![Column::text("proxy", "Proxy"), Column::number("networks", "Networks", 0)];
    heads.extend(
        SIGNALS.map(|signal| Column::number(format!("ratio_{signal}"), format!("f32 / f64, {signal}"), 6)),
    );
    heads.extend(SIGNALS.map(|signal| {
        Column::number(format!("orders_{signal}"), format!("orders of magnitude, {signal}"), 1)
    }));
    let title = format!("Scores in single over scores in double precision, reading {reading}");
    let mut table = Table::new(format!("precision_{reading}"), title, heads);
    for (proxy, signals) in &proxies {
        let ratios: Vec<Option<(usize, f64)>> =
            SIGNALS.iter().map(|signal| ratio(signals.get(signal)?)).collect();
        let Some(networks) = ratios.iter().flatten().map(|(networks, _)| *networks).max() else { continue };
        let mut cells = vec![Cell::text(proxy.as_str()), Cell::count(networks as u64)];
        let ratios: Vec<Option<f64>> = ratios.into_iter().map(|ratio| Some(ratio?.1)).collect();
        cells.extend(ratios.iter().map(|ratio| Cell::number_or(*ratio, NOT_BOTH)));
        cells.extend(ratios.iter().map(|ratio| Cell::number_or(ratio.map(f64::log10), NOT_BOTH)));
        table.push(cells);
    }
    table.note(
        "The median over networks of the absolute ratio, and its decimal logarithm. 1, or 0 orders of magnitude, means that \
         single precision is enough.",
    );
    (!table.rows().is_empty()).then_some(table)
}

/// Number of networks that have both, and the median ratio.
fn ratio(columns: &Variants<'_, Dtype>) -> Option<(usize, f64)> {
    let (single, double) = (scores(columns.get(&Dtype::F32)?), scores(columns.get(&Dtype::F64)?));
    let ratios: Vec<f64> =
        single.iter().zip(&double).map(|(a, b)| (a / b).abs()).filter(|ratio| ratio.is_finite()).collect();
    let networks = ratios.len();
    median(ratios).map(|ratio| (networks, ratio))
}

/// Tau-b of each proxy under each signal, and how alike the noise and the loss rank.
fn correlations(subject: &Subject<'_>, reading: Reading) -> Result<Option<(Table, SeedSpread)>, RunError> {
    let stock = subject.stock;
    let standard = variants(stock, reading, Coverage::Whole, |found, _| ((), found.clone()));
    let single = standard.into_iter().filter_map(|(scored, columns)| Some((scored, *columns.get(&())?)));
    let proxies: BySignal<&ScoreColumn> = by_signal(single.collect());
    let metric = stock.benchmark.info.metrics[0].name;
    let mut heads = vec![Column::text("proxy", "Proxy")];
    heads.extend(SIGNALS.map(|signal| Column::number(format!("tau_{signal}"), signal.to_string(), 3)));
    heads.push(Column::number("agreement", "tau-b between ones and rtd", 3));
    let title = format!("tau-b with {metric} by signal, reading {reading}");
    let mut table = Table::new(format!("signals_{reading}"), title, heads);
    let mut rows = Vec::new();
    for (proxy, signals) in proxies.iter().filter(|(_, signals)| signals.len() > 1) {
        let mut cells = vec![Cell::text(proxy.as_str())];
        let mut values = Vec::new();
        for signal in SIGNALS {
            let Some(column) = signals.get(&signal) else {
                cells.push(Cell::missing("not evaluated"));
                continue;
            };
            let tau = tau(stock, column)?;
            cells.push(Cell::number_or(tau, CONSTANT));
            values.extend(tau.map(|tau| (signal.to_string(), tau)));
        }
        let both = signals.get(&Signal::Ones).zip(signals.get(&Signal::Rtd));
        let agreement = both.and_then(|(ones, rtd)| kendall_tau_b(&scores(ones), &scores(rtd)).ok());
        cells.push(Cell::number_or(agreement, "not evaluated under both, or failed"));
        table.push(cells);
        let class = signals.values().next().map(|column| column.class);
        rows.extend(class.map(|class| SpreadRow {
            name: proxy.to_string(),
            class,
            values,
            emphasis: Emphasis::Plain,
        }));
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let chart = SeedSpread {
        title: format!("Correlation by signal, reading {reading}"),
        subtitle: format!("{}, n = {}", stock.benchmark.info.title, stock.benchmark.entries.len()),
        axis_label: format!("Kendall tau-b with {metric}"),
        rows,
        references: baselines(stock, reading)?,
    };
    Ok(Some((table, chart)))
}
