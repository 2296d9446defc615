//! Correlations with the ground truth, over all networks and among those of one depth.

use std::collections::BTreeMap;

use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_stats::{kendall_tau_b, partial_tau};

use super::Columns;
use crate::RunError;
use crate::rank::ScoreColumn;
use crate::studies::Subject;
use crate::studies::variants::{CONSTANT, scores};

/// One row a proxy: what is left of its correlation when depth or size is held.
pub(super) fn table(subject: &Subject<'_>, columns: &Columns<'_>) -> Result<Table, RunError> {
    let benchmark = &subject.stock.benchmark;
    let metric = benchmark.info.metrics[0].name;
    let truth: Vec<f64> =
        benchmark.entries.iter().map(|entry| entry.truth.get(metric).copied().unwrap_or(f64::NAN)).collect();
    let sizes = benchmark.sizes(columns.reading)?;
    let mut depths: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, entry) in benchmark.entries.iter().enumerate() {
        depths.entry(entry.architecture.depth()).or_default().push(index);
    }
    let mut heads = vec![Column::text("proxy", "Proxy"), Column::number("tau", "tau-b", 3)];
    for (depth, members) in &depths {
        let name = format!("{depth} layers (n = {})", members.len());
        heads.push(Column::number(format!("tau_{depth}"), name, 3));
    }
    heads.push(Column::number("partial", "Partial tau given #params", 3));
    let title = format!("Correlation with {metric} within one depth, reading {}", columns.reading);
    let mut table = Table::new(format!("w_pca_depth_{}", columns.reading), title, heads);
    let rows: [&ScoreColumn; 6] = [
        columns.v_pca,
        columns.v_pca_mean,
        columns.w_pca,
        columns.num_parameters,
        columns.layers_times_params,
        columns.num_layers,
    ];
    for column in rows {
        let scores = scores(column);
        let within = |members: &[usize]| {
            let pick = |values: &[f64]| -> Vec<f64> { members.iter().map(|&index| values[index]).collect() };
            kendall_tau_b(&pick(&scores), &pick(&truth)).ok()
        };
        let mut cells =
            vec![Cell::text(&column.label), Cell::number_or(kendall_tau_b(&scores, &truth).ok(), CONSTANT)];
        cells.extend(depths.values().map(|members| Cell::number_or(within(members), CONSTANT)));
        cells.push(Cell::number_or(partial_tau(&scores, &truth, &sizes).ok(), "undefined given #params"));
        if column.is_baseline() { table.push_baseline(cells) } else { table.push(cells) }
    }
    table.note(
        "A correlation over all networks that vanishes or turns within one depth comes from the depth alone.",
    );
    Ok(table)
}
