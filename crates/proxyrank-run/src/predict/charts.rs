//! The curves of a study.

use std::path::{Path, PathBuf};

use proxyrank_predict::study::Ranker;
use proxyrank_report::chart::curves::Series;
use proxyrank_report::chart::{AxisScale, Curves, ReferenceLine};

use super::study::{PredictStudy, Results};
use super::tables::estimate;
use crate::RunError;

/// Draws one chart for each feature set; returns the PNG files with the names of the sets.
pub(super) fn draw(
    study: &PredictStudy,
    results: &Results,
    title: &str,
    folder: &Path,
) -> Result<Vec<(String, PathBuf)>, RunError> {
    let counts = study.efficiency().usable_labels(results.problem.labels.len());
    let tau = |ranker, labels| {
        estimate(results, ranker, labels, |quality| quality.tau_b).map_or(f64::NAN, |estimate| estimate.point)
    };
    let references: Vec<ReferenceLine> = (0..results.problem.rules.len())
        .map(|rule| ReferenceLine {
            label: results.problem.rules[rule].name.clone(),
            value: tau(Ranker::Rule(rule), 0),
        })
        .collect();
    let mut drawn = Vec::new();
    for (set, of) in results.problem.sets.iter().enumerate() {
        let series = study.methods.iter().map(|&method| Series {
            name: method.as_str().replace('_', " "),
            points: counts
                .iter()
                .map(|&labels| (labels as f64, tau(Ranker::Predictor { set, method }, labels)))
                .collect(),
        });
        let chart = Curves {
            title: format!("Ranking by predictors that see {}", seen(&of.name)),
            subtitle: format!("{title}; mean of {} splits, labels learnt as {}", study.repeats, study.scale),
            x_label: "Labelled architectures".into(),
            y_label: format!("Kendall tau-b with {}", study.target.name),
            x_axis: AxisScale::Log,
            y_axis: AxisScale::Linear,
            series: series.collect(),
            references: references.clone(),
        };
        let [png, _] = chart.draw(&folder.join(format!("tau_{}", of.name)))?;
        drawn.push((of.name.clone(), png));
    }
    Ok(drawn)
}

fn seen(set: &str) -> &str {
    match set {
        "architecture" => "the architecture only",
        "proxies" => "proxies only",
        _ => "architecture and proxies",
    }
}
