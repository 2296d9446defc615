//! What W-PCA measures, shown on the benchmark's own scores.
//!
//! V-PCA counts, layer by layer, the principal components of a pre-activation, and W-PCA multiplies the sum by #params. At
//! initialisation the count hardly depends on the layer, so the sum counts layers, and W-PCA is #layers x #params but for
//! a width effect. Everything on the page is computed from stored scores and a few networks that are run for it.

mod cells;
mod curves;
mod depth;

use proxyrank_report::Page;
use proxyrank_report::chart::scatter::ScatterPoint;
use proxyrank_report::chart::{AxisScale, Scatter};
use proxyrank_schema::{ProxyName, Reading};
use proxyrank_stats::kendall_tau_b;

use super::variants::scores;
use super::{StudyPage, Subject};
use crate::RunError;
use crate::rank::ScoreColumn;
use crate::report::write_table;

/// The readings of the page.
const READINGS: [Reading; 2] = [Reading::AsTrained, Reading::Released];

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let title = "What W-PCA measures".to_owned();
    let folder = subject.folder.join("w_pca");
    let mut page = Page::new(&title);
    page.text(
        "V-PCA is the number of principal components that hold 99% of the variance of a layer's first feed-forward output, \
         summed over layers; W-PCA multiplies it by #params. All networks here are freshly initialised.",
    );
    let mut found = false;
    for reading in READINGS {
        let Some(columns) = Columns::of(subject, reading) else { continue };
        found = true;
        page.heading(&format!("Reading {reading}"));
        let cells = cells::table(subject, &columns)?;
        write_table(&folder, &cells.id, &cells)?;
        page.text(&conclusion(&columns)?);
        let depth = depth::table(subject, &columns)?;
        write_table(&folder, &depth.id, &depth)?;
        page.bare_table(&depth);
        page.table(&cells);
        let [png, _] =
            beside(subject, &columns).draw(&folder.join(format!("charts/w_pca_beside_size_{reading}")))?;
        page.figure(&png, &folder, "W-PCA against #layers x #params");
    }
    if !found {
        return Ok(None);
    }
    page.heading("Components by width");
    page.text(
        "Networks of two self-attention layers, run for this page: 16 x 128 Zipf-distributed ids, seed 0. The embedding is \
         128 wide, and whatever follows, the hidden state varies in little more than these directions; so the components \
         level off far below the width of the layer that they are counted in. That is why width hardly enters.",
    );
    for chart in curves::charts()? {
        let [png, _] = chart.chart.draw(&folder.join("charts").join(chart.name))?;
        page.figure(&png, &folder, &chart.chart.title);
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(Some(StudyPage { title, path }))
}

/// The scores that the page draws on.
pub(super) struct Columns<'a> {
    reading: Reading,
    v_pca: &'a ScoreColumn,
    v_pca_mean: &'a ScoreColumn,
    w_pca: &'a ScoreColumn,
    num_layers: &'a ScoreColumn,
    num_parameters: &'a ScoreColumn,
    layers_times_params: &'a ScoreColumn,
}

impl<'a> Columns<'a> {
    fn of(subject: &Subject<'a>, reading: Reading) -> Option<Self> {
        let column = |name: &str| {
            let column = subject.stock.column(&ProxyName::from(name), reading)?;
            column.is_complete().then_some(column)
        };
        Some(Self {
            reading,
            v_pca: column("v_pca")?,
            v_pca_mean: column("v_pca_mean")?,
            w_pca: column("w_pca")?,
            num_layers: column("num_layers")?,
            num_parameters: column("num_parameters")?,
            layers_times_params: column("layers_times_params")?,
        })
    }
}

fn conclusion(columns: &Columns<'_>) -> Result<String, RunError> {
    let between = |a: &ScoreColumn, b: &ScoreColumn| {
        kendall_tau_b(&scores(a), &scores(b))
            .map_err(RunError::stats("agreement of W-PCA with sizes".to_owned()))
    };
    Ok(format!(
        "V-PCA ranks as #layers does (tau-b {:.3} between them), and W-PCA as #layers x #params ({:.3}), which needs no \
         network at all.",
        between(columns.v_pca, columns.num_layers)?,
        between(columns.w_pca, columns.layers_times_params)?
    ))
}

/// W-PCA against the closed form that it comes to.
fn beside(subject: &Subject<'_>, columns: &Columns<'_>) -> Scatter {
    let (size, w_pca) = (scores(columns.layers_times_params), scores(columns.w_pca));
    let small = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let point = |(index, entry): (usize, &crate::benchmark::Entry)| ScatterPoint {
        score: Some(size[index]),
        truth: w_pca[index],
        depth: small(entry.architecture.depth()),
        width: small(entry.architecture.width()),
        highlight: None,
    };
    Scatter {
        title: format!("W-PCA beside #layers x #params, reading {}", columns.reading),
        score_label: "#layers x #params".to_owned(),
        truth_label: "W-PCA".to_owned(),
        tau: None,
        rho: None,
        points: subject.stock.benchmark.entries.iter().enumerate().map(point).collect(),
        score_axis: AxisScale::Auto,
        truth_axis: AxisScale::Auto,
        highlight: String::new(),
    }
}
