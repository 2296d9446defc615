//! From a file to text or a typed tree, with the parser's position carried over into [`LoadError`].

use std::path::Path;

use serde::de::DeserializeOwned;

use super::error::{LoadError, LoadErrorKind, Place};

/// Reads a whole file.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(file).map_err(|error| LoadError::new(file, Place::File, LoadErrorKind::Io(error)))
}

/// Checks that bytes are UTF-8 text. A leading byte order mark is skipped: it says nothing that UTF-8 does not.
pub(crate) fn text<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a str, LoadError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| LoadError::new(file, Place::File, LoadErrorKind::NotText(error.valid_up_to())))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Parses JSON. Nesting deeper than 128 and numbers beyond the range of `f64` are errors of the parser.
pub(crate) fn json<T: DeserializeOwned>(file: &Path, bytes: &[u8]) -> Result<T, LoadError> {
    serde_json::from_str(text(file, bytes)?).map_err(|error| {
        let message = error.to_string();
        // The position stands in `Place`; the parser repeats it at the end of its message.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(words, _)| words);
        let place = match error.line() {
            0 => Place::File,
            line => Place::Text { line: line as u64, column: error.column() as u64 },
        };
        LoadError::syntax(file, place, "JSON", message)
    })
}

/// Parses YAML of one document without anchors or merge keys, none of which a data file has a use for. An empty file is
/// an error: YAML would take it for nothing, and a map for an empty one, when it is more likely a failed copy.
pub(crate) fn yaml<T: DeserializeOwned>(file: &Path, bytes: &[u8]) -> Result<T, LoadError> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        strict_booleans: true,
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
        budget: serde_saphyr::budget! { max_anchors: 0, max_aliases: 0, max_documents: 1, max_depth: 8 },
    };
    let document: Result<Option<T>, _> = serde_saphyr::from_str_with_options(text(file, bytes)?, options);
    let document = document.map_err(|error| {
        let place = match error.location() {
            Some(at) if at.line() > 0 => Place::Text { line: at.line(), column: at.column() },
            _ => Place::File,
        };
        LoadError::syntax(file, place, "YAML", error)
    })?;
    document.ok_or_else(|| LoadError::missing(file, Place::File, "the content"))
}
