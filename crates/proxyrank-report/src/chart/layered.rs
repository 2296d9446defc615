//! What networks are made of: one row a network, one cell a layer.
//!
//! A cell's colour is the kind of its block, its height how wide the block is, so that a row of cells is a bar chart of the
//! network from its first layer to its last.

use std::path::{Path, PathBuf};

use super::ChartError;
use super::canvas::{Canvas, Frame, Header, Marker, em, face};
use super::legend::{Entry, Sign, across};
use super::output::draw;
use super::palette;
use super::surface::{Anchor, Drawn};

/// Some networks.
#[derive(Debug, Clone, PartialEq)]
pub struct Layered {
    /// The chart's title.
    pub title: String,
    /// What the networks are.
    pub subtitle: String,
    /// Names of the kinds of blocks, in the order of [`LayerCell::kind`].
    pub kinds: Vec<String>,
    /// The networks.
    pub rows: Vec<LayeredRow>,
}

/// One network.
#[derive(Debug, Clone, PartialEq)]
pub struct LayeredRow {
    /// Its name, to the left.
    pub name: String,
    /// A remark, to the right.
    pub remark: String,
    /// Its layers, first to last.
    pub cells: Vec<LayerCell>,
}

/// One layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerCell {
    /// The kind of its block.
    pub kind: usize,
    /// Its width as a share of the widest, above 0.
    pub share: f64,
}

/// Page width in pixels; the height follows from the count of networks.
const WIDTH: u32 = 1600;
/// The widest that names and remarks may get.
const NAMES: f64 = 420.0;
/// Height of a row, and of a full cell in it.
const ROW: f64 = 52.0;
const FULL: f64 = 42.0;
/// Pixels around the page.
const EDGE: f64 = 40.0;

impl Layered {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        if self.rows.is_empty() || self.layers() == 0 {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "layer" });
        }
        let header = Header::new(&self.title, &self.subtitle, EDGE, f64::from(WIDTH));
        let top = header.bottom() + 44.0;
        let bottom = top + ROW * self.rows.len() as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a page height in pixels"
        )]
        let height = (bottom + 70.0).ceil() as u32;
        draw(path, &self.title, (WIDTH, height), &|canvas| self.paint(canvas, &header, top, bottom))
    }

    fn layers(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }

    fn paint(&self, canvas: &mut Canvas, header: &Header, top: f64, bottom: f64) -> Drawn {
        canvas.header(header)?;
        let (text, soft) = (face(em::LABEL, palette::INK), face(em::LABEL, palette::SOFT_INK));
        let widest = |of: fn(&LayeredRow) -> &String| {
            self.rows.iter().map(|row| text.width(of(row))).fold(0.0, f64::max).min(NAMES)
        };
        let left = EDGE + widest(|row| &row.name) + 16.0;
        let right = f64::from(WIDTH) - EDGE - widest(|row| &row.remark) - 16.0;
        let cell = (right - left) / self.layers() as f64;
        for layer in 0..self.layers() {
            let x = left + (layer as f64 + 0.5) * cell;
            canvas.centred(&(layer + 1).to_string(), (x, top - 14.0), Anchor::Middle, soft)?;
        }
        for (place, row) in self.rows.iter().enumerate() {
            let base = top + ROW * (place as f64 + 1.0) - 6.0;
            let middle = base - FULL / 2.0;
            canvas.centred(&text.fit_name(&row.name, NAMES), (left - 16.0, middle), Anchor::End, text)?;
            canvas.centred(
                &text.fit_name(&row.remark, NAMES),
                (right + 16.0, middle),
                Anchor::Start,
                soft,
            )?;
            for (layer, one) in row.cells.iter().enumerate() {
                let start = left + layer as f64 * cell;
                let height = FULL * one.share.clamp(0.02, 1.0);
                let frame =
                    Frame { left: start + 2.0, right: start + cell - 2.0, top: base - height, bottom: base };
                canvas.rect(frame, palette::CATEGORIES[one.kind % palette::CATEGORIES.len()])?;
            }
            canvas.rule((left, base), (right, base), 1.0, palette::AXIS)?;
        }
        let entry = |(kind, name): (usize, &String)| {
            let colour = palette::CATEGORIES[kind % palette::CATEGORIES.len()];
            Entry::new(Sign::Marker(Marker::Square, colour), name.as_str())
        };
        let entries: Vec<Entry> = self.kinds.iter().enumerate().map(entry).collect();
        across(canvas, "", &entries, bottom + 34.0)
    }
}
