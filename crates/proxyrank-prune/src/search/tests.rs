//! Searches on a problem whose front is known.

use super::*;
use crate::pareto::{Point, hypervolume};
use crate::space::{BlockShape, Genes, Space, SpaceKind};

const SHAPE: BlockShape = BlockShape { layers: 3, heads: 12, hidden: 24, units: 100 };

fn space(kind: SpaceKind) -> Space {
    Space::new(kind, SHAPE)
}

/// ZDT1 (Zitzler et al. 2000) on genes: the front is y = 1 - √x, where all genes but the first are at their least.
fn zdt1(space: &Space, genes: &Genes) -> Point {
    let scaled: Vec<f64> = genes
        .0
        .iter()
        .zip(space.bounds())
        .map(|(&gene, (low, high))| f64::from(gene - low) / f64::from(high - low))
        .collect();
    let (x, rest) = (scaled[0], &scaled[1..]);
    let g = 1.0 + 9.0 * rest.iter().sum::<f64>() / rest.len() as f64;
    [x, g * (1.0 - (x / g).sqrt())]
}

/// A run; a search that has seen everything stops.
fn run(mut search: Search, evaluations: usize) -> Search {
    while search.genes().len() < evaluations {
        let Some(genes) = search.ask().unwrap() else { break };
        let point = zdt1(&search.space, &genes);
        search.tell(genes, point).unwrap();
    }
    search
}

/// Share of the area that the known front dominates within (1, 10).
fn share(points: &[Point]) -> f64 {
    // ∫ 9 + √x over [0, 1].
    hypervolume(points, [1.0, 10.0]) / (9.0 + 2.0 / 3.0)
}

#[test]
fn what_is_asked_follows_from_the_history() {
    for method in Method::ALL {
        for kind in SpaceKind::ALL {
            let whole = run(Search::new(space(kind), method, 7), 23);
            let half = run(Search::new(space(kind), method, 7), 12);
            // Asked, but stopped before the answer.
            half.ask().unwrap();
            let text = serde_json::to_string(&half).unwrap();
            let resumed = run(serde_json::from_str(&text).unwrap(), 23);
            assert_eq!(resumed, whole, "{method} {kind}");
            let other = run(Search::new(space(kind), method, 8), 23);
            assert!(
                other.genes() != whole.genes() || kind == SpaceKind::Layer,
                "{method} {kind}: the seed says nothing"
            );
        }
    }
}

#[test]
fn the_initial_design_comes_first() {
    let space = space(SpaceKind::Small);
    for method in Method::ALL.into_iter().filter(|method| *method != Method::Nsga2) {
        let search = run(Search::new(space, method, 0), 3);
        let wanted = [vec![3, 12, 100], vec![0, 1, 1], vec![1, 5, 49]].map(Genes);
        assert_eq!(search.genes(), wanted, "{method}");
    }
}

#[test]
fn random_search_does_not_repeat_itself_and_ends() {
    let search = run(Search::new(space(SpaceKind::Layer), Method::Random, 1), 100);
    let mut distinct = search.genes().to_vec();
    distinct.sort();
    distinct.dedup();
    assert_eq!((search.genes().len(), distinct.len()), (8, 8));
    assert!(search.ask().unwrap().is_none());
    assert!(run(Search::new(space(SpaceKind::Layer), Method::Ehvi, 1), 100).genes().len() <= 8);
}

/// Mean over seeds of the share after 100 evaluations, of which the first `skipped` do not count.
fn mean_share(method: Method, skipped: usize) -> f64 {
    const SEEDS: u64 = 5;
    let run = |seed| {
        let search = run(Search::new(space(SpaceKind::Medium), method, seed), 100 + skipped);
        share(&search.points()[skipped..])
    };
    (0..SEEDS).map(run).sum::<f64>() / SEEDS as f64
}

#[test]
fn every_guided_search_beats_a_random_one() {
    let random = mean_share(Method::Random, 0);
    for (method, least) in [(Method::Local, 0.0), (Method::Evolution, 0.0), (Method::Ehvi, 0.98)] {
        let guided = mean_share(method, 0);
        assert!(guided > least && guided > random + 0.01, "{method}: {guided} against {random}");
    }
    // The initial design has an end of the front, and NSGA-II begins without it.
    let (guided, random) = (mean_share(Method::Nsga2, 0), mean_share(Method::Random, 3));
    assert!(guided > random + 0.01, "nsga2: {guided} against {random}");
}

#[test]
fn what_cannot_be_is_refused() {
    let mut search = Search::new(space(SpaceKind::Layer), Method::Local, 0);
    assert!(search.tell(Genes(vec![0, 2, 0]), [0.0, 0.0]).is_err());
    let error = search.tell(Genes(vec![0, 1, 0]), [0.5, f64::NAN]).unwrap_err().to_string();
    assert!(error.starts_with("objective 1 of the evaluation told as number 0 is NaN"), "{error}");
    assert!(search.genes().is_empty());
}
