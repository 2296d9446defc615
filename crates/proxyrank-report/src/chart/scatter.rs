//! A proxy's score against the ground truth, one point for each architecture.
//!
//! A single correlation hides where it comes from. Points coloured by depth and width show at a glance whether a proxy
//! ranks architectures within a size, or merely tells the sizes apart.

use std::path::{Path, PathBuf};

use proxyrank_stats::Estimate;

use super::ChartError;
use super::axis;
use super::canvas::{Canvas, Frame, Header, em, face};
use super::labels::beside_points;
use super::output::draw;
use super::palette;
use super::scale::{AxisScale, Scale, distinct, minus};
use super::surface::{Anchor, Drawn, Point};
use crate::number;

mod key;

use key::Key;

/// Score against ground truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// The chart's title, such as the proxy and the benchmark.
    pub title: String,
    /// Horizontal axis: the proxy, with its unit.
    pub score_label: String,
    /// Vertical axis: the ground truth, with its unit and, where lower is better, a word about that.
    pub truth_label: String,
    /// Kendall tau-b, for the subtitle.
    pub tau: Option<Estimate>,
    /// Spearman rho, for the subtitle.
    pub rho: Option<Estimate>,
    /// The architectures.
    pub points: Vec<ScatterPoint>,
    /// How the horizontal axis spreads scores.
    pub score_axis: AxisScale,
    /// How the vertical axis spreads the ground truth.
    pub truth_axis: AxisScale,
    /// What the highlighted points are, for the legend, such as `a task failed`.
    pub highlight: String,
}

/// One architecture.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPoint {
    /// Its score; a value that is not finite is counted in the subtitle instead of drawn.
    pub score: Option<f64>,
    /// Its ground truth.
    pub truth: f64,
    /// Layers.
    pub depth: u32,
    /// Hidden size.
    pub width: u32,
    /// Ringed and, where there is room, labelled with this text.
    pub highlight: Option<String>,
}

/// Page size in pixels.
const SIZE: (u32, u32) = (1600, 1000);
/// Where the plot ends and the legend begins.
const LEGEND: f64 = 1345.0;
/// Scores with at most this many distinct values are spread sideways, else hundreds of points would hide each other.
pub(super) const FEW_VALUES: usize = 24;
/// How far to either side, at most, in pixels.
const SPREAD: f64 = 120.0;

/// A point that can be drawn.
struct Dot<'a> {
    at: Point,
    source: &'a ScatterPoint,
}

