//! A path that cannot leave the folder it is joined to.
//!
//! Paths of manifests become paths on disk and parts of addresses, so one type guards both: relative, `/` between
//! plain names, no `..`, no drive letters, no control characters.

use std::path::{Path, PathBuf};

use serde::Serialize;

/// A relative path of plain names with `/` between them, such as `data/BERT_benchmark.json`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RelativePath(String);

impl RelativePath {
    /// Accepts a text that is such a path.
    pub fn new(text: &str) -> Option<Self> {
        let plain = |name: &str| {
            !matches!(name, "" | "." | "..")
                && !name.ends_with('.')
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+@ ".contains(&b))
        };
        (text.len() <= 512 && text.split('/').all(plain)).then(|| Self(text.to_owned()))
    }

    /// The path with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below a folder, in the system's own spelling.
    pub fn below(&self, folder: &Path) -> PathBuf {
        self.0.split('/').fold(folder.to_owned(), |path, name| path.join(name))
    }

    /// The path as part of an address: blanks and signs with a meaning of their own are escaped.
    pub(crate) fn url(&self) -> String {
        self.0.replace(' ', "%20").replace('+', "%2B")
    }
}

impl std::fmt::Display for RelativePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_their_folder_are_refused() {
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "C:\\x", "a\\b", "a\0b", "a/b."]
        {
            assert_eq!(RelativePath::new(bad), None, "{bad:?}");
        }
        let good = RelativePath::new("saved_logs/config_0/j1/model_config.yaml").unwrap();
        assert_eq!(good.below(Path::new("/m")), Path::new("/m/saved_logs/config_0/j1/model_config.yaml"));
        assert_eq!(RelativePath::new("a b/c+d").unwrap().url(), "a%20b/c%2Bd");
    }
}
