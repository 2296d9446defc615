//! How much a correlation depends on what should not matter, such as the seed.
//!
//! A proxy that reads sampled weights or a batch of text has as many correlations as seeds. If they spread wider than
//! two proxies differ, one run cannot rank the two. The same chart shows any other axis of the protocol: the text that
//! the batch is drawn from, its length, the numeric type.

use std::path::{Path, PathBuf};

use proxyrank_schema::CostClass;

use super::ChartError;
use super::canvas::{Canvas, Marker, with_lost};
use super::class;
use super::legend::{self, Entry, Sign};
use super::output::draw;
use super::palette::{self, Colour};
use super::references::ReferenceLine;
use super::rows::{Backdrop, RowAxis, RowPage, RowText};
use super::scale::minus;
use super::surface::Drawn;
use crate::number;
use crate::table::Emphasis;

/// Several correlations for each proxy, sorted by their mean from the best down.
///
/// With at most six distinct labels of values, each label has a colour and a shape of its own and a legend names them.
/// With more, values are coloured by the class of cost.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedSpread {
    /// The chart's title.
    pub title: String,
    /// What was measured, and what the values of a row differ in.
    pub subtitle: String,
    /// Title of the horizontal axis.
    pub axis_label: String,
    /// The proxies, in any order.
    pub rows: Vec<SpreadRow>,
    /// Baselines, each a vertical line.
    pub references: Vec<ReferenceLine>,
}

/// One proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct SpreadRow {
    /// Its name.
    pub name: String,
    /// What it costs; chooses the colour where labels have none of their own.
    pub class: CostClass,
    /// Label of a seed or variant, and the correlation; values that are not finite are counted instead of drawn.
    pub values: Vec<(String, f64)>,
    /// Whether it is a baseline, set in bold.
    pub emphasis: Emphasis,
}

/// Up to this many labels have looks of their own.
const FEW_LABELS: usize = 6;
/// Radius of a value's marker.
const RADIUS: f64 = 4.8;
/// Labels stand at heights of their own, so that equal values show: most pixels from one label to the next.
const STEP: f64 = 5.0;
/// Most pixels from the first label to the last.
const DEPTH: f64 = 18.0;

/// A row with something to show.
struct Drawable<'a> {
    source: &'a SpreadRow,
    /// Finite.
    values: Vec<(&'a str, f64)>,
    mean: f64,
}

impl SeedSpread {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let rows = self.sorted();
        if rows.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "finite correlation" });
        }
        let (subtitle, key) = (self.subtitle(&rows), Key::of(&rows));
        let page = self.page(&rows, &subtitle);
        draw(path, &self.title, page.size(), &|canvas| paint(canvas, &rows, &key, &page))
    }

    /// The rows with finite values, by their mean from the best down.
    fn sorted(&self) -> Vec<Drawable<'_>> {
        let finite = |row: &'_ SpreadRow| row.values.iter().any(|(_, value)| value.is_finite());
        let mut rows: Vec<Drawable> = self.rows.iter().filter(|row| finite(row)).map(Drawable::new).collect();
        rows.sort_by(|a, b| b.mean.total_cmp(&a.mean).then_with(|| a.source.name.cmp(&b.source.name)));
        rows
    }

    fn subtitle(&self, rows: &[Drawable]) -> String {
        let all: usize = self.rows.iter().map(|row| row.values.len()).sum();
        let drawn: usize = rows.iter().map(|row| row.values.len()).sum();
        with_lost(&self.subtitle, all - drawn, "value", "a finite correlation")
    }

    fn page<'a>(&'a self, rows: &[Drawable<'a>], subtitle: &str) -> RowPage<'a> {
        let text = |row: &Drawable<'a>| RowText {
            name: &row.source.name,
            emphasis: row.source.emphasis,
            value: row.summary(),
        };
        let backdrop = Backdrop {
            axis: RowAxis::Correlations,
            axis_label: &self.axis_label,
            values_label: "mean ± SD",
            references: &self.references,
            ceiling: None,
        };
        let marked = rows.iter().flat_map(|row| row.values.iter().map(|(_, value)| *value));
        RowPage::new((&self.title, subtitle), rows.iter().map(text).collect(), marked, backdrop)
    }
}

impl<'a> Drawable<'a> {
    fn new(source: &'a SpreadRow) -> Self {
        let finite = source.values.iter().filter(|(_, value)| value.is_finite());
        let values: Vec<(&str, f64)> = finite.map(|(label, value)| (label.as_str(), *value)).collect();
        let mean = values.iter().map(|(_, value)| value).sum::<f64>() / values.len().max(1) as f64;
        Self { source, values, mean }
    }

    /// Mean and standard deviation (with n - 1); the mean alone where there is one value.
    fn summary(&self) -> String {
        let mean = number::fixed(self.mean, 3);
        if self.values.len() < 2 {
            return minus(&mean);
        }
        let squares: f64 = self.values.iter().map(|(_, value)| (value - self.mean).powi(2)).sum();
        let deviation = (squares / (self.values.len() - 1) as f64).sqrt();
        minus(&format!("{mean} ± {}", number::fixed(deviation, 3)))
    }

    /// The least and the greatest value.
    fn range(&self) -> (f64, f64) {
        let values = self.values.iter().map(|(_, value)| *value);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    }
}

/// What the looks of values mean.
#[derive(Debug, PartialEq)]
enum Key<'a> {
    /// The label, in the order of the rows as given.
    Labels(Vec<&'a str>),
    /// The class of cost.
    Classes,
}

