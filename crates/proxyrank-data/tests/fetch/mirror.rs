//! Mirrors: a folder, or an address.

use proxyrank_data::fetch::{FetchError, Locator, Mirror, Network, Origin, Quiet};

use crate::server::{Fault, Server};
use crate::support::{COMMIT, Place, bytes, github_manifest, hub_manifest, parquet, raw_path, resolve_path};

const FILE: &str = "c/train-00000-of-00080.parquet";
const OTHER_NAME: &str = "alternatives=['c/train-00000-of-00001.parquet']\n";

#[test]
fn a_folder_is_looked_into_first() {
    let server = Server::start();
    let manifest = hub_manifest(COMMIT, FILE, OTHER_NAME);
    let mut place = Place::new(&server);
    let mirror = place.path().join("mirror");
    let folder = mirror.join("hub/datasets/o/n/c");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("train-00000-of-00001.parquet"), parquet("text", 4)).unwrap();
    place.options.mirror = Some(Mirror::Folder(mirror));
    let report = place.fetch(&manifest).unwrap();
    let located = &report.files[0].located;
    assert_eq!((located.origin, located.rows), (Origin::Mirror, Some(4)));
    let warnings: Vec<String> = located.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings[0].contains("stands for"), "{warnings:?}");
    assert!(warnings[1].contains("truncated: 4 of 10 rows"), "{warnings:?}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_wrong_copy_in_the_mirror_is_passed_over_and_said() {
    let server = Server::start();
    let body = bytes(1, 300);
    let manifest = github_manifest("raw", &[("x", &body)]);
    server.put(&raw_path("x"), &body);
    let mut place = Place::new(&server);
    let mirror = place.path().join("mirror");
    let copy = mirror.join(manifest.source.folder()).join("x");
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    std::fs::write(&copy, bytes(2, 300)).unwrap();
    place.options.mirror = Some(Mirror::Folder(mirror));
    let corrupt = place.locator().locate(&manifest).unwrap_err();
    assert!(matches!(&corrupt, FetchError::Corrupt { path, .. } if *path == copy));
    assert!(!corrupt.is_missing());
    let report = place.fetch(&manifest).unwrap();
    assert_eq!(report.files[0].located.origin, Origin::Cache);
    assert!(report.files[0].located.warnings[0].to_string().contains("passed over"));
    assert_eq!(std::fs::read(&copy).unwrap(), bytes(2, 300), "a mirror is never written to");
}

#[test]
fn an_address_is_kept_apart_from_the_sources() {
    let server = Server::start();
    let manifest = hub_manifest(COMMIT, FILE, OTHER_NAME);
    let converted = parquet("text", 4);
    let path = "/mirror/hub/datasets/o/n/c/train-00000-of-00001.parquet";
    server.put(path, &converted);
    for fault in [Fault::Truncate(50), Fault::Reset(50), Fault::Stall(50), Fault::Status(500, None)] {
        let mut place = Place::new(&server);
        place.expect(&fault);
        server.fail_next(path, [fault]);
        place.options.mirror = Some(Mirror::parse(&format!("{}/mirror/", server.url())));
        let report = place.fetch(&manifest).unwrap();
        assert_eq!(report.files[0].located.origin, Origin::Mirror);
        assert!(!place.options.hub_cache.exists(), "the shared cache gets no conversion");
        assert_eq!(place.partials(), Vec::<std::path::PathBuf>::new());

        place.options.network = Network::Offline;
        assert_eq!(place.fetch(&manifest).unwrap().downloaded(), 0);
        place.options.mirror = None;
        assert!(place.fetch(&manifest).unwrap_err().is_missing(), "without the mirror it is not there");
    }
}

#[test]
fn what_an_address_lacks_comes_from_the_source() {
    let server = Server::start();
    let body = parquet("text", 10);
    let sha256 = proxyrank_data::hash::sha256_bytes(&body);
    server.put_large(&resolve_path(COMMIT, FILE), COMMIT, &sha256, &body);
    let mut place = Place::new(&server);
    place.options.mirror = Some(Mirror::Endpoint(format!("{}/mirror", server.url())));
    let report = place.fetch(&hub_manifest(COMMIT, FILE, OTHER_NAME)).unwrap();
    assert_eq!(report.files[0].located.origin, Origin::HubCache);
    // A broken mirror is an error, not a reason to look elsewhere.
    server.fail_always(&format!("/mirror/hub/datasets/o/n/{FILE}"), Fault::Truncate(3));
    server.put(&format!("/mirror/hub/datasets/o/n/{FILE}"), &body);
    let mut place = Place::new(&server);
    place.options.mirror = Some(Mirror::Endpoint(format!("{}/mirror", server.url())));
    assert!(place.fetch(&hub_manifest(COMMIT, FILE, "")).is_err());
}

#[test]
fn a_mirror_of_github_files_and_of_archives() {
    for transfer in ["raw", "archive"] {
        let server = Server::start();
        let body = bytes(3, 3000);
        let manifest = github_manifest(transfer, &[("a/x", &body)]);
        let path = format!("/m/{}/a/x", manifest.source.folder());
        server.put(&path, &body);
        server.fail_next(&path, [Fault::Truncate(1000), Fault::WrongBytes]);
        let mut place = Place::new(&server);
        place.options.mirror = Some(Mirror::Endpoint(format!("{}/m", server.url())));
        let report = place.fetch(&manifest).unwrap();
        assert_eq!(report.files[0].located.origin, Origin::Mirror);
        assert_eq!(std::fs::read(&report.files[0].located.path).unwrap(), body);
    }
}

#[test]
fn a_mirror_that_does_not_exist_is_an_error() {
    let server = Server::start();
    let mut place = Place::new(&server);
    place.options.mirror = Some(Mirror::parse("/no/such/mirror"));
    let error = Locator::new(place.options.clone(), std::sync::Arc::new(Quiet)).err().unwrap();
    assert!(error.to_string().contains("/no/such/mirror"));
}

#[test]
fn files_in_two_places_have_no_common_folder() {
    let server = Server::start();
    let (one, two) = (bytes(1, 10), bytes(2, 10));
    let manifest = github_manifest("raw", &[("one", &one), ("two", &two)]);
    server.put(&raw_path("two"), &two);
    let mut place = Place::new(&server);
    let mirror = place.path().join("mirror");
    let copy = mirror.join(manifest.source.folder()).join("one");
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    std::fs::write(&copy, &one).unwrap();
    place.options.mirror = Some(Mirror::Folder(mirror));
    place.fetch(&manifest).unwrap();
    let set = place.locator().locate(&manifest).unwrap();
    assert!(matches!(set.folder(), Err(FetchError::Scattered { .. })));
}
