//! Points in groups, such as what formulas reach where they were chosen against what they reach elsewhere.

use std::path::{Path, PathBuf};

use super::canvas::{Canvas, Frame, Header, Marker, em, face, with_lost};
use super::output::draw;
use super::palette;
use super::scale::Scale;
use super::surface::{Anchor, Drawn};
use super::{AxisScale, ChartError, axis};

/// Groups of points on two linear axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloud {
    /// The chart's title.
    pub title: String,
    /// What was measured.
    pub subtitle: String,
    /// Title of the horizontal axis.
    pub x_label: String,
    /// Title of the vertical axis.
    pub y_label: String,
    /// The groups; later ones are drawn above earlier ones.
    pub groups: Vec<Group>,
    /// Whether a line shows where both are equal.
    pub diagonal: bool,
}

/// Points that look alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// x and y. A point that is not finite is counted in the subtitle instead of drawn.
    pub points: Vec<(f64, f64)>,
}

/// Page size in pixels.
const SIZE: (u32, u32) = (1600, 900);
/// Left edge of the plot.
const LEFT: f64 = 112.0;
/// Lower edge of the plot.
const BOTTOM: f64 = 810.0;
/// Where the legend begins.
const LEGEND: f64 = 1260.0;
/// Height of a line of the legend.
const LINE: f64 = 30.0;
/// Pixels left free between the plot's edges and its points.
const CLEAR: f64 = 18.0;

impl Cloud {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let finite = |group: &Group| -> Vec<(f64, f64)> {
            group.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
        };
        let drawn: Vec<Vec<(f64, f64)>> = self.groups.iter().map(finite).collect();
        if drawn.iter().all(Vec::is_empty) {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "finite point" });
        }
        draw(path, &self.title, SIZE, &|canvas| self.paint(canvas, &drawn))
    }

    fn paint(&self, canvas: &mut Canvas, groups: &[Vec<(f64, f64)>]) -> Drawn {
        let points = groups.concat();
        let all: usize = self.groups.iter().map(|group| group.points.len()).sum();
        let subtitle = with_lost(&self.subtitle, all - points.len(), "point", "a finite value");
        let header = Header::new(&self.title, &subtitle, LEFT, canvas.width);
        let frame = Frame { left: LEFT, top: header.bottom() + 18.0, right: LEGEND - 40.0, bottom: BOTTOM };
        let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        let ends = (frame.left + CLEAR, frame.right - CLEAR);
        let x = Scale::covering(&xs, AxisScale::Linear, ends);
        let y = Scale::covering(&ys, AxisScale::Linear, (frame.bottom - CLEAR, frame.top + CLEAR));
        canvas.header(&header)?;
        axis::bottom(canvas, &x, &x.ticks(8), frame, &self.x_label)?;
        axis::left(canvas, &y, &y.ticks(8), frame, &self.y_label)?;
        let range = |values: &[f64]| {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        };
        let ((left, right), (low, high)) = (range(&xs), range(&ys));
        let (from, to) = (left.max(low), right.min(high));
        if self.diagonal && from < to {
            let at = |value| (x.place(value), y.place(value));
            canvas.dashes(at(from), at(to), 1.5, palette::SOFT_INK)?;
        }
        for (index, points) in groups.iter().enumerate() {
            let (marker, colour) = look(index);
            for &(px, py) in points {
                canvas.marker(marker, (x.place(px), y.place(py)), radius(points.len()), colour)?;
            }
        }
        for (index, group) in self.groups.iter().enumerate() {
            let (marker, colour) = look(index);
            let at = (LEGEND, frame.top + LINE * (index as f64 + 0.5));
            canvas.marker(marker, at, 7.0, colour)?;
            let face = face(em::LABEL, palette::INK);
            let name = face.fit(&group.name, canvas.width - LEGEND - 40.0);
            canvas.centred(&name, (at.0 + 18.0, at.1), Anchor::Start, face)?;
        }
        Ok(())
    }
}

/// Shape and colour of a group.
fn look(index: usize) -> (Marker, palette::Colour) {
    (Marker::ALL[index % Marker::ALL.len()], palette::LINES[index % palette::LINES.len()])
}

/// Hundreds of points are drawn small.
const fn radius(points: usize) -> f64 {
    if points > 100 { 3.5 } else { 7.0 }
}
