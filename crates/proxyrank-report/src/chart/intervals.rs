//! Correlation with its interval, one line for each proxy.
//!
//! The chart answers the question of a leaderboard honestly: which differences exceed the uncertainty, which proxies
//! beat a baseline that needs no network, and how close the best come to what label noise allows.

use std::path::{Path, PathBuf};

use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

use super::ChartError;
use super::axis;
use super::canvas::{Canvas, Frame, Header, Marker, bold, em, face};
use super::labels::lanes;
use super::output::draw;
use super::palette::{self, Colour};
use super::scale::{Scale, minus};
use super::surface::{Anchor, Drawn, Type};
use crate::number;
use crate::table::Emphasis;

/// Kendall tau-b with intervals, sorted from the best down.
#[derive(Debug, Clone, PartialEq)]
pub struct TauIntervals {
    /// The chart's title.
    pub title: String,
    /// What was measured: benchmark, count of architectures, protocol, kind of interval.
    pub subtitle: String,
    /// Title of the horizontal axis.
    pub axis_label: String,
    /// The proxies, in any order.
    pub rows: Vec<IntervalRow>,
    /// Baselines, each a vertical line.
    pub references: Vec<ReferenceLine>,
    /// The best correlation that label noise allows, a band.
    pub ceiling: Option<Estimate>,
}

/// One proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalRow {
    /// Its name.
    pub name: String,
    /// Its correlation.
    pub tau: Estimate,
    /// What it costs; chooses the colour.
    pub class: CostClass,
    /// Whether it is itself a baseline, set in bold.
    pub emphasis: Emphasis,
}

/// A labelled vertical line.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceLine {
    /// What it stands for.
    pub label: String,
    /// Where it stands.
    pub value: f64,
}

/// Page width in pixels; the height follows from the count of proxies.
const WIDTH: u32 = 1600;
/// Height of a proxy's line.
const ROW: f64 = 32.0;
/// Height of a lane of labels above the plot.
const LANE: f64 = 24.0;
/// Room for axis, axis title and legend below the plot.
const FOOT: f64 = 120.0;
/// The widest that names may get.
const NAMES: f64 = 470.0;

/// Everything that is known before drawing.
struct Layout<'a> {
    rows: Vec<&'a IntervalRow>,
    lines: Vec<Line>,
    header: Header,
    frame: Frame,
    scale: Scale,
}

/// A vertical line with its label.
struct Line {
    label: String,
    x: f64,
    lane: usize,
    colour: Colour,
}

