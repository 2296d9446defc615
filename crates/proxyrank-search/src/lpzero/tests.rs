//! Searches on made-up networks: what they find, and that a killed one ends as one that was not.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use super::contest::{Arena, Contest};
use super::evolution::{Settings, Strategy};
use super::fitness::{Judge, Objective};
use super::luck::{LuckOptions, best_of};
use super::state::{Finished, run};
use super::table::tests::network;
use super::table::{BranchTable, Record};

const NETWORKS: usize = 12;

fn table() -> BranchTable {
    let mut table = BranchTable::new();
    for number in 0..NETWORKS {
        table.insert(number, Record::of(&network(number))).unwrap();
    }
    table
}

fn contest(table: &BranchTable) -> Contest<'_> {
    let truth: Vec<f64> =
        (0..NETWORKS).map(|number| ((number * 5 + 3) % 12) as f64 + number as f64).collect();
    let cells: Vec<u32> = (0..12).map(|number| number % 3).collect();
    let judge = Judge::new(Objective::Rho, &truth, &cells).unwrap();
    Contest::new(table, (0..NETWORKS).collect(), judge)
}

fn settings(strategy: Strategy) -> Settings {
    Settings { strategy, population: 12, iterations: 60, seed: 4 }
}

fn whole(folder: &Path, contest: &Contest<'_>, strategy: Strategy) -> Finished {
    let mut arena = Arena::new(contest);
    run(folder, "test", settings(strategy), &mut arena, &|| false, &|_| ()).unwrap().unwrap()
}

fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_run_that_is_taken_up_ends_as_one_that_was_not_interrupted() {
    let table = table();
    let contest = contest(&table);
    for strategy in Strategy::ALL {
        let (once, often) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let expected = whole(once.path(), &contest, strategy);
        // Stops after 7 iterations each time; the journal is then one line ahead, as a kill between two writes leaves it.
        loop {
            let left = Cell::new(7);
            let stop = || {
                left.set(left.get() - 1);
                left.get() == 0
            };
            let mut arena = Arena::new(&contest);
            let end = run(often.path(), "test", settings(strategy), &mut arena, &stop, &|_| ()).unwrap();
            let Some(finished) = end else {
                let journal =
                    bytes(often.path()).into_iter().find(|(name, _)| name.contains(".jsonl")).unwrap();
                let last = journal.1.iter().rposition(|&byte| byte == b'{').unwrap();
                let ahead = [&journal.1[..], &journal.1[last..last + 9]].concat();
                fs::write(often.path().join(journal.0), ahead).unwrap();
                continue;
            };
            assert_eq!(finished.events, expected.events);
            assert_eq!(finished.evolution.population, expected.evolution.population);
            assert_eq!(finished.evolution.best, expected.evolution.best);
            break;
        }
        assert_eq!(bytes(once.path()), bytes(often.path()));
        // A finished run is read, not run again.
        assert_eq!(whole(once.path(), &contest, strategy).resumed_from, 60);
    }
}

#[test]
fn a_state_of_another_contest_or_none_begins_anew() {
    let table = table();
    let contest = contest(&table);
    let folder = tempfile::tempdir().unwrap();
    let expected = whole(folder.path(), &contest, Strategy::Genetic);
    let mut arena = Arena::new(&contest);
    let other = run(folder.path(), "other", settings(Strategy::Genetic), &mut arena, &|| false, &|_| ());
    assert_eq!(other.unwrap().unwrap().resumed_from, 0);
    for (name, _) in bytes(folder.path()) {
        fs::write(folder.path().join(name), "no state").unwrap();
    }
    let again = whole(folder.path(), &contest, Strategy::Genetic);
    assert_eq!((again.resumed_from, again.events), (0, expected.events));
}

#[test]
fn populations_keep_their_size_and_never_lose_their_best() {
    let table = table();
    let contest = contest(&table);
    for strategy in Strategy::ALL {
        let folder = tempfile::tempdir().unwrap();
        let run = whole(folder.path(), &contest, strategy);
        assert_eq!(run.evolution.population.len(), 12);
        assert_eq!(run.events.len(), 72);
        let best = run.events.iter().map(|event| event.child.worth()).fold(-1.0, f64::max);
        assert_eq!(run.evolution.best.unwrap().worth().to_bits(), best.to_bits());
        if strategy != Strategy::Pareto {
            assert_eq!(run.evolution.population[0].worth().to_bits(), best.to_bits());
        }
    }
}

#[test]
fn generations_have_a_row_for_every_event() {
    use polars::prelude::{ParquetReader, SerReader};
    let table = table();
    let contest = contest(&table);
    let folder = tempfile::tempdir().unwrap();
    let run = whole(folder.path(), &contest, Strategy::Genetic);
    let path = folder.path().join("deep/generations.parquet");
    super::generations::write(&path, &[run.clone(), run]).unwrap();
    let frame = ParquetReader::new(fs::File::open(&path).unwrap()).finish().unwrap();
    assert_eq!(frame.shape(), (144, 10));
    assert_eq!(frame.column("generation").unwrap().u64().unwrap().get(143), Some(60));
}

#[test]
fn more_draws_find_more_by_luck() {
    let table = table();
    let contest = contest(&table);
    let options = LuckOptions { repetitions: 20, seed: 1 };
    let rows = best_of(&contest, &contest, &[1, 10, 100], options);
    assert_eq!(rows.iter().map(|row| row.trees).collect::<Vec<_>>(), [1, 10, 100]);
    assert!(rows.windows(2).all(|pair| pair[0].training.median <= pair[1].training.median));
    assert!(rows.windows(2).all(|pair| pair[0].shuffled.median <= pair[1].shuffled.median));
    assert!(rows.iter().all(|row| row.training == row.held_out));
    assert_eq!(best_of(&contest, &contest, &[1, 10, 100], options), rows);
}