impl Scatter {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let drawable: Vec<(f64, &ScatterPoint)> = self
            .points
            .iter()
            .filter(|point| point.truth.is_finite())
            .filter_map(|point| point.score.filter(|score| score.is_finite()).map(|score| (score, point)))
            .collect();
        if drawable.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "finite score" });
        }
        draw(path, &self.title, SIZE, &|canvas| self.paint(canvas, &drawable))
    }

    fn paint(&self, canvas: &mut Canvas, drawable: &[(f64, &ScatterPoint)]) -> Drawn {
        let distinct = distinct(drawable.iter().map(|(score, _)| *score));
        let few = distinct.len() <= FEW_VALUES && distinct.len() < drawable.len();
        let header =
            Header::new(&self.title, &self.subtitle(drawable.len(), &distinct, few), 112.0, canvas.width);
        let frame = Frame { left: 112.0, top: header.bottom() + 18.0, right: LEGEND - 30.0, bottom: 915.0 };
        let scores: Vec<f64> = drawable.iter().map(|(score, _)| *score).collect();
        let truths: Vec<f64> = drawable.iter().map(|(_, point)| point.truth).collect();
        let inset = if few { SPREAD } else { 20.0 };
        let x = Scale::covering(&scores, self.score_axis, (frame.left + inset, frame.right - inset));
        let y = Scale::covering(&truths, self.truth_axis, (frame.bottom, frame.top));
        canvas.header(&header)?;
        let score_ticks = x.ticks_at(&distinct).filter(|_| few).unwrap_or_else(|| x.ticks(8));
        axis::bottom(canvas, &x, &score_ticks, frame, &self.score_label)?;
        axis::left(canvas, &y, &y.ticks(8), frame, &self.truth_label)?;

        let spread = if few { room_between(&distinct, &x, SPREAD * 1.8) } else { 0.0 };
        let dots: Vec<Dot> = drawable
            .iter()
            .enumerate()
            .map(|(index, (score, source))| {
                let aside = (golden(index) - 0.5) * spread;
                Dot { at: (x.place(*score) + aside, y.place(source.truth)), source }
            })
            .collect();
        let key = Key::of(dots.iter().map(|dot| (dot.source.depth, dot.source.width)));
        let radius = if dots.len() <= 250 { 6.0 } else { 5.0 };
        // Points are drawn in a scattered order, so that no group covers another merely by coming later.
        let mut order: Vec<usize> = (0..dots.len()).collect();
        order.sort_by(|a, b| golden(*a).total_cmp(&golden(*b)));
        for index in order {
            let dot = &dots[index];
            let look = key.look(dot.source.depth, dot.source.width);
            canvas.marker(look.marker, dot.at, radius * look.size, look.colour)?;
        }
        highlights(canvas, &dots, frame)?;
        let ringed = dots.iter().filter(|dot| dot.source.highlight.is_some()).count();
        key.draw(canvas, (LEGEND, frame.top), &self.highlight, ringed)
    }

    fn subtitle(&self, drawn: usize, distinct: &[f64], few: bool) -> String {
        let shown = |name: &str, value: Option<Estimate>| {
            value.map(|value| format!("{name} {}", minus(&number::estimate(&value, 3))))
        };
        let lost = self.points.len() - drawn;
        let parts = [
            shown("Kendall τ-b", self.tau),
            shown("Spearman ρ", self.rho),
            Some(number::counted(drawn, "architecture")),
            (lost > 0).then(|| format!("{lost} more without a finite value are not drawn")),
            few.then(|| {
                format!(
                    "only {}: points are spread sideways",
                    number::counted(distinct.len(), "distinct score")
                )
            }),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("  ·  ")
    }
}

/// Rings the highlighted points and labels as many as there is room for.
fn highlights(canvas: &mut Canvas, dots: &[Dot], frame: Frame) -> Drawn {
    const RADIUS: f64 = 9.5;
    let ink = face(em::SMALL, palette::INK);
    let named: Vec<(&str, Point)> =
        dots.iter().filter_map(|dot| dot.source.highlight.as_deref().map(|name| (name, dot.at))).collect();
    for (_, at) in &named {
        canvas.ring(*at, RADIUS, 1.5, palette::INK)?;
    }
    let sizes: Vec<(Point, f64)> = named.iter().map(|(name, at)| (*at, ink.width(name) + 4.0)).collect();
    let places: Vec<Point> = dots.iter().map(|dot| dot.at).collect();
    let frames = beside_points(&sizes, em::SMALL + 4.0, &places, frame);
    for ((name, _), place) in named.iter().zip(frames) {
        if let Some(place) = place.filter(|_| !name.is_empty()) {
            canvas.rect(place, palette::PAPER.with_alpha(0.75))?;
            canvas.centred(name, place.centre(), Anchor::Middle, ink)?;
        }
    }
    Ok(())
}

/// Over how many pixels, at most `limit`, the points of one score may be spread without reaching the next score's.
pub(super) fn room_between(distinct: &[f64], scale: &Scale, limit: f64) -> f64 {
    let gaps = distinct.windows(2).map(|pair| scale.place(pair[1]) - scale.place(pair[0]));
    let smallest = gaps.fold(f64::INFINITY, f64::min);
    (smallest * 0.7).min(limit)
}

/// An evenly spread sequence in [0, 1) by the golden ratio: no clumps, and the same for the same index.
pub(super) fn golden(index: usize) -> f64 {
    (index as f64 * 0.618_033_988_749_894_9).fract()
}
