//! A whole study on a small encoder.

use std::cell::Cell;
use std::path::Path;

use proxyrank_prune::PruneError;
use proxyrank_prune::pareto::raw_hypervolume;
use proxyrank_prune::protocol::{chosen, sizes};
use proxyrank_prune::runner::{Follow, Outcome, Record, Second, Study};
use proxyrank_prune::search::Method;
use proxyrank_prune::space::SpaceKind;
use proxyrank_prune::supernet::{Metric, Settings, Strategy, Task};

use super::common::{space, weights};
use super::training::examples;

/// Stops after some events.
pub(crate) struct Patience(pub(crate) Cell<u32>);

impl Patience {
    fn event(&self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Follow for Patience {
    fn trained(&self, _step: u64, _steps: u64, loss: f64) {
        assert!(loss.is_finite());
        self.event();
    }

    fn evaluated(&self, _record: &Record) {
        self.event();
    }

    fn progressed(&self, _what: &str, done: usize, all: usize) {
        assert!(done <= all);
        self.event();
    }

    fn stopped(&self) -> bool {
        self.0.get() == 0
    }
}

pub(crate) fn task() -> Task {
    let (train, test) = (examples(40, 0), examples(15, 1));
    Task::new("toy", Metric::Accuracy, 3, (&train, test), (128, None)).unwrap()
}

fn study(folder: &Path, second: Second, events: u32) -> Result<Option<Outcome>, PruneError> {
    let (task, pretrained) = (task(), weights(1));
    let settings =
        Settings { rate: 2e-3, epochs: 2, ..Settings::new(space(SpaceKind::Small), Strategy::OneShot, 3) };
    let study = Study {
        task: &task,
        pretrained: &pretrained,
        settings,
        searches: vec![(Method::Random, 0), (Method::Local, 0), (Method::Ehvi, 1)],
        evaluations: 9,
        second,
        folder: folder.to_owned(),
        checkpoint_every: 3,
    };
    study.run(&Patience(Cell::new(events)))
}

/// What must not depend on interruptions: everything but times.
fn essence(outcome: &Outcome) -> Vec<(Method, usize, Vec<u32>, u64, u64, u64)> {
    let records = outcome.searches.iter().flat_map(|run| &run.records);
    let one = |record: &Record| {
        let [error, second] = record.point().map(f64::to_bits);
        (record.method, record.number, record.genes.0.clone(), error, second, record.macs)
    };
    records.map(one).collect()
}

#[test]
fn a_study_that_is_stopped_again_and_again_ends_like_one_that_is_not() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let whole = study(one.path(), Second::Parameters, u32::MAX).unwrap().unwrap();
    let mut runs = 0;
    let pieces = loop {
        runs += 1;
        if let Some(outcome) = study(many.path(), Second::Parameters, 5).unwrap() {
            break outcome;
        }
    };
    assert!(runs > 5, "{runs}");
    assert_eq!(essence(&pieces), essence(&whole));
    assert_eq!((&pieces.curve, &pieces.weights), (&whole.curve, &whole.weights));
    assert_eq!(pieces.tests, whole.tests);
    let points: Vec<_> = whole.searches[0].records.iter().map(Record::point).collect();
    assert_eq!(points.len(), 9);
    assert!(raw_hypervolume(&points) > 0.0);
    for run in &whole.searches {
        let seen: Vec<_> = run.records.iter().map(Record::evaluated).collect();
        for most in sizes() {
            let place = chosen(&seen, most);
            assert!(place.is_none_or(|place| whole.tests.contains_key(&run.records[place].genes)), "{most}");
        }
    }
    // Once more, nothing is left to do, and nothing changes.
    let again = study(many.path(), Second::Parameters, 1).unwrap().unwrap();
    assert_eq!(essence(&again), essence(&whole));
}

#[test]
fn the_folder_of_another_study_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(study(folder.path(), Second::Parameters, 1).unwrap().is_none());
    let other = study(folder.path(), Second::Latency { tokens: 4 }, 1);
    assert!(matches!(other, Err(PruneError::OtherRun(path)) if path.ends_with("study.json")));
}

#[test]
fn latency_is_an_objective_too() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = study(folder.path(), Second::Latency { tokens: 8 }, u32::MAX).unwrap().unwrap();
    let records = &outcome.searches[0].records;
    // The whole network and no layer at all; the design comes first.
    assert!(records[0].second > records[1].second && records[1].second > 0.0, "{records:?}");
}
