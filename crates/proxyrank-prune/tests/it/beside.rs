//! Baselines, proxies and pruning by a predictor on a small encoder, stopped again and again.

use std::cell::Cell;
use std::path::Path;

use proxyrank_predict::Method;
use proxyrank_prune::PruneError;
use proxyrank_prune::runner::{
    Baseline, BaselineRecord, Baselines, Chooser, PickRecord, ProxyRecord, ProxyStudy, RatioOutcome,
    RatioStudy,
};
use proxyrank_prune::space::{Sampler, SpaceKind};

use super::common::{space, weights};
use super::runner::{Patience, task};

/// Runs something until it is done, each time for so many events; gives what it gives and the number of runs.
fn insist<T>(events: u32, run: impl Fn(&Patience) -> Result<Option<T>, PruneError>) -> (T, usize) {
    for runs in 1..200 {
        if let Some(outcome) = run(&Patience(Cell::new(events))).unwrap() {
            return (outcome, runs);
        }
    }
    panic!("it never ends");
}

fn baselines(folder: &Path, patience: &Patience) -> Result<Option<Vec<BaselineRecord>>, PruneError> {
    let (task, weights) = (task(), weights(1));
    let shares = vec![0.8, 0.5, 0.2];
    let (task, weights) = (&task, &weights);
    Baselines { task, weights, shares, examples: 12, tuned_on: 5, folder: folder.to_owned() }.run(patience)
}

#[test]
fn baselines_keep_to_their_sizes_and_can_be_stopped() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (whole, _) = insist(u32::MAX, |patience| baselines(one.path(), patience));
    let (pieces, runs) = insist(4, |patience| baselines(many.path(), patience));
    assert!(runs >= 5, "{runs}");
    let essence = |records: &[BaselineRecord]| {
        records.iter().map(|one| BaselineRecord { seconds: 0.0, ..one.clone() }).collect::<Vec<_>>()
    };
    assert_eq!(essence(&pieces), essence(&whole));
    let full = whole[0].kept.params;
    assert_eq!((whole[0].baseline, whole[0].target.to_bits()), (Baseline::Whole, 1.0_f64.to_bits()));
    for record in &whole[1..] {
        assert!(record.kept.share(&full) <= record.target, "{record:?}");
        assert!((0.0..=1.0).contains(&record.error) && (0.0..=1.0).contains(&record.test));
    }
    // Heads alone are not enough for a fifth; everything else is.
    let of = |baseline| whole.iter().filter(|one| one.baseline == baseline).count();
    assert_eq!(Baseline::ALL.map(of), [1, 3, 2, 3, 3, 3, 3, 3]);
    let units = |one: &BaselineRecord| one.kept.units.iter().all(|&count| count == 20);
    assert!(whole.iter().filter(|one| one.baseline == Baseline::Heads).all(units));
    // Rearranging keeps the numbers of heads and units, and tuning keeps the masks.
    let kept = |baseline, target: f64| {
        let same =
            |one: &&BaselineRecord| one.baseline == baseline && one.target.to_bits() == target.to_bits();
        whole.iter().find(same).unwrap().kept.clone()
    };
    for share in [0.8, 0.5, 0.2] {
        let [fisher, rearranged, tuned] =
            [Baseline::Fisher, Baseline::FisherRearranged, Baseline::FisherTuned].map(|one| kept(one, share));
        assert_eq!((&fisher.heads, &fisher.units), (&rearranged.heads, &rearranged.units));
        assert_eq!(rearranged, tuned);
    }
    // Nothing is left to do, so not even one event is needed.
    assert_eq!(baselines(many.path(), &Patience(Cell::new(0))).unwrap().unwrap(), pieces);
}

fn proxies(
    folder: &Path,
    (kind, candidates, seed): (SpaceKind, usize, u64),
    patience: &Patience,
) -> Result<Option<Vec<ProxyRecord>>, PruneError> {
    let (task, pretrained, supernet) = (task(), weights(1), weights(2));
    let study = ProxyStudy {
        task: &task,
        pretrained: &pretrained,
        supernet: &supernet,
        space: space(kind),
        sampler: Sampler::Structured,
        seed,
        candidates,
        examples: 6,
        folder: folder.to_owned(),
    };
    study.run(patience)
}

