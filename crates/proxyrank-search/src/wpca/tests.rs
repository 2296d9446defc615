//! Searches of spaces small enough to know everything about.

use std::cell::Cell;
use std::convert::Infallible;

use proxyrank_nn::TokenBatch;
use proxyrank_space::wpca::{BLOCKS, WpcaArch, WpcaBlock, WpcaShape, WpcaSpace};

use super::evolution::{History, Origin, Rules, Settings, search};
use super::knapsack::best;
use super::memo::{Memo, Pass};
use super::objective::Objective;
use super::released::{Faulty, survives};
use super::supernet::{Eta, Supernet};
use super::table::{CountTable, sweeps};
use crate::lpzero::random::Dice;

const SHAPE: WpcaShape = WpcaShape {
    vocab_size: 150,
    max_positions: 16,
    token_types: 2,
    embedding: 6,
    hidden: 24,
    inner: 8,
    heads: 2,
    step: 4,
    classes: 2,
};

/// Three layers of which about half are small enough.
const SPACE: WpcaSpace = WpcaSpace { shape: SHAPE, layers: 3, limit: 9_500 };

fn table(layers: usize) -> CountTable {
    let archs = sweeps(layers, 1, 5);
    let mut dice = Dice::new(3, 0);
    let counts: Vec<Vec<f64>> = archs
        .iter()
        .map(|arch| arch.blocks().iter().map(|b| (10 * b.width() + dice.below(20)) as f64 + 5.0).collect())
        .collect();
    CountTable::new(layers, archs.iter().zip(counts.iter().map(Vec::as_slice)))
}

fn every_network(layers: usize) -> impl Iterator<Item = WpcaArch> {
    (0..BLOCKS.pow(u32::try_from(layers).unwrap())).map(move |index| {
        let block = |layer: usize| index / BLOCKS.pow(u32::try_from(layer).unwrap()) % BLOCKS;
        WpcaArch((0..layers).filter_map(|layer| WpcaBlock::new(block(layer))).collect())
    })
}

#[test]
fn the_exact_optimum_is_that_of_trying_everything() {
    let table = table(3);
    let legal = every_network(3).filter(|arch| SPACE.allows(arch)).count();
    assert!((400..1500).contains(&legal), "{legal}");
    for objective in Objective::ALL {
        let score = |arch: &WpcaArch| objective.score(table.components(arch), SPACE.parameters(arch));
        let found = best(&SPACE, &table, objective, 10);
        assert_eq!(found.len(), 10);
        for one in &found {
            assert!((score(&one.arch) - one.score).abs() < 1e-9 * one.score);
            assert_eq!(SPACE.parameters(&one.arch), one.parameters);
            assert!(SPACE.allows(&one.arch));
        }
        // The best of each number of parameters, in order.
        let mut by_size = std::collections::BTreeMap::<u64, f64>::new();
        for arch in every_network(3).filter(|arch| SPACE.allows(arch)) {
            let entry = by_size.entry(SPACE.parameters(&arch)).or_insert(0.0);
            *entry = entry.max(score(&arch));
        }
        let mut wanted: Vec<f64> = by_size.into_values().collect();
        wanted.sort_by(|one, other| other.total_cmp(one));
        for (one, wanted) in found.iter().zip(wanted) {
            assert!((one.score - wanted).abs() < 1e-9 * wanted, "{objective:?}: {} {wanted}", one.score);
        }
    }
    assert!(best(&WpcaSpace { limit: 10, ..SPACE }, &table, Objective::WPca, 3).is_empty());
}

fn run(settings: Settings, table: &CountTable) -> History {
    let mut evaluate =
        |archs: &[WpcaArch]| Ok::<_, Infallible>(archs.iter().map(|arch| table.components(arch)).collect());
    search(&WpcaSpace::SMALL, settings, &mut evaluate, &|_| ()).unwrap_or_else(|never| match never {})
}

#[test]
fn the_published_algorithm_finds_the_optimum_of_a_table() {
    let table = table(12);
    let optimum = best(&WpcaSpace::SMALL, &table, Objective::WPca, 1)[0].score;
    let settings = Settings::published(Objective::WPca, 0);
    let history = run(settings, &table);
    assert_eq!(history, run(settings, &table));
    assert_eq!(history.candidates.len(), 50 + 40 * 50);
    let found = history.best().unwrap().score;
    assert!(found > 0.9 * optimum && found <= optimum, "{}", found / optimum);
    let random = run(settings.at_random(), &table);
    assert_eq!(random.candidates.len(), 50 + 40 * 50);
    assert!(random.best().unwrap().score < found);
    assert_ne!(run(Settings { seed: 1, ..settings }, &table), history);
    let mut archs: Vec<&WpcaArch> = history.candidates.iter().map(|one| &one.arch).collect();
    assert!(archs.iter().all(|arch| WpcaSpace::SMALL.allows(arch)));
    archs.sort();
    archs.dedup();
    assert_eq!(archs.len(), history.candidates.len());
}

