//! Single files of GitHub: continuing, locking, concurrency.

use std::time::Duration;

use proxyrank_data::fetch::{Network, Origin};

use crate::server::{Fault, Server};
use crate::support::{Place, bytes, files_below, github_manifest, raw_path};

#[test]
fn a_download_is_continued_where_it_broke() {
    let server = Server::start();
    let body = bytes(2, 40_000);
    let manifest = github_manifest("raw", &[("x.bin", &body)]);
    server.put(&raw_path("x.bin"), &body);
    server.fail_next(&raw_path("x.bin"), [Fault::Truncate(30_000)]);
    let place = Place::new(&server);
    let report = place.fetch(&manifest).unwrap();
    assert_eq!(report.transferred_bytes(), 40_000, "no byte comes twice");
    let ranges: Vec<_> = server.gets(&raw_path("x.bin")).into_iter().map(|request| request.range).collect();
    assert_eq!(ranges, [None, Some("bytes=30000-".to_owned())]);
}

#[test]
fn a_later_run_continues_what_an_earlier_one_left() {
    let server = Server::start();
    let body = bytes(3, 40_000);
    let manifest = github_manifest("raw", &[("x.bin", &body)]);
    let path = raw_path("x.bin");
    server.put(&path, &body);
    let place = Place::new(&server);
    server.fail_next(&path, [Fault::Truncate(10_000), Fault::Status(404, None)]);
    place.fetch(&manifest).unwrap_err();
    assert_eq!(std::fs::metadata(&place.partials()[0]).unwrap().len(), 10_000);
    let report = place.fetch(&manifest).unwrap();
    assert_eq!(report.transferred_bytes(), 30_000);
}

#[test]
fn no_torn_state_of_an_earlier_run_survives() {
    let body = bytes(4, 40_000);
    let manifest = github_manifest("raw", &[("x.bin", &body)]);
    let path = raw_path("x.bin");
    let damaged: Vec<Vec<u8>> = vec![
        vec![0; 10_000],
        vec![0; 40_000],
        vec![0; 90_000],
        Vec::new(),
        bytes(4, 39_999),
        bytes(4, 40_000),
    ];
    for partial in damaged {
        let server = Server::start();
        server.put(&path, &body);
        let place = Place::new(&server);
        server.fail_next(&path, [Fault::Truncate(10_000), Fault::Status(404, None)]);
        place.fetch(&manifest).unwrap_err();
        std::fs::write(&place.partials()[0], &partial).unwrap();
        let report = place.fetch(&manifest).unwrap();
        assert_eq!(std::fs::read(&report.files[0].located.path).unwrap(), body, "{} bytes", partial.len());
    }
}

#[test]
fn a_server_that_ignores_or_mistakes_the_range_does_no_harm() {
    let body = bytes(5, 40_000);
    let manifest = github_manifest("raw", &[("x.bin", &body)]);
    let path = raw_path("x.bin");
    for fault in [Fault::IgnoreRange, Fault::WrongRange] {
        let server = Server::start();
        server.put(&path, &body);
        server.fail_next(&path, [Fault::Truncate(10_000), fault.clone()]);
        let place = Place::new(&server);
        let report = place.fetch(&manifest).unwrap();
        assert_eq!(std::fs::read(&report.files[0].located.path).unwrap(), body, "{fault:?}");
    }
}

#[test]
fn what_is_there_is_not_asked_for_again() {
    let server = Server::start();
    let (one, two) = (bytes(6, 100), bytes(7, 0));
    let manifest = github_manifest("raw", &[("one", &one), ("two", &two)]);
    server.put(&raw_path("one"), &one);
    server.put(&raw_path("two"), &two);
    let mut place = Place::new(&server);
    assert_eq!(place.fetch(&manifest).unwrap().downloaded(), 2);
    let asked = server.requests().len();
    place.options.network = Network::Offline;
    let again = place.fetch(&manifest).unwrap();
    assert_eq!((again.downloaded(), server.requests().len()), (0, asked));
    assert_eq!(again.files[0].located.origin, Origin::Cache);
    let set = place.locator().locate(&manifest).unwrap();
    assert_eq!(set.folder().unwrap(), place.options.cache.join(manifest.source.folder()));
    assert_eq!(std::fs::read(set.path("one").unwrap()).unwrap(), one);
    assert!(set.path("three").is_none());
}

#[test]
fn two_runs_at_once_download_once() {
    let server = Server::start();
    let body = bytes(8, 20_000);
    let manifest = github_manifest("raw", &[("x.bin", &body)]);
    server.put(&raw_path("x.bin"), &body);
    server.slow_down(Duration::from_millis(50));
    let place = Place::new(&server);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| place.fetch(&manifest).unwrap());
        }
    });
    assert_eq!(server.gets(&raw_path("x.bin")).len(), 1);
    assert_eq!(place.partials(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_stale_lock_file_locks_nothing() {
    let server = Server::start();
    let body = bytes(9, 1000);
    let manifest = github_manifest("raw", &[("x.bin", &body)]);
    server.put(&raw_path("x.bin"), &body);
    let place = Place::new(&server);
    server.fail_next(&raw_path("x.bin"), [Fault::Status(404, None)]);
    place.fetch(&manifest).unwrap_err();
    let locks = files_below(&place.options.cache.join("locks"));
    assert_eq!(locks.len(), 1, "the lock file of the failed run lies there");
    place.fetch(&manifest).unwrap();
}

#[test]
fn few_files_are_under_way_at_a_time() {
    let server = Server::start();
    let bodies: Vec<(String, Vec<u8>)> = (0..16).map(|n| (format!("f{n}"), bytes(n, 64))).collect();
    let files: Vec<(&str, &[u8])> = bodies.iter().map(|(p, b)| (p.as_str(), b.as_slice())).collect();
    let manifest = github_manifest("raw", &files);
    for (path, body) in &files {
        server.put(&raw_path(path), body);
    }
    server.slow_down(Duration::from_millis(20));
    let place = Place::new(&server);
    let report = place.fetch(&manifest).unwrap();
    assert!(server.most_active() <= 4, "{} at once", server.most_active());
    let order: Vec<_> = report.files.iter().map(|file| file.located.file.as_str()).collect();
    assert_eq!(order, files.iter().map(|(path, _)| *path).collect::<Vec<_>>());
}

#[test]
fn one_file_that_fails_keeps_the_others() {
    let server = Server::start();
    let (one, two) = (bytes(10, 500), bytes(11, 500));
    let manifest = github_manifest("raw", &[("one", &one), ("two", &two)]);
    server.put(&raw_path("one"), &one);
    let mut place = Place::new(&server);
    place.options.concurrency = std::num::NonZeroUsize::MIN;
    let text = place.fetch(&manifest).unwrap_err().to_string();
    assert!(text.contains("`two`") && text.contains("404"), "{text}");
    server.put(&raw_path("two"), &two);
    assert_eq!(place.fetch(&manifest).unwrap().downloaded(), 1);
}

#[test]
fn nothing_writable_is_said_so() {
    let server = Server::start();
    let body = bytes(12, 10);
    let manifest = github_manifest("raw", &[("x", &body)]);
    server.put(&raw_path("x"), &body);
    let mut place = Place::new(&server);
    let file = place.path().join("a-file");
    std::fs::write(&file, b"").unwrap();
    place.options.cache = file.join("below");
    let error = place.fetch(&manifest).unwrap_err();
    assert!(error.to_string().contains("cannot create"), "{error}");
    assert!(!error.is_missing());
}
