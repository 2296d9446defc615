//! An http mirror: the layout of a mirror folder under an address.
//!
//! A mirror may lack files, and its Parquet files may be conversions. So a file that it does not have is asked for
//! at its source, and what it has is kept apart from what comes from there.

use super::download::{Context, Received};
use super::locate::Locator;
use super::retry::Tried;
use crate::manifest::{FileEntry, Manifest, RelativePath};

/// A file that came from a mirror.
pub(crate) struct FromMirror {
    pub(crate) received: Received,
    pub(crate) path: std::path::PathBuf,
    pub(crate) root: std::path::PathBuf,
    pub(crate) name: RelativePath,
    pub(crate) url: String,
}

impl Locator {
    /// Asks a mirror for a file under each of its names; `None` where it has none of them.
    pub(super) fn fetch_from_mirror(
        &self,
        context: &Context<'_>,
        endpoint: &str,
        manifest: &Manifest,
        file: &FileEntry,
    ) -> (String, Tried<Option<FromMirror>>) {
        let root = self.mirror_root(endpoint, &manifest.source);
        let mut url = String::new();
        for name in file.names() {
            url = format!("{endpoint}/{}/{}", manifest.source.folder(), name.url());
            let path = name.below(&root);
            let tried = self.download_to_cache(context, file, &url, &path);
            match tried.result {
                Ok(received) => {
                    let got = FromMirror { received, path, root, name: name.clone(), url: url.clone() };
                    return (url, Tried { attempts: tried.attempts, result: Ok(Some(got)) });
                }
                Err(fault) if fault.is_not_found() => {}
                Err(fault) => return (url, Tried { attempts: tried.attempts, result: Err(fault) }),
            }
        }
        (url, Tried { attempts: 1, result: Ok(None) })
    }
}