#[test]
fn candidates_are_scored_on_both_weights_and_can_be_stopped() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let asked = (SpaceKind::Medium, 12, 0);
    let (whole, _) = insist(u32::MAX, |patience| proxies(one.path(), asked, patience));
    let (pieces, runs) = insist(5, |patience| proxies(many.path(), asked, patience));
    assert!(runs >= 3, "{runs}");
    let essence = |record: &ProxyRecord| {
        let bits = |scores: &std::collections::BTreeMap<String, Option<f64>>| {
            scores.values().map(|score| score.map(f64::to_bits)).collect::<Vec<_>>()
        };
        let (before, after) = (bits(&record.pretrained.scores), bits(&record.supernet.scores));
        (record.number, record.kept.clone(), record.error.to_bits(), before, after)
    };
    assert_eq!(whole.iter().map(essence).collect::<Vec<_>>(), pieces.iter().map(essence).collect::<Vec<_>>());
    assert_eq!(whole.len(), 12);
    assert_ne!(whole[0].pretrained.scores["snip"], whole[0].supernet.scores["snip"]);
    // Counts do not depend on weights.
    assert_eq!(whole[0].pretrained.scores["flops"], whole[0].supernet.scores["flops"]);

    // More candidates go on where fewer ended; another seed is another study.
    let more =
        proxies(many.path(), (SpaceKind::Medium, 15, 0), &Patience(Cell::new(u32::MAX))).unwrap().unwrap();
    assert_eq!(
        more[..12].iter().map(essence).collect::<Vec<_>>(),
        pieces.iter().map(essence).collect::<Vec<_>>()
    );
    let other = proxies(many.path(), (SpaceKind::Medium, 15, 1), &Patience(Cell::new(1)));
    assert!(matches!(other, Err(PruneError::OtherRun(path)) if path.ends_with("proxies.json")));
}

#[test]
fn a_space_that_is_too_small_is_scored_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let found = proxies(folder.path(), (SpaceKind::Layer, 40, 0), &Patience(Cell::new(u32::MAX)));
    let found = found.unwrap().unwrap();
    // Any of three layers but all of them, which the sampler does not draw.
    let mut kept: Vec<_> = found.iter().map(|one| one.kept.masks_sha256.clone()).collect();
    kept.sort_unstable();
    kept.dedup();
    assert_eq!((found.len(), kept.len()), (7, 7));
}

fn ratios(folder: &Path, patience: &Patience) -> Result<Option<RatioOutcome>, PruneError> {
    let (task, weights) = (task(), weights(1));
    let study = RatioStudy {
        task: &task,
        weights: &weights,
        pairs: 30,
        shares: vec![0.8, 0.6],
        predictor: Method::BoostedTrees,
        proposals: 2,
        seed: 3,
        folder: folder.to_owned(),
    };
    study.run(patience)
}

#[test]
fn a_predictor_chooses_at_every_size_and_can_be_stopped() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (whole, _) = insist(u32::MAX, |patience| ratios(one.path(), patience));
    let (pieces, runs) = insist(7, |patience| ratios(many.path(), patience));
    assert!(runs >= 4, "{runs}");
    assert_eq!(pieces.picks, whole.picks);
    let pairs = |outcome: &RatioOutcome| {
        outcome
            .pairs
            .iter()
            .map(|one| (one.number, one.kept.clone(), one.error.to_bits()))
            .collect::<Vec<_>>()
    };
    assert_eq!(pairs(&pieces), pairs(&whole));
    assert_eq!(whole.pairs.len(), 30);
    let full = whole.picks[0].kept.params;
    assert_eq!(whole.picks[0].chooser, Chooser::Whole);
    for pick in &whole.picks {
        assert!(pick.kept.share(&full) <= pick.target, "{pick:?}");
        assert_eq!(pick.predicted.is_some(), pick.chooser == Chooser::Predictor);
    }
    let of = |chooser, target: f64| {
        let same = |pick: &&PickRecord| pick.chooser == chooser && pick.target.to_bits() == target.to_bits();
        whole.picks.iter().filter(same).count()
    };
    for share in [0.8, 0.6] {
        let counts = [Chooser::Uniform, Chooser::Magnitude, Chooser::Predictor].map(|one| of(one, share));
        assert_eq!(counts, [1, 1, 2], "{share}");
    }
    // The best pair that is small enough, where there is one.
    for pick in whole.picks.iter().filter(|pick| pick.chooser == Chooser::Pairs) {
        let small = whole.pairs.iter().filter(|pair| pair.kept.share(&full) <= pick.target);
        let best = small.map(|pair| pair.error).fold(f64::INFINITY, f64::min);
        assert_eq!(pick.error.to_bits(), best.to_bits());
    }
}