#[test]
fn released_crossover_yields_nothing() {
    let table = table(12);
    let history = run(Settings::released(Objective::VPca, 0), &table);
    assert_eq!(history.count(Origin::Crossover), 0);
    assert_eq!(history.count(Origin::Random), 5);
    // Mutants of the best alone: at most 25 a generation, and fewer where ten tries for each were not enough.
    assert!(history.count(Origin::Mutation) <= 1000);
    assert!(history.count(Origin::Mutation) > 500, "{}", history.count(Origin::Mutation));
    // With two parents there are crossovers.
    let two = Settings { parents: 2, ..Settings::released(Objective::VPca, 0) };
    assert!(run(two, &table).count(Origin::Crossover) > 0);
}

/// (12/13)^12 of the passes have no block that does not exist, and a candidate takes three.
#[test]
fn the_released_evaluator_scores_something_else_and_mostly_fails() {
    let table = table(12);
    let mut dice = Dice::new(0, 0);
    let alive = (0..20_000).filter(|_| survives(12, &mut dice)).count() as f64 / 20_000.0;
    assert!((alive - (12.0_f64 / 13.0).powi(12)).abs() < 0.012, "{alive}");

    let (small, large) =
        (WpcaArch::uniform(WpcaBlock::new(6).unwrap(), 12), "[5,5,5,5,5,5,11,11,11,11,11,11]");
    let large: WpcaArch = large.parse().unwrap();
    assert!(table.components(&small) < 0.7 * table.components(&large));
    let mean = |arch: &WpcaArch, seed| {
        let mut faulty = Faulty::new(&table, 12, seed);
        (0..2000).map(|_| faulty.components(arch)).sum::<f64>() / 2000.0
    };
    // The same numbers whatever the candidate, and on average those of any network.
    assert_eq!(mean(&small, 1).to_bits(), mean(&large, 1).to_bits());
    let all = WpcaBlock::all().map(|b| table.components(&WpcaArch::uniform(b, 12))).sum::<f64>() / 12.0;
    assert!((mean(&small, 1) / all - 1.0).abs() < 0.01);
}

fn supernet() -> Supernet {
    let ids = (0..128_u32).map(|i| (i * i * 7 + 3 * i) % 150).collect();
    let batch = TokenBatch::new(ids, 8, 16).unwrap();
    Supernet::new(SPACE, Eta::PAPER, 0, &batch).unwrap()
}

#[test]
fn a_network_counts_the_same_in_any_company() {
    let archs: Vec<WpcaArch> =
        ["[0,11,3]", "[0,11,4]", "[7,1,1]", "[0,2,3]", "[0,11,3]"].map(|text| text.parse().unwrap()).to_vec();
    let together = supernet().components(&archs).unwrap();
    assert_eq!(together[0], together[4]);
    for (arch, counts) in archs.iter().zip(&together) {
        assert_eq!(counts.len(), 3);
        assert_eq!(&supernet().components(std::slice::from_ref(arch)).unwrap()[0], counts);
        assert!(counts.iter().all(|&count| (1.0..=24.0).contains(&count)), "{counts:?}");
    }
}

/// A search that is ended after some evaluations, and begun again on what it left on disk, ends as one that was not.
#[test]
fn an_ended_search_goes_on_where_it_was() {
    let settings =
        Settings { population: 8, children: 6, generations: 6, ..Settings::published(Objective::WPca, 2) };
    let supernet = supernet();
    let folder = tempfile::tempdir().unwrap();
    let computed = Cell::new(0);
    let go = |most: usize| -> Result<History, String> {
        let mut memo = Memo::open(folder.path(), "test").unwrap();
        let mut evaluate = |archs: &[WpcaArch]| {
            for arch in archs.iter().filter(|arch| memo.get(arch).is_none()).cloned().collect::<Vec<_>>() {
                if computed.get() == most {
                    return Err("ended".to_owned());
                }
                computed.set(computed.get() + 1);
                let components = supernet.components(std::slice::from_ref(&arch)).unwrap().remove(0);
                memo.insert(vec![(arch, Pass { components, wall_ns: 1 })]).unwrap();
            }
            Ok(archs.iter().filter_map(|arch| memo.get(arch)).map(Pass::sum).collect())
        };
        search(&SPACE, settings, &mut evaluate, &|_| ())
    };
    for most in [3, 11, 12, 30] {
        assert_eq!(go(most), Err("ended".to_owned()));
    }
    let resumed = go(usize::MAX).unwrap();
    assert_eq!(computed.get(), resumed.candidates.len());
    let other = tempfile::tempdir().unwrap();
    let mut memo = Memo::open(other.path(), "test").unwrap();
    let mut evaluate = |archs: &[WpcaArch]| {
        let counts = supernet.components(archs).unwrap();
        let passes = archs
            .iter()
            .cloned()
            .zip(counts.iter().map(|counts| Pass { components: counts.clone(), wall_ns: 1 }));
        memo.insert(passes.collect()).unwrap();
        Ok::<_, Infallible>(counts.iter().map(|counts| counts.iter().sum()).collect())
    };
    let uninterrupted =
        search(&SPACE, settings, &mut evaluate, &|_| ()).unwrap_or_else(|never| match never {});
    assert_eq!(resumed, uninterrupted);
    assert_eq!(resumed.settings.rules, Rules::Published);
}
