//! What a proxy costs against how well it ranks.
//!
//! A proxy earns its place only if nothing cheaper ranks as well. The step line is the Pareto front: at each budget,
//! the best that can be had. Costs span arithmetic on a configuration to backward passes, hence the logarithmic axis.

use std::ops::Range;
use std::path::{Path, PathBuf};

use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

use super::canvas::{Canvas, Frame, Header, em, face, with_lost};
use super::column::{Column, Note, PITCH, Placed};
use super::legend::{self, Entry, RADIUS, Sign};
use super::output::{draw, text};
use super::references::{ceiling_text, is_finite};
use super::scale::Scale;
use super::surface::{Drawn, Point};
use super::{AxisScale, ChartError, axis, class, duration, palette};
use crate::table::Emphasis;

mod front;
mod groups;
#[cfg(test)]
mod tests;

use front::front;
use groups::{groups, labelled};

/// Cost against Kendall tau-b.
#[derive(Debug, Clone, PartialEq)]
pub struct CostScatter {
    /// The chart's title.
    pub title: String,
    /// What was measured: benchmark, count of architectures, protocol, machine, kind of interval.
    pub subtitle: String,
    /// Title of the vertical axis.
    pub axis_label: String,
    /// The proxies, in any order.
    pub points: Vec<CostPoint>,
    /// The best correlation that label noise allows, a band.
    pub ceiling: Option<Estimate>,
}

/// One proxy.
///
/// Without a finite interval and a finite, positive time it is counted in the subtitle instead of drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct CostPoint {
    /// Its name.
    pub name: String,
    /// Time that this proxy alone takes for one network, in nanoseconds.
    pub wall_ns: f64,
    /// Its correlation.
    pub tau: Estimate,
    /// What kind of work it does; chooses colour and shape.
    pub class: CostClass,
    /// Whether it is a baseline, set in bold.
    pub emphasis: Emphasis,
}

/// Page width in pixels; the height follows from the count of labels in a column.
const WIDTH: u32 = 1600;
/// Left edge of the plot.
const LEFT: f64 = 112.0;
/// Pixels at the right edge of the page.
const EDGE: f64 = 40.0;
/// The widest that labels may get.
const NAMES: f64 = 330.0;
/// A group of points gets a column of its own where labels of this width fit, though longer ones are cut.
const INNER_NAMES: f64 = 200.0;
/// Pixels between the plot and the last column of labels, which is the most crowded.
const GUTTER: f64 = 84.0;
/// Pixels between a group of points inside the plot and its column, beyond the clearance.
const INNER_GUTTER: f64 = 36.0;
/// Pixels left free between the plot's sides and its points, and between a group of points and its labels.
const CLEAR: f64 = 18.0;
/// Least and greatest height of the plot; labels that must be drawn make it higher still.
const HEIGHTS: (f64, f64) = (620.0, 1200.0);
/// Room for axis, axis title and legend below the plot.
const FOOT: f64 = 135.0;

/// Everything that is known before drawing.
struct Layout<'a> {
    header: Header,
    frame: Frame,
    x: Scale,
    y: Scale,
    /// Ascending in cost and, where costs are equal, from the best down.
    points: Vec<&'a CostPoint>,
    front: Vec<usize>,
    groups: Vec<Group>,
    /// Width of the widest label.
    label: f64,
    ceiling: Option<Estimate>,
}

/// Points whose labels share a column.
struct Group {
    range: Range<usize>,
    /// Those that have a label.
    labelled: Vec<usize>,
}

