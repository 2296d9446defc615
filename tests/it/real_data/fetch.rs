//! `fetch` from a slow server: killed at any moment it leaves no bad file, and what was spoiled afterwards is found.

#[expect(dead_code, reason = "these tests need slowness only, not the other misbehaviours")]
#[path = "../../../crates/proxyrank-data/tests/fetch/server.rs"]
mod server;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use proxyrank_data::manifest::{Manifest, Source, manifest};

use self::server::{Fault, Server};
use super::interruption::{moment, signal};
use super::{mirror, place, scores};
use crate::place::Place;
use crate::run::Run;

const KILLS: usize = 20;
const DATASET: &str = "flexibert";

/// The real files behind a server that lets them drip.
struct Slow {
    server: Server,
    /// Where each file goes below a cache, and what it must hold.
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Slow {
    fn start(bytes_a_millisecond: usize) -> Self {
        let server = Server::start();
        let manifest = flexibert();
        let Source::GitHub(source) = &manifest.source else { panic!("{DATASET} comes from GitHub") };
        let folder = manifest.source.folder();
        let mut files = Vec::new();
        for file in &manifest.files {
            let body = fs::read(mirror().unwrap().join(&folder).join(file.path.as_str())).unwrap();
            let url = format!("/{}/{}/{}/{}", source.owner, source.repo, source.commit, file.path.as_str());
            server.put(&url, &body);
            server.fail_always(&url, Fault::Drip(bytes_a_millisecond));
            files.push((PathBuf::from(&folder).join(file.path.as_str()), body));
        }
        Self { server, files }
    }

    /// A run that knows no other source than this server.
    fn command(&self, place: &Place, words: &str) -> Command {
        let mut command = place.command(words);
        command.env_remove("PROXYRANK_MIRROR").env("PROXYRANK_GITHUB_RAW", self.server.url());
        command
    }

    /// The files that are in place, every one of them whole and right.
    fn assert_good(&self, place: &Place) -> HashSet<PathBuf> {
        let mut there = HashSet::new();
        for (path, body) in &self.files {
            match fs::read(place.path("cache").join(path)) {
                Ok(bytes) => assert!(bytes == *body, "{} is bad", path.display()),
                Err(_) => continue,
            }
            there.insert(path.clone());
        }
        there
    }
}

fn flexibert() -> &'static Manifest {
    manifest(DATASET).unwrap()
}

#[test]
fn twenty_kills_leave_no_bad_file() {
    let mut place = place!();
    let slow = Slow::start(700);
    let (mut kills, mut before, mut torn) = (0, HashSet::new(), 0);
    for round in 0.. {
        let mut child = slow.command(&place, "fetch flexibert --quiet").spawn().unwrap();
        sleep(moment(round, 900));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            assert_eq!(slow.assert_good(&place).len(), slow.files.len());
            place = place!();
            before.clear();
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let now = slow.assert_good(&place);
        assert!(now.is_superset(&before), "a good file is gone");
        torn += usize::from(now.len() < slow.files.len());
        before = now;
        kills += 1;
        if kills == KILLS {
            break;
        }
    }
    assert!(torn > 0, "no kill came before the end");
    Run::of(&mut slow.command(&place, "fetch flexibert")).exits(0).prints("7 files are here and checked");
    assert_eq!(slow.assert_good(&place).len(), slow.files.len());
    Run::of(&mut slow.command(&place, "verify flexibert --offline")).exits(0);
}

#[test]
fn a_fetch_is_all_that_a_run_without_a_mirror_needs() {
    let place = place!();
    let slow = Slow::start(1 << 20);
    let words = "evaluate --benchmark flexibert --limit 5";
    Run::of(&mut slow.command(&place, words)).exits(0).says("fetching flexibert");
    let asked = slow.server.requests().len();
    Run::of(&mut slow.command(&place, &format!("{words} --offline --results offline"))).exits(0);
    assert_eq!(slow.server.requests().len(), asked);
    place.run(&format!("{words} --results mirror")).exits(0);
    let stores = ["offline", "mirror"].map(|folder| proxyrank_store::Store::open(place.path(folder)));
    assert!(scores(&stores[0]) == scores(&place.store()));
    assert!(scores(&stores[1]) == scores(&place.store()));
}

#[test]
fn a_spoiled_file_is_found_and_fetched_anew() {
    let place = place!();
    let slow = Slow::start(1 << 20);
    Run::of(&mut slow.command(&place, "fetch flexibert")).exits(0);
    let (path, body) = &slow.files[1];
    let (path, name) = (place.path("cache").join(path), path.file_name().unwrap().to_str().unwrap());
    let mut spoiled = body.clone();
    spoiled[body.len() / 2] ^= 1;
    fs::write(&path, &spoiled).unwrap();

    Run::of(&mut slow.command(&place, "verify flexibert")).exits(1).prints(name).prints("wrong: ");
    let run =
        Run::of(&mut slow.command(&place, "evaluate --benchmark flexibert --offline")).exits(2).one_line();
    run.says(name).says("run `proxyrank fetch flexibert`");
    assert!(fs::read(&path).unwrap() == spoiled, "looking changes nothing");

    Run::of(&mut slow.command(&place, "fetch flexibert")).exits(0).prints("1 of them downloaded");
    assert!(fs::read(&path).unwrap() == *body);
    Run::of(&mut slow.command(&place, "verify flexibert")).exits(0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_download_and_the_next_run_goes_on_with_it() {
    let place = place!();
    let slow = Slow::start(64);
    let mut child = slow.command(&place, "fetch flexibert").stderr(Stdio::piped()).spawn().unwrap();
    while slow.server.requests().is_empty() {
        sleep(Duration::from_millis(10));
    }
    signal(&child, "INT");
    let said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap).last().unwrap();
    assert!(!child.wait().unwrap().success(), "{said}");
    assert!(said.contains("say the same command again"), "{said}");
    assert!(slow.assert_good(&place).len() < slow.files.len(), "it did not stop");
}