impl TauIntervals {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let layout = self.layout();
        if layout.rows.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "finite correlation" });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a page height in pixels"
        )]
        let height = (layout.frame.bottom + FOOT).ceil() as u32;
        draw(path, &self.title, (WIDTH, height), &|canvas| self.paint(canvas, &layout))
    }

    fn layout(&self) -> Layout<'_> {
        let mut rows: Vec<&IntervalRow> = self.rows.iter().filter(|row| is_finite(&row.tau)).collect();
        rows.sort_by(|a, b| b.tau.point.total_cmp(&a.tau.point).then_with(|| a.name.cmp(&b.name)));
        let names = rows.iter().map(|row| name_face(row).width(&row.name)).fold(120.0, f64::max).min(NAMES);
        let values = rows.iter().map(|row| value_face().width(&value_text(&row.tau))).fold(0.0, f64::max);
        let header = Header::new(&self.title, &self.subtitle, 40.0, f64::from(WIDTH));
        let left = 40.0 + names + 18.0;
        let right = f64::from(WIDTH) - 40.0 - values - 18.0;
        let ceiling = self.ceiling.filter(is_finite);
        let scale = Scale::linear(self.ends(&rows, ceiling), (left, right));
        let lines = self.lines(&scale, ceiling);
        let lanes = lines.iter().map(|line| line.lane + 1).max().unwrap_or(0);
        let top = header.bottom() + 12.0 + LANE * lanes as f64;
        let frame = Frame { left, right, top, bottom: top + ROW * rows.len() as f64 };
        Layout { rows, lines, header, frame, scale }
    }

    /// Ends of the axis: all intervals and lines, and zero where it is near, within the range of a correlation.
    fn ends(&self, rows: &[&IntervalRow], ceiling: Option<Estimate>) -> (f64, f64) {
        let intervals = rows.iter().map(|row| row.tau).chain(ceiling).flat_map(|e| [e.low, e.point, e.high]);
        let values: Vec<f64> = intervals
            .chain(self.references.iter().map(|line| line.value))
            .filter(|v| v.is_finite())
            .collect();
        let low = values.iter().copied().fold(0.0, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        let room = ((high - low) * 0.03).max(0.01);
        let low = if low < 0.0 { (low - room).max(-1.0) } else { 0.0 };
        let high = if high > 0.0 { (high + room).min(1.0) } else { 0.0 };
        (low, high)
    }

    /// Baselines and the ceiling as labelled lines, in lanes that keep their labels apart.
    fn lines(&self, scale: &Scale, ceiling: Option<Estimate>) -> Vec<Line> {
        let baselines = self.references.iter().map(|line| {
            let label = format!("{} {}", line.label, number::fixed(line.value, 3));
            (label, line.value, palette::INK)
        });
        let ceiling = ceiling
            .map(|e| (format!("noise ceiling {}", number::estimate(&e, 3)), e.point, palette::VERMILION_INK));
        let mut lines: Vec<Line> = baselines
            .chain(ceiling)
            .filter(|(_, value, _)| value.is_finite())
            .map(|(label, value, colour)| {
                let x = scale.place(value);
                Line { label: line_face(colour).fit(&minus(&label), x - 20.0), x, lane: 0, colour }
            })
            .collect();
        let sizes: Vec<(f64, f64)> =
            lines.iter().map(|line| (line.x, line_face(line.colour).width(&line.label) + 8.0)).collect();
        for (line, lane) in lines.iter_mut().zip(lanes(&sizes)) {
            line.lane = lane;
        }
        lines
    }

    fn paint(&self, canvas: &mut Canvas, layout: &Layout) -> Drawn {
        let Layout { rows, lines, header, frame, scale } = layout;
        canvas.header(header)?;
        for stripe in (0..rows.len()).step_by(2) {
            let top = frame.top + ROW * stripe as f64;
            let right = canvas.width - 28.0;
            canvas.rect(Frame { left: 28.0, right, top, bottom: top + ROW }, palette::STRIPE)?;
        }
        if let Some(ceiling) = self.ceiling.filter(is_finite) {
            let band = Frame { left: scale.place(ceiling.low), right: scale.place(ceiling.high), ..*frame };
            canvas.rect(band, palette::VERMILION.with_alpha(0.14))?;
        }
        axis::bottom(canvas, scale, &scale.ticks(8), *frame, &self.axis_label)?;
        let zero = scale.place(0.0);
        canvas.rule((zero, frame.top), (zero, frame.bottom), 1.5, palette::AXIS)?;
        for line in lines {
            let head = frame.top - LANE * (line.lane as f64 + 1.0) + 4.0;
            canvas.dashes((line.x, head), (line.x, frame.bottom), 1.5, line.colour)?;
            let at = (line.x - 7.0, head + 8.0);
            canvas.centred(&line.label, at, Anchor::End, line_face(line.colour))?;
        }
        for (index, row) in rows.iter().enumerate() {
            let y = frame.top + ROW * (index as f64 + 0.5);
            paint_row(canvas, row, scale, y)?;
        }
        legend(canvas, rows, frame.bottom + 96.0)
    }
}

fn paint_row(canvas: &mut Canvas, row: &IntervalRow, scale: &Scale, y: f64) -> Drawn {
    let colour = class_colour(row.class);
    let (low, point, high) =
        (scale.place(row.tau.low), scale.place(row.tau.point), scale.place(row.tau.high));
    canvas.rule((low, y), (high, y), 3.0, colour)?;
    for end in [low, high] {
        canvas.rule((end, y - 5.0), (end, y + 5.0), 2.0, colour)?;
    }
    canvas.marker(class_marker(row.class), (point, y), 6.5, colour)?;
    let face = name_face(row);
    canvas.centred(&face.fit_name(&row.name, NAMES), (scale.start() - 18.0, y), Anchor::End, face)?;
    let right = canvas.width - 40.0;
    canvas.centred(&value_text(&row.tau), (right, y), Anchor::End, value_face())
}

