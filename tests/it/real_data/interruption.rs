//! `evaluate` that is killed, asked to stop, or started twice.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use proxyrank_store::Store;
use proxyrank_store::verify::Severity;

use super::{Scores, place, scores};
use crate::place::Place;

/// Enough work to be caught at it, and to seal a journal on the way.
const EVALUATE: &str = "evaluate --benchmark flexibert --reading declared";
/// The same with networks that are drawn and run.
const NETWORKS: &str = "evaluate --benchmark flexibert --reading as_trained --limit 40 --proxies forward,gradient --batch 6 --seq-len 48";

/// Moments spread over a span without a pattern, in milliseconds.
pub(super) fn moment(number: u64, span: u64) -> Duration {
    Duration::from_millis((number + 1) * 618_034 % (span * 1000) / 1000)
}

/// What is stored is part of what an uninterrupted run stores, bit by bit, and no architecture is there in part.
fn assert_part(place: &Place, whole: &Scores) -> usize {
    let now = scores(&place.store());
    for (arch, rows) in &now {
        assert!(whole.get(arch) == Some(rows), "{arch}");
    }
    let report = place.store().verify(None).unwrap();
    assert!(report.findings.iter().all(|found| found.severity() == Severity::Note), "{:?}", report.findings);
    now.len()
}

fn uninterrupted(place: &Place, evaluate: &str) -> Scores {
    place.run(&format!("{evaluate} --results whole")).exits(0);
    scores(&Store::open(place.path("whole")))
}

#[test]
fn twenty_kills_change_nothing() {
    let calm = place!();
    let whole = uninterrupted(&calm, EVALUATE);
    assert_eq!(whole.len(), 500);
    kill_and_resume(EVALUATE, 20, &whole);
}

#[test]
fn kills_among_networks_change_nothing() {
    let calm = place!();
    let whole = uninterrupted(&calm, NETWORKS);
    assert_eq!(whole.len(), 40);
    kill_and_resume(NETWORKS, 8, &whole);
}

/// Kills a run at as many moments, and expects what it leaves behind to be part of the whole, and to become it.
fn kill_and_resume(evaluate: &str, wanted: u64, whole: &Scores) {
    let mut place = place!();
    let (mut kills, mut before) = (0, 0);
    for round in 0.. {
        let mut child = place.start(evaluate);
        sleep(moment(round, 1000));
        if let Some(status) = child.try_wait().unwrap() {
            // It finished in spite of the kills before; the next round starts over.
            assert!(status.success());
            assert!(scores(&place.store()) == *whole);
            place = place!();
            before = 0;
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let now = assert_part(&place, whole);
        assert!(now >= before, "{now} architectures are left of {before}");
        before = now;
        kills += 1;
        if kills == wanted {
            break;
        }
    }
    place.run(evaluate).exits(0);
    assert!(scores(&place.store()) == *whole);
    let run = place.run("verify flexibert").exits(0);
    assert!(
        run.stdout.lines().last().unwrap().starts_with("results in results: "),
        "findings are left: {run}"
    );
}

/// Waits until the first architectures are stored.
fn wait_for_work(place: &Place, child: &mut Child) {
    while place.store().scores(None).unwrap().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it stored anything");
        sleep(Duration::from_millis(10));
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_finished_and_says_how_to_go_on() {
    let place = place!();
    let whole = uninterrupted(&place, EVALUATE);
    let mut command = place.command(EVALUATE);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_work(&place, &mut child);
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && output.status.code().is_some(), "{:?}: {said}", output.status);
    assert!(said.contains("kept, say the same command again to go on"), "{said}");
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty());

    let kept = assert_part(&place, &whole);
    assert!(said.contains(&format!("stopped after {kept} of 500 architectures")), "{kept}: {said}");
    let again = place.run(&format!("--json {EVALUATE}")).exits(0).json().remove(0);
    let stored = kept * whole.values().next().unwrap().len();
    assert_eq!(again["stored"].as_u64(), Some(stored as u64));
    assert!(scores(&place.store()) == whole);
}

/// What Ctrl-C sends is `INT`.
#[cfg(unix)]
pub(super) fn signal(child: &Child, name: &str) {
    let mut shell = Command::new("sh").stdin(Stdio::piped()).spawn().unwrap();
    writeln!(shell.stdin.take().unwrap(), "kill -{name} {}", child.id()).unwrap();
    assert!(shell.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn one_shard_has_one_writer_and_two_shards_have_two() {
    let place = place!();
    let mut child = place.start(&format!("{EVALUATE} --shard 1/2"));
    wait_for_work(&place, &mut child);
    // Stopped in its tracks it keeps its lock for as long as this takes.
    signal(&child, "STOP");
    let run =
        place.run(&format!("{EVALUATE} --shard 1/2")).exits(2).one_line().says("locked by another process");
    assert!(run.stderr.contains(&format!("pid {}", child.id())), "{run}");
    place.run(EVALUATE).exits(2).one_line().says("another number of shards");
    place.run(&format!("{EVALUATE} --shard 2/2 --limit 20")).exits(0).prints("10 architectures");
    child.kill().unwrap();
    child.wait().unwrap();
    place.run(&format!("{EVALUATE} --limit 40")).exits(0);
    place.run("verify flexibert").exits(0);
}
