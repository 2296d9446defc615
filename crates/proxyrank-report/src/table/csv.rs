//! Comma-separated values with full precision.

use super::{Cell, Column, Rounded, Table};

/// How many CSV columns one column of the table needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `key`
    Single,
    /// `key`, `key_low`, `key_high`
    Interval,
    /// `key`, `key_verdict`
    Flagged,
}

impl Table {
    /// Comma-separated values with a header of column keys, quoted as RFC 4180 says, rows ending in a line feed.
    ///
    /// Numbers have as many digits as bring the same `f64` back. An estimate or interval becomes three columns (`key`,
    /// `key_low`, `key_high`), a flag two (`key` for its value, `key_verdict`); a missing value is an empty field.
    pub fn csv(&self) -> String {
        let shapes: Vec<Shape> = (0..self.columns.len()).map(|index| self.shape(index)).collect();
        let mut text = String::new();
        line(&mut text, self.columns.iter().zip(&shapes).flat_map(|(column, shape)| header(column, *shape)));
        for row in self.rows() {
            line(&mut text, row.cells.iter().zip(&shapes).flat_map(|(cell, shape)| fields(cell, *shape)));
        }
        text
    }

    fn shape(&self, index: usize) -> Shape {
        if self.column(index).any(|cell| matches!(cell, Cell::Estimate(_) | Cell::Interval(_))) {
            Shape::Interval
        } else if self.column(index).any(|cell| matches!(cell, Cell::Flag(_))) {
            Shape::Flagged
        } else {
            Shape::Single
        }
    }
}

fn header(column: &Column, shape: Shape) -> Vec<String> {
    let key = &column.key;
    match shape {
        Shape::Single => vec![key.clone()],
        Shape::Interval => vec![key.clone(), format!("{key}_low"), format!("{key}_high")],
        Shape::Flagged => vec![key.clone(), format!("{key}_verdict")],
    }
}

fn fields(cell: &Cell, shape: Shape) -> Vec<String> {
    let mut fields = match cell {
        Cell::Text(text) => vec![text.clone()],
        Cell::Integer(value) => vec![value.to_string()],
        Cell::Number(value) | Cell::Scientific(value) | Cell::Rounded(Rounded { value, .. }) => {
            vec![value.to_string()]
        }
        Cell::Estimate(value) => {
            vec![value.point.to_string(), value.low.to_string(), value.high.to_string()]
        }
        Cell::Interval(value) => {
            vec![value.point.to_string(), value.low.to_string(), value.high.to_string()]
        }
        Cell::Flag(flag) => {
            vec![flag.value.map(|rounded| rounded.value.to_string()).unwrap_or_default(), flag.label.clone()]
        }
        Cell::Missing(_) => vec![String::new()],
    };
    let width = match shape {
        Shape::Single => 1,
        Shape::Interval => 3,
        Shape::Flagged => 2,
    };
    fields.resize(width, String::new());
    fields
}

/// One record; a field is quoted exactly where its text would otherwise break the record.
fn line(text: &mut String, fields: impl Iterator<Item = String>) {
    let begin = text.len();
    for (place, field) in fields.enumerate() {
        if place > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    if text.len() == begin {
        // Readers skip a line that is quite empty.
        text.push_str("\"\"");
    }
    text.push('\n');
}
