//! What a chart may ask of a drawing backend.
//!
//! The trait is object-safe and counts in pixels of the page, so charts are compiled once and know nothing of plotters.
//! Behind it every page pixel is two device pixels on a side: half-pixel positions for SVG, and for PNG a picture
//! that is averaged down, which smooths the edges that plotters leaves jagged.

use plotters::prelude::{Color, DrawingBackend, FontTransform, RGBAColor, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, TextStyle};

use super::font::{self, Weight};
use super::palette::Colour;

/// Device pixels on a side of one page pixel.
pub(super) const SCALE: u32 = 2;

/// A place on the page: pixels from the left and from the top.
pub(super) type Point = (f64, f64);

/// The outcome of one drawing step; the text is what the library said.
pub(super) type Drawn = Result<(), String>;

/// Which part of a text stands at its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// The direction in which a text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// To the right.
    Across,
    /// Upwards.
    Up,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    /// Pixels per em.
    pub(super) em: f64,
    /// Ordinary or bold.
    pub(super) weight: Weight,
    /// Ink.
    pub(super) colour: Colour,
    /// Direction.
    pub(super) run: Run,
}

/// Shapes and text on a page.
pub(super) trait Surface {
    /// Fills an upright rectangle from its upper-left to its lower-right corner.
    fn rect(&mut self, from: Point, to: Point, fill: Colour) -> Drawn;
    /// Fills a polygon.
    fn polygon(&mut self, corners: &[Point], fill: Colour) -> Drawn;
    /// Draws a straight line in any direction.
    fn line(&mut self, from: Point, to: Point, width: f64, colour: Colour) -> Drawn;
    /// Fills a disc.
    fn disc(&mut self, centre: Point, radius: f64, fill: Colour) -> Drawn;
    /// Draws a circle's outline.
    fn ring(&mut self, centre: Point, radius: f64, width: f64, colour: Colour) -> Drawn;
    /// Writes one line of text; `at` lies on its base line.
    fn text(&mut self, text: &str, at: Point, anchor: Anchor, face: Type) -> Drawn;
}

/// How a backend handles text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lettering {
    /// The backend rasterises; it is given one glyph at a time, at the place that the font's metrics say.
    Glyphs,
    /// The backend writes text for a viewer to set.
    Strings,
}

/// A plotters backend as a [`Surface`].
pub(super) struct Device<B> {
    pub(super) backend: B,
    pub(super) lettering: Lettering,
}

impl<B: DrawingBackend> Surface for Device<B> {
    fn rect(&mut self, from: Point, to: Point, fill: Colour) -> Drawn {
        said(self.backend.draw_rect(device(from), device(to), &shape(fill, 1), true))
    }

    fn polygon(&mut self, corners: &[Point], fill: Colour) -> Drawn {
        said(self.backend.fill_polygon(corners.iter().copied().map(device), &shape(fill, 1)))
    }

    fn line(&mut self, from: Point, to: Point, width: f64, colour: Colour) -> Drawn {
        let (from, to) = (device(from), device(to));
        // The library divides by the length of a line.
        if from == to {
            return Ok(());
        }
        said(self.backend.draw_path([from, to], &shape(colour, length(width))))
    }

    fn disc(&mut self, centre: Point, radius: f64, fill: Colour) -> Drawn {
        said(self.backend.draw_circle(device(centre), length(radius), &shape(fill, 1), true))
    }

    fn ring(&mut self, centre: Point, radius: f64, width: f64, colour: Colour) -> Drawn {
        said(self.backend.draw_circle(device(centre), length(radius), &shape(colour, length(width)), false))
    }

    fn text(&mut self, text: &str, at: Point, anchor: Anchor, face: Type) -> Drawn {
        match self.lettering {
            Lettering::Glyphs => self.glyphs(text, at, anchor, face),
            Lettering::Strings => self.string(text, at, anchor, face),
        }
    }
}

impl<B: DrawingBackend> Device<B> {
    fn glyphs(&mut self, text: &str, at: Point, anchor: Anchor, face: Type) -> Drawn {
        // The rasteriser puts the base line half its font size below the anchor, and rounds glyphs against it
        // unevenly unless that is a whole number of pixels: hence an even size.
        let size = 2.0 * (face.em * f64::from(SCALE) * font::line_height(face.weight) / 2.0).round();
        let em = size / font::line_height(face.weight);
        let style = style(face, size, HPos::Left);
        let width = font::width(text, em, face.weight);
        let mut pen = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let (x, y) = (at.0 * f64::from(SCALE), at.1 * f64::from(SCALE));
        for character in text.chars() {
            let along = pen.round() + font::bearing(character, em, face.weight).floor();
            let corner = match face.run {
                Run::Across => (x + along, y - size / 2.0),
                Run::Up => (x - size / 2.0, y - along),
            };
            let mut buffer = [0; 4];
            let glyph: &str = character.encode_utf8(&mut buffer);
            said(self.backend.draw_text(glyph, &style, (whole(corner.0), whole(corner.1))))?;
            pen += font::advance(character, em, face.weight);
        }
        Ok(())
    }

    fn string(&mut self, text: &str, at: Point, anchor: Anchor, face: Type) -> Drawn {
        // The SVG backend divides sizes by 1.24 and puts the base line 0.76 em below the anchor.
        let em = face.em * f64::from(SCALE);
        let drop = 0.76 * face.em;
        let corner = match face.run {
            Run::Across => (at.0, at.1 - drop),
            Run::Up => (at.0 - drop, at.1),
        };
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        said(self.backend.draw_text(text, &style(face, em * 1.24, horizontal), device(corner)))
    }
}

fn style(face: Type, size: f64, horizontal: HPos) -> TextStyle<'static> {
    let transform = match face.run {
        Run::Across => FontTransform::None,
        Run::Up => FontTransform::Rotate270,
    };
    let font = FontDesc::new(FontFamily::from(font::FAMILY), size, face.weight.style()).transform(transform);
    TextStyle { font, color: ink(face.colour).to_backend_color(), pos: Pos::new(horizontal, VPos::Top) }
}

fn shape(colour: Colour, stroke_width: u32) -> ShapeStyle {
    ShapeStyle { color: ink(colour), filled: true, stroke_width }
}

fn ink(colour: Colour) -> RGBAColor {
    let [red, green, blue] = colour.rgb;
    RGBAColor(red, green, blue, colour.alpha)
}

fn device(point: Point) -> (i32, i32) {
    (whole(point.0 * f64::from(SCALE)), whole(point.1 * f64::from(SCALE)))
}

fn length(pixels: f64) -> u32 {
    u32::try_from(whole(pixels * f64::from(SCALE))).unwrap_or(0).max(1)
}

fn whole(pixels: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast saturates, and far outside the page nothing is drawn"
    )]
    {
        pixels.round() as i32
    }
}

fn said<E: std::fmt::Display>(outcome: Result<(), E>) -> Drawn {
    outcome.map_err(|error| error.to_string())
}