/// One entry for each class of cost that occurs, in a row.
fn legend(canvas: &mut Canvas, rows: &[&IntervalRow], y: f64) -> Drawn {
    let text = face(em::LABEL, palette::INK);
    let mut x = 40.0;
    canvas.centred("cost:", (x, y), Anchor::Start, bold(em::LABEL, palette::INK))?;
    x += bold(em::LABEL, palette::INK).width("cost:") + 24.0;
    for class in CostClass::ALL.iter().filter(|class| rows.iter().any(|row| row.class == **class)) {
        canvas.marker(class_marker(*class), (x, y), 6.5, class_colour(*class))?;
        let name = class_name(*class);
        canvas.centred(name, (x + 16.0, y), Anchor::Start, text)?;
        x += 16.0 + text.width(name) + 40.0;
    }
    if rows.iter().any(|row| row.emphasis == Emphasis::Baseline) {
        canvas.centred("bold", (x, y), Anchor::Start, bold(em::LABEL, palette::INK))?;
        x += bold(em::LABEL, palette::INK).width("bold") + 10.0;
        canvas.centred("baseline", (x, y), Anchor::Start, text)?;
    }
    Ok(())
}

const fn class_name(class: CostClass) -> &'static str {
    match class {
        CostClass::DataFree => "data-free",
        CostClass::Weights => "sampled weights",
        CostClass::Forward => "forward pass",
        CostClass::Gradient => "backward pass",
        CostClass::SecondOrder => "second order",
        CostClass::Published => "published scores",
    }
}

const fn class_colour(class: CostClass) -> Colour {
    palette::CATEGORIES[match class {
        CostClass::DataFree => 0,
        CostClass::Weights => 5,
        CostClass::Forward => 2,
        CostClass::Gradient => 4,
        CostClass::SecondOrder => 3,
        CostClass::Published => 6,
    }]
}

const fn class_marker(class: CostClass) -> Marker {
    match class {
        CostClass::DataFree | CostClass::SecondOrder => Marker::Disc,
        CostClass::Weights | CostClass::Published => Marker::Diamond,
        CostClass::Forward => Marker::Square,
        CostClass::Gradient => Marker::Triangle,
    }
}

const fn name_face(row: &IntervalRow) -> Type {
    match row.emphasis {
        Emphasis::Plain => face(em::LABEL, palette::INK),
        Emphasis::Baseline => bold(em::LABEL, palette::INK),
    }
}

const fn value_face() -> Type {
    face(em::LABEL, palette::SOFT_INK)
}

const fn line_face(colour: Colour) -> Type {
    face(em::SMALL, colour)
}

fn value_text(tau: &Estimate) -> String {
    minus(&number::estimate(tau, 3))
}

fn is_finite(value: &Estimate) -> bool {
    value.point.is_finite() && value.low.is_finite() && value.high.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, point: f64) -> IntervalRow {
        let tau = Estimate { point, low: point - 0.02, high: point + 0.02, n: 500 };
        IntervalRow { name: name.into(), tau, class: CostClass::DataFree, emphasis: Emphasis::Plain }
    }

    #[test]
    fn rows_are_sorted_and_the_axis_covers_everything() {
        let chart = TauIntervals {
            title: "t".into(),
            subtitle: String::new(),
            axis_label: "tau".into(),
            rows: vec![row("low", -0.3), row("b", 0.5), row("a", 0.5), row("nan", f64::NAN)],
            references: vec![ReferenceLine { label: "#layers".into(), value: 0.68 }],
            ceiling: Some(Estimate { point: 0.77, low: 0.74, high: 0.8, n: 500 }),
        };
        let layout = chart.layout();
        let names: Vec<&str> = layout.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "low"]);
        for value in [-0.32, 0.0, 0.8] {
            let x = layout.scale.place(value);
            assert!(x >= layout.frame.left && x <= layout.frame.right);
        }
    }
}
