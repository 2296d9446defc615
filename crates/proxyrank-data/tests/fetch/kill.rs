//! Killed in the middle of a download, at any moment: the next run goes on and ends with the right bytes.
//!
//! The process that is killed is this test binary itself, asked for the one test that downloads.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use proxyrank_data::fetch::{FetchOptions, Locator, Quiet};
use proxyrank_data::hash::sha256_bytes;
use proxyrank_data::manifest::Manifest;

use crate::server::{Fault, Server};
use crate::support::{
    COMMIT, Place, bytes, files_below, github_manifest, hub_manifest, options, parquet, raw_path,
    resolve_path,
};

const HUB_FILE: &str = "c/train.parquet";

fn sets() -> (Vec<u8>, Vec<u8>, [Manifest; 2]) {
    let (raw, hub) = (bytes(1, 200_000), parquet("text", 10_000));
    let manifests = [github_manifest("raw", &[("x.bin", &raw)]), hub_manifest("main", HUB_FILE, "")];
    (raw, hub, manifests)
}

/// The download that is killed; without its variable it is no test.
#[test]
fn child() {
    let Ok(order) = std::env::var("PROXYRANK_TEST_CHILD") else { return };
    let (url, folder) = order.split_once(' ').unwrap();
    let locator = Locator::new(options(Path::new(folder), url), Arc::new(Quiet)).unwrap();
    for manifest in sets().2 {
        locator.fetch(&manifest, FetchOptions::default()).unwrap();
    }
}

#[test]
fn a_killed_download_is_resumed_and_right() {
    let (raw, hub, manifests) = sets();
    let server = Server::start();
    server.put(&raw_path("x.bin"), &raw);
    let stored = server.put_large(&resolve_path("main", HUB_FILE), COMMIT, &sha256_bytes(&hub), &hub);
    for path in [&raw_path("x.bin"), &stored] {
        server.fail_always(path, Fault::Drip(2000));
    }
    let place = Place::new(&server);
    let order = format!("{} {}", server.url(), place.path().display());
    let continued = || server.gets(&raw_path("x.bin")).iter().any(|request| request.range.is_some());
    // At least twelve kills, and more on a machine so busy that none has hit the middle of a file.
    for kill in (0..60_u64).take_while(|&kill| kill < 12 || !continued()) {
        let before = server.requests().len();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--test-threads=1"])
            .env("PROXYRANK_TEST_CHILD", &order)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while server.requests().len() == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis(7 * kill));
        child.kill().unwrap();
        child.wait().unwrap();
        // Whatever lies at a final path is whole and right at every moment.
        for manifest in &manifests {
            assert_eq!(place.locator().verify(manifest).corrupt().count(), 0, "kill {kill}");
        }
    }
    for (manifest, body) in manifests.iter().zip([&raw, &hub]) {
        let report = place.fetch(manifest).unwrap();
        assert_eq!(&std::fs::read(&report.files[0].located.path).unwrap(), body);
    }
    let partials: Vec<_> = files_below(place.path())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "partial"))
        .collect();
    assert!(partials.is_empty(), "{partials:?}");
    assert!(continued(), "no download was continued");
}
