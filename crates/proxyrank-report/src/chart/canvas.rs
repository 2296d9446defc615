//! Shapes and text with the manners that all charts share.

use super::font::{self, Weight};
use super::palette::{self, Colour};
use super::surface::{Anchor, Drawn, Point, Run, Surface, Type};
use crate::number;

/// Pixels from the base line up to the middle of a capital letter, in ems.
const HALF_CAPITAL: f64 = 0.36;

/// Pixels per em of each kind of text; none is below 14.
///
/// At twice the size and times the font's line height each is an even number, which the rasteriser sets without
/// rounding: so text in a PNG is as wide as it was measured.
pub(super) mod em {
    /// The chart's title.
    pub(crate) const TITLE: f64 = 25.77;
    /// The line below it.
    pub(crate) const SUBTITLE: f64 = 18.04;
    /// Axis titles.
    pub(crate) const AXIS: f64 = 18.04;
    /// Names, legends and tick labels.
    pub(crate) const LABEL: f64 = 16.32;
    /// Labels inside a plot.
    pub(crate) const SMALL: f64 = 14.6;
}

/// Ordinary text.
pub(super) const fn face(em: f64, colour: Colour) -> Type {
    Type { em, weight: Weight::Regular, colour, run: Run::Across }
}

/// Bold text.
pub(super) const fn bold(em: f64, colour: Colour) -> Type {
    Type { em, weight: Weight::Bold, colour, run: Run::Across }
}

impl Type {
    /// The same text running upwards.
    pub(super) const fn upwards(self) -> Self {
        Self { run: Run::Up, ..self }
    }

    /// Width of a text set in it.
    pub(super) fn width(self, text: &str) -> f64 {
        font::width(text, self.em, self.weight)
    }

    /// A name, cut in the middle where it is wider than `limit` pixels.
    pub(super) fn fit_name(self, name: &str, limit: f64) -> String {
        font::fit_name(name, self.em, self.weight, limit)
    }

    /// The text, cut at its end where it is wider than `limit` pixels.
    pub(super) fn fit(self, text: &str, limit: f64) -> String {
        font::fit(text, self.em, self.weight, limit)
    }
}

/// Shape of a data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Disc,
    Square,
    Triangle,
    Diamond,
}

impl Marker {
    /// All shapes, to be dealt out in turn.
    pub(super) const ALL: [Self; 4] = [Self::Disc, Self::Square, Self::Triangle, Self::Diamond];
}

/// A rectangle of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// Its middle.
    pub(super) fn centre(self) -> Point {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    /// Whether two rectangles share any area.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether `other` lies inside.
    pub(super) fn contains(self, other: Self) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }
}

/// The page of one chart.
pub(super) struct Canvas<'a> {
    surface: &'a mut dyn Surface,
    /// Page width in pixels.
    pub(super) width: f64,
}

impl<'a> Canvas<'a> {
    /// A white page.
    pub(super) fn new(surface: &'a mut dyn Surface, (width, height): (u32, u32)) -> Result<Self, String> {
        let (width, height) = (f64::from(width), f64::from(height));
        surface.rect((0.0, 0.0), (width, height), palette::PAPER)?;
        Ok(Self { surface, width })
    }

    /// Fills an upright rectangle.
    pub(super) fn rect(&mut self, frame: Frame, fill: Colour) -> Drawn {
        self.surface.rect((frame.left, frame.top), (frame.right, frame.bottom), fill)
    }

    /// Draws a horizontal or vertical line; both ends must agree in one coordinate.
    pub(super) fn rule(&mut self, from: Point, to: Point, width: f64, colour: Colour) -> Drawn {
        let half = width / 2.0;
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        let frame = if right - left > bottom - top {
            Frame { left, right, top: top - half, bottom: bottom + half }
        } else {
            Frame { left: left - half, right: right + half, top, bottom }
        };
        self.rect(frame, colour)
    }

    /// As [`Canvas::rule`], in dashes.
    pub(super) fn dashes(&mut self, from: Point, to: Point, width: f64, colour: Colour) -> Drawn {
        const DASH: f64 = 7.0;
        const PERIOD: f64 = 12.0;
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let direction = ((to.0 - from.0) / length.max(1e-9), (to.1 - from.1) / length.max(1e-9));
        let along = |distance: f64| (from.0 + direction.0 * distance, from.1 + direction.1 * distance);
        let mut begin = 0.0;
        while begin < length {
            self.rule(along(begin), along((begin + DASH).min(length)), width, colour)?;
            begin += PERIOD;
        }
        Ok(())
    }

