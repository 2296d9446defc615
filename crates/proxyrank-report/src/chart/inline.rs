//! Two charts as small SVGs that stand inside a web page.
//!
//! A page may hold a dozen scatter plots of 500 points, and must look right on paper as dark as on white. So points of one
//! colour are one path of a few bytes each, places are whole numbers, and colours are class names that the page's style
//! sheet knows; text takes the page's own font. Layout, scales and order are those of the large charts.

mod matrix;
mod points;

use std::fmt::Write as _;

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

    /// A text whose base line runs through a place; its class says which part of it stands there.
    fn label(&mut self, class: &str, (x, y): (i64, i64), text: &str) {
        let text = escape(text);
        self.push(format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"));
    }

    /// The same with a text that runs upwards.
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
