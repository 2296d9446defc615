//! Which labels share a column.

use std::ops::Range;

/// Splits points into groups whose labels go into one column, right of the group.
///
/// `points` holds each point's x, ascending, and the width of its label. A group ends where the way to the next point
/// has room for the group's widest label and `extra` pixels more.
pub(super) fn groups(points: &[(f64, f64)], extra: f64) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut first, mut widest) = (0, 0.0_f64);
    for (index, &(x, width)) in points.iter().enumerate() {
        widest = widest.max(width);
        if points.get(index + 1).is_none_or(|next| next.0 - x >= widest + extra) {
            groups.push(first..index + 1);
            (first, widest) = (index + 1, 0.0);
        }
    }
    groups
}

/// The members of a group that get a label: all that are `important`, and the best of the others while `room` lasts.
///
/// `quality` tells how good a member is; the result ascends.
pub(super) fn labelled(
    group: Range<usize>,
    room: usize,
    important: impl Fn(usize) -> bool,
    quality: impl Fn(usize) -> f64,
) -> Vec<usize> {
    let (mut chosen, mut others): (Vec<usize>, Vec<usize>) = group.partition(|index| important(*index));
    others.sort_by(|a, b| quality(*b).total_cmp(&quality(*a)).then(a.cmp(b)));
    chosen.extend(others.into_iter().take(room.saturating_sub(chosen.len())));
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_ends_where_its_labels_fit() {
        let points = [(0.0, 50.0), (10.0, 80.0), (100.0, 10.0), (220.0, 30.0), (225.0, 30.0)];
        assert_eq!(groups(&points, 20.0), [0..3, 3..5]);
        assert_eq!(groups(&points, 0.0), [0..2, 2..3, 3..5]);
        assert!(groups(&[], 0.0).is_empty());
    }

    #[test]
    fn what_matters_is_labelled_first() {
        let quality = |i: usize| [0.1, 0.9, 0.5, 0.7][i];
        assert_eq!(labelled(0..4, 2, |i| i == 0, quality), [0, 1]);
        assert_eq!(labelled(0..4, 1, |i| i != 2, quality), [0, 1, 3]);
        assert_eq!(labelled(1..4, 9, |_| false, quality), [1, 2, 3]);
    }
}
