//! Orders of points of which none may dominate the other.

use serde::{Deserialize, Serialize};

use super::{Point, dominates};

/// How the order of points becomes a rank for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankRule {
    /// The rank of a point is its place in the order.
    #[default]
    Inverse,
    /// As in the released code, which takes the order itself for ranks, and within a front ranks for the order. Both are right
    /// only for permutations that are their own inverse. For comparison with released numbers.
    Released,
}

/// Layer of each point: 0 if nobody dominates it, 1 if only points of layer 0 do, and so on. Equal points share a layer.
pub fn layers(points: &[Point]) -> Vec<usize> {
    let mut layers = vec![usize::MAX; points.len()];
    let mut left: Vec<usize> = (0..points.len()).collect();
    let mut layer = 0;
    while !left.is_empty() {
        let (inner, outer): (Vec<usize>, Vec<usize>) = left
            .iter()
            .copied()
            .partition(|&one| left.iter().any(|&other| dominates(points[other], points[one])));
        for one in outer {
            layers[one] = layer;
        }
        left = inner;
        layer += 1;
    }
    layers
}

/// An order in which every beginning covers the points well: first the one of the smallest first objective (then second, then
/// place), then always the one farthest from those already taken.
pub fn epsilon_net(points: &[Point]) -> Vec<usize> {
    let first = (0..points.len())
        .min_by(|&a, &b| points[a][0].total_cmp(&points[b][0]).then(points[a][1].total_cmp(&points[b][1])));
    let Some(first) = first else { return Vec::new() };
    let mut order = vec![first];
    let mut left: Vec<usize> = (0..points.len()).filter(|&one| one != first).collect();
    while !left.is_empty() {
        let distance = |one: usize| {
            let to =
                |&taken: &usize| (points[one][0] - points[taken][0]).hypot(points[one][1] - points[taken][1]);
            order.iter().map(to).fold(f64::INFINITY, f64::min)
        };
        let mut farthest = 0;
        for index in 1..left.len() {
            if distance(left[index]) > distance(left[farthest]) {
                farthest = index;
            }
        }
        order.push(left.remove(farthest));
    }
    order
}

/// Rank of each point, from 0: by layer, and within a layer by the epsilon-net.
pub fn ranks(points: &[Point], rule: RankRule) -> Vec<usize> {
    let layers = layers(points);
    let mut order = Vec::with_capacity(points.len());
    for layer in 0..points.len() {
        let members: Vec<usize> = (0..points.len()).filter(|&one| layers[one] == layer).collect();
        let inside: Vec<Point> = members.iter().map(|&one| points[one]).collect();
        let net = epsilon_net(&inside);
        let net = match rule {
            RankRule::Inverse => net,
            RankRule::Released => inverse(&net),
        };
        order.extend(net.into_iter().map(|place| members[place]));
    }
    match rule {
        RankRule::Inverse => inverse(&order),
        RankRule::Released => order,
    }
}

fn inverse(permutation: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; permutation.len()];
    for (place, &one) in permutation.iter().enumerate() {
        inverse[one] = place;
    }
    inverse
}

/// Crowding distance of each point among its layer (Deb et al. 2002): the sides of the box between its neighbours, in units of the
/// layer's extent; infinite at the ends.
pub fn crowding(points: &[Point], layers: &[usize]) -> Vec<f64> {
    let mut distances = vec![0.0; points.len()];
    for layer in 0..points.len() {
        for objective in 0..2 {
            let mut members: Vec<usize> = (0..points.len()).filter(|&one| layers[one] == layer).collect();
            members.sort_by(|&a, &b| points[a][objective].total_cmp(&points[b][objective]).then(a.cmp(&b)));
            let [Some(&first), Some(&last)] = [members.first(), members.last()] else { break };
            let extent = points[last][objective] - points[first][objective];
            for triple in members.windows(3) {
                let side = points[triple[2]][objective] - points[triple[0]][objective];
                distances[triple[1]] += if extent > 0.0 { side / extent } else { 0.0 };
            }
            distances[first] = f64::INFINITY;
            distances[last] = f64::INFINITY;
        }
    }
    distances
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two layers; in the first one the net starts at the left, jumps to the right, and then goes to the middle.
    const POINTS: [Point; 5] = [[0.9, 0.1], [0.4, 0.4], [1.0, 1.0], [0.0, 1.0], [0.3, 0.6]];

    #[test]
    fn layers_and_net_by_hand() {
        assert_eq!(layers(&POINTS), [0, 0, 1, 0, 0]);
        assert_eq!(epsilon_net(&[POINTS[0], POINTS[1], POINTS[3], POINTS[4]]), [2, 0, 1, 3]);
        assert_eq!(ranks(&POINTS, RankRule::Inverse), [1, 2, 4, 0, 3]);
        assert_eq!(layers(&[[1.0, 1.0], [1.0, 1.0], [1.0, 2.0]]), [0, 0, 1]);
    }

    #[test]
    fn the_released_ranks_are_another_permutation() {
        // In the layer the net is [2, 0, 1, 3], its inverse [1, 2, 0, 3], taken for an order of points 0, 1, 3, 4.
        assert_eq!(ranks(&POINTS, RankRule::Released), [1, 3, 0, 4, 2]);
    }

    #[test]
    fn crowding_by_hand() {
        let points = [[0.0, 4.0], [1.0, 2.0], [3.0, 1.0], [4.0, 0.0]];
        let found = crowding(&points, &[0; 4]);
        assert!(found[0].is_infinite() && found[3].is_infinite());
        assert!(
            (found[1] - (3.0 / 4.0 + 3.0 / 4.0)).abs() < 1e-12 && (found[2] - (0.75 + 0.5)).abs() < 1e-12
        );
    }

    proptest! {
        #[test]
        fn ranks_are_a_permutation_that_respects_dominance(
            grid in proptest::collection::vec((0_u8..8, 0_u8..8), 1..20)
        ) {
            let points: Vec<Point> = grid.iter().map(|&(a, b)| [f64::from(a), f64::from(b)]).collect();
            let ranks = ranks(&points, RankRule::Inverse);
            let mut sorted = ranks.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..points.len()).collect::<Vec<_>>());
            for (a, &one) in points.iter().enumerate() {
                for (b, &other) in points.iter().enumerate() {
                    prop_assert!(!dominates(one, other) || ranks[a] < ranks[b]);
                }
            }
        }
    }
}
