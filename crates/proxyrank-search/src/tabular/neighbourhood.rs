//! Who is one step away in a sample.

/// For each of n architectures its nearest others: all at the smallest distances, distance by distance, until there are at least
/// `least`. Ties are never cut, so the answer does not depend on the order of the sample; and being a neighbour is made mutual, so that
/// every step can be taken back.
pub fn neighbours(n: usize, least: usize, distance: impl Fn(usize, usize) -> u32) -> Vec<Vec<usize>> {
    let near: Vec<Vec<usize>> = (0..n).map(|one| nearest(n, least, one, &distance)).collect();
    let mutual = |one: usize| {
        (0..n).filter(|&other| near[one].contains(&other) || near[other].contains(&one)).collect()
    };
    (0..n).map(mutual).collect()
}

fn nearest(n: usize, least: usize, one: usize, distance: impl Fn(usize, usize) -> u32) -> Vec<usize> {
    let mut others: Vec<(u32, usize)> =
        (0..n).filter(|&other| other != one).map(|other| (distance(one, other), other)).collect();
    others.sort_unstable();
    let reach = others.get(least.max(1) - 1).or(others.last()).map_or(0, |(distance, _)| *distance);
    others.into_iter().take_while(|(distance, _)| *distance <= reach).map(|(_, other)| other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_are_never_cut_and_neighbours_are_mutual() {
        // Points on a line at 0, 1, 2 and 10.
        let at = [0_u32, 1, 2, 10];
        let near = neighbours(4, 1, |a, b| at[a].abs_diff(at[b]));
        assert_eq!(near, [vec![1], vec![0, 2], vec![1, 3], vec![2]]);
    }

    proptest! {
        #[test]
        fn everyone_has_enough(places in proptest::collection::vec(0_u32..50, 3..20), least in 1_usize..3) {
            let near = neighbours(places.len(), least, |a, b| places[a].abs_diff(places[b]));
            for (one, others) in near.iter().enumerate() {
                prop_assert!(others.len() >= least.min(places.len() - 1));
                prop_assert!(others.iter().all(|&other| other != one && near[other].contains(&one)));
            }
        }
    }
}
