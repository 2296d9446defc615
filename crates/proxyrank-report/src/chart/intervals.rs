//! Correlation with its interval, one line for each proxy.
//!
//! The chart answers the question of a leaderboard honestly: which differences exceed the uncertainty, which proxies
//! beat a baseline that needs no network, and how close the best come to what label noise allows.

use std::path::{Path, PathBuf};

use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

use super::ChartError;
use super::canvas::Canvas;
use super::class;
use super::legend::{self, Entry, RADIUS};
use super::output::{draw, text};
pub use super::references::ReferenceLine;
use super::references::is_finite;
use super::rows::{Backdrop, RowAxis, RowPage, RowText};
use super::scale::{Scale, minus};
use super::surface::Drawn;
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

impl TauIntervals {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let rows = self.sorted()?;
        let page = self.page(&rows);
        draw(path, &self.title, page.size(), &|canvas| paint(canvas, &rows, &page))
    }

    /// The same as the text of an SVG.
    pub fn svg(&self) -> Result<String, ChartError> {
        let rows = self.sorted()?;
        let page = self.page(&rows);
        text(&self.title, page.size(), &|canvas| paint(canvas, &rows, &page))
    }

    /// The finite rows from the best down; at least one.
    fn sorted(&self) -> Result<Vec<&IntervalRow>, ChartError> {
        let mut rows: Vec<&IntervalRow> = self.rows.iter().filter(|row| is_finite(&row.tau)).collect();
        rows.sort_by(|a, b| b.tau.point.total_cmp(&a.tau.point).then_with(|| a.name.cmp(&b.name)));
        if rows.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "finite correlation" });
        }
        Ok(rows)
    }

    fn page<'a>(&'a self, rows: &[&'a IntervalRow]) -> RowPage<'a> {
        let line = |row: &&'a IntervalRow| RowText {
            name: &row.name,
            emphasis: row.emphasis,
            value: minus(&number::estimate(&row.tau, 3)),
        };
        let backdrop = Backdrop {
            axis: RowAxis::Correlations,
            axis_label: &self.axis_label,
            values_label: "",
            references: &self.references,
            ceiling: self.ceiling.filter(is_finite),
        };
        let marked = rows.iter().flat_map(|row| [row.tau.low, row.tau.point, row.tau.high]);
        RowPage::new((&self.title, &self.subtitle), rows.iter().map(line).collect(), marked, backdrop)
    }
}

fn paint(canvas: &mut Canvas, rows: &[&IntervalRow], page: &RowPage) -> Drawn {
    page.draw(canvas)?;
    for (index, row) in rows.iter().enumerate() {
        mark(canvas, row, &page.scale, page.middle(index))?;
    }
    let mut entries = class::entries(rows.iter().map(|row| row.class));
    if rows.iter().any(|row| row.emphasis == Emphasis::Baseline) {
        entries.push(Entry::baseline());
    }
    legend::across(canvas, "cost:", &entries, page.legend())
}

fn mark(canvas: &mut Canvas, row: &IntervalRow, scale: &Scale, y: f64) -> Drawn {
    let colour = class::colour(row.class);
    let (low, point, high) =
        (scale.place(row.tau.low), scale.place(row.tau.point), scale.place(row.tau.high));
    canvas.rule((low, y), (high, y), 3.0, colour)?;
    for end in [low, high] {
        canvas.rule((end, y - 5.0), (end, y + 5.0), 2.0, colour)?;
    }
    canvas.marker(class::marker(row.class), (point, y), RADIUS, colour)
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
        let rows = chart.sorted().unwrap();
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "low"]);
        let page = chart.page(&rows);
        for value in [-0.32, 0.0, 0.8] {
            let x = page.scale.place(value);
            assert!(x >= page.frame.left && x <= page.frame.right);
        }
    }
}
