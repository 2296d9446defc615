//! How alike proxies rank: a matrix of rank correlations.
//!
//! Blocks show families of proxies that measure one thing under several names, so rows and columns are put in an order
//! that places relatives side by side.

use std::path::{Path, PathBuf};

use super::ChartError;
use super::axis;
use super::canvas::{Canvas, Frame, Header, em, face};
use super::output::draw;
use super::palette;
use super::scale::minus;
use super::seriation;
use super::surface::{Anchor, Drawn, Type};
use crate::number;

/// A symmetric matrix of correlations.
#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap {
    /// The chart's title.
    pub title: String,
    /// What was measured.
    pub subtitle: String,
    /// What the values are, beside the colour bar.
    pub value_label: String,
    /// The proxies.
    pub names: Vec<String>,
    /// `values[i][j]` between -1 and 1 for the proxies i and j; `None` where it is undefined.
    pub values: Vec<Vec<Option<f64>>>,
}

/// Page width in pixels; the height follows from the count of proxies.
const WIDTH: u32 = 1600;
/// The widest that names may get.
const NAMES: f64 = 330.0;
/// Room for the colour bar and its labels.
const BAR: f64 = 150.0;
/// Cells are square and no larger than this.
const LARGEST_CELL: f64 = 76.0;
/// Pixels around the page.
const EDGE: f64 = 40.0;

/// Everything that is known before drawing.
struct Layout {
    order: Vec<usize>,
    header: Header,
    frame: Frame,
    cell: f64,
    /// Font size of names.
    em: f64,
}

impl Heatmap {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let layout = self.layout()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a page height in pixels"
        )]
        let height = (bar_bottom(layout.frame).max(layout.frame.bottom) + EDGE).ceil() as u32;
        draw(path, &self.title, (WIDTH, height), &|canvas| self.paint(canvas, &layout))
    }

    fn check(&self) -> Result<(), ChartError> {
        if self.names.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "proxy" });
        }
        let names = self.names.len();
        let wrong = |row, values| ChartError::Shape { chart: self.title.clone(), names, row, values };
        if let Some((row, values)) = self.values.iter().enumerate().find(|(_, row)| row.len() != names) {
            return Err(wrong(row, values.len()));
        }
        if self.values.len() != names {
            return Err(wrong(self.values.len().min(names), 0));
        }
        Ok(())
    }

    /// The order in which relatives stand side by side.
    pub(super) fn order(&self) -> Result<Vec<usize>, ChartError> {
        self.check()?;
        let distances: Vec<Vec<Option<f64>>> =
            self.values.iter().map(|row| row.iter().map(|v| v.map(|v| 1.0 - v)).collect()).collect();
        Ok(seriation::order(&distances))
    }

    fn layout(&self) -> Result<Layout, ChartError> {
        let order = self.order()?;
        let count = self.names.len() as f64;
        let header = Header::new(&self.title, &self.subtitle, EDGE, f64::from(WIDTH));
        let widest =
            self.names.iter().map(|name| face(em::LABEL, palette::INK).width(name)).fold(0.0, f64::max);
        let names = widest.min(NAMES) + 12.0;
        let room = f64::from(WIDTH) - 2.0 * EDGE - names - BAR;
        let cell = (room / count).min(LARGEST_CELL).floor();
        let left = EDGE + names;
        let top = header.bottom() + 16.0 + names;
        let frame = Frame { left, right: left + cell * count, top, bottom: top + cell * count };
        let em = if cell >= em::LABEL + 4.0 { em::LABEL } else { em::SMALL };
        Ok(Layout { order, header, frame, cell, em })
    }

    fn paint(&self, canvas: &mut Canvas, layout: &Layout) -> Drawn {
        let Layout { order, header, frame, cell, em } = layout;
        canvas.header(header)?;
        let names = face(*em, palette::INK);
        for (place, &index) in order.iter().enumerate() {
            let middle = (place as f64 + 0.5) * cell;
            let name = names.fit_name(&self.names[index], NAMES);
            canvas.centred(&name, (frame.left - 10.0, frame.top + middle), Anchor::End, names)?;
            canvas.centred(&name, (frame.left + middle, frame.top - 10.0), Anchor::Start, names.upwards())?;
        }
        let figures = figure_face(*cell);
        for (row, &i) in order.iter().enumerate() {
            for (column, &j) in order.iter().enumerate() {
                let corner = (frame.left + column as f64 * cell, frame.top + row as f64 * cell);
                // A pixel of paper between cells keeps equal neighbours apart.
                let square = Frame {
                    left: corner.0,
                    top: corner.1,
                    right: corner.0 + cell - 1.0,
                    bottom: corner.1 + cell - 1.0,
                };
                paint_cell(canvas, square, self.values[i][j], figures)?;
            }
        }
        self.colour_bar(canvas, *frame)
    }

    fn colour_bar(&self, canvas: &mut Canvas, frame: Frame) -> Drawn {
        let left = frame.right + 36.0;
        let height = bar_bottom(frame) - frame.top;
        let at = |value: f64| frame.top + height * (1.0 - value) / 2.0;
        let bar = Frame { left, right: left + 22.0, top: at(1.0), bottom: at(-1.0) };
        axis::colour_bar(canvas, bar, |share| palette::diverging(2.0 * share - 1.0))?;
        for value in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            let label = minus(&number::fixed(value, 1));
            let text = face(em::LABEL, palette::SOFT_INK);
            canvas.centred(&label, (left + 66.0, at(value)), Anchor::End, text)?;
        }
        let text = face(em::LABEL, palette::INK).upwards();
        let label = text.fit(&self.value_label, height);
        canvas.centred(&label, (left + 90.0, at(0.0)), Anchor::Middle, text)
    }
}

