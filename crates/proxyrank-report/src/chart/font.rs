//! The embedded font and its metrics.
//!
//! plotters draws text from a registered font but measures it in whole pixels and drops each glyph's left bearing, which
//! spaces letters unevenly. So the horizontal metrics are read here from the font file itself: advance widths for
//! layout, bearings for placing single glyphs.

use std::sync::OnceLock;

use plotters::style::{FontStyle, register_font};

static REGULAR_FILE: &[u8] = include_bytes!("../../assets/DejaVuSans.ttf");
static BOLD_FILE: &[u8] = include_bytes!("../../assets/DejaVuSans-Bold.ttf");

/// Family under which the font is registered; in an SVG it lets a viewer take its own sans-serif font.
pub(super) const FAMILY: &str = "sans-serif";

/// Stroke thickness of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Ordinary text.
    Regular,
    /// Titles and what must stand out.
    Bold,
}

impl Weight {
    /// plotters' name for it.
    pub(super) const fn style(self) -> FontStyle {
        match self {
            Self::Regular => FontStyle::Normal,
            Self::Bold => FontStyle::Bold,
        }
    }
}

/// Horizontal metrics of one font file, in font units.
struct Metrics {
    units_per_em: f64,
    /// Ascent plus descent: what the rasteriser calls the size of a font.
    line_height: f64,
    advances: Vec<u16>,
    bearings: Vec<i16>,
    /// Ranges of code points: first, last, and the glyph of the first or its offsets.
    segments: Vec<Segment>,
}

struct Segment {
    first: u32,
    last: u32,
    glyphs: Vec<u16>,
}

/// Registers both weights once; `false` if the embedded files are no fonts.
pub(super) fn register() -> bool {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    *REGISTERED.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR_FILE).is_ok()
            && register_font(FAMILY, FontStyle::Bold, BOLD_FILE).is_ok()
    })
}

/// Width of a text in pixels at `em` pixels per em.
pub(super) fn width(text: &str, em: f64, weight: Weight) -> f64 {
    text.chars().map(|c| advance(c, em, weight)).sum()
}

/// How far a character moves the pen, in pixels.
pub(super) fn advance(character: char, em: f64, weight: Weight) -> f64 {
    let metrics = metrics(weight);
    let glyph = metrics.glyph(character);
    metrics.advances.get(glyph).or(metrics.advances.last()).map_or(0.0, |units| f64::from(*units))
        / metrics.units_per_em
        * em
}

/// How far right of the pen a character's ink begins, in pixels; negative where it overhangs.
pub(super) fn bearing(character: char, em: f64, weight: Weight) -> f64 {
    let metrics = metrics(weight);
    let units = metrics.bearings.get(metrics.glyph(character)).copied().unwrap_or(0);
    f64::from(units) / metrics.units_per_em * em
}

/// Line height in ems: the factor between an em and the rasteriser's size of a font.
pub(super) fn line_height(weight: Weight) -> f64 {
    let metrics = metrics(weight);
    metrics.line_height / metrics.units_per_em
}

/// The text itself if it is no wider than `limit` pixels, else its beginning with an ellipsis.
pub(super) fn fit(text: &str, em: f64, weight: Weight, limit: f64) -> String {
    if width(text, em, weight) <= limit {
        return text.to_owned();
    }
    let room = limit - advance('…', em, weight);
    format!("{}…", prefix(text.chars(), em, weight, room).trim_end())
}

/// The text itself if it is no wider than `limit` pixels, else its beginning and its end with an ellipsis between:
/// names are often told apart by their last letters.
pub(super) fn fit_name(name: &str, em: f64, weight: Weight, limit: f64) -> String {
    if width(name, em, weight) <= limit {
        return name.to_owned();
    }
    let half = (limit - advance('…', em, weight)) / 2.0;
    let end: String = prefix(name.chars().rev(), em, weight, half).chars().rev().collect();
    format!("{}…{end}", prefix(name.chars(), em, weight, half))
}

/// As many of the characters, from the first on, as go into `room` pixels.
fn prefix(text: impl Iterator<Item = char>, em: f64, weight: Weight, mut room: f64) -> String {
    text.take_while(|c| {
        room -= advance(*c, em, weight);
        room >= 0.0
    })
    .collect()
}

/// Breaks a text at spaces into lines no wider than `limit` pixels; a longer word is cut with an ellipsis.
pub(super) fn wrap(text: &str, em: f64, weight: Weight, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = fit(word, em, weight, limit);
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), em, weight) <= limit => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

fn metrics(weight: Weight) -> &'static Metrics {
    static REGULAR: OnceLock<Metrics> = OnceLock::new();
    static BOLD: OnceLock<Metrics> = OnceLock::new();
    let (cell, file) = match weight {
        Weight::Regular => (&REGULAR, REGULAR_FILE),
        Weight::Bold => (&BOLD, BOLD_FILE),
    };
    cell.get_or_init(|| Metrics::read(file).unwrap_or_else(Metrics::fallback))
}

