//! Components by depth and width.

use std::collections::BTreeMap;

use proxyrank_report::table::{Cell, Column, Table};

use super::Columns;
use crate::RunError;
use crate::studies::Subject;
use crate::studies::variants::{median, scores};

/// Why a cell is empty.
const FAILED: &str = "a score failed";

/// For each depth and hidden size that the networks have: how many components, in all and a layer.
pub(super) fn table(subject: &Subject<'_>, columns: &Columns<'_>) -> Result<Table, RunError> {
    let benchmark = &subject.stock.benchmark;
    let (sum, mean) = (scores(columns.v_pca), scores(columns.v_pca_mean));
    let mut cells: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (index, network) in benchmark.networks(columns.reading)?.iter().enumerate() {
        if let proxyrank_space::Network::Encoder(network) = network {
            cells.entry((network.layers.len(), network.hidden_size)).or_default().push(index);
        }
    }
    let heads = vec![
        Column::number("layers", "Layers", 0),
        Column::number("hidden", "Hidden size", 0),
        Column::number("networks", "Networks", 0),
        Column::number("v_pca_min", "V-PCA, least", 0),
        Column::number("v_pca_median", "median", 0),
        Column::number("v_pca_max", "most", 0),
        Column::number("a_layer", "Components a layer", 1),
    ];
    let title = format!("V-PCA by depth and hidden size, reading {}", columns.reading);
    let mut table = Table::new(format!("w_pca_cells_{}", columns.reading), title, heads);
    for ((layers, hidden), members) in cells {
        let pick = |values: &[f64]| -> Vec<f64> { members.iter().map(|&index| values[index]).collect() };
        let sums = pick(&sum);
        let end = |pick: fn(f64, f64) -> f64| sums.iter().copied().reduce(pick);
        table.push(vec![
            Cell::count(layers as u64),
            Cell::count(hidden as u64),
            Cell::count(members.len() as u64),
            Cell::number_or(end(f64::min), FAILED),
            Cell::number_or(median(sums.clone()), FAILED),
            Cell::number_or(end(f64::max), FAILED),
            Cell::number_or(median(pick(&mean)), FAILED),
        ]);
    }
    Ok(table)
}
