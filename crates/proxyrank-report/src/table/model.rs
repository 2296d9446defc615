//! Columns, rows and notes.

use super::Cell;

/// A table of typed values.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Stable name in snake case: file names and anchors are made of it.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What stands in each column.
    pub columns: Vec<Column>,
    rows: Vec<Row>,
    /// Remarks below the table, in plain text.
    pub notes: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name for programs: the CSV header and the JSON key, in snake case.
    pub key: String,
    /// Name for people, with the unit where there is one.
    pub name: String,
    /// On which side its cells stand.
    pub align: Align,
    /// Decimals of its numbers where people read them.
    pub digits: usize,
}

/// On which side of a column its cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Short marks.
    Centre,
    /// Numbers.
    Right,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// As many cells as the table has columns.
    pub cells: Vec<Cell>,
    /// Whether it is set apart.
    pub emphasis: Emphasis,
}

/// Whether a row is set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Emphasis {
    /// An ordinary row.
    #[default]
    Plain,
    /// A baseline that others must beat; its first cell carries a dagger.
    Baseline,
}

impl Column {
    /// A column of text, aligned to the left.
    pub fn text(key: impl Into<String>, name: impl Into<String>) -> Self {
        Self { key: key.into(), name: name.into(), align: Align::Left, digits: 0 }
    }

    /// A column of numbers with this many decimals, aligned to the right.
    pub fn number(key: impl Into<String>, name: impl Into<String>, digits: usize) -> Self {
        Self { key: key.into(), name: name.into(), align: Align::Right, digits }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(id: impl Into<String>, title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { id: id.into(), title: title.into(), columns, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds an ordinary row.
    ///
    /// # Panics
    /// If the row has more or fewer cells than the table has columns, which is a mistake in the calling code.
    pub fn push(&mut self, cells: Vec<Cell>) {
        self.push_row(Row { cells, emphasis: Emphasis::Plain });
    }

    /// Adds a row that others must beat.
    ///
    /// # Panics
    /// As [`Table::push`].
    pub fn push_baseline(&mut self, cells: Vec<Cell>) {
        self.push_row(Row { cells, emphasis: Emphasis::Baseline });
    }

    /// Adds a row.
    ///
    /// # Panics
    /// As [`Table::push`].
    pub fn push_row(&mut self, row: Row) {
        assert_eq!(row.cells.len(), self.columns.len(), "table `{}`: cells and columns differ", self.id);
        self.rows.push(row);
    }

    /// Adds a remark below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The rows in order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Sorts the rows; rows that compare equal keep their order.
    pub fn sort_by(&mut self, compare: impl FnMut(&Row, &Row) -> std::cmp::Ordering) {
        self.rows.sort_by(compare);
    }

    /// The same table with its first `count` columns only.
    pub(super) fn first_columns(&self, count: usize) -> Self {
        let mut table = self.clone();
        table.columns.truncate(count);
        for row in &mut table.rows {
            row.cells.truncate(count);
        }
        table
    }

    /// The cells of one column.
    pub(super) fn column(&self, index: usize) -> impl Iterator<Item = &Cell> {
        self.rows.iter().filter_map(move |row| row.cells.get(index))
    }
}
