//! The line below a plot that says what its signs mean.

use super::canvas::{Canvas, Marker, bold, em, face};
use super::palette::{self, Colour};
use super::surface::{Anchor, Drawn};

/// Radius of the markers of proxies, in legends as in plots.
pub(super) const RADIUS: f64 = 6.5;
/// The widest that one entry's text may get.
const TEXT: f64 = 330.0;

/// What stands before an entry's text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sign {
    /// A data point.
    Marker(Marker, Colour),
    /// A short horizontal line.
    Line(Colour),
    /// A short upright line.
    Tick(Colour),
    /// A word in bold.
    Bold(&'static str),
}

/// A sign and its meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) sign: Sign,
    pub(super) text: String,
}

impl Entry {
    pub(super) fn new(sign: Sign, text: impl Into<String>) -> Self {
        Self { sign, text: text.into() }
    }

    /// What bold names are.
    pub(super) fn baseline() -> Self {
        Self::new(Sign::Bold("bold"), "baseline")
    }
}

/// Draws the entries in a row at height `y`, after a heading if there is one.
pub(super) fn across(canvas: &mut Canvas, heading: &str, entries: &[Entry], y: f64) -> Drawn {
    let (text, strong) = (face(em::LABEL, palette::INK), bold(em::LABEL, palette::INK));
    let mut x = 40.0;
    if !heading.is_empty() {
        canvas.centred(heading, (x, y), Anchor::Start, strong)?;
        x += strong.width(heading) + 24.0;
    }
    for entry in entries {
        x += match entry.sign {
            Sign::Marker(marker, colour) => {
                canvas.marker(marker, (x, y), RADIUS, colour)?;
                16.0
            }
            Sign::Line(colour) => {
                canvas.rule((x - 8.0, y), (x + 22.0, y), 2.0, colour)?;
                32.0
            }
            Sign::Tick(colour) => {
                canvas.rule((x, y - 9.0), (x, y + 9.0), 2.5, colour)?;
                12.0
            }
            Sign::Bold(word) => {
                canvas.centred(word, (x, y), Anchor::Start, strong)?;
                strong.width(word) + 10.0
            }
        };
        let meaning = text.fit_name(&entry.text, TEXT);
        canvas.centred(&meaning, (x, y), Anchor::Start, text)?;
        x += text.width(&meaning) + 40.0;
    }
    Ok(())
}
