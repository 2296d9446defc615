//! Positive quantities of any magnitude, one line for each proxy, on a logarithmic axis.
//!
//! Relative errors run from the last digit of a number type to a billion times the value, so only their order of magnitude can be
//! drawn. Each mark says by its shape what it was measured under, and by its colour what became of it.

use std::path::{Path, PathBuf};

use super::ChartError;
use super::canvas::{Canvas, Marker, with_lost};
use super::legend::{self, Entry, RADIUS, Sign};
use super::output::draw;
use super::palette::{self, Colour};
use super::references::ReferenceLine;
use super::rows::{Backdrop, RowAxis, RowPage, RowText};
use super::scale::minus;
use super::surface::Drawn;
use crate::number;
use crate::table::Emphasis;

/// Quantities by proxy, sorted by the largest of a row, smallest first.
///
/// A quantity of zero stands at the left end of the axis and an infinite one at its right end.
#[derive(Debug, Clone, PartialEq)]
pub struct Magnitudes {
    /// The chart's title.
    pub title: String,
    /// What was measured.
    pub subtitle: String,
    /// Title of the horizontal axis.
    pub axis_label: String,
    /// The proxies, in any order.
    pub rows: Vec<MagnitudeRow>,
    /// Limits, each a vertical line.
    pub references: Vec<ReferenceLine>,
    /// What each standing means, for the legend.
    pub standings: Vec<(Standing, String)>,
}

/// One proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct MagnitudeRow {
    /// Its name.
    pub name: String,
    /// Its quantities; those that are negative or not a number are counted instead of drawn.
    pub marks: Vec<Magnitude>,
}

/// One quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Magnitude {
    /// Under what it was measured; chooses the shape.
    pub label: String,
    /// The quantity.
    pub value: f64,
    /// What became of it; chooses the colour.
    pub standing: Standing,
}

/// What became of something that was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All is well.
    Good,
    /// Well but for a reservation.
    Doubtful,
    /// Condemned.
    Bad,
    /// Not judged.
    Open,
}

impl Standing {
    const fn colour(self) -> Colour {
        match self {
            Self::Good => palette::CATEGORIES[2],
            Self::Doubtful => palette::CATEGORIES[4],
            Self::Bad => palette::VERMILION,
            Self::Open => palette::AXIS,
        }
    }
}

/// A row with something to show.
struct Drawable<'a> {
    source: &'a MagnitudeRow,
    marks: Vec<&'a Magnitude>,
    largest: f64,
}

impl<'a> Drawable<'a> {
    fn new(source: &'a MagnitudeRow) -> Option<Self> {
        let marks: Vec<&Magnitude> = source.marks.iter().filter(|mark| mark.value >= 0.0).collect();
        let largest = marks.iter().map(|mark| mark.value).reduce(f64::max)?;
        Some(Self { source, marks, largest })
    }
}

