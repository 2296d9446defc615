//! A disk that is full or cannot be written: nothing finished is lost, and the same command completes later.

use std::fs;

use proxyrank_store::Store;

use super::{SMALL, place, scores};

#[test]
fn damaged_results_stop_an_evaluation_before_it_writes() {
    let place = place!();
    place.run(&format!("evaluate --benchmark {SMALL} --limit 9")).exits(0);
    let part = crate::place::files_below(&place.path("results").join(SMALL).join("scores")).remove(0);
    let bytes = fs::read(&part).unwrap();
    fs::write(&part, &bytes[..bytes.len() / 2]).unwrap();
    let before = place.files("results");
    for verb in ["evaluate", "rank"] {
        let run = place.run(&format!("{verb} --benchmark {SMALL}")).exits(2).one_line();
        run.says(part.file_name().unwrap().to_str().unwrap()).says("restore it from a copy, or delete it");
    }
    assert_eq!(place.files("results"), before);
    fs::write(&part, bytes).unwrap();
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0).prints("189 were stored before");
}

#[test]
fn folders_that_are_files_are_named() {
    let place = place!();
    fs::write(place.path("file"), "mine").unwrap();
    let evaluate = format!("evaluate --benchmark {SMALL} --limit 12");
    place.run(&format!("{evaluate} --results file")).exits(2).one_line().says("file");
    place.run(&format!("{evaluate} --results file/below")).exits(2).one_line().says("file/below");
    place.run(&format!("evaluate --benchmark {SMALL}")).exits(0);
    let rank = format!("rank --benchmark {SMALL} --resamples 50 --out file");
    place.run(&rank).exits(2).one_line().says("choose another folder with --out");
    assert_eq!(fs::read(place.path("file")).unwrap(), b"mine");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    let place = place!();
    let evaluate = "evaluate --benchmark flexibert --limit 120";
    place.run(&format!("{evaluate} --results whole")).exits(0);
    let script = format!(
        "\"$1\" {evaluate} --results mounted/results 2>full; echo $? >code; \
         \"$1\" verify flexibert --results mounted/results || exit 9; cp -r mounted/results kept; \
         mount -o remount,size=64m mounted && \"$1\" {evaluate} --results mounted/results && \
         \"$1\" verify flexibert --results mounted/results && cp -r mounted/results results"
    );
    let Some(run) = crate::damage::mounted(&place, "a_full_disk_loses_nothing", "size=500k", &script) else {
        return;
    };
    let run = run.exits(0);
    let said = fs::read_to_string(place.path("full")).unwrap();
    assert_eq!(fs::read_to_string(place.path("code")).unwrap(), "2\n", "{said} {run}");
    assert!(said.starts_with("error: cannot write mounted/results/flexibert/"), "{said}");
    assert!(said.contains("free some space and run the same command again"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");

    let whole = scores(&Store::open(place.path("whole")));
    let kept = scores(&Store::open(place.path("kept")));
    assert!(!kept.is_empty() && kept.iter().all(|(arch, rows)| whole[arch] == *rows));
    assert!(scores(&place.store()) == whole);
}
