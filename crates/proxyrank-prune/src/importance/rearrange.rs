//! Exchanges inside a layer.

use super::Sensitivities;
use crate::space::Masks;

/// Exchanges kept and pruned heads of each layer, and units, where the loss of the second-order approximation becomes less; how many each
/// layer keeps stays the same (greedy rearrangement of Kwon et al. 2022).
///
/// With the derivatives g of an example by the masks, the approximation is half the mean over examples of the squared sum of g over what is
/// pruned: what stands in for each other counts once, unlike in the diagonal. Begins with the given masks; every one of the kept, by rising
/// diagonal, is offered for pruning, and the one of all pruned ones comes back without which the sum is the least.
#[must_use]
pub fn rearrange(masks: &Masks, sensitivities: &Sensitivities) -> Masks {
    let of = |rows: &[Vec<bool>], of_heads: bool| {
        let row = |(layer, row): (usize, &Vec<bool>)| {
            exchange(row, &columns(&sensitivities.of_layer(layer, of_heads), row.len()))
        };
        rows.iter().enumerate().map(row).collect()
    };
    Masks { heads: of(&masks.heads, true), units: of(&masks.units, false) }
}

/// Column by column, (places, N).
fn columns(rows: &[&[f32]], places: usize) -> Vec<Vec<f32>> {
    (0..places).map(|place| rows.iter().map(|row| row[place]).collect()).collect()
}

fn dot(one: &[f64], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * f64::from(*b)).sum()
}

fn square(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value).powi(2)).sum()
}

fn exchange(kept: &[bool], columns: &[Vec<f32>]) -> Vec<bool> {
    let mut kept = kept.to_vec();
    if kept.iter().all(|kept| *kept) {
        return kept;
    }
    let squares: Vec<f64> = columns.iter().map(|column| square(column)).collect();
    let mut sum = vec![0.0; columns.first().map_or(0, Vec::len)];
    let add = |sum: &mut [f64], column: &[f32], sign: f64| {
        sum.iter_mut().zip(column).for_each(|(sum, &value)| *sum += sign * f64::from(value));
    };
    for (place, column) in columns.iter().enumerate() {
        if !kept[place] {
            add(&mut sum, column, 1.0);
        }
    }
    let mut offered: Vec<usize> = (0..kept.len()).filter(|&place| kept[place]).collect();
    offered.sort_by(|&one, &other| squares[one].total_cmp(&squares[other]));
    for place in offered {
        kept[place] = false;
        add(&mut sum, &columns[place], 1.0);
        // |s - g|² = |s|² - 2 s g + |g|².
        let rest = |place: usize| squares[place] - 2.0 * dot(&sum, &columns[place]);
        let pruned = (0..kept.len()).filter(|&place| !kept[place]);
        let back = pruned.map(|place| (rest(place), place)).min_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((_, back)) = back {
            kept[back] = true;
            add(&mut sum, &columns[back], -1.0);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::random::{Purpose, stream};

    fn loss(kept: &[bool], columns: &[Vec<f32>]) -> f64 {
        let examples = columns[0].len();
        let of = |example: usize| {
            let pruned = columns.iter().zip(kept).filter(|(_, kept)| !**kept);
            pruned.map(|(column, _)| f64::from(column[example])).sum::<f64>().powi(2)
        };
        (0..examples).map(of).sum()
    }

    #[test]
    fn what_cancels_out_is_pruned_together() {
        // By the diagonal the last two are the least important, but they add up; the first cancels one of them out.
        let columns = [vec![-2.1, 0.0], vec![3.0, 3.0], vec![2.0, 0.0], vec![2.0, 0.5]];
        assert_eq!(exchange(&[true, true, false, false], &columns), [false, true, false, true]);
    }

    #[test]
    fn it_never_becomes_worse_and_keeps_as_many() {
        let mut rng = stream(4, Purpose::Search, 0);
        for _ in 0..40 {
            let columns: Vec<Vec<f32>> =
                (0..9).map(|_| (0..5).map(|_| rng.random::<f32>() - 0.5).collect()).collect();
            let kept: Vec<bool> = (0..9).map(|_| rng.random::<bool>()).collect();
            let found = exchange(&kept, &columns);
            let count = |kept: &[bool]| kept.iter().filter(|kept| **kept).count();
            assert_eq!(count(&found), count(&kept));
            assert!(loss(&found, &columns) <= loss(&kept, &columns) + 1e-9);
        }
    }
}
