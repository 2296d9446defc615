//! Our scores of GPT-2 networks beside the released ones, network by network.
//!
//! Correlations with the ground truth may agree by chance; scores may not. The released scores were made with dropout on and on
//! text, ours under the standard protocol; where scores in train mode are stored as well, they have columns of their own.

use std::collections::BTreeMap;

use proxyrank_report::Page;
use proxyrank_report::table::{Cell, Column, Flag, Table, Tone};
use proxyrank_schema::{CostClass, Mode, Protocol, ProxyName, Signal};
use proxyrank_stats::{StatsError, spearman_rho};

use super::super::variants::{Coverage, median, variants};
use super::super::{StudyPage, Subject};
use super::{READING, Shared};
use crate::RunError;
use crate::rank::ScoreColumn;
use crate::report::write_table;

/// Rank correlation from which two implementations are taken for one.
const AGREES: f64 = 0.95;

/// A released score, the proxy here that computes it, and what is known about a difference.
struct Pair {
    released: &'static str,
    ours: &'static str,
    difference: Option<&'static str>,
}

const fn pair(released: &'static str, ours: &'static str, difference: Option<&'static str>) -> Pair {
    Pair { released, ours, difference }
}

const DROPOUT: &str = "The released pass has dropout on. Everything in it is positive, so the features of a token are nearly \
    alike, and what dropout sets to zero is most of the deviation that a layer norm divides by.";

const PAIRS: [Pair; 15] = [
    pair("grad_norm", "grad_norm", None),
    pair("snip", "snip", None),
    pair("synaptic_saliency", "synaptic_saliency", None),
    pair("head_importance", "head_importance", None),
    pair("synaptic_diversity", "synaptic_diversity", None),
    pair("head_confidence", "head_confidence", None),
    pair("attention_confidence", "attention_confidence", None),
    pair("activation_distance", "activation_distance", None),
    pair("fisher", "fisher.lpzero", None),
    pair(
        "grasp",
        "grasp",
        Some(
            "The released code takes the gradient and its derivative from two passes with different dropout masks; two released \
             runs of it differ by 19% themselves (tau-b 0.887).",
        ),
    ),
    pair(
        "eznas",
        "eznas",
        Some(
            "It counts matrices whose signs have full rank, three a layer for most networks; which of the others count is \
             decided by single signs.",
        ),
    ),
    pair(
        "jacobian_cosine",
        "jacobian_cosine",
        Some(
            "It compares features of the position table's gradient, which is a sum over the batch: the text and the dropout masks \
             decide what is left of it, and the power of 1/20 makes small differences large.",
        ),
    ),
    pair("synflow", "synflow.lpzero", Some(DROPOUT)),
    pair("logsynflow", "logsynflow.lpzero", Some(DROPOUT)),
    pair("lpzero", "lpzero_closed_form", None),
];

/// Scores under one mode beside released ones.
struct Agreement {
    networks: usize,
    rho: Option<f64>,
    ratio: Option<f64>,
}