    /// Draws straight lines from each point to the next.
    pub(super) fn path(&mut self, points: &[Point], width: f64, colour: Colour) -> Drawn {
        points.windows(2).try_for_each(|pair| self.surface.line(pair[0], pair[1], width, colour))
    }

    /// Draws a circle's outline.
    pub(super) fn ring(&mut self, centre: Point, radius: f64, width: f64, colour: Colour) -> Drawn {
        self.surface.ring(centre, radius, width, colour)
    }

    /// Draws a data point with a thin white rim, so that neighbours stay apart.
    pub(super) fn marker(&mut self, marker: Marker, at: Point, radius: f64, colour: Colour) -> Drawn {
        self.solid(marker, at, radius + 1.0, palette::PAPER)?;
        self.solid(marker, at, radius, colour)
    }

    fn solid(&mut self, marker: Marker, (x, y): Point, radius: f64, colour: Colour) -> Drawn {
        match marker {
            Marker::Disc => self.surface.disc((x, y), radius, colour),
            Marker::Square => {
                let half = radius * 0.88;
                self.surface.rect((x - half, y - half), (x + half, y + half), colour)
            }
            Marker::Triangle => {
                let corners = [
                    (x, y - radius * 1.2),
                    (x + radius * 1.1, y + radius * 0.8),
                    (x - radius * 1.1, y + radius * 0.8),
                ];
                self.surface.polygon(&corners, colour)
            }
            Marker::Diamond => {
                let reach = radius * 1.22;
                self.surface
                    .polygon(&[(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)], colour)
            }
        }
    }

    /// Writes a text whose base line runs through `at`; characters that no chart can show become spaces.
    pub(super) fn text(&mut self, text: &str, at: Point, anchor: Anchor, face: Type) -> Drawn {
        let clean: String =
            text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
        self.surface.text(&clean, at, anchor, face)
    }

    /// Writes a text with the middle of its capitals at `at`, across its direction.
    pub(super) fn centred(&mut self, text: &str, (x, y): Point, anchor: Anchor, face: Type) -> Drawn {
        let drop = face.em * HALF_CAPITAL;
        let at = match face.run {
            Run::Across => (x, y + drop),
            Run::Up => (x + drop, y),
        };
        self.text(text, at, anchor, face)
    }

    /// Writes title and subtitle at the top left.
    pub(super) fn header(&mut self, header: &Header) -> Drawn {
        self.text(&header.title, (header.left, 44.0), Anchor::Start, bold(em::TITLE, palette::INK))?;
        for (line, text) in header.subtitle.iter().enumerate() {
            let y = 44.0 + 30.0 + Header::LEADING * line as f64;
            self.text(text, (header.left, y), Anchor::Start, face(em::SUBTITLE, palette::SOFT_INK))?;
        }
        Ok(())
    }
}

/// A subtitle with a word about what cannot be drawn, such as `2 points without a finite value`.
pub(super) fn with_lost(subtitle: &str, lost: usize, noun: &str, lack: &str) -> String {
    let remark = match lost {
        0 => String::new(),
        _ => format!("not drawn: {} without {lack}", number::counted(lost, noun)),
    };
    let parts = [subtitle, &remark];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ·  ")
}

/// Title and subtitle, broken into lines.
pub(super) struct Header {
    title: String,
    subtitle: Vec<String>,
    left: f64,
}

impl Header {
    const LEADING: f64 = 25.0;

    /// Fits both into the page width.
    pub(super) fn new(title: &str, subtitle: &str, left: f64, page_width: f64) -> Self {
        let room = page_width - left - 40.0;
        Self {
            title: bold(em::TITLE, palette::INK).fit(title, room),
            subtitle: font::wrap(subtitle, em::SUBTITLE, Weight::Regular, room),
            left,
        }
    }

    /// The first pixel row below it.
    pub(super) fn bottom(&self) -> f64 {
        60.0 + Self::LEADING * self.subtitle.len() as f64
    }
}
