//! The real manifests against the real data, where there is a mirror of it.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use proxyrank_data::fetch::{Locator, LocatorOptions, Mirror, Network, Quiet};
use proxyrank_data::manifest::{Manifest, manifest, manifests};

fn mirror() -> Option<PathBuf> {
    let named = std::env::var_os("PROXYRANK_MIRROR").map(PathBuf::from);
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    named.or(Some(beside)).filter(|folder| folder.is_dir())
}

fn locator(test: &str) -> Option<(tempfile::TempDir, Locator)> {
    let Some(mirror) = mirror() else {
        let _ = writeln!(std::io::stderr(), "skipped: {test} (no data mirror)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut options = LocatorOptions::new(folder.path().join("own"), folder.path().join("hub"));
    options.mirror = Some(Mirror::Folder(mirror));
    options.network = Network::Offline;
    Some((folder, Locator::new(options, Arc::new(Quiet)).unwrap()))
}

#[test]
fn every_required_file_of_every_set_is_recognised() {
    let Some((_folder, locator)) = locator("every_required_file_of_every_set_is_recognised") else {
        return;
    };
    for manifest in manifests() {
        let verification = locator.verify(manifest);
        // The encoder's weights are larger than all data together; `make minilm` adds them to a mirror.
        if manifest.name == "minilm-l6" && verification.files.len() == verification.missing().count() {
            let _ = writeln!(std::io::stderr(), "skipped for {}: the mirror does not hold it", manifest.name);
            continue;
        }
        let wrong: Vec<_> = verification.corrupt().chain(verification.missing()).collect();
        assert!(verification.is_good(), "{}: {wrong:?}", manifest.name);
    }
}

#[test]
fn a_truncated_copy_is_called_one() {
    let Some((_folder, locator)) = locator("a_truncated_copy_is_called_one") else { return };
    let warned = |manifest: &Manifest| -> Vec<String> {
        locator.verify(manifest).warnings().map(ToString::to_string).collect()
    };
    assert!(warned(manifest("flexibert").unwrap()).is_empty());
    let openwebtext = warned(manifest("openwebtext").unwrap());
    let expected = "`plain_text/train-00000-of-00080.parquet` is truncated: 1000 of 100172 rows";
    assert!(openwebtext.iter().any(|warning| warning == expected), "{openwebtext:?}");
}

#[test]
fn the_decoder_logs_lie_in_one_folder() {
    let Some((_folder, locator)) = locator("the_decoder_logs_lie_in_one_folder") else { return };
    let set = locator.locate(manifest("lts").unwrap()).unwrap();
    assert_eq!(set.files.len(), 1192);
    assert!(set.folder().unwrap().join("saved_logs/random_GPT2_wt103/ppl_summary.yaml").is_file());
}
