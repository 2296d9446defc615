//! One archive for many small files, of which only the listed ones are taken.

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use crate::server::{Fault, Server};
use crate::support::{COMMIT, Place, bytes, files_below, github_manifest};

const FILES: [&str; 3] = ["logs/a/one.yaml", "logs/b/two.yaml", "logs/three.yaml"];

fn path() -> String {
    format!("/archive/o/r/tar.gz/{COMMIT}")
}

fn body(path: &str) -> Vec<u8> {
    bytes(u8::try_from(path.len()).unwrap(), 2000 + path.len())
}

fn pack(entries: &[(&str, EntryType, Vec<u8>)]) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, kind, bytes) in entries {
        let mut header = Header::new_gnu();
        // Written by hand, because the builder refuses the paths that the tests are about.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn good() -> Vec<(&'static str, EntryType, Vec<u8>)> {
    let mut entries = vec![("r-0123/", EntryType::Directory, Vec::new())];
    for (file, inside) in
        FILES.iter().zip(["r-0123/logs/a/one.yaml", "r-0123/logs/b/two.yaml", "r-0123/logs/three.yaml"])
    {
        entries.push((inside, EntryType::Regular, body(file)));
    }
    entries.push(("r-0123/unlisted.md", EntryType::Regular, bytes(99, 500)));
    entries
}

fn manifest() -> proxyrank_data::manifest::Manifest {
    let bodies: Vec<Vec<u8>> = FILES.iter().map(|file| body(file)).collect();
    let files: Vec<(&str, &[u8])> = FILES.iter().copied().zip(bodies.iter().map(Vec::as_slice)).collect();
    github_manifest("archive", &files)
}

#[test]
fn the_listed_files_are_taken_and_no_other() {
    let server = Server::start();
    server.put(&path(), &pack(&good()));
    let place = Place::new(&server);
    let report = place.fetch(&manifest()).unwrap();
    assert_eq!(report.downloaded(), 3);
    assert!(report.transferred_bytes() > 0);
    let root = place.options.cache.join(manifest().source.folder());
    assert_eq!(files_below(&root).len(), 3);
    for file in FILES {
        assert_eq!(std::fs::read(root.join(file)).unwrap(), body(file));
    }
    assert_eq!(place.fetch(&manifest()).unwrap().downloaded(), 0);
}

#[test]
fn a_fault_on_the_way_is_overcome() {
    let archive = pack(&good());
    for fault in [
        Fault::Truncate(archive.len() / 2),
        Fault::Truncate(0),
        Fault::Reset(archive.len() / 2),
        Fault::Stall(archive.len() / 2),
        Fault::WrongLength(archive.len() / 2),
        Fault::WrongBytes,
        Fault::Status(502, None),
    ] {
        let server = Server::start();
        server.put(&path(), &archive);
        server.fail_next(&path(), [fault.clone()]);
        let mut place = Place::new(&server);
        place.expect(&fault);
        place.fetch(&manifest()).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert!(place.locator().verify(&manifest()).is_good(), "{fault:?}");

        let server = Server::start();
        server.put(&path(), &archive);
        server.fail_always(&path(), fault.clone());
        let mut place = Place::new(&server);
        place.expect(&fault);
        let error = place.fetch(&manifest()).unwrap_err();
        assert!(!error.is_missing(), "{fault:?}: {error}");
        assert_eq!(place.locator().verify(&manifest()).corrupt().count(), 0, "{fault:?}");
        assert_eq!(place.partials(), Vec::<std::path::PathBuf>::new(), "{fault:?}");
    }
}

#[test]
fn an_archive_writes_nowhere_but_to_listed_paths() {
    let evil = |inside: &'static str, kind, bytes| {
        let mut entries = vec![(inside, kind, bytes)];
        entries.extend(good());
        pack(&entries)
    };
    for archive in [
        evil("../../../escaped", EntryType::Regular, b"x".to_vec()),
        evil("/tmp/proxyrank-escaped", EntryType::Regular, b"x".to_vec()),
        evil("r-0123/../logs/three.yaml", EntryType::Regular, b"x".to_vec()),
        evil("r-0123/unlisted", EntryType::Regular, b"x".to_vec()),
    ] {
        let server = Server::start();
        server.put(&path(), &archive);
        let place = Place::new(&server);
        place.fetch(&manifest()).unwrap();
        let written = files_below(place.path());
        let outside: Vec<_> = written.iter().filter(|p| !p.to_string_lossy().contains("/logs/")).collect();
        assert!(outside.iter().all(|p| p.to_string_lossy().contains("/locks/")), "{outside:?}");
        assert!(!std::path::Path::new("/tmp/proxyrank-escaped").exists());
    }
}

#[test]
fn a_listed_path_with_other_content_is_refused() {
    let cases: [(EntryType, Vec<u8>, &str); 3] = [
        (EntryType::Regular, bytes(1, 10), "has 10 bytes"),
        (EntryType::Regular, bytes(1, body(FILES[0]).len()), "SHA-256"),
        (EntryType::Symlink, Vec::new(), "no plain file"),
    ];
    for (kind, content, word) in cases {
        let mut entries = good();
        entries[1] = ("r-0123/logs/a/one.yaml", kind, content);
        let server = Server::start();
        server.put(&path(), &pack(&entries));
        let place = Place::new(&server);
        let text = place.fetch(&manifest()).unwrap_err().to_string();
        assert!(text.contains(word), "{text}");
        let root = place.options.cache.join(manifest().source.folder());
        assert!(!root.join(FILES[0]).exists());
    }
    let server = Server::start();
    server.put(&path(), &pack(&good()[..2]));
    let text = Place::new(&server).fetch(&manifest()).unwrap_err().to_string();
    assert!(text.contains("has no `logs/b/two.yaml` (and lacks 1 more)"), "{text}");
}

#[test]
fn what_was_taken_before_a_fault_is_kept() {
    let server = Server::start();
    server.put(&path(), &pack(&good()[..2]));
    let place = Place::new(&server);
    place.fetch(&manifest()).unwrap_err();
    server.put(&path(), &pack(&good()));
    assert_eq!(place.fetch(&manifest()).unwrap().downloaded(), 2);
}
