//! Lines over a numeric axis, such as a correlation over the batch size.

use std::path::{Path, PathBuf};

use super::canvas::{Canvas, Frame, Header, Marker, em, face, with_lost};
use super::column::{Column, Note, PITCH};
use super::output::draw;
use super::palette::{self, Colour};
use super::references::ReferenceLine;
use super::scale::{Scale, distinct};
use super::surface::{Drawn, Point};
use super::{AxisScale, ChartError, axis};

/// Up to eight lines with their names at their right ends; beyond eight, colours repeat with other markers.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// The chart's title.
    pub title: String,
    /// What was measured.
    pub subtitle: String,
    /// Title of the horizontal axis, with its unit.
    pub x_label: String,
    /// Title of the vertical axis, with its unit.
    pub y_label: String,
    /// How the horizontal axis spreads values.
    pub x_axis: AxisScale,
    /// How the vertical axis spreads values.
    pub y_axis: AxisScale,
    /// The lines.
    pub series: Vec<Series>,
    /// Horizontal lines.
    pub references: Vec<ReferenceLine>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// x and y in any order. A point that is not finite is counted in the subtitle instead of drawn, and the line is
    /// broken there if its x is known.
    pub points: Vec<(f64, f64)>,
}

/// Page size in pixels.
const SIZE: (u32, u32) = (1600, 900);
/// Left edge of the plot.
const LEFT: f64 = 112.0;
/// Lower edge of the plot.
const BOTTOM: f64 = 810.0;
/// Pixels at the right edge of the page.
const EDGE: f64 = 40.0;
/// The widest that labels may get.
const NAMES: f64 = 330.0;
/// Pixels between the plot and the labels.
const GUTTER: f64 = 46.0;
/// Pixels left free between the plot's sides and its points.
const CLEAR: f64 = 18.0;
/// Up to this many distinct values of x are all marked on the axis if their labels fit.
const FEW_VALUES: usize = 24;

/// A line's finite points by ascending x, in pieces that hang together.
type Pieces = Vec<Vec<(f64, f64)>>;

impl Curves {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let lines: Vec<(&str, Pieces)> = self
            .series
            .iter()
            .map(|series| (series.name.as_str(), pieces(&series.points)))
            .filter(|(_, pieces)| !pieces.is_empty())
            .collect();
        if lines.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "finite point" });
        }
        draw(path, &self.title, SIZE, &|canvas| self.paint(canvas, &lines))
    }

    fn paint(&self, canvas: &mut Canvas, lines: &[(&str, Pieces)]) -> Drawn {
        let points: Vec<(f64, f64)> = lines.iter().flat_map(|(_, pieces)| pieces.concat()).collect();
        let references: Vec<&ReferenceLine> =
            self.references.iter().filter(|line| line.value.is_finite()).collect();
        let label_face = face(em::LABEL, palette::INK);
        let names = lines.iter().map(|(name, _)| label_face.width(name));
        let label = names.chain(references.iter().map(|line| label_face.width(&line.text())));
        let label = label.fold(0.0, f64::max).min(NAMES);
        let header = Header::new(&self.title, &self.subtitle(points.len()), LEFT, canvas.width);
        let right = canvas.width - EDGE - label - GUTTER;
        let frame = Frame { left: LEFT, top: header.bottom() + 18.0, right, bottom: BOTTOM };
        let xs: Vec<f64> = points.iter().map(|(x, _)| *x).collect();
        let ys: Vec<f64> =
            points.iter().map(|(_, y)| *y).chain(references.iter().map(|line| line.value)).collect();
        let x = Scale::covering(&xs, self.x_axis, (frame.left + CLEAR, frame.right - CLEAR));
        let y = Scale::covering(&ys, self.y_axis, (frame.bottom, frame.top));

        canvas.header(&header)?;
        let distinct = distinct(xs.into_iter());
        let few = distinct.len() <= FEW_VALUES;
        let ticks = x.ticks_at(&distinct).filter(|_| few).unwrap_or_else(|| x.ticks(8));
        axis::bottom(canvas, &x, &ticks, frame, &self.x_label)?;
        axis::left(canvas, &y, &y.ticks(8), frame, &self.y_label)?;
        let mut notes = Vec::new();
        for line in references {
            let y = y.place(line.value);
            canvas.dashes((frame.left, y), (frame.right, y), 1.5, palette::SOFT_INK)?;
            let face = face(em::LABEL, palette::SOFT_INK);
            notes.push(Note { text: line.text(), at: (frame.right, y), face, leader: palette::SOFT_INK });
        }
        let place = |point: &(f64, f64)| (x.place(point.0), y.place(point.1));
        let drawn: Vec<Vec<Vec<Point>>> = lines
            .iter()
            .map(|(_, pieces)| pieces.iter().map(|piece| piece.iter().map(place).collect()).collect())
            .collect();
        for (index, ((name, _), pieces)) in lines.iter().zip(&drawn).enumerate() {
            let Some(end) = pieces.last().and_then(|piece| piece.last()) else { continue };
            let colour = look(index).1;
            let at = (frame.right, end.1);
            // Dashes, since a solid line would read as data where a series ends early.
            canvas.dashes(*end, at, 1.0, colour)?;
            notes.push(Note { text: (*name).to_owned(), at, face: label_face, leader: colour });
        }
        let span = (frame.top, frame.bottom.max(frame.top + PITCH * notes.len() as f64));
        let column = Column { turn: frame.right, gutter: GUTTER, width: label, span };
        let labels = column.place(notes);
        labels.draw_leaders(canvas)?;
        labels.draw_texts(canvas)?;
        for (index, pieces) in drawn.iter().enumerate() {
            paint_line(canvas, pieces, look(index))?;
        }
        Ok(())
    }

    fn subtitle(&self, drawn: usize) -> String {
        let all: usize = self.series.iter().map(|series| series.points.len()).sum();
        with_lost(&self.subtitle, all - drawn, "point", "a finite value")
    }
}

/// Shape and colour of a line.
fn look(index: usize) -> (Marker, Colour) {
    let round = index / palette::LINES.len();
    (Marker::ALL[(index + round) % Marker::ALL.len()], palette::LINES[index % palette::LINES.len()])
}

fn paint_line(canvas: &mut Canvas, pieces: &[Vec<Point>], (marker, colour): (Marker, Colour)) -> Drawn {
    const RADIUS: f64 = 5.5;
    for piece in pieces {
        canvas.path(piece, 2.5, colour)?;
    }
    pieces.iter().flatten().try_for_each(|at| canvas.marker(marker, *at, RADIUS, colour))
}

/// The finite points by ascending x, broken where a point has no finite y.
fn pieces(points: &[(f64, f64)]) -> Pieces {
    let mut points: Vec<(f64, f64)> = points.iter().copied().filter(|(x, _)| x.is_finite()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let pieces = points.split(|(_, y)| !y.is_finite()).filter(|piece| !piece.is_empty());
    pieces.map(<[_]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_sorted_and_broken_where_a_value_is_missing() {
        let points = [(4.0, 1.0), (1.0, 2.0), (3.0, f64::NAN), (f64::NAN, 1.0), (2.0, 3.0)];
        assert_eq!(pieces(&points), [vec![(1.0, 2.0), (2.0, 3.0)], vec![(4.0, 1.0)]]);
        assert!(pieces(&[(1.0, f64::INFINITY)]).is_empty());
    }

    #[test]
    fn many_lines_look_different() {
        let looks: Vec<_> = (0..24).map(look).collect();
        for (index, one) in looks.iter().enumerate() {
            assert!(!looks[index + 1..].contains(one), "{index}");
        }
    }
}