impl CostScatter {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        let (layout, size) = self.page()?;
        draw(path, &self.title, size, &|canvas| layout.paint(canvas, &self.axis_label))
    }

    /// The chart as the text of an SVG.
    pub fn svg(&self) -> Result<String, ChartError> {
        let (layout, size) = self.page()?;
        text(&self.title, size, &|canvas| layout.paint(canvas, &self.axis_label))
    }

    fn page(&self) -> Result<(Layout<'_>, (u32, u32)), ChartError> {
        let points = self.drawable();
        if points.is_empty() {
            let what = "finite correlation with a positive time";
            return Err(ChartError::Empty { chart: self.title.clone(), what });
        }
        let layout = self.layout(points);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a page height in pixels"
        )]
        let height = (layout.frame.bottom + FOOT).ceil() as u32;
        Ok((layout, (WIDTH, height)))
    }

    fn drawable(&self) -> Vec<&CostPoint> {
        let known =
            |point: &&CostPoint| point.wall_ns.is_finite() && point.wall_ns > 0.0 && is_finite(&point.tau);
        let mut points: Vec<&CostPoint> = self.points.iter().filter(known).collect();
        points.sort_by(|a, b| {
            let by_quality = b.tau.point.total_cmp(&a.tau.point);
            a.wall_ns.total_cmp(&b.wall_ns).then(by_quality).then_with(|| a.name.cmp(&b.name))
        });
        points
    }

    fn layout<'a>(&'a self, points: Vec<&'a CostPoint>) -> Layout<'a> {
        let ceiling = self.ceiling.filter(is_finite);
        let lost = self.points.len() - points.len();
        let subtitle = with_lost(&self.subtitle, lost, "point", "a finite correlation and a positive time");
        let header = Header::new(&self.title, &subtitle, LEFT, f64::from(WIDTH));
        let width = |point: &&CostPoint| class::name_face(point.emphasis).width(&point.name).min(NAMES);
        let ceiling_width = ceiling.map_or(0.0, |e| face(em::LABEL, palette::INK).width(&ceiling_text(&e)));
        let label = points.iter().map(width).fold(ceiling_width, f64::max).min(NAMES);
        let right = f64::from(WIDTH) - EDGE - label - GUTTER;
        let times: Vec<f64> = points.iter().map(|point| point.wall_ns).collect();
        let x = Scale::covering(&times, AxisScale::Log, (LEFT + CLEAR, right - CLEAR));
        let sizes: Vec<(f64, f64)> =
            points.iter().map(|point| (x.place(point.wall_ns), width(point).min(INNER_NAMES))).collect();
        let groups = groups(&sizes, INNER_GUTTER + 2.0 * CLEAR);
        let costs: Vec<(f64, f64)> = points.iter().map(|point| (point.wall_ns, point.tau.point)).collect();
        let front = front(&costs);

        let is_important =
            |index: usize| front.contains(&index) || points[index].emphasis == Emphasis::Baseline;
        // The ceiling's label stands in the last column.
        let extra = usize::from(ceiling.is_some());
        let tallest = |wanted: &dyn Fn(usize) -> bool| {
            let lines =
                groups.iter().map(|group| group.clone().filter(|index| wanted(*index)).count() + extra);
            PITCH * lines.max().unwrap_or(0) as f64
        };
        let height = tallest(&|_| true).clamp(HEIGHTS.0, HEIGHTS.1).max(tallest(&is_important));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen")]
        let room = ((height / PITCH) as usize).saturating_sub(extra);
        let quality = |index: usize| points[index].tau.point;
        let groups: Vec<Group> = groups
            .into_iter()
            .map(|range| Group { labelled: labelled(range.clone(), room, is_important, quality), range })
            .collect();
        let top = header.bottom() + 18.0;
        let frame = Frame { left: LEFT, right, top, bottom: top + height };
        let shown = points.iter().map(|point| point.tau).chain(ceiling);
        let y = Scale::correlations(shown.flat_map(|e| [e.low, e.point, e.high]), (frame.bottom, frame.top));
        Layout { header, frame, x, y, points, front, groups, label, ceiling }
    }
}

