//! Data sets of one text column: OpenWebText (a document a row) and WikiText (a line a row).

use std::path::Path;

use arrow::array::AsArray;

use super::parquet::{ColumnType, Rows};
use crate::load::error::LoadError;

/// Opens a Parquet file whose only column is `text`: OpenWebText or WikiText.
pub fn texts(file: &Path) -> Result<Rows<String>, LoadError> {
    Rows::open(file, &[("text", ColumnType::Text)], |columns, _| {
        Ok(columns[0].as_string::<i32>().iter().flatten().map(str::to_owned).collect())
    })
}

/// Whether a WikiText line is running text, neither blank nor a heading such as ` = = Career = = `.
pub fn is_wikitext_paragraph(line: &str) -> bool {
    let line = line.trim();
    let heading = line.starts_with("= ") && line.ends_with(" =");
    !line.is_empty() && !heading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_blank_lines_are_no_paragraphs() {
        assert!(is_wikitext_paragraph(" The word = is a sign . \n"));
        for line in ["", " \n", " = Title = \n", " = = = Deep = = = \n"] {
            assert!(!is_wikitext_paragraph(line), "{line:?}");
        }
    }
}
