//! Labelled lines across a plot: baselines and the noise ceiling.

use proxyrank_stats::Estimate;

use super::canvas::{Canvas, Frame, em, face};
use super::labels::lanes;
use super::palette::{self, Colour};
use super::scale::{Scale, minus};
use super::surface::{Anchor, Drawn, Type};
use crate::number;

/// A labelled line that stands for one value of an axis, such as a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceLine {
    /// What it stands for.
    pub label: String,
    /// Where it stands.
    pub value: f64,
}

impl ReferenceLine {
    /// Its label with its value.
    pub(super) fn text(&self) -> String {
        minus(&format!("{} {}", self.label, number::fixed(self.value, 3)))
    }
}

/// The label of a noise ceiling.
pub(super) fn ceiling_text(ceiling: &Estimate) -> String {
    minus(&format!("noise ceiling {}", number::estimate(ceiling, 3)))
}

/// Whether point and interval are finite.
pub(super) fn is_finite(value: &Estimate) -> bool {
    value.point.is_finite() && value.low.is_finite() && value.high.is_finite()
}

/// Height of a lane of labels above the plot.
const LANE: f64 = 24.0;

/// Vertical lines whose labels stand above the plot, in lanes that keep them apart.
pub(super) struct Uprights(Vec<Upright>);

struct Upright {
    label: String,
    x: f64,
    lane: usize,
    colour: Colour,
}

impl Uprights {
    /// Baselines in ink and the ceiling in its own colour.
    pub(super) fn new(references: &[ReferenceLine], ceiling: Option<Estimate>, scale: &Scale) -> Self {
        let baselines = references.iter().map(|line| (line.text(), line.value, palette::INK));
        let ceiling = ceiling.map(|e| (ceiling_text(&e), e.point, palette::VERMILION_INK));
        let mut lines: Vec<Upright> = baselines
            .chain(ceiling)
            .filter(|(_, value, _)| value.is_finite())
            .map(|(label, value, colour)| {
                let x = scale.place(value);
                Upright { label: label_face(colour).fit(&label, x - 20.0), x, lane: 0, colour }
            })
            .collect();
        let sizes: Vec<(f64, f64)> =
            lines.iter().map(|line| (line.x, label_face(line.colour).width(&line.label) + 8.0)).collect();
        for (line, lane) in lines.iter_mut().zip(lanes(&sizes)) {
            line.lane = lane;
        }
        Self(lines)
    }

    /// Pixels that their labels take above the plot.
    pub(super) fn height(&self) -> f64 {
        LANE * self.0.iter().map(|line| line.lane + 1).max().unwrap_or(0) as f64
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, frame: Frame) -> Drawn {
        for line in &self.0 {
            let head = frame.top - LANE * (line.lane as f64 + 1.0) + 4.0;
            canvas.dashes((line.x, head), (line.x, frame.bottom), 1.5, line.colour)?;
            let at = (line.x - 7.0, head + 8.0);
            canvas.centred(&line.label, at, Anchor::End, label_face(line.colour))?;
        }
        Ok(())
    }
}

const fn label_face(colour: Colour) -> Type {
    face(em::SMALL, colour)
}