impl<'a> Key<'a> {
    fn of(rows: &[Drawable<'a>]) -> Self {
        let mut labels: Vec<&str> = Vec::new();
        for (label, _) in rows.iter().flat_map(|row| &row.values) {
            if !labels.contains(label) {
                labels.push(label);
            }
        }
        if labels.len() <= FEW_LABELS { Self::Labels(labels) } else { Self::Classes }
    }

    /// Shape and colour of a value, and how far below the middle of its row it stands.
    fn look(&self, class: CostClass, label: &str) -> (Marker, Colour, f64) {
        match self {
            Self::Labels(labels) => {
                let index = labels.iter().position(|known| *known == label).unwrap_or(0);
                let (marker, colour) = label_look(index);
                let last = labels.len().saturating_sub(1) as f64;
                let step = STEP.min(DEPTH / last.max(1.0));
                (marker, colour, step * (index as f64 - last / 2.0))
            }
            Self::Classes => (class::marker(class), class::colour(class).with_alpha(0.8), 0.0),
        }
    }

    fn entries(&self, rows: &[Drawable]) -> Vec<Entry> {
        match self {
            Self::Labels(labels) => {
                let entry = |(index, label): (usize, &&str)| {
                    let (marker, colour) = label_look(index);
                    Entry::new(Sign::Marker(marker, colour), *label)
                };
                labels.iter().enumerate().map(entry).collect()
            }
            Self::Classes => class::entries(rows.iter().map(|row| row.source.class)),
        }
    }
}

fn label_look(index: usize) -> (Marker, Colour) {
    (Marker::ALL[index % Marker::ALL.len()], palette::CATEGORIES[index % palette::CATEGORIES.len()])
}

fn paint(canvas: &mut Canvas, rows: &[Drawable], key: &Key, page: &RowPage) -> Drawn {
    page.draw(canvas)?;
    for (index, row) in rows.iter().enumerate() {
        let y = page.middle(index);
        let (low, high) = row.range();
        canvas.rule((page.scale.place(low), y), (page.scale.place(high), y), 2.0, palette::AXIS)?;
        let mean = page.scale.place(row.mean);
        canvas.rule((mean, y - 14.0), (mean, y + 14.0), 2.0, palette::INK)?;
        for (label, value) in &row.values {
            let (marker, colour, drop) = key.look(row.source.class, label);
            canvas.marker(marker, (page.scale.place(*value), y + drop), RADIUS, colour)?;
        }
    }
    let mut entries = key.entries(rows);
    entries.push(Entry::new(Sign::Tick(palette::INK), "mean"));
    if rows.iter().any(|row| row.source.emphasis == Emphasis::Baseline) {
        entries.push(Entry::baseline());
    }
    let heading = if *key == Key::Classes { "cost:" } else { "" };
    legend::across(canvas, heading, &entries, page.legend())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, values: &[f64]) -> SpreadRow {
        let label = |(index, value): (usize, &f64)| (format!("seed {index}"), *value);
        let values = values.iter().enumerate().map(label).collect();
        SpreadRow { name: name.into(), class: CostClass::Forward, values, emphasis: Emphasis::Plain }
    }

    fn chart(rows: Vec<SpreadRow>) -> SeedSpread {
        SeedSpread {
            title: "t".into(),
            subtitle: "s".into(),
            axis_label: "tau".into(),
            rows,
            references: vec![ReferenceLine { label: "#layers".into(), value: 0.9 }],
        }
    }

    #[test]
    fn rows_are_sorted_by_the_mean_of_their_finite_values() {
        let rows = vec![
            row("b", &[0.1, 0.3]),
            row("top", &[0.5, f64::NAN, 0.7]),
            row("a", &[0.2]),
            row("undefined", &[f64::NAN]),
            row("empty", &[]),
        ];
        let chart = chart(rows);
        let rows = chart.sorted();
        let shown: Vec<(&str, String)> = rows.iter().map(|r| (&*r.source.name, r.summary())).collect();
        let wanted = [("top", "0.600 ± 0.141"), ("a", "0.200"), ("b", "0.200 ± 0.141")];
        assert_eq!(shown, wanted.map(|(name, text)| (name, text.to_owned())));
        assert_eq!(chart.subtitle(&rows), "s  ·  not drawn: 2 values without a finite correlation");
    }

    #[test]
    fn few_labels_get_looks_of_their_own_inside_the_row() {
        let six = chart(vec![row("a", &[0.1; 4]), row("b", &[0.1; FEW_LABELS])]);
        let key = Key::of(&six.sorted());
        let looks: Vec<_> =
            (0..FEW_LABELS).map(|i| key.look(CostClass::Forward, &format!("seed {i}"))).collect();
        for (index, look) in looks.iter().enumerate() {
            assert!(looks[index + 1..].iter().all(|other| (other.0, other.1) != (look.0, look.1)));
            assert!(look.2.abs() + RADIUS < 15.0, "{}", look.2);
        }
        let seven = chart(vec![row("a", &[0.1; FEW_LABELS + 1])]);
        assert_eq!(Key::of(&seven.sorted()), Key::Classes);
    }

    #[test]
    fn the_axis_covers_values_and_references() {
        let chart = chart(vec![row("a", &[-0.4, 0.3])]);
        let rows = chart.sorted();
        let page = chart.page(&rows, "");
        for value in [-0.4, 0.9] {
            let x = page.scale.place(value);
            assert!(x > page.frame.left && x < page.frame.right);
        }
    }
}