impl Layout<'_> {
    fn paint(&self, canvas: &mut Canvas, axis_label: &str) -> Drawn {
        let frame = self.frame;
        canvas.header(&self.header)?;
        if let Some(ceiling) = self.ceiling {
            let band = Frame { top: self.y.place(ceiling.high), bottom: self.y.place(ceiling.low), ..frame };
            canvas.rect(band, palette::VERMILION.with_alpha(0.14))?;
        }
        let ticks = duration::ticks(&self.x, 10);
        axis::bottom(canvas, &self.x, &ticks, frame, "time for one network, this proxy alone")?;
        axis::left(canvas, &self.y, &self.y.ticks(10), frame, axis_label)?;
        let zero = self.y.place(0.0);
        canvas.rule((frame.left, zero), (frame.right, zero), 1.5, palette::AXIS)?;
        if let Some(ceiling) = self.ceiling {
            let y = self.y.place(ceiling.point);
            canvas.dashes((frame.left, y), (frame.right, y), 1.5, palette::VERMILION_INK)?;
        }
        // The front covers leaders, labels interrupt the front, and points cover all lines.
        let columns: Vec<Column> = self.groups.iter().map(|group| self.column(group)).collect();
        let labels: Vec<Placed> =
            self.groups.iter().zip(&columns).map(|(group, column)| column.place(self.notes(group))).collect();
        labels.iter().try_for_each(|placed| placed.draw_leaders(canvas))?;
        self.paint_front(canvas)?;
        labels.iter().try_for_each(|placed| placed.draw_texts(canvas))?;
        self.paint_points(canvas)?;
        legend::across(canvas, "cost:", &self.entries(), frame.bottom + 100.0)
    }

    fn place(&self, index: usize) -> Point {
        let point = self.points[index];
        (self.x.place(point.wall_ns), self.y.place(point.tau.point))
    }

    /// Steps from each member of the front to the next, and on to the right end of the plot.
    fn paint_front(&self, canvas: &mut Canvas) -> Drawn {
        let corners: Vec<Point> = self.front.iter().map(|index| self.place(*index)).collect();
        let ends = corners.iter().skip(1).copied().chain([(self.frame.right, 0.0)]);
        for (index, (from, to)) in corners.iter().zip(ends).enumerate() {
            canvas.rule(*from, (to.0, from.1), 2.0, palette::INK)?;
            if index + 1 < corners.len() {
                canvas.rule((to.0, from.1), to, 2.0, palette::INK)?;
            }
        }
        Ok(())
    }

    /// Where a group's labels stand: beside the plot for the last one, else between it and the next.
    fn column(&self, group: &Group) -> Column {
        let span = (self.frame.top, self.frame.bottom);
        if self.is_last(group) {
            return Column { turn: self.frame.right, gutter: GUTTER, width: self.label, span };
        }
        let (from, to) = (self.place(group.range.end - 1).0, self.place(group.range.end).0);
        let width = to - from - INNER_GUTTER - 2.0 * CLEAR;
        Column { turn: from + CLEAR, gutter: INNER_GUTTER, width, span }
    }

    fn is_last(&self, group: &Group) -> bool {
        group.range.end == self.points.len()
    }

    /// The labels of a group; the ceiling's stands with the last one.
    fn notes(&self, group: &Group) -> Vec<Note> {
        let names = group.labelled.iter().map(|&index| {
            let point = self.points[index];
            Note {
                text: point.name.clone(),
                at: self.place(index),
                face: class::name_face(point.emphasis),
                leader: class::colour(point.class).with_alpha(0.7),
            }
        });
        let ceiling = self.ceiling.filter(|_| self.is_last(group)).map(|e| Note {
            text: ceiling_text(&e),
            at: (self.frame.right, self.y.place(e.point)),
            face: face(em::LABEL, palette::VERMILION_INK),
            leader: palette::VERMILION_INK,
        });
        names.chain(ceiling).collect()
    }

    /// Intervals first, so that they cover no point.
    fn paint_points(&self, canvas: &mut Canvas) -> Drawn {
        for (index, point) in self.points.iter().enumerate() {
            let x = self.place(index).0;
            let (low, high) = (self.y.place(point.tau.low), self.y.place(point.tau.high));
            canvas.rule((x, low), (x, high), 2.0, class::colour(point.class).with_alpha(0.4))?;
        }
        for (index, point) in self.points.iter().enumerate() {
            let colour = class::colour(point.class);
            canvas.marker(class::marker(point.class), self.place(index), RADIUS, colour)?;
        }
        Ok(())
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = class::entries(self.points.iter().map(|point| point.class));
        if self.points.iter().any(|point| point.emphasis == Emphasis::Baseline) {
            entries.push(Entry::baseline());
        }
        entries.push(Entry::new(Sign::Line(palette::INK), "best for its cost"));
        entries
    }
}
