//! Reads pairs of files, `NAME.json` and `NAME.safetensors`.
//!
//! `PROXYRANK_GOLDEN=DIR` reads all pairs of another folder, which must have at least one; a relative DIR starts at the root of
//! the workspace. Such a folder may hold cases of any family, and every test takes its own.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// One pair of files.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) description: Value,
    pub(crate) tensors: Vec<u8>,
}

/// The pairs of a family in `PROXYRANK_GOLDEN`, or in `folder` of the workspace, where there must be at least one.
/// Encoders' files name no family.
pub(crate) fn pairs(folder: &str, family: Option<&str>) -> Vec<Pair> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let other = std::env::var_os("PROXYRANK_GOLDEN");
    let own = other.is_none();
    let folder = other.map_or_else(|| root.join(folder), |folder| root.join(folder));
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "safetensors"))
        .filter(|path| path.with_extension("json").exists())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}: no NAME.json with NAME.safetensors", folder.display());
    let pair = |path: PathBuf| Pair {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        description: serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap(),
        tensors: std::fs::read(path).unwrap(),
    };
    let mut pairs: Vec<Pair> = paths.into_iter().map(pair).collect();
    pairs.retain(|pair| pair.description["family"].as_str() == family);
    assert!(!own || !pairs.is_empty(), "{}: no case of this family", folder.display());
    pairs
}
