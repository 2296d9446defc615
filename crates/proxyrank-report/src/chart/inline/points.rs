//! A scatter plot in a few bytes a point.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Axis, Drawing, whole};
use crate::chart::Scatter;
use crate::chart::scale::{Scale, Tick, Ticks, distinct, superscript};
use crate::chart::scatter::{FEW_VALUES, ScatterPoint, golden, room_between};

/// Width and height in units; shown at about one and a half times that.
const SIZE: (i64, i64) = (360, 224);
const LEFT: f64 = 42.0;
const RIGHT: f64 = 354.0;
const TOP: f64 = 6.0;
const BOTTOM: f64 = 183.0;
/// Colours that a page has for (depth, width) cells, and for classes of depth where there are more cells.
const CELLS: usize = 6;
const DEPTHS: usize = 5;

/// A scatter plot for a web page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineScatter {
    /// The picture.
    pub svg: String,
    /// What colours mean: a class of the style sheet, and the networks that have it. It stands beside the picture, where words
    /// take a third of the bytes.
    pub key: Vec<(String, String)>,
}

/// Which colour a point gets.
enum Groups {
    /// One for each depth and width.
    Cells(Vec<(u32, u32)>),
    /// One for each class of depth: its greatest.
    Depths(Vec<u32>),
}

impl Scatter {
    /// The chart for a web page; none where no score is finite.
    ///
    /// Points have the classes `g0` to `g5` by depth and width, or `d0` to `d4` by depth.
    pub fn inline(&self) -> Option<InlineScatter> {
        let finite = self.points.iter().filter(|point| point.truth.is_finite());
        let points: Vec<(f64, &ScatterPoint)> = finite
            .filter_map(|point| point.score.filter(|score| score.is_finite()).map(|score| (score, point)))
            .collect();
        if points.is_empty() {
            return None;
        }
        let scores: Vec<f64> = points.iter().map(|(score, _)| *score).collect();
        let truths: Vec<f64> = points.iter().map(|(_, point)| point.truth).collect();
        let values = distinct(scores.iter().copied());
        let few = values.len() <= FEW_VALUES && values.len() < points.len();
        let inset = if few { 28.0 } else { 4.0 };
        let x = Scale::covering(&scores, self.score_axis, (LEFT + inset, RIGHT - inset));
        let y = Scale::covering(&truths, self.truth_axis, (BOTTOM, TOP));

        let mut drawing = Drawing::new("scatter", SIZE, &self.title);
        let ticks = x.ticks_at(&values).filter(|_| few).unwrap_or_else(|| x.ticks(6));
        axes(&mut drawing, (&x, &ticks), (&y, &y.ticks(6)));
        drawing.label(
            "axis",
            (whole(f64::midpoint(LEFT, RIGHT)), 219),
            &titled(&self.score_label, &x, &ticks),
        );
        drawing.upwards(
            "axis",
            (11, whole(f64::midpoint(TOP, BOTTOM))),
            &titled(&self.truth_label, &y, &y.ticks(6)),
        );

        let groups = Groups::of(points.iter().map(|(_, point)| *point));
        let spread = if few { room_between(&values, &x, 48.0) } else { 0.0 };
        let mut places: BTreeMap<usize, Vec<(i64, i64)>> = BTreeMap::new();
        let mut ringed = Vec::new();
        for (index, (score, point)) in points.iter().enumerate() {
            let aside = (golden(index) - 0.5) * spread;
            let place = (whole(x.place(*score) + aside), whole(y.place(point.truth)));
            places.entry(groups.index(point)).or_default().push(place);
            ringed.extend(point.highlight.is_some().then_some(place));
        }
        // A ring is a large dot with a smaller one of paper on it, below all others: a sixth of the bytes of a circle.
        ringed.sort_unstable();
        ringed.dedup();
        let rings = dots(&ringed);
        drawing.path("ring", &rings);
        drawing.path("ring hole", &rings);
        for (group, mut places) in places {
            // Neighbours in the path lie close together, so that steps between them are short to write.
            places.sort_unstable();
            places.dedup();
            drawing.path(&format!("dot {}", groups.class(group)), &dots(&places));
        }
        let key = groups.labels().into_iter().map(|(group, label)| (groups.class(group), label)).collect();
        Some(InlineScatter { svg: drawing.finish(), key })
    }
}

