//! Our scores beside the released ones, architecture by architecture.
//!
//! Correlations with the ground truth may agree by chance; scores may not. Three proxies need no gradient and hardly depend
//! on the text, so they can be compared one by one on the networks that the released code built. The released scores
//! were computed with dropout on and on real text.

use proxyrank_report::Page;
use proxyrank_report::table::{Cell, Column, Flag, Table, Tone};
use proxyrank_schema::{ProxyName, Reading};
use proxyrank_stats::spearman_rho;

use super::variants::{Coverage, median, scores, variants};
use super::{StudyPage, Subject};
use crate::RunError;
use crate::programme::{RELEASED_PROXIES, RELEASED_SHAPE};
use crate::report::write_table;

/// Median ratio and Spearman rho of an independent implementation, in the order of [`RELEASED_PROXIES`].
const INDEPENDENT: [(f64, f64); 3] = [(0.9999, 0.998), (0.995, 0.989), (0.992, 0.946)];
/// How far the ratio may lie from these, and how far rho below them.
const BANDS: (f64, f64) = (0.005, 0.01);

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let Some(table) = judge(subject)? else { return Ok(None) };
    let title = format!("Our scores beside the released ones: {}", subject.stock.benchmark.info.title);
    let folder = subject.folder.join("agreement");
    write_table(&folder, &table.id, &table)?;
    let mut page = Page::new(&title);
    let (input, batch, length) = RELEASED_SHAPE;
    page.text(&format!(
        "Reading released, {input} ids, {batch} x {length} tokens, dropout off. A seed gives one draw of the weights, which \
         architectures share where their parameters have the same path and shape; what such a draw adds to a score it adds to \
         all of them, so single seeds scatter about the released scores together. The mean of the scores over seeds \
         is what to compare."
    ));
    page.bare_table(&table);
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

fn judge(subject: &Subject<'_>) -> Result<Option<Table>, RunError> {
    let (input, batch_size, seq_len) = RELEASED_SHAPE;
    let shaped = variants(subject.stock, Reading::Released, Coverage::Whole, |found, standard| {
        let meets = (found.input, found.batch_size, found.seq_len) == RELEASED_SHAPE;
        let seed = meets.then_some(found.init_seed);
        let mut rest = found.clone();
        if meets && found.init_seed == found.data_seed {
            rest = standard.clone();
        }
        (seed, rest)
    });
    let columns = vec![
        Column::text("proxy", "Proxy"),
        Column::text("seed", "Seed"),
        Column::number("ratio", "Median ratio to the released score", 4),
        Column::number("rho", "Spearman rho with it", 4),
        Column::number("independent_ratio", "Independent run: ratio", 4),
        Column::number("independent_rho", "rho", 3),
        Column::text("verdict", "Verdict"),
    ];
    let title = format!("Agreement with released scores, {input} ids, {batch_size} x {seq_len}");
    let mut table = Table::new("agreement", title, columns);
    for (name, independent) in RELEASED_PROXIES.into_iter().zip(INDEPENDENT) {
        let released = ProxyName::from(format!("{name}.published").as_str());
        let Some(released) = subject.stock.column(&released, Reading::Released) else { continue };
        let released = scores(released);
        let found = shaped.iter().find(|(scored, _)| scored.proxy.as_str() == name);
        let seeds: Vec<(u64, Vec<f64>)> = found.map_or_else(Vec::new, |(_, columns)| {
            columns.iter().filter_map(|(seed, column)| Some(((*seed)?, scores(column)))).collect()
        });
        for (seed, ours) in &seeds {
            table.push(row(name, &seed.to_string(), ours, &released, independent)?);
        }
        if seeds.len() > 1 {
            let mean =
                |index: usize| seeds.iter().map(|(_, ours)| ours[index]).sum::<f64>() / seeds.len() as f64;
            let mean: Vec<f64> = (0..released.len()).map(mean).collect();
            table.push(row(name, &format!("mean of {}", seeds.len()), &mean, &released, independent)?);
        }
    }
    if table.rows().is_empty() {
        return Ok(None);
    }
    table.note(format!(
        "Agrees: the ratio within {:.1}% of an independent implementation's, and rho at most {} below; that one drew every \
         architecture's weights anew, whose noise lowers rho.",
        100.0 * BANDS.0,
        BANDS.1
    ));
    Ok(Some(table))
}

fn row(
    name: &str,
    seed: &str,
    ours: &[f64],
    released: &[f64],
    (wanted_ratio, wanted_rho): (f64, f64),
) -> Result<Vec<Cell>, RunError> {
    let ratio = median(ours.iter().zip(released).map(|(ours, released)| ours / released).collect());
    let rho = spearman_rho(ours, released)
        .map_err(RunError::stats(format!("{name} beside its released scores")))?;
    let agrees = ratio.is_some_and(|ratio| (ratio / wanted_ratio - 1.0).abs() <= BANDS.0)
        && rho >= wanted_rho - BANDS.1;
    let (tone, label) = if agrees { (Tone::Good, "agrees") } else { (Tone::Bad, "outside") };
    Ok(vec![
        Cell::text(name),
        Cell::text(seed),
        Cell::number_or(ratio, "no finite ratio"),
        Cell::number(rho),
        Cell::number(wanted_ratio),
        Cell::number(wanted_rho),
        Cell::Flag(Flag { tone, label: label.to_owned(), value: None }),
    ])
}
