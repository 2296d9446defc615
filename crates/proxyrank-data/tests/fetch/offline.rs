//! Without a network: what is missing is named, and nothing is asked for.

use proxyrank_data::fetch::{FetchError, FileState, Mirror, Network};

use crate::server::Server;
use crate::support::{COMMIT, Place, bytes, github_manifest, hub_manifest};

#[test]
fn what_is_missing_is_named_with_revision_and_command() {
    let server = Server::start();
    let body = bytes(1, 10);
    let mut place = Place::new(&server);
    place.options.network = Network::Offline;
    place.options.mirror = Some(Mirror::Endpoint(server.url()));
    for manifest in [
        github_manifest("raw", &[("data/x", &body), ("data/y", &body)]),
        github_manifest("archive", &[("data/x", &body)]),
        hub_manifest(COMMIT, "data/x", ""),
    ] {
        let error = place.fetch(&manifest).unwrap_err();
        assert!(error.is_missing());
        let text = error.to_string();
        for part in ["data/x", COMMIT, "`proxyrank fetch demo`", "PROXYRANK_MIRROR"] {
            assert!(text.contains(part), "{text}");
        }
        let verification = place.locator().verify(&manifest);
        assert_eq!(verification.missing().count(), manifest.files.len());
        assert_eq!(verification.files[0].state, FileState::Missing);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn no_network_is_the_same_as_missing_data() {
    let server = Server::start();
    let mut place = Place::new(&server);
    // A port that was free a moment ago, and refuses.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    place.options.hub_endpoint = format!("http://{closed}");
    place.options.github_raw = format!("http://{closed}");
    place.options.github_archive = format!("http://{closed}");
    let body = bytes(1, 10);
    for manifest in [
        github_manifest("raw", &[("x", &body)]),
        github_manifest("archive", &[("x", &body)]),
        hub_manifest(COMMIT, "x", ""),
    ] {
        let error = place.fetch(&manifest).unwrap_err();
        assert!(error.is_missing(), "{error}");
        let text = error.to_string();
        for part in ["`x`", COMMIT, "cannot be reached", "`proxyrank fetch demo`", "PROXYRANK_MIRROR"] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[test]
fn a_wrong_file_is_not_a_missing_one() {
    let server = Server::start();
    let body = bytes(1, 10);
    let manifest = github_manifest("raw", &[("x", &body)]);
    let mut place = Place::new(&server);
    place.options.network = Network::Offline;
    let target = place.options.cache.join(manifest.source.folder()).join("x");
    std::fs::create_dir_all(target.parent().unwrap()).unwrap();
    std::fs::write(&target, bytes(2, 10)).unwrap();
    let error = place.fetch(&manifest).unwrap_err();
    assert!(matches!(error, FetchError::Corrupt { .. }) && !error.is_missing(), "{error}");
    assert_eq!(std::fs::read(&target).unwrap(), bytes(2, 10));
}
