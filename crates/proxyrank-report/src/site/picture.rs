//! The report's charts as pictures in a page.
//!
//! They are drawn in ink on white. Here the few named colours become classes of the page's style sheet, so that a picture
//! follows the theme, and what plotters writes for every element is said once.

use super::element::Markup;

/// The colours of the report's charts, and the class that takes the place of each.
const COLOURS: [(&str, &str); 15] = [
    ("FFFFFF", "paper"),
    ("22262B", "ink"),
    ("59616B", "soft"),
    ("8A929C", "axis"),
    ("E7EAEE", "grid"),
    ("F6F7F9", "stripe"),
    ("D55E00", "c1"),
    ("B04A00", "warm"),
    ("0072B2", "c0"),
    ("009E73", "c2"),
    ("CC79A7", "c3"),
    ("E69F00", "c4"),
    ("56B4E9", "c5"),
    ("000000", "c6"),
    ("F0E442", "c7"),
];

/// An SVG of the report as markup of a page.
pub(crate) fn picture(svg: &str) -> Markup {
    let mut text = String::with_capacity(svg.len() / 2);
    for line in svg.lines() {
        let line = line
            .replace(" opacity=\"1\"", "")
            .replace(" stroke=\"none\"", "")
            .replace(" font-family=\"sans-serif\"", "")
            .replace(" text-anchor=\"start\"", "")
            .replace(" stroke-width=\"1\"", "");
        text.push_str(&line);
    }
    for (colour, class) in COLOURS {
        text = text.replace(&format!("fill=\"#{colour}\""), &format!("class=\"f-{class}\""));
        text = text.replace(&format!("stroke=\"#{colour}\""), &format!("class=\"s-{class}\""));
    }
    // The root's own size would be a minimum; its view box alone lets it shrink with the page.
    text = text.replacen("<svg role=\"img\"", "<svg class=\"chart\" role=\"img\"", 1);
    Markup::trusted(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes_and_defaults_go() {
        let svg = "<svg role=\"img\" width=\"1\">\n<rect x=\"1\" opacity=\"1\" fill=\"#FFFFFF\" stroke=\"none\"/>\n</svg>\n";
        assert_eq!(
            picture(svg).as_str(),
            "<svg class=\"chart\" role=\"img\" width=\"1\"><rect x=\"1\" class=\"f-paper\"/></svg>"
        );
    }
}
