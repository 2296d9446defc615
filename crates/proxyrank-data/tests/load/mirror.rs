//! Where the published files are, if they are anywhere.

use std::path::{Path, PathBuf};

/// The pinned commits that the data come from.
pub(crate) const FLEXIBERT: &str =
    "github/aaronserianni/training-free-nas/2d76e01b9586cad7340e8268dadba3056efd070b/data";
pub(crate) const LPZERO: &str = "github/pprp/LPZero/9faa34d2c63c6b276a0082442e7eb0aa70be2526";

/// A path in the mirror; without a mirror, says that `test` is skipped.
pub(crate) fn path(test: &str, relative: impl AsRef<Path>) -> Option<PathBuf> {
    let root = std::env::var_os("PROXYRANK_MIRROR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    if root.is_dir() {
        return Some(root.join(relative));
    }
    #[expect(clippy::print_stderr, reason = "a skipped test must not pass in silence")]
    {
        eprintln!("skipped: {test} (no data mirror)");
    }
    None
}
