//! Sub-networks that are trained one by one.

use std::cell::Cell;
use std::path::Path;

use proxyrank_prune::PruneError;
use proxyrank_prune::encoder::MaskedEncoder;
use proxyrank_prune::pareto::RankRule;
use proxyrank_prune::runner::{TrialRecord, Trials, Who};
use proxyrank_prune::search::{Asha, Decision};
use proxyrank_prune::space::{Genes, Space, SpaceKind};
use proxyrank_prune::supernet::{Settings, Strategy, SuperNet, evaluate};

use super::beside::insist;
use super::common::{space, weights};
use super::runner::{Patience, task};

const EPOCHS: u32 = 4;

fn settings() -> Settings {
    Settings {
        rate: 2e-3,
        epochs: EPOCHS as usize,
        ..Settings::new(space(SpaceKind::Small), Strategy::Standard, 3)
    }
}

fn trials(folder: &Path, who: Who, patience: &Patience) -> Result<Option<Vec<TrialRecord>>, PruneError> {
    so_many(6, folder, who, patience)
}

fn so_many(
    trials: usize,
    folder: &Path,
    who: Who,
    patience: &Patience,
) -> Result<Option<Vec<TrialRecord>>, PruneError> {
    let (task, pretrained) = (task(), weights(1));
    let (task, pretrained, folder) = (&task, &pretrained, folder.to_owned());
    Trials { task, pretrained, who, trials, settings: settings(), folder, checkpoint_every: 3 }.run(patience)
}

fn essence(records: &[TrialRecord]) -> Vec<TrialRecord> {
    records.iter().map(|one| TrialRecord { seconds: 0.0, ..one.clone() }).collect()
}

#[test]
fn standard_nas_is_stopped_by_its_schedule_and_can_be_stopped_by_anybody() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let who = Who::Random { seed: 0 };
    let (whole, _) = insist(u32::MAX, |patience| trials(one.path(), who, patience));
    let (pieces, runs) = insist(5, |patience| trials(many.path(), who, patience));
    assert!(runs >= 6, "{runs}");
    assert_eq!(essence(&pieces), essence(&whole));

    // Every trial has its epochs in order, and ends where it is told to or at the last epoch.
    let mut asha = Asha::new(1, 3, EPOCHS, RankRule::default());
    for record in &whole {
        assert_eq!(record.decision, asha.report(record.epoch, record.point()), "{record:?}");
    }
    let mut epochs = Vec::new();
    for trial in 0..6 {
        let of: Vec<&TrialRecord> = whole.iter().filter(|one| one.trial == trial).collect();
        assert!(of.iter().zip(1..).all(|(one, epoch)| one.epoch == epoch));
        let (last, before) = of.split_last().unwrap();
        assert!(before.iter().all(|one| one.decision == Decision::Continue));
        assert_eq!(last.decision, Decision::Stop);
        epochs.push(of.len());
    }
    assert_eq!(epochs[0], EPOCHS as usize, "the first always goes on");
    assert!(epochs.contains(&1), "{epochs:?}");

    // No checkpoint is left, and nothing is left to do.
    let is_checkpoint = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().path().extension().is_some_and(|kind| kind == "safetensors")
    };
    assert!(!std::fs::read_dir(many.path()).unwrap().any(is_checkpoint));
    assert_eq!(trials(many.path(), who, &Patience(Cell::new(0))).unwrap().unwrap(), pieces);
    // More trials go on where fewer ended; another seed is another study.
    let more = so_many(7, many.path(), who, &Patience(Cell::new(u32::MAX))).unwrap().unwrap();
    assert_eq!((&more[..pieces.len()], more.last().unwrap().trial), (&pieces[..], 6));
    let other = trials(many.path(), Who::Random { seed: 1 }, &Patience(Cell::new(0)));
    assert!(matches!(other, Err(PruneError::OtherRun(path)) if path.ends_with("standard_nas.json")));
}

#[test]
fn dropped_layers_are_trained_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let found = trials(folder.path(), Who::Bottom, &Patience(Cell::new(u32::MAX))).unwrap().unwrap();
    assert_eq!(found.len(), 3 * EPOCHS as usize);
    let layers: Vec<u32> = found.iter().step_by(EPOCHS as usize).map(|one| one.genes.0[0]).collect();
    assert_eq!(layers, [2, 1, 0]);
    assert_eq!(found[0].kept.heads, [4, 4, 0]);

    // The same as plain training of that network.
    let (task, space) = (task(), Space { from_zero: true, ..space(SpaceKind::Small) });
    let genes = Genes(vec![1, 4, 20]);
    let settings = Settings { space, only: Some(genes.clone()), ..settings() };
    let mut run = SuperNet::new(settings, weights(1), &task.train).unwrap();
    while !run.is_done() {
        run.step().unwrap();
    }
    let masks = space.masks(&genes).unwrap();
    let wanted = evaluate(run.weights(), &masks, &task.valid, task.metric).unwrap().error;
    let last = &found[2 * EPOCHS as usize - 1];
    assert_eq!((&last.genes, last.error.to_bits()), (&genes, wanted.to_bits()));
    // It has learnt: the loss of candle's own pass over the training examples has fallen, not that of a look-alike.
    let loss = |weights| {
        let encoder = MaskedEncoder::new(weights, candle_core::DType::F64).unwrap();
        let logits =
            encoder.logits(task.train.texts(), Some(&masks), None).unwrap().to_vec2::<f64>().unwrap();
        let of = |(row, text): (&Vec<f64>, &proxyrank_prune::encoder::Text)| {
            let total = row.iter().map(|logit| logit.exp()).sum::<f64>().ln();
            total - row[text.ids[1] as usize % 3]
        };
        logits.iter().zip(task.train.texts()).map(of).sum::<f64>()
    };
    let (before, after) = (loss(&weights(1)), loss(run.weights()));
    assert!(after < 0.95 * before, "{after} {before}");
}
