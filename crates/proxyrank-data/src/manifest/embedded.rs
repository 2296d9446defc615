//! The manifests of `datasets/`, compiled into the binary.

use std::sync::LazyLock;

use super::Manifest;

/// Name, manifest, and the list of files where there is one.
type Embedded = (&'static str, &'static str, Option<&'static str>);

macro_rules! dataset {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../datasets/", $name, ".toml")), None)
    };
    ($name:literal, listing) => {
        (
            $name,
            include_str!(concat!("../../../../datasets/", $name, ".toml")),
            Some(include_str!(concat!("../../../../datasets/", $name, ".files.csv"))),
        )
    };
}

const EMBEDDED: &[Embedded] = &[
    dataset!("flexibert"),
    dataset!("lpzero-released"),
    dataset!("lts", listing),
    dataset!("glue"),
    dataset!("squad"),
    dataset!("squad_v2"),
    dataset!("wikitext-2"),
    dataset!("openwebtext"),
    dataset!("bert-base-uncased"),
    dataset!("minilm-l6"),
];

/// A test parses every embedded manifest, so none is lost here in a build that passed its tests.
static MANIFESTS: LazyLock<Vec<Manifest>> = LazyLock::new(|| {
    EMBEDDED.iter().filter_map(|(name, text, listing)| Manifest::parse(name, text, *listing).ok()).collect()
});

/// A data set that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no data set `{given}`; there are {known}")]
pub struct UnknownDataset {
    /// What was asked for.
    pub given: String,
    /// The names that exist, separated by commas.
    pub known: String,
}

/// Every data set, benchmarks first.
pub fn manifests() -> &'static [Manifest] {
    &MANIFESTS
}

/// One data set by name.
pub fn manifest(name: &str) -> Result<&'static Manifest, UnknownDataset> {
    manifests().iter().find(|manifest| manifest.name == name).ok_or_else(|| UnknownDataset {
        given: name.to_owned(),
        known: manifests().iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::manifest::{Check, HubKind, Need, Source};

    #[test]
    fn every_embedded_manifest_is_valid() {
        for (name, text, listing) in EMBEDDED {
            if let Err(error) = Manifest::parse(name, text, *listing) {
                panic!("{error}");
            }
        }
        assert_eq!(manifests().len(), EMBEDDED.len());
    }

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets");
        let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        // The corpus is made, not fetched: its sheet is read by the module that makes it.
        let mut embedded = BTreeSet::from(["corpus.toml".to_owned()]);
        for (name, _, listing) in EMBEDDED {
            embedded.insert(format!("{name}.toml"));
            if listing.is_some() {
                embedded.insert(format!("{name}.files.csv"));
            }
        }
        assert_eq!(on_disk, embedded);
    }

    #[test]
    fn the_sets_have_their_known_sizes() {
        let files = |name| manifest(name).unwrap().files.len();
        assert_eq!(files("flexibert"), 7);
        assert_eq!(files("lpzero-released"), 3);
        assert_eq!(files("lts"), 1192);
        assert_eq!(manifest("glue").unwrap().required().count(), 19);
        let optional = |m: &Manifest| m.files.iter().filter(|f| f.need == Need::Optional).count();
        assert_eq!(optional(manifest("glue").unwrap()), 10);
        assert_eq!(manifest("imagenet").unwrap_err().given, "imagenet");
    }

    #[test]
    fn every_set_says_what_it_is_and_pins_what_it_takes() {
        for m in manifests() {
            assert!(m.citation.starts_with('@') && m.citation.contains("author"), "{}", m.name);
            assert!(m.homepage.starts_with("https://"), "{}", m.name);
            assert!(!m.title.is_empty() && !m.licence.is_empty(), "{}", m.name);
            assert!(crate::hash::is_commit(m.source.revision()), "{}", m.name);
            for file in &m.files {
                // A mirror may convert the Parquet files of the hub, so their bytes are not what identifies them.
                let by_columns = matches!(file.check, Check::Parquet { .. });
                let is_data = matches!(&m.source, Source::Hub(hub) if hub.kind == HubKind::Dataset);
                assert_eq!(by_columns, is_data, "{} {}", m.name, file.path);
            }
        }
    }
}
