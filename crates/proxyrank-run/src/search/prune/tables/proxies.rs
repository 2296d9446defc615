//! What zero-cost proxies say of sub-networks.

use proxyrank_report::table::{Cell, Column, Table};

use super::super::Finished;
use super::super::beside::On;
use crate::RunError;

/// Why a correlation has no value.
const UNDEFINED: &str = "all scores are equal";

/// How well each proxy ranks a study's candidates, on pre-trained and on the super-network's weights.
pub fn proxy_table(study: &Finished) -> Result<Option<Table>, RunError> {
    let Some(run) = &study.proxies else { return Ok(None) };
    let [before, after] = On::ALL.map(|on| run.judge(on, &study.header.full));
    let (Some(before), Some(after)) = (before?, after?) else { return Ok(None) };
    let mut columns = vec![Column::text("proxy", "Proxy")];
    for (key, name) in [("pretrained", "pre-trained"), ("supernet", "super-network")] {
        for (statistic, title) in [("tau", "Tau"), ("partial", "Partial tau"), ("within", "Within sizes")] {
            columns.push(Column::number(format!("{statistic}_{key}"), format!("{title}, {name}"), 3));
        }
    }
    columns.push(Column::number("failed", "Without a score", 0));
    let title = format!("Zero-cost proxies on sub-networks: {}", study.name());
    let mut table = Table::new(format!("prune_proxies_{}", study.id()), title, columns);
    let mut rows: Vec<_> = before.iter().zip(&after).collect();
    // By the ranking on the weights that errors were measured on; what has none comes last.
    rows.sort_by(|(_, one), (_, other)| {
        let tau = |judged: &proxyrank_prune::zero_cost::Judged| {
            judged.tau.map_or(f64::NEG_INFINITY, |tau| tau.point)
        };
        tau(other).total_cmp(&tau(one))
    });
    for (before, after) in rows {
        let mut cells = vec![Cell::text(before.proxy.name)];
        for judged in [before, after] {
            let found = [judged.tau, judged.partial, judged.within];
            cells.extend(found.map(|found| Cell::estimate_or(found, UNDEFINED)));
        }
        cells.push(Cell::count(before.failed.max(after.failed) as u64));
        table.push(cells);
    }
    table.note(format!(
        "Kendall's tau-b of scores and real validation scores (with the super-network's weights) of {} random sub-networks, the same given the \
         share of the encoder's parameters, and over pairs within tenths of that share; intervals by bootstrap over sub-networks, 95%. \
         A proxy without a score ranks last. Proxies see {} training examples; {} validation examples measure errors.",
        run.records.len(),
        run.header.examples,
        study.header.examples[1]
    ));
    Ok(Some(table))
}

/// What a search finds that evaluates only what a proxy likes.
pub fn guided_table(study: &Finished) -> Result<Option<Table>, RunError> {
    let Some(run) = &study.proxies else { return Ok(None) };
    let [before, after] = On::ALL.map(|on| run.guided(on, &study.header.full));
    let (before, after) = (before?, after?);
    let mut columns = vec![Column::text("proxy", "Proxy")];
    for (key, name) in [("pretrained", "pre-trained"), ("supernet", "super-network")] {
        columns.push(Column::number(format!("volume_{key}"), format!("Hypervolume, {name}"), 4));
        columns.push(Column::number(format!("cost_{key}"), format!("Cost in evaluations, {name}"), 1));
        columns.push(Column::number(format!("random_{key}"), format!("Random at that cost, {name}"), 4));
    }
    let title = format!("Searches guided by proxies: {}", study.name());
    let mut table = Table::new(format!("prune_guided_{}", study.id()), title, columns);
    let Some(random) = before.first().map(|one| one.random) else { return Ok(None) };
    for (before, after) in before.iter().zip(&after) {
        let mut cells = vec![Cell::text(before.proxy.name)];
        for found in [before, after] {
            cells.extend([Cell::number(found.volume), Cell::number(found.cost)]);
            cells.push(Cell::estimate_or(Some(found.random_at_cost), ""));
        }
        table.push(cells);
    }
    table.note(format!(
        "Hypervolume of validation error and share of the encoder's parameters against (1, 1). All {} candidates are scored, the {} that are first \
         by non-dominated order of score and size are evaluated; scoring and evaluating together cost so many evaluations, by measured times. \
         Random choices of as many candidates have {:.4} ({:.4} to {:.4}); at the cost they may evaluate more, up to all of them. \
         Means and central 95% of random choices.",
        run.records.len(),
        run.picks(),
        random.point,
        random.low,
        random.high
    ));
    Ok(Some(table))
}
