//! Dominance.

/// Error and size, or error and latency; smaller is better.
pub type Point = [f64; 2];

/// Whether a point is at most as large in both objectives and smaller in one.
pub fn dominates(a: Point, b: Point) -> bool {
    a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1])
}

/// Places of the points that no other dominates, by rising first objective. Of equal points the first one stands for all, so that
/// a front has each point once.
pub fn front(points: &[Point]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        points[a][0].total_cmp(&points[b][0]).then(points[a][1].total_cmp(&points[b][1])).then(a.cmp(&b))
    });
    let mut lowest = f64::INFINITY;
    order.retain(|&place| {
        let stays = points[place][1] < lowest;
        lowest = lowest.min(points[place][1]);
        stays
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_front_has_each_point_once() {
        let points = [[0.5, 0.5], [0.1, 0.9], [0.5, 0.5], [0.6, 0.5], [0.9, 0.1], [0.1, 0.95], [0.5, 0.7]];
        assert_eq!(front(&points), [1, 0, 4]);
        assert!(front(&[]).is_empty());
    }

    proptest! {
        /// Coordinates from a small grid, so that ties are common.
        #[test]
        fn it_is_what_the_definition_says(grid in proptest::collection::vec((0_u8..6, 0_u8..6), 1..30)) {
            let points: Vec<Point> = grid.iter().map(|&(a, b)| [f64::from(a), f64::from(b)]).collect();
            let mut wanted: Vec<usize> = (0..points.len())
                .filter(|&one| !points.iter().any(|&other| dominates(other, points[one])))
                .filter(|&one| !grid[..one].contains(&grid[one]))
                .collect();
            wanted.sort_by(|&a, &b| points[a][0].total_cmp(&points[b][0]));
            prop_assert_eq!(front(&points), wanted);
        }
    }
}
