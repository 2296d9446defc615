//! From TOML (and a side file of many small files) to a checked [`Manifest`].

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Check, FileEntry, GitHubSource, HubKind, HubSource, Manifest, Need, RelativePath, Source, Transfer,
};
use crate::hash::{is_commit, is_sha256};

/// Why a manifest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is no TOML of the expected shape; the message names line and column.
    #[error("manifest `{name}`: {message}")]
    Toml {
        /// Name of the data set.
        name: String,
        /// What the TOML reader says.
        message: String,
    },
    /// A row of the side file is wrong.
    #[error("manifest `{name}`, line {line} of its list of files: {message}")]
    Listing {
        /// Name of the data set.
        name: String,
        /// Line of the side file, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The parts do not fit together.
    #[error("manifest `{name}`, {place}: {message}")]
    Content {
        /// Name of the data set.
        name: String,
        /// Which entry.
        place: String,
        /// What is wrong.
        message: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    title: String,
    licence: String,
    homepage: String,
    citation: String,
    faults: Vec<String>,
    github: Option<RawGitHub>,
    hub: Option<RawHub>,
    #[serde(default)]
    schemas: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    files: Vec<RawFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGitHub {
    owner: String,
    repo: String,
    commit: String,
    transfer: RawTransfer,
    /// Name of the side file with `path,bytes,sha256`, for sets of many files.
    listing: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawTransfer {
    Raw,
    Archive,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHub {
    kind: RawKind,
    id: String,
    revision: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    Dataset,
    Model,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    path: String,
    #[serde(default)]
    alternatives: Vec<String>,
    #[serde(default)]
    optional: bool,
    bytes: Option<u64>,
    sha256: Option<String>,
    schema: Option<String>,
    official_rows: Option<u64>,
    shards: Option<u64>,
}

#[derive(Deserialize)]
struct ListedFile {
    path: String,
    bytes: u64,
    sha256: String,
}

/// Where in a manifest something is wrong, so that each check only says what.
struct Place<'a> {
    name: &'a str,
    place: String,
}

impl Place<'_> {
    fn wrong(&self, message: impl Into<String>) -> ManifestError {
        ManifestError::Content {
            name: self.name.to_owned(),
            place: self.place.clone(),
            message: message.into(),
        }
    }

    fn path(&self, text: &str) -> Result<RelativePath, ManifestError> {
        RelativePath::new(text)
            .ok_or_else(|| self.wrong(format!("`{text}` is no relative path of plain names")))
    }
}

impl Manifest {
    /// Reads a manifest. `listing` is the text of its side file, which a manifest with a `listing` key must have.
    pub fn parse(name: &str, text: &str, listing: Option<&str>) -> Result<Self, ManifestError> {
        let raw: RawManifest = toml::from_str(text).map_err(|error| ManifestError::Toml {
            name: name.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        let place = Place { name, place: "head".to_owned() };
        let wants_listing = raw.github.as_ref().and_then(|github| github.listing.clone());
        let source = source(&place, raw.github, raw.hub)?;
        let mut files = raw
            .files
            .into_iter()
            .map(|file| entry(name, file, &raw.schemas))
            .collect::<Result<Vec<_>, _>>()?;
        match (wants_listing, listing) {
            (Some(_), Some(listing)) => files.extend(listed(name, listing)?),
            (None, None) => {}
            (Some(side), None) => {
                return Err(place.wrong(format!("its list of files, `{side}`, is not there")));
            }
            (None, Some(_)) => return Err(place.wrong("a list of files is there that it does not name")),
        }
        let manifest = Self {
            name: name.to_owned(),
            title: raw.title,
            source,
            licence: raw.licence,
            homepage: raw.homepage,
            citation: raw.citation.trim().to_owned(),
            faults: raw.faults,
            files,
        };
        if manifest.files.is_empty() {
            return Err(place.wrong("it lists no file"));
        }
        if let Some(path) = manifest.duplicate_path() {
            return Err(place.wrong(format!("`{path}` stands twice")));
        }
        Ok(manifest)
    }
}

fn source(
    place: &Place<'_>,
    github: Option<RawGitHub>,
    hub: Option<RawHub>,
) -> Result<Source, ManifestError> {
    let word = |text: &str, what: &str| {
        let plain = RelativePath::new(text).is_some_and(|path| !path.as_str().contains('/'));
        if plain { Ok(()) } else { Err(place.wrong(format!("{what} `{text}` is no plain name"))) }
    };
    match (github, hub) {
        (Some(github), None) => {
            word(&github.owner, "owner")?;
            word(&github.repo, "repository")?;
            if !is_commit(&github.commit) {
                return Err(place.wrong(format!("commit `{}` is not 40 hex digits", github.commit)));
            }
            let transfer = match github.transfer {
                RawTransfer::Raw => Transfer::Raw,
                RawTransfer::Archive => Transfer::Archive,
            };
            let (owner, repo, commit) = (github.owner, github.repo, github.commit);
            Ok(Source::GitHub(GitHubSource { owner, repo, commit, transfer }))
        }
        (None, Some(hub)) => {
            match hub.id.split_once('/') {
                Some((owner, repo)) => {
                    word(owner, "owner")?;
                    word(repo, "name")?;
                }
                None => return Err(place.wrong(format!("hub id `{}` is not OWNER/NAME", hub.id))),
            }
            word(&hub.revision, "revision")?;
            let kind = match hub.kind {
                RawKind::Dataset => HubKind::Dataset,
                RawKind::Model => HubKind::Model,
            };
            Ok(Source::Hub(HubSource { kind, id: hub.id, revision: hub.revision }))
        }
        _ => Err(place.wrong("exactly one of [github] and [hub] must stand")),
    }
}

fn entry(
    name: &str,
    raw: RawFile,
    schemas: &BTreeMap<String, Vec<String>>,
) -> Result<FileEntry, ManifestError> {
    let place = Place { name, place: format!("file `{}`", raw.path) };
    let path = place.path(&raw.path)?;
    let alternatives = raw.alternatives.iter().map(|text| place.path(text)).collect::<Result<Vec<_>, _>>()?;
    let check = match (raw.bytes, raw.sha256, raw.schema, raw.official_rows) {
        (Some(bytes), Some(sha256), None, None) if raw.shards.is_none() => digest(&place, bytes, sha256)?,
        (None, None, Some(schema), Some(official_rows)) => {
            let columns = schemas
                .get(&schema)
                .ok_or_else(|| place.wrong(format!("schema `{schema}` is not under [schemas]")))?;
            if let Some(column) = columns.iter().find(|column| !column.contains(": ")) {
                return Err(place.wrong(format!("column `{column}` is not `name: type`")));
            }
            let shards = raw.shards.unwrap_or(1);
            if shards == 0 {
                return Err(place.wrong("a split has at least one shard"));
            }
            Check::Parquet { columns: columns.clone(), official_rows, shards }
        }
        _ => {
            return Err(place.wrong("a file has either bytes and sha256, or schema and official_rows"));
        }
    };
    let need = if raw.optional { Need::Optional } else { Need::Required };
    Ok(FileEntry { path, alternatives, need, check })
}

fn digest(place: &Place<'_>, bytes: u64, sha256: String) -> Result<Check, ManifestError> {
    if is_sha256(&sha256) {
        Ok(Check::Digest { bytes, sha256 })
    } else {
        Err(place.wrong(format!("sha256 `{sha256}` is not 64 lower-case hex digits")))
    }
}

fn listed(name: &str, listing: &str) -> Result<Vec<FileEntry>, ManifestError> {
    let mut reader = csv::Reader::from_reader(listing.as_bytes());
    let mut files = Vec::new();
    for (index, row) in reader.deserialize::<ListedFile>().enumerate() {
        let line = index as u64 + 2;
        let row = row.map_err(|error| ManifestError::Listing {
            name: name.to_owned(),
            line,
            message: error.to_string(),
        })?;
        let place = Place { name, place: format!("line {line} of its list of files") };
        let check = digest(&place, row.bytes, row.sha256)?;
        let path = place.path(&row.path)?;
        files.push(FileEntry { path, alternatives: Vec::new(), need: Need::Required, check });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: &str = "title='t'\nlicence='l'\nhomepage='h'\ncitation='c'\nfaults=[]\n";
    const HUB: &str = "[hub]\nkind='dataset'\nid='a/b'\nrevision='main'\n[schemas]\ns=['x: int64']\n";

    fn problem(body: &str) -> String {
        Manifest::parse("demo", &format!("{HEAD}{body}"), None).unwrap_err().to_string()
    }

    #[test]
    fn a_hub_file_takes_its_columns_from_the_schema() {
        let text =
            format!("{HEAD}{HUB}[[files]]\npath='x.parquet'\nschema='s'\nofficial_rows=80\nshards=8\n");
        let manifest = Manifest::parse("demo", &text, None).unwrap();
        assert_eq!(manifest.files[0].check.complete_rows(), Some(10));
        assert_eq!(manifest.source.folder(), "hub/datasets/a/b");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert!(problem(HUB).contains("lists no file"));
        assert!(problem("[[files]]\npath='x'\nbytes=1\n").contains("exactly one of"));
        let file = |body: &str| problem(&format!("{HUB}[[files]]\n{body}"));
        assert!(file("path='../x'\nschema='s'\nofficial_rows=1").contains("plain names"));
        assert!(file("path='x'\nschema='t'\nofficial_rows=1").contains("schema `t`"));
        assert!(file("path='x'\nbytes=1\nsha256='AB'").contains("64 lower-case"));
        assert!(file("path='x'\nbytes=1").contains("either bytes and sha256"));
        assert!(file("path='x'\nschema='s'\nofficial_rows=1\ncolour='red'").contains("colour"));
        assert!(problem("[hub]\nkind='dataset'\nid='../b'\nrevision='main'").contains("no plain name"));
    }

    #[test]
    fn a_listing_is_wanted_exactly_when_named() {
        let commit = "0".repeat(40);
        let head = format!("{HEAD}[github]\nowner='o'\nrepo='r'\ncommit='{commit}'\ntransfer='archive'\n");
        let named = format!("{head}listing='demo.csv'\n");
        assert!(Manifest::parse("demo", &named, None).is_err());
        assert!(Manifest::parse("demo", &head, Some("path,bytes,sha256\n")).is_err());
        let row = format!("path,bytes,sha256\na/b.yaml,3,{}\n", "0".repeat(64));
        assert_eq!(Manifest::parse("demo", &named, Some(&row)).unwrap().files.len(), 1);
        let twice = format!("{row}a/b.yaml,3,{}\n", "0".repeat(64));
        assert!(Manifest::parse("demo", &named, Some(&twice)).is_err());
        let error = Manifest::parse("demo", &named, Some("path,bytes,sha256\na,x,y\n")).unwrap_err();
        assert!(matches!(error, ManifestError::Listing { line: 2, .. }));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(text in "\\PC{0,400}", listing in "\\PC{0,200}") {
            let _ = Manifest::parse("demo", &text, None);
            let _ = Manifest::parse("demo", &format!("{HEAD}{HUB}{text}"), Some(&listing));
        }

        #[test]
        fn no_damaged_manifest_makes_the_parser_panic(at in 0_usize..6000, byte: u8, cut in any::<bool>()) {
            let mut bytes = include_bytes!("../../../../datasets/glue.toml").to_vec();
            let at = at % bytes.len();
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            let _ = Manifest::parse("glue", &String::from_utf8_lossy(&bytes), None);
        }
    }
}
