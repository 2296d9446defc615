//! Which colour and shape a depth and width get, and the legend that says so.
//!
//! A benchmark with a handful of (depth, width) cells gets a colour and a shape for each. A search space with dozens
//! gets viridis by depth and three point sizes by width, since nobody tells thirty colours apart.

use std::collections::{BTreeMap, BTreeSet};

use super::{Anchor, Canvas, Drawn, Point, axis, em, face, palette};
use crate::chart::canvas::{Frame, Marker, bold};
use crate::chart::palette::Colour;
use crate::number;

/// How a point looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) colour: Colour,
    pub(super) marker: Marker,
    /// Factor on the usual radius.
    pub(super) size: f64,
}

/// A scheme of looks.
pub(super) enum Key {
    /// One look for each cell, with the count of its points.
    Cells(BTreeMap<(u32, u32), usize>),
    /// Colour by depth, size by width.
    Amounts { depths: Vec<u32>, widths: Vec<u32> },
}

/// Height of a line of the legend.
const LINE: f64 = 30.0;
/// Point sizes for narrow, middle and wide networks.
const SIZES: [f64; 3] = [0.7, 1.0, 1.35];

impl Key {
    /// Chooses a scheme for these cells.
    pub(super) fn of(cells: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut counts = BTreeMap::new();
        for cell in cells {
            *counts.entry(cell).or_insert(0) += 1;
        }
        if counts.len() < palette::CATEGORIES.len() {
            return Self::Cells(counts);
        }
        let depths: BTreeSet<u32> = counts.keys().map(|(depth, _)| *depth).collect();
        let widths: BTreeSet<u32> = counts.keys().map(|(_, width)| *width).collect();
        Self::Amounts { depths: depths.into_iter().collect(), widths: widths.into_iter().collect() }
    }

    /// How a point of this cell looks.
    pub(super) fn look(&self, depth: u32, width: u32) -> Look {
        match self {
            Self::Cells(counts) => {
                let index = counts.keys().position(|cell| *cell == (depth, width)).unwrap_or(0);
                Look {
                    colour: palette::CATEGORIES[index % palette::CATEGORIES.len()],
                    marker: Marker::ALL[index % Marker::ALL.len()],
                    size: 1.0,
                }
            }
            Self::Amounts { depths, widths } => Look {
                colour: palette::sequential(share(depths, depth)),
                marker: Marker::Disc,
                size: SIZES[third(widths, width)],
            },
        }
    }

    /// Draws the legend downwards from its upper-left corner; `ringed` is the count of highlighted points.
    pub(super) fn draw(&self, canvas: &mut Canvas, (x, top): Point, highlight: &str, ringed: usize) -> Drawn {
        let mut y = top + 8.0;
        let text = face(em::LABEL, palette::INK);
        match self {
            Self::Cells(counts) => {
                canvas.centred(
                    "layers × hidden size",
                    (x, y),
                    Anchor::Start,
                    bold(em::LABEL, palette::INK),
                )?;
                for ((depth, width), count) in counts {
                    y += LINE;
                    let look = self.look(*depth, *width);
                    canvas.marker(look.marker, (x + 8.0, y), 7.0, look.colour)?;
                    canvas.centred(&format!("{depth} × {width}"), (x + 26.0, y), Anchor::Start, text)?;
                    let count = format!("{count}");
                    canvas.centred(
                        &count,
                        (x + 215.0, y),
                        Anchor::End,
                        face(em::LABEL, palette::SOFT_INK),
                    )?;
                }
            }
            Self::Amounts { depths, widths } => y = amounts(canvas, (x, y), depths, widths)?,
        }
        if ringed > 0 {
            y += LINE * 1.4;
            canvas.ring((x + 8.0, y), 8.0, 1.5, palette::INK)?;
            let label = text.fit(&format!("{highlight} ({ringed})"), 215.0);
            canvas.centred(&label, (x + 26.0, y), Anchor::Start, text)?;
        }
        Ok(())
    }
}

/// A colour bar for depths, then three points for widths; returns the last line's height on the page.
fn amounts(canvas: &mut Canvas, (x, top): Point, depths: &[u32], widths: &[u32]) -> Result<f64, String> {
    const BAR: f64 = 220.0;
    let heading = bold(em::LABEL, palette::INK);
    let text = face(em::LABEL, palette::INK);
    canvas.centred("layers", (x, top), Anchor::Start, heading)?;
    let bar = top + 22.0;
    let frame = Frame { left: x, right: x + 22.0, top: bar, bottom: bar + BAR };
    axis::colour_bar(canvas, frame, palette::sequential)?;
    let (first, last) = (depths.first().copied().unwrap_or(0), depths.last().copied().unwrap_or(0));
    let middle = first.midpoint(last);
    let marked: BTreeSet<u32> = [first, middle, last].into_iter().collect();
    for depth in marked {
        let y = bar + BAR * (1.0 - share(depths, depth));
        canvas.centred(&depth.to_string(), (x + 32.0, y), Anchor::Start, text)?;
    }
    let mut y = bar + BAR + LINE * 1.4;
    canvas.centred("hidden size", (x, y), Anchor::Start, heading)?;
    for (size, factor) in SIZES.into_iter().enumerate() {
        let members = widths.iter().filter(|width| third(widths, **width) == size);
        let range = (members.clone().min(), members.max());
        if let (Some(low), Some(high)) = range {
            y += LINE;
            canvas.marker(Marker::Disc, (x + 10.0, y), 6.0 * factor, palette::SOFT_INK)?;
            let (low, high) = (number::grouped((*low).into()), number::grouped((*high).into()));
            let label = if low == high { low } else { format!("{low} to {high}") };
            canvas.centred(&label, (x + 32.0, y), Anchor::Start, text)?;
        }
    }
    Ok(y)
}

/// How far a value lies between the least and the greatest.
fn share(sorted: &[u32], value: u32) -> f64 {
    match (sorted.first(), sorted.last()) {
        (Some(low), Some(high)) if high > low => {
            f64::from(value.saturating_sub(*low)) / f64::from(high - low)
        }
        _ => 0.5,
    }
}

/// In which third of the distinct values one lies.
fn third(sorted: &[u32], value: u32) -> usize {
    let rank = sorted.partition_point(|other| *other < value);
    (rank * 3 / sorted.len().max(1)).min(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_cells_get_looks_of_their_own() {
        let cells = [(2, 128), (2, 256), (4, 128), (4, 256)];
        let key = Key::of(cells.into_iter());
        let looks: Vec<Look> = cells.iter().map(|(d, w)| key.look(*d, *w)).collect();
        for (i, look) in looks.iter().enumerate() {
            assert!(!looks[i + 1..].contains(look));
        }
    }

    #[test]
    fn many_cells_get_amounts() {
        let cells = (2..16).flat_map(|depth| [128, 256, 512, 1024].map(|width| (depth, width)));
        let key = Key::of(cells);
        assert!(matches!(&key, Key::Amounts { depths, .. } if depths.len() == 14));
        assert!(key.look(2, 128).size < key.look(2, 1024).size);
        assert_ne!(key.look(2, 128).colour, key.look(15, 128).colour);
    }
}