/// Where the colour bar ends: beside the matrix, but no shorter than its labels need.
fn bar_bottom(frame: Frame) -> f64 {
    frame.top + (frame.bottom - frame.top).clamp(180.0, 480.0)
}

fn paint_cell(canvas: &mut Canvas, square: Frame, value: Option<f64>, figures: Option<Type>) -> Drawn {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        canvas.rect(square, palette::ABSENT)?;
        let dash = face(em::SMALL, palette::SOFT_INK);
        return canvas.centred("–", square.centre(), Anchor::Middle, dash);
    };
    let fill = palette::diverging(value);
    canvas.rect(square, fill)?;
    let Some(figures) = figures else { return Ok(()) };
    let colour = if fill.lightness() < 0.62 { palette::PAPER } else { palette::INK };
    canvas.centred(&short(value), square.centre(), Anchor::Middle, Type { colour, ..figures })
}

/// Text for the values, if a cell has room for any.
fn figure_face(cell: f64) -> Option<Type> {
    [em::LABEL, em::SMALL]
        .into_iter()
        .map(|size| face(size, palette::INK))
        .find(|text| text.width("−.88") + 6.0 <= cell)
}

/// Two decimals without the leading zero: `.74`, `−.05`, `1`.
fn short(value: f64) -> String {
    let text = number::fixed(value, 2);
    match text.as_str() {
        "1.00" => return "1".to_owned(),
        "-1.00" => return "−1".to_owned(),
        "0.00" => return "0".to_owned(),
        _ => {}
    }
    let (sign, size) = text.strip_prefix('-').map_or(("", text.as_str()), |size| ("−", size));
    format!("{sign}{}", size.strip_prefix('0').unwrap_or(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_short() {
        let short: Vec<String> = [0.744, -0.05, 1.0, -0.999, -0.001, 10.0].into_iter().map(short).collect();
        assert_eq!(short, [".74", "−.05", "1", "−1", "0", "10.00"]);
    }

    #[test]
    fn a_ragged_matrix_is_refused() {
        let mut chart = Heatmap {
            title: "m".into(),
            subtitle: String::new(),
            value_label: String::new(),
            names: vec!["a".into(), "b".into()],
            values: vec![vec![Some(1.0), None], vec![None]],
        };
        assert!(chart.check().unwrap_err().to_string().contains("row 1 of its matrix has 1 values"));
        chart.values.pop();
        assert!(matches!(chart.check(), Err(ChartError::Shape { .. })));
    }
}
