//! A terminal.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width};

use super::{Align, Table, shown::Shown};

/// Columns wide enough that nothing needs to wrap, for output that goes to a file.
pub const UNBOUNDED: u16 = u16::MAX;

/// A rule below the header and nothing else: columns are told apart by space.
const LIGHT_RULES: &str = "     ──             ";

/// Spaces around each cell, together.
const PADDING: u16 = 2;
/// A longer word may be broken.
const LONGEST_WORD: u16 = 40;

impl Table {
    /// Title, table and notes as plain text that wraps at `width` columns; ends with a newline.
    ///
    /// No escape sequences are written, so the output is the same on a terminal, in a file and under `NO_COLOR`.
    pub fn terminal(&self, width: u16) -> String {
        let shown = self.shown();
        let mut lines = vec![printable(&self.title)];
        lines.extend(self.drawn(&shown.rows, width));
        let footnotes = shown.footnotes.iter();
        lines.extend(footnotes.map(|(mark, meaning)| format!("({mark}) {}", printable(meaning))));
        lines.extend(self.notes.iter().map(|note| printable(note)));
        lines.join("\n") + "\n"
    }

    /// The table without title and notes: unwrapped if that fits, else wrapped between words, else anywhere.
    fn drawn(&self, rows: &[Vec<Shown>], width: u16) -> Vec<String> {
        let mut drawn = comfy_table::Table::new();
        drawn.load_preset(LIGHT_RULES);
        drawn.set_width(width);
        drawn.set_content_arrangement(ContentArrangement::Disabled);
        drawn.set_header(self.columns.iter().map(|column| printable(&column.name)));
        for row in rows {
            drawn.add_row(row.iter().map(cell));
        }
        for (column, model) in drawn.column_iter_mut().zip(&self.columns) {
            column.set_cell_alignment(match model.align {
                Align::Left => CellAlignment::Left,
                Align::Centre => CellAlignment::Center,
                Align::Right => CellAlignment::Right,
            });
        }
        let unwrapped = trimmed(&drawn);
        if unwrapped.iter().all(|line| line.chars().count() <= usize::from(width)) {
            return unwrapped;
        }
        drawn.set_content_arrangement(ContentArrangement::Dynamic);
        let words = self.word_widths(rows);
        if words.iter().copied().map(u32::from).sum::<u32>() <= u32::from(width) {
            for (column, word) in drawn.column_iter_mut().zip(words) {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(word)));
            }
        }
        trimmed(&drawn)
    }

    /// Room that each column needs to wrap between words only, in characters.
    fn word_widths(&self, rows: &[Vec<Shown>]) -> Vec<u16> {
        let longest = |text: &str| text.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
        let widths = self.columns.iter().enumerate().map(|(index, column)| {
            let cells = rows.iter().filter_map(|row| row.get(index)).map(|shown| longest(&cell(shown)));
            cells.fold(longest(&column.name), usize::max)
        });
        widths
            .map(|word| u16::try_from(word).map_or(LONGEST_WORD, |w| w.min(LONGEST_WORD)) + PADDING)
            .collect()
    }
}

/// The lines of a drawn table without the spaces at their ends.
fn trimmed(drawn: &comfy_table::Table) -> Vec<String> {
    drawn.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn cell(shown: &Shown) -> String {
    let text = Shown::joined(&shown.number, &printable(&shown.text));
    match &shown.mark {
        Some(mark) => format!("{text} ({mark})"),
        None => text,
    }
}

/// Text without control characters, so that no file can move the cursor or recolour a user's terminal.
pub(crate) fn printable(text: &str) -> String {
    let spaced = |c: char| if c.is_whitespace() || c.is_control() { ' ' } else { c };
    text.trim().chars().map(spaced).collect()
}
