//! A person who asks to stop is heeded soon, and loses nothing of what has arrived.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use proxyrank_data::fetch::{
    Ending, Fault as Failure, FetchError, FetchOptions, Locator, LocatorOptions, Meter, Progress, Quiet,
};
use proxyrank_data::manifest::Manifest;

use crate::server::{Fault, Server};
use crate::support::{Place, bytes, github_manifest, raw_path};

/// Raises the flag at a moment of a download, and keeps how it ended.
#[derive(Clone)]
struct StopAt {
    moment: Moment,
    flag: Arc<AtomicBool>,
    complete: Arc<AtomicBool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Bytes,
    FileDone,
    Retry,
}

impl StopAt {
    fn reached(&self, moment: Moment) {
        if self.moment == moment {
            self.flag.store(true, Ordering::SeqCst);
        }
    }
}

impl Progress for StopAt {
    fn begin(&self, _dataset: &str, _files: usize) {}

    fn file(&self, _path: &str, _bytes: Option<u64>) -> Box<dyn Meter> {
        Box::new(self.clone())
    }

    fn retry(&self, _path: &str, _fault: &Failure, _wait: Duration) {
        self.reached(Moment::Retry);
    }

    fn end(&self, _dataset: &str, ending: Ending) {
        self.complete.store(ending == Ending::Complete, Ordering::SeqCst);
    }
}

impl Meter for StopAt {
    fn at(&self, _bytes: u64) {
        self.reached(Moment::Bytes);
    }

    fn done(&self) {
        self.reached(Moment::FileDone);
    }
}

/// Fetches until the moment, and expects the fetch to say that it was stopped.
fn stop_at(moment: Moment, options: &LocatorOptions, manifest: &Manifest) {
    let flag = Arc::new(AtomicBool::new(false));
    let complete = Arc::new(AtomicBool::new(true));
    let progress = StopAt { moment, flag: Arc::clone(&flag), complete: Arc::clone(&complete) };
    let locator = Locator::new(options.clone(), Arc::new(progress)).unwrap().with_stop(flag);
    let error = locator.fetch(manifest, FetchOptions::default()).unwrap_err();
    assert!(matches!(error, FetchError::Stopped), "{error}");
    assert!(!error.is_missing());
    assert!(error.to_string().contains("what has arrived is kept"), "{error}");
    assert!(!complete.load(Ordering::SeqCst));
}

fn two_files(transfer: &str) -> (Server, Place, Manifest, [Vec<u8>; 2]) {
    let server = Server::start();
    let bodies = [bytes(1, 400_000), bytes(2, 300)];
    let manifest = github_manifest(transfer, &[("a.bin", &bodies[0]), ("b.bin", &bodies[1])]);
    for (path, body) in ["a.bin", "b.bin"].iter().zip(&bodies) {
        server.put(&raw_path(path), body);
    }
    let mut place = Place::new(&server);
    place.options.concurrency = std::num::NonZeroUsize::MIN;
    (server, place, manifest, bodies)
}

#[test]
fn within_a_body_what_has_arrived_is_kept() {
    let (server, place, manifest, bodies) = two_files("raw");
    server.fail_next(&raw_path("a.bin"), [Fault::Drip(8192)]);
    stop_at(Moment::Bytes, &place.options, &manifest);
    assert_eq!(place.partials().len(), 1);
    assert!(server.gets(&raw_path("b.bin")).is_empty(), "no further file is begun");

    let report = place.fetch(&manifest).unwrap();
    assert_eq!(std::fs::read(&report.files[0].located.path).unwrap(), bodies[0]);
    let again = server.gets(&raw_path("a.bin")).pop().unwrap();
    assert!(again.range.is_some(), "it goes on from there");
    assert_eq!(place.partials(), Vec::<PathBuf>::new());
}

#[test]
fn between_files_the_finished_one_stays() {
    let (server, place, manifest, _) = two_files("raw");
    stop_at(Moment::FileDone, &place.options, &manifest);
    assert!(server.gets(&raw_path("b.bin")).is_empty());
    let report = place.fetch(&manifest).unwrap();
    assert_eq!(report.downloaded(), 1);
}

#[test]
fn a_wait_between_attempts_is_cut_short() {
    let (server, mut place, manifest, _) = two_files("raw");
    place.options.retry.longest_retry_after = Duration::from_hours(1);
    server.fail_always(&raw_path("a.bin"), Fault::Status(503, Some(3600)));
    stop_at(Moment::Retry, &place.options, &manifest);
    assert_eq!(server.gets(&raw_path("a.bin")).len(), 1);
}

#[test]
fn within_an_archive_too() {
    let (server, place, manifest, _) = two_files("archive");
    let path = format!("/archive/o/r/tar.gz/{}", crate::support::COMMIT);
    server.put(&path, &bytes(3, 100_000));
    stop_at(Moment::Bytes, &place.options, &manifest);
    assert_eq!(server.gets(&path).len(), 1, "a stop is no fault that is tried again");
}

#[test]
fn before_the_first_file_nothing_is_asked() {
    let (server, place, manifest, _) = two_files("raw");
    let locator = Locator::new(place.options.clone(), Arc::new(Quiet)).unwrap();
    let locator = locator.with_stop(Arc::new(AtomicBool::new(true)));
    let error = locator.fetch(&manifest, FetchOptions::default()).unwrap_err();
    assert!(matches!(error, FetchError::Stopped), "{error}");
    assert!(server.requests().is_empty());
}
