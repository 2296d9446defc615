//! The Pareto front of cost and correlation.

/// Which points no other beats: none costs at most as much and is at least as good, and is better in one of the two.
///
/// `points` holds cost and quality, ascending in cost and, where costs are equal, descending in quality. Equal points
/// are on the front together. The result ascends in both.
pub(super) fn front(points: &[(f64, f64)]) -> Vec<usize> {
    let mut members: Vec<usize> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let last = members.last().map(|last| points[*last]);
        if last.is_none_or(|last| point.1 > last.1 || *point == last) {
            members.push(index);
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_front_rises_and_keeps_equals() {
        let points = [(1.0, 0.2), (1.0, 0.2), (1.0, 0.1), (2.0, 0.2), (3.0, 0.5), (4.0, -0.9)];
        assert_eq!(front(&points), [0, 1, 4]);
        assert_eq!(front(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn a_point_is_on_the_front_unless_another_beats_it(
            mut points in prop::collection::vec((0..9_u8, 0..9_u8), 0..40),
        ) {
            points.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
            let points: Vec<(f64, f64)> = points.into_iter().map(|(c, q)| (c.into(), q.into())).collect();
            let beaten = |p: &(f64, f64)| points.iter().any(|o| o != p && o.0 <= p.0 && o.1 >= p.1);
            let wanted: Vec<usize> = (0..points.len()).filter(|i| !beaten(&points[*i])).collect();
            prop_assert_eq!(front(&points), wanted);
        }
    }
}
