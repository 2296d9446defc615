//! The area that a set of points dominates.

use super::{Point, front};

/// Area dominated by some points and dominating the reference, by strips along the sorted front.
pub fn hypervolume(points: &[Point], reference: Point) -> f64 {
    let (mut area, mut ceiling) = (0.0, reference[1]);
    for place in front(points) {
        let [x, y] = points[place];
        if x < reference[0] && y < ceiling {
            area += (reference[0] - x) * (ceiling - y);
            ceiling = y;
        }
    }
    area
}

/// Hypervolume of raw observations against (1, 1), which depends on no pool: errors beyond [0, 1] (Matthews and Spearman reach 2)
/// count as its ends; the second objective is a relative size already.
pub fn raw_hypervolume(points: &[Point]) -> f64 {
    let clipped: Vec<Point> = points.iter().map(|&[error, size]| [error.clamp(0.0, 1.0), size]).collect();
    hypervolume(&clipped, [1.0, 1.0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }

    #[test]
    fn known_fronts() {
        near(hypervolume(&[[0.0, 0.0]], [2.0, 2.0]), 4.0);
        near(hypervolume(&[], [2.0, 2.0]), 0.0);
        near(hypervolume(&[[1.0, 0.0], [0.0, 1.0]], [2.0, 2.0]), 3.0);
        near(hypervolume(&[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 1.0], [3.0, -1.0]], [2.0, 2.0]), 3.0);
        near(hypervolume(&[[0.25, 0.5], [0.5, 0.25]], [1.0, 1.0]), 0.75 * 0.5 + 0.5 * 0.25);
        near(raw_hypervolume(&[[1.5, 0.2], [-0.5, 0.75]]), 0.25);
    }

    proptest! {
        /// Corners lie on a grid, so counting cells is exact.
        #[test]
        fn it_counts_the_cells_of_a_grid(corners in proptest::collection::vec((0_u8..14, 0_u8..14), 0..12)) {
            let reference = [12.0, 12.0];
            let points: Vec<Point> = corners.iter().map(|&(a, b)| [f64::from(a), f64::from(b)]).collect();
            let covered = (0..12_u8)
                .flat_map(|x| (0..12_u8).map(move |y| (x, y)))
                .filter(|&(x, y)| corners.iter().any(|&(a, b)| a <= x && b <= y))
                .count();
            prop_assert!((hypervolume(&points, reference) - covered as f64).abs() < 1e-9);
        }
    }
}
