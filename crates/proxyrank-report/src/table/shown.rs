//! A table as people read it: rounded text, with footnotes for what is missing.

use super::{Cell, Column, Emphasis, Flag, Rounded, Row, Table};
use crate::number;

/// Stands where a value is missing.
const DASH: &str = "–";
/// Follows the first cell of a baseline row.
const DAGGER: &str = "†";

/// One cell before a format escapes it.
pub(crate) struct Shown {
    /// Digits, signs and brackets; needs no escaping, but a format may have its own minus sign.
    pub(crate) number: String,
    /// What follows the number, or all there is.
    pub(crate) text: String,
    /// Footnote letter.
    pub(crate) mark: Option<String>,
}

impl Shown {
    /// Number and text with a space between, where there are both.
    pub(crate) fn joined(number: &str, text: &str) -> String {
        [number, text].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// All cells of a table with the remarks below it.
pub(crate) struct ShownTable {
    /// Row by row.
    pub(crate) rows: Vec<Vec<Shown>>,
    /// Footnote letters and what they mean.
    pub(crate) footnotes: Vec<(String, String)>,
}

impl Table {
    /// Rounds every cell and numbers the distinct reasons for missing values.
    pub(crate) fn shown(&self) -> ShownTable {
        let mut reasons: Vec<&str> = Vec::new();
        let mut rows = Vec::with_capacity(self.rows().len());
        for row in self.rows() {
            let mut cells = Vec::with_capacity(row.cells.len());
            for (index, (cell, column)) in row.cells.iter().zip(&self.columns).enumerate() {
                let mut shown = show(cell, column);
                if let Cell::Missing(reason) = cell {
                    shown.mark = Some(letter(place_of(&mut reasons, reason)));
                } else if index == 0 && row.emphasis == Emphasis::Baseline {
                    shown.mark = Some(DAGGER.to_owned());
                }
                cells.push(shown);
            }
            rows.push(cells);
        }
        let baselines = self.rows().iter().any(Row::is_baseline);
        let dagger = baselines.then(|| (DAGGER.to_owned(), "baseline".to_owned()));
        let lettered = reasons.iter().enumerate().map(|(i, reason)| (letter(i), (*reason).to_owned()));
        ShownTable { rows, footnotes: dagger.into_iter().chain(lettered).collect() }
    }
}

impl Row {
    fn is_baseline(&self) -> bool {
        self.emphasis == Emphasis::Baseline
    }
}

fn show(cell: &Cell, column: &Column) -> Shown {
    let digits = column.digits;
    let number = |number: String| (number, String::new());
    let (number, text) = match cell {
        Cell::Text(text) => (String::new(), text.clone()),
        Cell::Integer(value) => number(number::grouped(*value)),
        Cell::Number(value) => number(number::fixed(*value, digits)),
        Cell::Scientific(value) => number(number::scientific(*value)),
        Cell::Rounded(value) => number(rounded(*value)),
        Cell::Estimate(value) => number(number::estimate(value, digits)),
        Cell::Interval(value) => number(format!("{} [{}, {}]", value.point, value.low, value.high)),
        Cell::Flag(Flag { tone, label, value }) => {
            (value.map(rounded).unwrap_or_default(), Shown::joined(tone.mark(), label))
        }
        Cell::Missing(_) => (String::new(), DASH.to_owned()),
    };
    Shown { number, text, mark: None }
}

fn rounded(number: Rounded) -> String {
    number::fixed(number.value, number.digits)
}

fn place_of<'a>(reasons: &mut Vec<&'a str>, reason: &'a str) -> usize {
    reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
        reasons.push(reason);
        reasons.len() - 1
    })
}

/// `a`, `b`, .., `z`, `aa`, `ab`, ...
fn letter(index: usize) -> String {
    let mut text = String::new();
    let mut rest = index + 1;
    while rest > 0 {
        rest -= 1;
        let digit = u8::try_from(rest % 26).unwrap_or(0);
        text.insert(0, char::from(b'a' + digit));
        rest /= 26;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footnote_letters_go_on_after_z() {
        let letters: Vec<String> = [0, 25, 26, 51, 52, 701, 702].into_iter().map(letter).collect();
        assert_eq!(letters, ["a", "z", "aa", "az", "ba", "zz", "aaa"]);
    }

    #[test]
    fn one_reason_has_one_letter() {
        let mut table = Table::new("t", "T", vec![Column::number("a", "a", 1), Column::number("b", "b", 1)]);
        table.push(vec![Cell::missing("constant"), Cell::missing("offline")]);
        table.push(vec![Cell::missing("offline"), Cell::Number(1.0)]);
        let shown = table.shown();
        let marks: Vec<_> = shown.rows.iter().flatten().map(|s| s.mark.as_deref()).collect();
        assert_eq!(marks, [Some("a"), Some("b"), Some("b"), None]);
        assert_eq!(shown.footnotes.len(), 2);
    }
}
