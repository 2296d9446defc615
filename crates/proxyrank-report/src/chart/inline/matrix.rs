//! A matrix of correlations in a few bytes a cell.

use std::fmt::Write as _;

use super::{Drawing, whole};
use crate::chart::{ChartError, Heatmap};

/// Units on a side of a cell.
const CELL: i64 = 16;
/// Room for names, in units.
const NAMES: i64 = 230;
/// Steps of colour on either side of zero.
pub(super) const STEPS: i64 = 10;

impl Heatmap {
    /// The chart as an SVG for a web page.
    ///
    /// Cells have the classes `n10` (minus one) to `n1`, `z`, and `p1` to `p10` (one).
    pub fn inline_svg(&self) -> Result<String, ChartError> {
        let order = self.order()?;
        let side = CELL * i64::try_from(order.len()).unwrap_or(0);
        let mut drawing = Drawing::new("matrix", (NAMES + side, NAMES + side), &self.title);
        let mut middle = NAMES + CELL / 2;
        for &index in &order {
            let name = short(&self.names[index]);
            drawing.label("row", (NAMES - 6, middle + 4), &name);
            drawing.upwards("column", (middle + 4, NAMES - 6), &name);
            middle += CELL;
        }
        // In units of a cell from here on: most of a matrix is then steps of one digit.
        drawing.begin_scaled((NAMES, NAMES + CELL / 2), CELL);
        for step in -STEPS..=STEPS {
            let is_of_step = |i: usize, j: usize| self.values[i][j].and_then(self::step) == Some(step);
            drawing.path(&class(step), &cells(&order, is_of_step));
        }
        drawing.end();
        Ok(drawing.finish())
    }
}

/// A correlation in steps of a tenth; none where it is not finite.
fn step(value: f64) -> Option<i64> {
    value.is_finite().then(|| whole(value.clamp(-1.0, 1.0) * STEPS as f64))
}

fn class(step: i64) -> String {
    match step {
        0 => "z".to_owned(),
        1.. => format!("p{step}"),
        _ => format!("n{}", -step),
    }
}

/// Horizontal strokes through the middle of cells, one for each run of neighbours, each from the end of the one before.
fn cells(order: &[usize], wanted: impl Fn(usize, usize) -> bool) -> String {
    let mut path = String::new();
    let (mut x, mut y) = (0, 0);
    for (row, &i) in (0_i64..).zip(order) {
        let mut column = 0_i64;
        for run in order.chunk_by(|&j, &k| wanted(i, j) == wanted(i, k)) {
            let length = i64::try_from(run.len()).unwrap_or(0);
            if run.first().is_some_and(|&j| wanted(i, j)) {
                let first = if path.is_empty() { 'M' } else { 'm' };
                let _ = write!(path, "{first}{} {}h{length}", column - x, row - y);
                (x, y) = (column + length, row);
            }
            column += length;
        }
    }
    path
}

/// A name that fits beside the matrix.
fn short(name: &str) -> String {
    const LONGEST: usize = 34;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_colour_are_one_stroke() {
        let chart = Heatmap {
            title: "m".into(),
            subtitle: String::new(),
            value_label: String::new(),
            names: vec!["a".into(), "b".into()],
            values: vec![vec![Some(1.0), Some(1.0)], vec![Some(1.0), None]],
        };
        let svg = chart.inline_svg().unwrap();
        assert!(svg.contains("<g transform=\"translate(230 238)scale(16)\">"), "{svg}");
        assert!(svg.contains("<path class=\"p10\" d=\"M0 0h2m-2 1h1\"/></g></svg>"), "{svg}");
    }

    #[test]
    fn steps_are_tenths() {
        assert_eq!(
            [step(0.04), step(-0.96), step(2.0), step(f64::NAN)],
            [Some(0), Some(-10), Some(10), None]
        );
        assert_eq!([class(0), class(3), class(-10)], ["z", "p3", "n10"]);
    }
}
