//! A terminal.

use std::cmp::Reverse;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width};

use super::{Align, Table, shown::Shown};

/// Columns wide enough that nothing needs to wrap, for output that goes to a file.
pub const UNBOUNDED: u16 = u16::MAX;

/// A rule below the header and nothing else: columns are told apart by space.
const LIGHT_RULES: &str = "     ──             ";

/// Spaces around each cell, together.
const PADDING: usize = 2;
/// Space between two columns, besides their padding.
const GAP: usize = 1;
/// A narrower terminal is treated as one of this width, since hardly a table fits in less.
const NARROWEST: u16 = 40;
/// Columns that are shown however narrow the terminal is: one that names the row and one that says something of it.
const FEWEST_COLUMNS: usize = 2;
/// A space at which no line breaks.
const TIE: char = '\u{a0}';

impl Table {
    /// Title, table and notes as plain text that wraps at `width` columns (at least 40); ends with a newline.
    ///
    /// A table that is too wide is wrapped between words. No name and no number is ever broken, because half a
    /// number reads as another number: where words are still too wide, columns are left out from the right and a
    /// last line counts them. Only a table whose first two columns are too wide overflows.
    ///
    /// No escape sequences are written, so the output is the same on a terminal, in a file and under `NO_COLOR`.
    pub fn terminal(&self, width: u16) -> String {
        let width = width.max(NARROWEST);
        let shown = self.shown();
        let unwrapped = trimmed(&self.grid(&shown.rows));
        if unwrapped.iter().all(|line| line.chars().count() <= usize::from(width)) {
            return self.page(unwrapped, &shown.footnotes);
        }
        let fitting = self.fitting(&shown.rows, width);
        if fitting == self.columns.len() {
            return self.page(self.wrapped(&shown.rows, width), &shown.footnotes);
        }
        let kept = self.first_columns(fitting);
        let shown = kept.shown();
        let page = kept.page(kept.wrapped(&shown.rows, width), &shown.footnotes);
        let (hidden, verb) = match self.columns.len() - fitting {
            1 => (1, "column does"),
            hidden => (hidden, "columns do"),
        };
        format!("{page}{hidden} more {verb} not fit; widen the terminal, or see the file\n")
    }

    /// Title, the table's lines, footnotes and notes.
    fn page(&self, table: Vec<String>, footnotes: &[(String, String)]) -> String {
        let mut lines = vec![printable(&self.title)];
        lines.extend(table);
        lines.extend(footnotes.iter().map(|(mark, meaning)| format!("({mark}) {}", printable(meaning))));
        lines.extend(self.notes.iter().map(|note| printable(note)));
        lines.join("\n") + "\n"
    }

    /// The table without title and notes, each row on one line.
    fn grid(&self, rows: &[Vec<Shown>]) -> comfy_table::Table {
        let mut grid = comfy_table::Table::new();
        grid.load_preset(LIGHT_RULES);
        grid.set_content_arrangement(ContentArrangement::Disabled);
        grid.set_header(self.columns.iter().map(|column| printable(&column.name)));
        for row in rows {
            grid.add_row(row.iter().map(cell));
        }
        for (column, model) in grid.column_iter_mut().zip(&self.columns) {
            column.set_cell_alignment(match model.align {
                Align::Left => CellAlignment::Left,
                Align::Centre => CellAlignment::Center,
                Align::Right => CellAlignment::Right,
            });
        }
        grid
    }

    /// The table without title and notes, wrapped between words.
    fn wrapped(&self, rows: &[Vec<Shown>], width: u16) -> Vec<String> {
        let mut grid = self.grid(rows);
        grid.set_content_arrangement(ContentArrangement::Dynamic);
        grid.set_width(UNBOUNDED);
        for (column, room) in grid.column_iter_mut().zip(self.rooms(rows, width)) {
            let room = u16::try_from(room).unwrap_or(UNBOUNDED);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(room)));
        }
        trimmed(&grid)
    }

    /// Room for each column: at least what its words need; what is left goes, character by character, to the column
    /// that would need the most lines and, among several, to the one that lacks the least.
    fn rooms(&self, rows: &[Vec<Shown>], width: u16) -> Vec<usize> {
        let mut rooms = self.word_widths(rows);
        let whole = self.widths(rows, |text| text.chars().count());
        let taken: usize = rooms.iter().map(|room| room + GAP).sum();
        for _ in taken..=usize::from(width) {
            let tight = (0..rooms.len()).filter(|&index| rooms[index] < whole[index]);
            let lines = |index: usize| whole[index].div_ceil(rooms[index]);
            let lacking = |index: usize| whole[index] - rooms[index];
            let Some(tightest) = tight.max_by_key(|&index| (lines(index), Reverse(lacking(index)))) else {
                break;
            };
            rooms[tightest] += 1;
        }
        rooms
    }

    /// How many columns, from the left, fit when lines break between words.
    fn fitting(&self, rows: &[Vec<Shown>], width: u16) -> usize {
        let mut total = 0;
        let fitting = self.word_widths(rows).into_iter().take_while(|word| {
            total += word + GAP;
            total <= usize::from(width) + GAP
        });
        fitting.count().max(FEWEST_COLUMNS).min(self.columns.len())
    }

    /// Room that each column needs if lines break between words only, in characters.
    fn word_widths(&self, rows: &[Vec<Shown>]) -> Vec<usize> {
        self.widths(rows, |text| text.split(' ').map(|word| word.chars().count()).max().unwrap_or(0))
    }

    /// The most that a header or cell of each column measures, with its padding.
    fn widths(&self, rows: &[Vec<Shown>], measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let widths = self.columns.iter().enumerate().map(|(index, column)| {
            let cells = rows.iter().filter_map(|row| row.get(index)).map(|shown| measure(&cell(shown)));
            cells.fold(measure(&printable(&column.name)), usize::max) + PADDING
        });
        widths.collect()
    }
}

/// The lines of a drawn table without the spaces at their ends.
fn trimmed(drawn: &comfy_table::Table) -> Vec<String> {
    drawn.lines().map(|line| line.replace(TIE, " ").trim_end().to_owned()).collect()
}

/// A cell's text, with the two ends of an interval tied together.
fn cell(shown: &Shown) -> String {
    let number = match shown.number.split_once(" [") {
        Some((point, ends)) => format!("{point} [{}", ends.replace(' ', &TIE.to_string())),
        None => shown.number.clone(),
    };
    let text = Shown::joined(&number, &printable(&shown.text));
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