impl Groups {
    fn of<'a>(points: impl Iterator<Item = &'a ScatterPoint> + Clone) -> Self {
        let mut cells: Vec<(u32, u32)> = points.map(|point| (point.depth, point.width)).collect();
        cells.sort_unstable();
        cells.dedup();
        if cells.len() <= CELLS {
            return Self::Cells(cells);
        }
        let mut depths: Vec<u32> = cells.into_iter().map(|(depth, _)| depth).collect();
        depths.dedup();
        let classes = DEPTHS.min(depths.len());
        Self::Depths((1..=classes).map(|class| depths[class * depths.len() / classes - 1]).collect())
    }

    fn index(&self, point: &ScatterPoint) -> usize {
        match self {
            Self::Cells(cells) => {
                cells.iter().position(|cell| *cell == (point.depth, point.width)).unwrap_or(0)
            }
            Self::Depths(greatest) => greatest.partition_point(|depth| *depth < point.depth),
        }
    }

    fn class(&self, group: usize) -> String {
        match self {
            Self::Cells(_) => format!("g{group}"),
            Self::Depths(_) => format!("d{group}"),
        }
    }

    fn labels(&self) -> Vec<(usize, String)> {
        let labels: Vec<String> = match self {
            Self::Cells(cells) => cells.iter().map(|(depth, width)| format!("{depth} × {width}")).collect(),
            Self::Depths(greatest) => {
                let mut labels: Vec<String> = greatest.iter().map(|depth| format!("≤ {depth}")).collect();
                if let Some(last) = labels.last_mut() {
                    last.push_str(" layers");
                }
                labels
            }
        };
        labels.into_iter().enumerate().collect()
    }
}

/// Grid, axis lines and tick labels.
fn axes<'t>(drawing: &mut Drawing, (x, x_ticks): (&Scale, &'t Ticks), (y, y_ticks): (&Scale, &'t Ticks)) {
    let (left, right, top, bottom) = (whole(LEFT), whole(RIGHT), whole(TOP), whole(BOTTOM));
    let mut grid = String::new();
    for tick in &y_ticks.marks {
        let _ = write!(grid, "M{left} {}H{right}", whole(y.place(tick.value)));
    }
    for tick in &x_ticks.marks {
        let _ = write!(grid, "M{} {top}V{bottom}", whole(x.place(tick.value)));
    }
    drawing.path("grid", &grid);
    drawing.path("line", &format!("M{left} {top}V{bottom}H{right}"));
    let labels = |ticks: &'t Ticks, scale: &Scale, shift: i64| -> Vec<(i64, &'t str)> {
        let label = |tick: &'t Tick| (whole(scale.place(tick.value)) + shift, tick.label.as_str());
        ticks.marks.iter().map(label).collect()
    };
    drawing.ticks("tx", (Axis::X, bottom + 13), labels(x_ticks, x, 0).into_iter());
    drawing.ticks("ty", (Axis::Y, left - 4), labels(y_ticks, y, 4).into_iter());
}

/// An axis title with the power of ten that the labels leave out, and with the kind of scale.
fn titled(title: &str, scale: &Scale, ticks: &Ticks) -> String {
    let power = (ticks.exponent != 0).then(|| format!("×10{}", superscript(ticks.exponent.into())));
    let kind = Some(scale.remark().to_owned()).filter(|kind| !kind.is_empty());
    let remarks: Vec<String> = power.into_iter().chain(kind).collect();
    if remarks.is_empty() { title.to_owned() } else { format!("{title} ({})", remarks.join(", ")) }
}

/// Points in one column that lie closer than this overlap, so that one stroke through them looks as they do.
const OVERLAP: i64 = 2;

