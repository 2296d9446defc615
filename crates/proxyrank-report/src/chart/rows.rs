//! A page that gives each proxy a line: its name, marks on a common horizontal axis, and a value in figures.

use proxyrank_stats::Estimate;

use super::axis;
use super::canvas::{Canvas, Frame, Header, em, face};
use super::class::name_face;
use super::palette;
use super::references::{ReferenceLine, Uprights};
use super::scale::Scale;
use super::surface::{Anchor, Drawn, Type};
use crate::table::Emphasis;

/// Page width in pixels; the height follows from the count of rows.
const WIDTH: u32 = 1600;
/// Height of a row.
const ROW: f64 = 32.0;
/// Room for axis, axis title and legend below the plot.
const FOOT: f64 = 120.0;
/// The widest that names may get.
const NAMES: f64 = 470.0;
/// Pixels between the plot and the texts beside it.
const GAP: f64 = 18.0;

/// What is written beside the marks of a row.
pub(super) struct RowText<'a> {
    pub(super) name: &'a str,
    pub(super) emphasis: Emphasis,
    /// In figures, with a typographic minus sign.
    pub(super) value: String,
}

/// What the common axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowAxis {
    /// Correlations: linear, with a line at zero.
    Correlations,
    /// Positive quantities of any magnitude: logarithmic. Zero and infinity lie beyond its ends.
    Magnitudes,
}

/// What the axis shows besides the rows.
#[derive(Clone, Copy)]
pub(super) struct Backdrop<'a> {
    pub(super) axis: RowAxis,
    /// Title of the horizontal axis.
    pub(super) axis_label: &'a str,
    /// What the figures beside the rows are, written below them; empty if they speak for themselves.
    pub(super) values_label: &'a str,
    pub(super) references: &'a [ReferenceLine],
    /// Finite.
    pub(super) ceiling: Option<Estimate>,
}

/// Everything that is known of the page before drawing.
pub(super) struct RowPage<'a> {
    header: Header,
    texts: Vec<RowText<'a>>,
    backdrop: Backdrop<'a>,
    uprights: Uprights,
    pub(super) frame: Frame,
    pub(super) scale: Scale,
}

impl<'a> RowPage<'a> {
    /// Lays out a page whose axis covers `marked` and the backdrop.
    pub(super) fn new(
        (title, subtitle): (&str, &str),
        texts: Vec<RowText<'a>>,
        marked: impl Iterator<Item = f64>,
        backdrop: Backdrop<'a>,
    ) -> Self {
        let widths = texts.iter().map(|text| name_face(text.emphasis).width(text.name));
        let names = widths.fold(120.0, f64::max).min(NAMES);
        let values = texts.iter().map(|text| value_face().width(&text.value));
        let values = values.fold(small_face().width(backdrop.values_label), f64::max);
        let header = Header::new(title, subtitle, 40.0, f64::from(WIDTH));
        let (left, right) = (40.0 + names + GAP, f64::from(WIDTH) - 40.0 - values - GAP);
        let lines = backdrop.references.iter().map(|line| line.value);
        let band = backdrop.ceiling.into_iter().flat_map(|e| [e.low, e.point, e.high]);
        let covered = marked.chain(lines).chain(band);
        let scale = match backdrop.axis {
            RowAxis::Correlations => Scale::correlations(covered, (left, right)),
            RowAxis::Magnitudes => Scale::magnitudes(covered, (left, right)),
        };
        let uprights = Uprights::new(backdrop.references, backdrop.ceiling, &scale);
        let top = header.bottom() + 12.0 + uprights.height();
        let frame = Frame { left, right, top, bottom: top + ROW * texts.len() as f64 };
        Self { header, texts, backdrop, uprights, frame, scale }
    }

    /// Page size in pixels.
    pub(super) fn size(&self) -> (u32, u32) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a page height in pixels"
        )]
        let height = (self.frame.bottom + FOOT).ceil() as u32;
        (WIDTH, height)
    }

    /// The middle of a row.
    pub(super) fn middle(&self, row: usize) -> f64 {
        self.frame.top + ROW * (row as f64 + 0.5)
    }

    /// The middle of the legend's line.
    pub(super) fn legend(&self) -> f64 {
        self.frame.bottom + 96.0
    }

    /// Draws everything but the marks and the legend.
    pub(super) fn draw(&self, canvas: &mut Canvas) -> Drawn {
        let (frame, scale) = (self.frame, &self.scale);
        canvas.header(&self.header)?;
        for row in (0..self.texts.len()).step_by(2) {
            let top = frame.top + ROW * row as f64;
            let right = canvas.width - 28.0;
            canvas.rect(Frame { left: 28.0, right, top, bottom: top + ROW }, palette::STRIPE)?;
        }
        if let Some(ceiling) = self.backdrop.ceiling {
            let band = Frame { left: scale.place(ceiling.low), right: scale.place(ceiling.high), ..frame };
            canvas.rect(band, palette::VERMILION.with_alpha(0.14))?;
        }
        axis::bottom(canvas, scale, &scale.ticks(8), frame, self.backdrop.axis_label)?;
        if !self.backdrop.values_label.is_empty() {
            let below = (canvas.width - 40.0, frame.bottom + 18.0);
            canvas.centred(self.backdrop.values_label, below, Anchor::End, small_face())?;
        }
        if self.backdrop.axis == RowAxis::Correlations {
            let zero = scale.place(0.0);
            canvas.rule((zero, frame.top), (zero, frame.bottom), 1.5, palette::AXIS)?;
        }
        self.uprights.draw(canvas, frame)?;
        for (row, text) in self.texts.iter().enumerate() {
            let (y, face) = (self.middle(row), name_face(text.emphasis));
            canvas.centred(&face.fit_name(text.name, NAMES), (frame.left - GAP, y), Anchor::End, face)?;
            canvas.centred(&text.value, (canvas.width - 40.0, y), Anchor::End, value_face())?;
        }
        Ok(())
    }
}

const fn value_face() -> Type {
    face(em::LABEL, palette::SOFT_INK)
}

const fn small_face() -> Type {
    face(em::SMALL, palette::SOFT_INK)
}
