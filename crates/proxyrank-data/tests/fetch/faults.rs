//! Every fault, on every kind of server: a success once the server recovers, a clear error while it does not, and
//! never a bad file.

use proxyrank_data::fetch::FetchError;
use proxyrank_data::manifest::Manifest;

use crate::server::{Fault, Server};
use crate::support::{COMMIT, Place, bytes, github_manifest, hub_manifest, parquet, raw_path, resolve_path};

/// A fault, and a word of the message that people see.
fn faults() -> Vec<(Fault, &'static str)> {
    vec![
        (Fault::Truncate(100), "body ended after"),
        (Fault::Truncate(0), "connection broke"),
        (Fault::WrongBytes, "not the right file"),
        (Fault::Stall(100), "stood still"),
        (Fault::Stall(0), "stood still"),
        (Fault::Reset(100), "body ended after"),
        (Fault::Reset(0), "connection broke"),
        (Fault::WrongLength(100), "announces 100 bytes"),
        (Fault::Status(500, None), "status 500"),
        (Fault::Status(503, Some(0)), "status 503"),
        (Fault::Status(429, Some(0)), "too many requests"),
    ]
}

/// Faults that no patience mends.
fn lasting_faults() -> Vec<(Fault, &'static str)> {
    vec![
        (Fault::RedirectLoop, "redirects do not end"),
        (Fault::RedirectNowhere, ""),
        (Fault::Status(404, None), "no such file there"),
        (Fault::Status(401, None), "HF_TOKEN"),
        (Fault::Status(403, None), "access denied"),
        (Fault::Status(429, Some(86_400)), "too many requests"),
    ]
}

/// One server with one file, and the path at which it can be made to fail.
struct Case {
    server: Server,
    place: Place,
    manifest: Manifest,
    body: Vec<u8>,
    fails_at: String,
}

fn github() -> Case {
    let server = Server::start();
    let body = bytes(1, 50_000);
    let manifest = github_manifest("raw", &[("data/x.json", &body)]);
    let fails_at = raw_path("data/x.json");
    server.put(&fails_at, &body);
    Case { place: Place::new(&server), server, manifest, body, fails_at }
}

fn hub() -> Case {
    let server = Server::start();
    let body = parquet("text", 10);
    let sha256 = proxyrank_data::hash::sha256_bytes(&body);
    let manifest = hub_manifest(COMMIT, "c/train.parquet", "");
    let path = resolve_path(COMMIT, "c/train.parquet");
    let fails_at = server.put_large(&path, COMMIT, &sha256, &body);
    Case { place: Place::new(&server), server, manifest, body, fails_at }
}

fn target(case: &Case) -> std::path::PathBuf {
    let options = &case.place.options;
    match case.manifest.files[0].path.as_str() {
        "data/x.json" => options.cache.join(case.manifest.source.folder()).join("data/x.json"),
        path => options.hub_cache.join(format!("datasets--o--n/snapshots/{COMMIT}/{path}")),
    }
}

#[test]
fn a_fault_that_passes_ends_in_the_right_file() {
    for make in [github, hub] {
        for (fault, _) in faults() {
            let mut case = make();
            case.place.expect(&fault);
            case.server.fail_next(&case.fails_at, [fault.clone(), fault.clone()]);
            let report =
                case.place.fetch(&case.manifest).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert_eq!(std::fs::read(&report.files[0].located.path).unwrap(), case.body, "{fault:?}");
            assert!(report.files[0].download.as_ref().unwrap().attempts >= 2, "{fault:?}");
            assert_eq!(case.place.partials(), Vec::<std::path::PathBuf>::new(), "{fault:?}");
        }
    }
}

#[test]
fn a_fault_that_lasts_ends_in_a_clear_error_and_no_file() {
    for make in [github, hub] {
        for (fault, word) in faults().into_iter().chain(lasting_faults()) {
            let mut case = make();
            case.place.expect(&fault);
            case.server.fail_always(&case.fails_at, fault.clone());
            let error = case.place.fetch(&case.manifest).unwrap_err();
            assert!(!error.is_missing(), "{fault:?}");
            assert!(matches!(error, FetchError::Transfer { .. }), "{fault:?}");
            let text = error.to_string();
            // With a continued download, a broken line shows as a body that ended early.
            let shown = text.contains(word) || text.contains("body ended after");
            assert!(shown && text.contains("`demo`") && text.contains(COMMIT), "{fault:?}: {text}");
            assert!(!target(&case).exists(), "{fault:?}");
            assert!(case.place.locator().locate(&case.manifest).unwrap_err().is_missing(), "{fault:?}");

            // The server comes back: nothing of the failure stands in the way.
            case.server.recover(&case.fails_at);
            let report =
                case.place.fetch(&case.manifest).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert_eq!(std::fs::read(&report.files[0].located.path).unwrap(), case.body, "{fault:?}");
        }
    }
}

#[test]
fn a_failed_download_leaves_what_was_there() {
    for (fault, _) in faults() {
        let mut case = github();
        case.place.expect(&fault);
        let target = target(&case);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(&target, b"an older copy").unwrap();
        case.server.fail_always(&case.fails_at, fault.clone());
        case.place.fetch(&case.manifest).unwrap_err();
        assert_eq!(std::fs::read(&target).unwrap(), b"an older copy", "{fault:?}");
    }
}

#[test]
fn a_metadata_request_is_tried_again_too() {
    for (fault, _) in faults() {
        // A fault of the body does not touch an answer without one.
        if matches!(fault, Fault::Status(..)) {
            let case = hub();
            let path = format!("HEAD {}", resolve_path(COMMIT, "c/train.parquet"));
            case.server.fail_next(&path, [fault.clone(), fault.clone()]);
            case.place.fetch(&case.manifest).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        }
    }
    let case = hub();
    let path = format!("HEAD {}", resolve_path(COMMIT, "c/train.parquet"));
    case.server.fail_always(&path, Fault::RedirectLoop);
    // The loop keeps the hub's headers, so it still names the bytes; a loop without them does not end.
    case.place.fetch(&case.manifest).unwrap();
    let case = hub();
    let path = resolve_path(COMMIT, "c/train.parquet");
    case.server.put_redirect(&path, &path);
    let text = case.place.fetch(&case.manifest).unwrap_err().to_string();
    assert!(text.contains("redirects do not end"), "{text}");
}
