//! The pictures of a search.

use std::path::{Path, PathBuf};

use proxyrank_report::chart::curves::Series;
use proxyrank_report::chart::layered::{LayerCell, LayeredRow};
use proxyrank_report::chart::{AxisScale, Curves, Layered};
use proxyrank_search::wpca::evolution::History;
use proxyrank_search::wpca::objective::Objective;
use proxyrank_space::wpca::{WIDTHS, WpcaKind};

use super::WpcaRequest;
use super::run::{Found, Scored};
use super::tables::by_width;
use crate::RunError;

/// A picture and what it shows.
pub(super) type Picture = (PathBuf, &'static str);

/// Draws everything into a folder.
pub(super) fn draw(request: &WpcaRequest, found: &Found, folder: &Path) -> Result<Vec<Picture>, RunError> {
    let mut drawn = Vec::new();
    let [png, _] = architectures(request, found).draw(&folder.join("architectures"))?;
    drawn.push((png, "What was found, layer by layer"));
    if let Some(progress) = progress(request, found) {
        let [png, _] = progress.draw(&folder.join("progress"))?;
        drawn.push((png, "Best W-PCA so far, as a share of the yardstick's"));
    }
    let [png, _] = components(request, found).draw(&folder.join("components"))?;
    drawn.push((png, "Components by feed-forward width"));
    Ok(drawn)
}

fn architectures(request: &WpcaRequest, found: &Found) -> Layered {
    let row = |name: String, scored: &Scored| LayeredRow {
        name,
        remark: format!("{:.2}% · {:.2}M", 100.0 * found.share(scored), scored.parameters as f64 / 1e6),
        cells: scored
            .arch
            .blocks()
            .iter()
            .map(|block| LayerCell {
                kind: usize::from(block.kind() == WpcaKind::Mobile),
                share: (block.width() + 1) as f64 / WIDTHS as f64,
            })
            .collect(),
    };
    let mut rows = vec![row("yardstick".into(), &found.yardstick)];
    rows.extend(
        found.searches.iter().map(|search| {
            row(format!("{}, by passes", search.history.settings.rules.as_str()), &search.best)
        }),
    );
    for (objective, best) in &found.best_of_others {
        let name = if *objective == Objective::Params { "optimum of #params" } else { "optimum of V-PCA" };
        rows.extend(best.first().map(|best| row(name.into(), best)));
    }
    // The first seed of every kind stands for it.
    rows.extend(found.repeated.iter().filter_map(|kind| Some(row(kind.what.to_owned(), kind.best.first()?))));
    rows.extend(found.sample.iter().take(2).map(|one| row("a random network".into(), one)));
    Layered {
        title: "What the searches found".into(),
        subtitle: format!(
            "W-PCA {}; colour: block, height: feed-forward width; at the right W-PCA as a share of the yardstick's, and #params",
            request.name
        ),
        kinds: WpcaKind::ALL.map(|kind| format!("{} block", kind.as_str())).to_vec(),
        rows,
    }
}

/// The best so far by number of evaluations; nothing without a search by passes or on the table.
fn progress(request: &WpcaRequest, found: &Found) -> Option<Curves> {
    let best = found.yardstick.w_pca();
    let line = |history: &History| -> Vec<f64> {
        let mut top = 0.0_f64;
        let scores = history.candidates.iter().map(|one| one.score);
        scores
            .map(|score| {
                top = top.max(score);
                100.0 * top / best
            })
            .collect()
    };
    let thin = |values: Vec<f64>| -> Vec<(f64, f64)> {
        let last = values.len();
        let points = values.into_iter().enumerate().map(|(place, value)| (place + 1, value));
        let kept = points.filter(|(place, _)| *place <= 10 || place % 25 == 0 || *place == last);
        kept.map(|(place, value)| (place as f64, value)).collect()
    };
    let mut series: Vec<Series> = found
        .searches
        .iter()
        .map(|search| Series {
            name: format!("{}, by passes", search.history.settings.rules.as_str()),
            points: thin(line(&search.history)),
        })
        .collect();
    // Searches that saw true counts of their candidates; the mean over runs, by the table.
    for kind in found.repeated.iter().filter(|kind| {
        kind.what.ends_with("W-PCA") && !kind.what.starts_with("as released") && !kind.histories.is_empty()
    }) {
        let lines: Vec<Vec<f64>> = kind.histories.iter().map(line).collect();
        let shortest = lines.iter().map(Vec::len).min().unwrap_or(0);
        let mean = |place: usize| lines.iter().map(|line| line[place]).sum::<f64>() / lines.len() as f64;
        series.push(Series {
            name: format!("{}, table, mean of {}", kind.what.trim_end_matches(", W-PCA"), lines.len()),
            points: thin((0..shortest).map(mean).collect()),
        });
    }
    (!series.is_empty()).then(|| Curves {
        title: "How fast searches come near the optimum".into(),
        subtitle: format!(
            "W-PCA {}, limit {:.1}M parameters",
            request.name,
            request.space.limit as f64 / 1e6
        ),
        x_label: "Networks scored".into(),
        y_label: "Best W-PCA so far, % of the yardstick's".into(),
        x_axis: AxisScale::Log,
        y_axis: AxisScale::Linear,
        series,
        references: Vec::new(),
    })
}

fn components(request: &WpcaRequest, found: &Found) -> Curves {
    let line = |kind: WpcaKind| Series {
        name: format!("{} block", kind.as_str()),
        points: (0..WIDTHS)
            .map(|width| {
                let ffn = request.space.shape.step * (width + 1);
                (ffn as f64, by_width(request, found, kind, width)[0])
            })
            .collect(),
    };
    Curves {
        title: "Principal components at initialisation".into(),
        subtitle: format!("W-PCA {}, eta {}; mean over layers", request.name, request.eta.as_str()),
        x_label: "Feed-forward width".into(),
        y_label: "Components".into(),
        x_axis: AxisScale::Linear,
        y_axis: AxisScale::Linear,
        series: WpcaKind::ALL.map(line).to_vec(),
        references: Vec::new(),
    }
}
