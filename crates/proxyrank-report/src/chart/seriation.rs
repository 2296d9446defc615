//! An order in which similar things stand together.
//!
//! A matrix of correlations is read by its blocks, and blocks appear only if the order puts relatives side by side. This
//! is average-linkage agglomerative clustering; wherever two groups join, each is turned round if that brings the
//! closer ends together. Cubic in the count, which is some dozens.

/// The order of the rows of a symmetric distance matrix; `None` (unknown) counts as the largest distance.
///
/// The result is a permutation of `0..distances.len()`, the same for the same input; ties go to the lower index.
pub(super) fn order(distances: &[Vec<Option<f64>>]) -> Vec<usize> {
    let known = distances.iter().flatten().flatten().copied().filter(|d| d.is_finite());
    let far = known.fold(0.0, f64::max);
    let distance = |a: usize, b: usize| match distances[a].get(b) {
        Some(Some(value)) if value.is_finite() => *value,
        _ => far,
    };
    let mut groups: Vec<Vec<usize>> = (0..distances.len()).map(|index| vec![index]).collect();
    while groups.len() > 1 {
        let (a, b) = closest(&groups, &distance);
        let second = groups.remove(b);
        let first = std::mem::take(&mut groups[a]);
        groups[a] = join(first, second, &distance);
    }
    groups.pop().unwrap_or_default()
}

/// The two groups with the smallest mean distance between their members, the earlier one first.
fn closest(groups: &[Vec<usize>], distance: &impl Fn(usize, usize) -> f64) -> (usize, usize) {
    let mut best = (0, 1);
    let mut smallest = f64::INFINITY;
    for b in 1..groups.len() {
        for a in 0..b {
            let sum: f64 = groups[a].iter().flat_map(|i| groups[b].iter().map(|j| distance(*i, *j))).sum();
            let mean = sum / (groups[a].len() * groups[b].len()) as f64;
            if mean < smallest {
                (best, smallest) = ((a, b), mean);
            }
        }
    }
    best
}

/// Concatenates two ordered groups in that one of four ways which brings the closest ends together.
fn join(
    mut first: Vec<usize>,
    mut second: Vec<usize>,
    distance: &impl Fn(usize, usize) -> f64,
) -> Vec<usize> {
    let ends = |group: &[usize]| [group[0], group[group.len() - 1]];
    let ([head, tail], [begin, end]) = (ends(&first), ends(&second));
    // In the order of preference: nothing turned, the second turned, the first turned, both turned.
    let ways = [distance(tail, begin), distance(tail, end), distance(head, begin), distance(head, end)];
    let smallest = ways.iter().copied().fold(f64::INFINITY, f64::min);
    let way = ways.iter().position(|d| *d <= smallest).unwrap_or(0);
    if way >= 2 {
        first.reverse();
    }
    if way % 2 == 1 {
        second.reverse();
    }
    first.append(&mut second);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(places: &[f64]) -> Vec<Vec<Option<f64>>> {
        places.iter().map(|a| places.iter().map(|b| Some((a - b).abs())).collect()).collect()
    }

    #[test]
    fn points_on_a_line_come_out_in_order() {
        let places = [5.0, 0.0, 9.0, 1.0, 8.0, 4.5, 0.4];
        let sorted: Vec<f64> = order(&line(&places)).into_iter().map(|i| places[i]).collect();
        assert!(sorted.is_sorted() || sorted.iter().rev().is_sorted(), "{sorted:?}");
    }

    #[test]
    fn the_result_is_a_permutation_whatever_is_unknown() {
        let mut distances = line(&[3.0, 1.0, 2.0, 5.0]);
        distances[1] = vec![None; 4];
        distances[2][3] = Some(f64::NAN);
        let mut found = order(&distances);
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2, 3]);
        assert_eq!(order(&[]), Vec::<usize>::new());
        assert_eq!(order(&line(&[1.0])), [0]);
    }
}