impl Magnitudes {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let rows = self.sorted();
        if rows.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "quantity" });
        }
        let (subtitle, labels) = (self.subtitle(&rows), labels(&rows));
        let page = self.page(&rows, &subtitle);
        draw(path, &self.title, page.size(), &|canvas| self.paint(canvas, &rows, &labels, &page))
    }

    fn sorted(&self) -> Vec<Drawable<'_>> {
        let mut rows: Vec<Drawable> = self.rows.iter().filter_map(Drawable::new).collect();
        rows.sort_by(|a, b| a.largest.total_cmp(&b.largest).then_with(|| a.source.name.cmp(&b.source.name)));
        rows
    }

    fn subtitle(&self, rows: &[Drawable]) -> String {
        let all: usize = self.rows.iter().map(|row| row.marks.len()).sum();
        let drawn: usize = rows.iter().map(|row| row.marks.len()).sum();
        with_lost(&self.subtitle, all - drawn, "value", "a magnitude")
    }

    fn page<'a>(&'a self, rows: &[Drawable<'a>], subtitle: &str) -> RowPage<'a> {
        let text = |row: &Drawable<'a>| RowText {
            name: &row.source.name,
            emphasis: Emphasis::Plain,
            value: minus(&number::scientific(row.largest)),
        };
        let backdrop = Backdrop {
            axis: RowAxis::Magnitudes,
            axis_label: &self.axis_label,
            values_label: "largest",
            references: &self.references,
            ceiling: None,
        };
        let marked = rows.iter().flat_map(|row| row.marks.iter().map(|mark| mark.value));
        RowPage::new((&self.title, subtitle), rows.iter().map(text).collect(), marked, backdrop)
    }

    fn paint(&self, canvas: &mut Canvas, rows: &[Drawable], labels: &[&str], page: &RowPage) -> Drawn {
        page.draw(canvas)?;
        let place = |value: f64| page.scale.place(value).clamp(page.frame.left, page.frame.right);
        for (index, row) in rows.iter().enumerate() {
            let y = page.middle(index);
            let places = row.marks.iter().map(|mark| place(mark.value));
            let (low, high) =
                places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            canvas.rule((low, y), (high, y), 2.0, palette::AXIS)?;
            for mark in &row.marks {
                let shape = shape(labels, &mark.label);
                canvas.marker(shape, (place(mark.value), y), RADIUS, mark.standing.colour())?;
            }
        }
        let occurs =
            |standing: Standing| rows.iter().flat_map(|row| &row.marks).any(|mark| mark.standing == standing);
        let shapes = labels
            .iter()
            .map(|label| Entry::new(Sign::Marker(shape(labels, label), palette::SOFT_INK), *label));
        let colours = self
            .standings
            .iter()
            .filter(|(standing, _)| occurs(*standing))
            .map(|(standing, word)| Entry::new(Sign::Line(standing.colour()), word));
        legend::across(canvas, "", &shapes.chain(colours).collect::<Vec<_>>(), page.legend())
    }
}

/// The distinct labels, in the order of their first appearance in the rows.
fn labels<'a>(rows: &[Drawable<'a>]) -> Vec<&'a str> {
    let mut labels: Vec<&str> = Vec::new();
    for mark in rows.iter().flat_map(|row| &row.marks) {
        if !labels.contains(&mark.label.as_str()) {
            labels.push(&mark.label);
        }
    }
    labels
}

fn shape(labels: &[&str], label: &str) -> Marker {
    let index = labels.iter().position(|known| *known == label).unwrap_or(0);
    Marker::ALL[index % Marker::ALL.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, values: &[f64]) -> MagnitudeRow {
        let mark =
            |value: &f64| Magnitude { label: format!("{value}"), value: *value, standing: Standing::Good };
        MagnitudeRow { name: name.into(), marks: values.iter().map(mark).collect() }
    }

    fn chart(rows: Vec<MagnitudeRow>) -> Magnitudes {
        Magnitudes {
            title: "t".into(),
            subtitle: "s".into(),
            axis_label: "relative error".into(),
            rows,
            references: vec![ReferenceLine { label: "limit".into(), value: 0.1 }],
            standings: vec![(Standing::Good, "sound".into())],
        }
    }

    #[test]
    fn rows_are_sorted_by_their_largest_value_and_undefined_ones_are_counted() {
        let rows = vec![
            row("ones", &[1e-6, 5e8]),
            row("none", &[f64::NAN]),
            row("exact", &[0.0]),
            row("w", &[3e-7]),
        ];
        let chart = chart(rows);
        let rows = chart.sorted();
        let names: Vec<&str> = rows.iter().map(|row| row.source.name.as_str()).collect();
        assert_eq!(names, ["exact", "w", "ones"]);
        assert_eq!(chart.subtitle(&rows), "s  ·  not drawn: 1 value without a magnitude");
    }

    #[test]
    fn the_axis_covers_the_limit_and_leaves_zero_and_infinity_to_its_ends() {
        let chart = chart(vec![row("a", &[0.0, 1e-6, f64::INFINITY])]);
        let page = chart.page(&chart.sorted(), "");
        for value in [1e-6, 0.1] {
            let x = page.scale.place(value);
            assert!(x > page.frame.left && x < page.frame.right, "{x}");
        }
        assert!(
            page.scale.place(0.0) < page.frame.left && page.scale.place(f64::INFINITY) > page.frame.right
        );
    }

    #[test]
    fn an_axis_without_any_positive_value_still_exists() {
        let mut chart = chart(vec![row("a", &[0.0])]);
        chart.references.clear();
        assert!(chart.page(&chart.sorted(), "").scale.place(1.0).is_finite());
    }
}
