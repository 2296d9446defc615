//! Scores of attention that depend on distances.
//!
//! One product gives the scores of every query with every distance. A query's row of it is read from another place on than the
//! row above, for the distance to a given key grows by one from query to query; no matrix of positions is built.

use super::rows::softmax;
use crate::number::Number;

kernel! {
    /// Adds the scores of distances to those of keys and takes the softmax of what is not in the future, in place.
    ///
    /// There are `width` keys, the last of them those of the queries themselves, and as many distances, the largest first.
    pub(crate) fn softmax_of_relative<'a, N: Number>(scores: &'a mut [N], by_distance: &'a [N], width: usize) {
        let queries = scores.len() / width;
        let rows = scores.chunks_exact_mut(width).zip(by_distance.chunks_exact(width));
        for (query, (row, distances)) in rows.enumerate() {
            let first = queries - 1 - query;
            let (seen, hidden) = row.split_at_mut(width - first);
            for (score, &distance) in seen.iter_mut().zip(&distances[first..]) {
                *score += distance;
            }
            softmax(seen);
            hidden.fill(N::default());
        }
    }
}

kernel! {
    /// From the gradient of the scores to that of the scores of distances.
    pub(crate) fn distances_backward<'a, N: Number>(by_distance: &'a mut [N], scores: &'a [N], width: usize) {
        let queries = scores.len() / width;
        let rows = by_distance.chunks_exact_mut(width).zip(scores.chunks_exact(width));
        for (query, (distances, row)) in rows.enumerate() {
            let first = queries - 1 - query;
            let (beyond, within) = distances.split_at_mut(first);
            beyond.fill(N::default());
            within.copy_from_slice(&row[..width - first]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two queries, one remembered token: distances 2, 1, 0.
    #[test]
    fn each_query_meets_its_own_distances() {
        let (keys, distances) = ([1.0, 2.0, 9.0, 4.0, 5.0, 6.0], [9.0, 0.1, 0.2, 0.3, 0.4, 0.5]);
        let mut scores = keys;
        softmax_of_relative(&mut scores, &distances, 3);
        let wanted = |scores: &[f64]| {
            let sum: f64 = scores.iter().map(|score| score.exp()).sum();
            scores.iter().map(|score| score.exp() / sum).collect::<Vec<_>>()
        };
        let wanted = [wanted(&[1.1, 2.2]), vec![0.0], wanted(&[4.3, 5.4, 6.5])].concat();
        for (found, wanted) in scores.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-15, "{scores:?}");
        }
        let mut back = [7.0; 6];
        distances_backward(&mut back, &keys, 3);
        assert_eq!(back.map(f64::to_bits), [0.0, 1.0, 2.0, 4.0, 5.0, 6.0].map(f64::to_bits));
    }
}