pub(in super::super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let Some(table) = judge(subject)? else { return Ok(None) };
    let info = subject.stock.benchmark.info;
    let title = format!("Recomputed beside released scores: {}", info.title);
    let folder = subject.folder.join("gpt2_released");
    write_table(&folder, &table.id, &table)?;
    let mut page = Page::new(&title);
    page.text(
        "Spearman correlation of our scores with those that LPZero released, and the median of ours over theirs, on all networks \
         that have both. Theirs were made with dropout 0.1 on 16 x 192 tokens of WikiText-103 and one seed for all networks; ours \
         with drawn ids and the same weights wherever networks share a parameter's path and shape. `eval` is the standard \
         protocol, without dropout; `train` has it.",
    );
    page.bare_table(&table);
    page.text(&format!(
        "More networks: `proxyrank evaluate --benchmark {0} --proxies weights,forward,gradient,second_order`, some hours; with \
         dropout the same with `--mode train`. `--shard 1/8` takes every eighth network.",
        info.id
    ));
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

fn judge(subject: &Subject<'_>) -> Result<Option<Table>, RunError> {
    let stock = subject.stock;
    let by_mode = variants(stock, READING, Coverage::Sample, |found, standard| {
        (found.mode == Mode::Train, Protocol { mode: standard.mode, ..found.clone() })
    });
    let columns = vec![
        Column::text("released", "Released score"),
        Column::text("ours", "Proxy here"),
        Column::number("networks_eval", "Networks (eval)", 0),
        Column::number("rho_eval", "rho", 3),
        Column::number("ratio_eval", "Ratio", 3),
        Column::number("networks_train", "Networks (train)", 0),
        Column::number("rho_train", "rho", 3),
        Column::number("ratio_train", "Ratio", 3),
        Column::text("verdict", "Verdict"),
        Column::text("why", "Why they differ"),
    ];
    let title = format!("Recomputed beside released scores, {}", stock.benchmark.info.title);
    let mut table = Table::new("gpt2_released", title, columns);
    for Pair { released, ours, difference } in PAIRS {
        let published = ProxyName::from(format!("{released}.published").as_str());
        let Some(theirs) = stock.column(&published, READING) else { continue };
        let mut modes: BTreeMap<bool, &ScoreColumn> = BTreeMap::new();
        for (scored, columns) in &by_mode {
            if scored.proxy.as_str() == ours && [Signal::Lm, Signal::None].contains(&scored.signal) {
                modes.extend(columns.iter().map(|(train, column)| (*train, *column)));
            }
        }
        // A closed form has no mode, and is not among the columns of networks.
        let closed = proxyrank_proxies::find(ours).is_ok_and(|proxy| proxy.class == CostClass::DataFree);
        if closed && let Some(column) = stock.column(&ours.into(), READING) {
            modes.insert(false, column);
        }
        let [eval, train] =
            [false, true].map(|train| modes.get(&train).map(|column| agreement(column, theirs)));
        let (eval, train) = (eval.transpose()?, train.transpose()?);
        if eval.is_none() && train.is_none() {
            continue;
        }
        let mut cells = vec![Cell::text(released), Cell::text(ours)];
        for found in [&eval, &train] {
            match found {
                None => cells.extend([(); 3].map(|()| Cell::missing("not evaluated"))),
                Some(Agreement { networks, rho, ratio }) => cells.extend([
                    Cell::count(*networks as u64),
                    Cell::number_or(*rho, "fewer than three networks, or a constant score"),
                    Cell::number_or(*ratio, "no finite ratio"),
                ]),
            }
        }
        let rho =
            [&eval, &train].into_iter().flatten().filter_map(|found| found.rho).fold(f64::NAN, f64::max);
        let agrees = rho >= AGREES;
        let (tone, label) = if agrees { (Tone::Good, "agrees") } else { (Tone::Bad, "differs") };
        cells.push(Cell::Flag(Flag { tone, label: label.to_owned(), value: None }));
        let below = eval.as_ref().is_some_and(|found| found.rho.is_some_and(|rho| rho < AGREES));
        cells.push(match difference {
            Some(words) if below || !agrees => Cell::text(words),
            None if !agrees => Cell::text("not explained"),
            _ => Cell::text(""),
        });
        table.push(cells);
    }
    if table.rows().is_empty() {
        return Ok(None);
    }
    table.note(format!("Agrees: rho at least {AGREES} in one of the modes."));
    Ok(Some(table))
}

fn agreement(ours: &ScoreColumn, theirs: &ScoreColumn) -> Result<Agreement, RunError> {
    let Shared { one, other, .. } = Shared::of(ours, theirs);
    let rho = match spearman_rho(&one, &other) {
        Ok(rho) => Some(rho),
        Err(StatsError::Constant { .. } | StatsError::TooFew { .. }) => None,
        Err(error) => {
            return Err(RunError::stats(format!("{} beside its released scores", ours.label))(error));
        }
    };
    let ratio = median(one.iter().zip(&other).map(|(ours, theirs)| ours / theirs).collect());
    Ok(Agreement { networks: one.len(), rho, ratio })
}

#[cfg(test)]
mod tests {
    use proxyrank_proxies::published::published;

    use super::*;

    #[test]
    fn every_pair_exists_on_both_sides() {
        for Pair { released, ours, .. } in PAIRS {
            let name = format!("{released}.published");
            assert!(published().any(|score| score.name == name), "{name}");
            assert!(proxyrank_proxies::find(ours).is_ok(), "{ours}");
        }
    }
}