impl Metrics {
    /// Reads the tables `head`, `hhea`, `hmtx` and the Unicode `cmap` of format 4 of a TrueType file.
    fn read(file: &[u8]) -> Option<Self> {
        let (head, hhea) = (table(file, *b"head")?, table(file, *b"hhea")?);
        let (hmtx, cmap) = (table(file, *b"hmtx")?, table(file, *b"cmap")?);
        let long = usize::from(u16_at(hhea, 34)?);
        let mut advances = Vec::with_capacity(long);
        let mut bearings = Vec::with_capacity(long);
        for glyph in 0..long {
            advances.push(u16_at(hmtx, 4 * glyph)?);
            bearings.push(i16_at(hmtx, 4 * glyph + 2)?);
        }
        Some(Self {
            units_per_em: f64::from(u16_at(head, 18)?),
            line_height: f64::from(i16_at(hhea, 4)?) - f64::from(i16_at(hhea, 6)?),
            advances,
            bearings,
            segments: segments(cmap)?,
        })
    }

    /// Half an em for each character, so that a broken font file costs beauty and not the report.
    fn fallback() -> Self {
        Self {
            units_per_em: 2.0,
            line_height: 2.4,
            advances: vec![1],
            bearings: vec![0],
            segments: Vec::new(),
        }
    }

    /// Index of a character's glyph; 0 is the box for unknown characters.
    fn glyph(&self, character: char) -> usize {
        let code = u32::from(character);
        let at = self.segments.partition_point(|segment| segment.last < code);
        self.segments
            .get(at)
            .filter(|segment| segment.first <= code)
            .and_then(|segment| segment.glyphs.get(usize::try_from(code - segment.first).ok()?))
            .map_or(0, |glyph| usize::from(*glyph))
    }
}

/// The bytes from a table's start on.
fn table(file: &[u8], tag: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(u16_at(file, 4)?);
    let record = file.get(12..)?.chunks_exact(16).take(count).find(|record| record[..4] == tag)?;
    let offset = u32::from_be_bytes([record[8], record[9], record[10], record[11]]);
    file.get(usize::try_from(offset).ok()?..)
}

/// Code-point ranges of the first subtable of format 4.
fn segments(cmap: &[u8]) -> Option<Vec<Segment>> {
    let subtables = usize::from(u16_at(cmap, 2)?);
    let subtable = (0..subtables)
        .filter_map(|i| {
            let offset = usize::from(u16_at(cmap, 8 + 8 * i)?) << 16 | usize::from(u16_at(cmap, 10 + 8 * i)?);
            cmap.get(offset..)
        })
        .find(|subtable| u16_at(subtable, 0) == Some(4))?;
    let twice = usize::from(u16_at(subtable, 6)?);
    let mut segments = Vec::with_capacity(twice / 2);
    for place in (0..twice).step_by(2) {
        let last = u16_at(subtable, 14 + place)?;
        let first = u16_at(subtable, 16 + twice + place)?;
        let delta = u16_at(subtable, 16 + 2 * twice + place)?;
        let offset_at = 16 + 3 * twice + place;
        let offset = usize::from(u16_at(subtable, offset_at)?);
        let glyphs = (first..=last)
            .map(|code| {
                if offset == 0 {
                    return code.wrapping_add(delta);
                }
                match u16_at(subtable, offset_at + offset + 2 * usize::from(code - first)) {
                    Some(glyph) if glyph != 0 => glyph.wrapping_add(delta),
                    _ => 0,
                }
            })
            .collect();
        segments.push(Segment { first: first.into(), last: last.into(), glyphs });
    }
    Some(segments)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
}

fn i16_at(bytes: &[u8], at: usize) -> Option<i16> {
    u16_at(bytes, at).map(u16::cast_signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_are_read() {
        for (weight, digit, narrow) in [(Weight::Regular, 1303.0, 569.0), (Weight::Bold, 1425.0, 702.0)] {
            assert!((advance('7', 2048.0, weight) - digit).abs() < 1e-9);
            assert!((advance('l', 2048.0, weight) - narrow).abs() < 1e-9, "{}", advance('l', 2048.0, weight));
            assert!((line_height(weight) - 2384.0 / 2048.0).abs() < 1e-3);
        }
        assert!(register());
    }

    #[test]
    fn texts_are_cut_and_wrapped_to_a_width() {
        let fitted = fit("head_softmax_confidence", 16.0, Weight::Regular, 100.0);
        assert!(fitted.ends_with('…') && width(&fitted, 16.0, Weight::Regular) <= 100.0, "{fitted}");
        assert_eq!(fit("nsc", 16.0, Weight::Regular, 100.0), "nsc");
        let name = fit_name("head_softmax_confidence.published", 16.0, Weight::Regular, 120.0);
        assert!(name.starts_with("head") && name.ends_with("shed") && name.contains('…'), "{name}");
        assert!(width(&name, 16.0, Weight::Regular) <= 120.0);
        let lines = wrap("one two three four five", 16.0, Weight::Regular, 90.0);
        assert!(lines.len() > 1 && lines.iter().all(|l| width(l, 16.0, Weight::Regular) <= 90.0));
    }
}
