//! Two charts as small SVGs that stand inside a web page.
//!
//! A page may hold a dozen scatter plots of 500 points, and must look right on paper as dark as on white. So points of one
//! colour are one path of a few bytes each, places are whole numbers, and colours are class names that the page's style
//! sheet knows; text takes the page's own font. Layout, scales and order are those of the large charts.

mod matrix;
mod points;

use std::fmt::Write as _;

pub use points::InlineScatter;

/// Along which direction labels stand.
#[derive(Debug, Clone, Copy)]
enum Axis {
    X,
    Y,
}

/// An SVG under construction.
struct Drawing {
    text: String,
}

impl Drawing {
    /// An empty picture of `width` by `height` units that names its subject to screen readers.
    fn new(class: &str, (width, height): (i64, i64), title: &str) -> Self {
        let mut drawing = Self { text: String::new() };
        let title = escape(title);
        drawing.push(format_args!(
            "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">"
        ));
        drawing
    }

    /// A path under a class.
    fn path(&mut self, class: &str, steps: &str) {
        if !steps.is_empty() {
            self.push(format_args!("<path class=\"{class}\" d=\"{steps}\"/>"));
        }
    }

    /// What follows has its origin at a place, and units `scale` times as long, until [`Self::end`].
    fn begin_scaled(&mut self, (x, y): (i64, i64), scale: i64) {
        self.push(format_args!("<g transform=\"translate({x} {y})scale({scale})\">"));
    }

    /// Ends what [`Self::begin_scaled`] began.
    fn end(&mut self) {
        self.text.push_str("</g>");
    }

    /// A text whose base line runs through a place; its class says which part of it stands there.
    fn label(&mut self, class: &str, (x, y): (i64, i64), text: &str) {
        let text = escape(text);
        self.push(format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"));
    }

    /// Labels of one axis: those along x share the height `at`, those along y the place `at` from the left.
    fn ticks<'t>(
        &mut self,
        class: &str,
        (axis, at): (Axis, i64),
        labels: impl Iterator<Item = (i64, &'t str)>,
    ) {
        let (name, shift) = match axis {
            Axis::X => ('x', format!("0 {at}")),
            Axis::Y => ('y', at.to_string()),
        };
        self.push(format_args!("<g class=\"{class}\" transform=\"translate({shift})\">"));
        for (place, text) in labels {
            let text = escape(text);
            self.push(format_args!("<text {name}=\"{place}\">{text}</text>"));
        }
        self.push(format_args!("</g>"));
    }

    /// A text as [`Self::label`] writes it, but running upwards.
    fn upwards(&mut self, class: &str, (x, y): (i64, i64), text: &str) {
        let text = escape(text);
        self.push(format_args!(
            "<text class=\"{class}\" transform=\"translate({x} {y})rotate(-90)\">{text}</text>"
        ));
    }

    fn finish(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }

    fn push(&mut self, part: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.text.write_fmt(part);
    }
}

/// A pixel's place as a whole number.
fn whole(pixels: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a place on a page of some hundred pixels")]
    {
        pixels.round() as i64
    }
}

/// Text as XML, in an attribute or between tags.
fn escape(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = visible.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}
