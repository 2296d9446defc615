//! What all records of a file have in common, written once.

use std::path::Path;

use serde::Serialize;

use super::journal::json;
use crate::PruneError;

/// Writes a header, or checks that the one that is there says the same. A folder that is missing is made.
pub(super) fn claim(path: &Path, header: &impl Serialize) -> Result<(), PruneError> {
    let failed = |source| PruneError::File { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let wanted = json(path, header)?;
    match std::fs::read_to_string(path) {
        Ok(found) if found.trim_end() == wanted => Ok(()),
        Ok(_) => Err(PruneError::OtherRun(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let beside = path.with_extension("partial");
            std::fs::write(&beside, wanted + "\n").map_err(failed)?;
            std::fs::rename(&beside, path).map_err(failed)
        }
        Err(source) => Err(failed(source)),
    }
}