/// Strokes without length, whose round ends are the points; points of a column that overlap share a stroke.
fn dots(places: &[(i64, i64)]) -> String {
    let mut path = String::new();
    let mut before: Option<(i64, i64)> = None;
    let overlap = |a: &(i64, i64), b: &(i64, i64)| a.0 == b.0 && (0..=OVERLAP).contains(&(b.1 - a.1));
    for column in places.chunk_by(overlap) {
        let ((x, y), end) = (column[0], column[column.len() - 1]);
        match before {
            None => {
                let _ = write!(path, "M{x} {y}");
            }
            Some((a, b)) => {
                let (right, down) = (x - a, y - b);
                // A minus sign separates as well as a space does.
                let space = if down < 0 { "" } else { " " };
                let _ = write!(path, "m{right}{space}{down}");
            }
        }
        if end.1 == y {
            path.push('z');
        } else {
            let _ = write!(path, "v{}", end.1 - y);
        }
        before = Some(end);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::AxisScale;

    fn chart(points: Vec<ScatterPoint>) -> Scatter {
        Scatter {
            title: "a <b> on c".into(),
            score_label: "a".into(),
            truth_label: "glue (%)".into(),
            tau: None,
            rho: None,
            points,
            score_axis: AxisScale::Auto,
            truth_axis: AxisScale::Linear,
            highlight: String::new(),
        }
    }

    fn point(score: f64, depth: u32) -> ScatterPoint {
        ScatterPoint { score: Some(score), truth: score * 2.0, depth, width: 128, highlight: None }
    }

    #[test]
    fn every_point_is_one_stroke_and_text_is_escaped() {
        let points: Vec<_> = (0..40_u32).map(|i| point(f64::from(i) + 0.5, 2 + i % 2)).collect();
        let InlineScatter { svg, key } = chart(points).inline().unwrap();
        assert_eq!(svg.matches('z').count(), 40);
        let words = |class: &str, label: &str| (class.to_owned(), label.to_owned());
        assert_eq!(key, [words("g0", "2 × 128"), words("g1", "3 × 128")]);
        assert!(svg.contains("aria-label=\"a &lt;b&gt; on c\"") && !svg.contains("<b>"));
        assert!(svg.contains("dot g0") && svg.contains("dot g1"));
    }

    #[test]
    fn many_depths_share_classes_and_all_points_have_one() {
        let points: Vec<_> = (0..60_u32).map(|i| point(f64::from(i), 2 + i % 15)).collect();
        let groups = Groups::of(points.iter());
        assert!(points.iter().all(|point| groups.index(point) < DEPTHS));
        assert_eq!(groups.labels().last().unwrap().1, "≤ 16 layers");
    }

    #[test]
    fn without_a_finite_score_there_is_no_chart() {
        assert_eq!(chart(vec![ScatterPoint { score: None, ..point(1.0, 2) }]).inline(), None);
    }

    #[test]
    fn a_ring_lies_around_its_point_where_few_values_are_spread_out_too() {
        let mut points: Vec<_> =
            (0..8_u32).map(|i| ScatterPoint { truth: f64::from(i), ..point(f64::from(i % 2), 2) }).collect();
        points[5].highlight = Some("5".into());
        let svg = chart(points).inline().unwrap().svg;
        let path = |class: &str| {
            let (_, rest) = svg.split_once(&format!("<path class=\"{class}\" d=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let ring = path("ring");
        assert_eq!(path("ring hole"), ring);
        let (x, y) = ring.trim_matches(['M', 'z']).split_once(' ').unwrap();
        let (x, y): (i64, i64) = (x.parse().unwrap(), y.parse().unwrap());
        // The dots as places: a step at a time.
        let mut at = (0, 0);
        let places: Vec<(i64, i64)> = path("dot g0")
            .trim_start_matches('M')
            .trim_end_matches('z')
            .split("zm")
            .map(|step| {
                let cut = step[1..].find([' ', '-']).unwrap() + 1;
                let (right, down) =
                    (step[..cut].parse::<i64>().unwrap(), step[cut..].trim().parse::<i64>().unwrap());
                at = (at.0 + right, at.1 + down);
                at
            })
            .collect();
        assert!(places.len() == 8 && places.contains(&(x, y)), "{places:?} {ring}");
    }

    #[test]
    fn steps_lead_from_point_to_point() {
        assert_eq!(dots(&[(10, 20), (12, 5), (12, 9)]), "M10 20zm2-15zm0 4z");
        assert_eq!(dots(&[(10, 20), (10, 21), (10, 23), (12, 5)]), "M10 20v3m2-18z", "neighbours overlap");
    }
}
