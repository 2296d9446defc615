//! From numbers for heads and units to a sub-network of a size.

use serde::{Deserialize, Serialize};

use super::nothing;
use crate::space::{BlockShape, Masks, ModelSize};

/// A number for each head and unit of each layer; larger is worth more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// L x H.
    pub heads: Vec<Vec<f64>>,
    /// L x F.
    pub units: Vec<Vec<f64>>,
}

/// A head or unit: layer, whether it is a unit, and its place.
type Item = (usize, bool, usize);

impl Importance {
    /// The same divided by the parameters that a head or unit has.
    #[must_use]
    pub fn per_parameter(mut self, shape: BlockShape) -> Self {
        let (d, width) = (shape.hidden as f64, shape.head_width() as f64);
        let (head, unit) = (4.0 * d * width + 3.0 * width, 2.0 * d + 1.0);
        self.heads.iter_mut().flatten().for_each(|value| *value /= head);
        self.units.iter_mut().flatten().for_each(|value| *value /= unit);
        self
    }

    /// Leaves out the least important heads, and units too if they are `prunable`, until the encoder has at most a share of its parameters.
    /// Nothing if it cannot become as small.
    pub fn prune(&self, units_prunable: bool, size: &ModelSize, share: f64) -> Option<Masks> {
        let mut items = self.items(false);
        if units_prunable {
            items.extend(self.items(true));
        }
        self.sort(&mut items);
        let without = |count: usize| {
            let mut masks = Masks::full(size.shape);
            items[..count].iter().for_each(|&item| *cell(&mut masks, item) = false);
            masks
        };
        let fits = |count: usize| size.relative_encoder(&without(count)) <= share;
        fits(items.len()).then(|| without(least(items.len(), fits)))
    }

    /// Keeps the n most important heads and the m most important units that together lose the least importance at a size, over all n; m is as
    /// large as the size allows (algorithm 1 of Kwon et al. 2022, which counts operations instead of parameters). Nothing below a
    /// share of 0.
    pub fn keep_most(&self, size: &ModelSize, share: f64) -> Option<Masks> {
        let full = size.full().encoder_paper as f64;
        let [heads, units] = [false, true].map(|is_unit| {
            let mut items = self.items(is_unit);
            self.sort(&mut items);
            items.reverse();
            items
        });
        let top = |items: &[Item]| {
            let mut masks = nothing(size.shape);
            for &item in items {
                *cell(&mut masks, item) = true;
            }
            masks
        };
        let cost = |items: &[Item]| size.count(&top(items)).encoder_paper as f64;
        let lost = |items: &[Item]| items.iter().map(|&item| self.value(item)).sum::<f64>();
        let split = |n: usize| {
            let left = full * share - cost(&heads[..n]);
            // As many units as fit are all but the fewest that must go.
            let fits = |gone: usize| cost(&units[..units.len() - gone]) <= left;
            let gone = (left >= 0.0).then(|| least(units.len(), fits))?;
            let m = units.len() - gone;
            Some((lost(&heads[n..]) + lost(&units[m..]), n, m))
        };
        let best = (0..=heads.len()).filter_map(split).min_by(|one, other| one.0.total_cmp(&other.0));
        best.map(|(_, n, m)| top(&[&heads[..n], &units[..m]].concat()))
    }

    /// The most important ones of each layer, so many heads and units.
    pub fn best_of_layers(&self, heads: &[usize], units: &[usize]) -> Masks {
        let rows = |values: &[Vec<f64>], counts: &[usize]| {
            let row = |(values, &count): (&Vec<f64>, &usize)| {
                let mut order: Vec<usize> = (0..values.len()).collect();
                order.sort_by(|&one, &other| values[other].total_cmp(&values[one]));
                let mut kept = vec![false; values.len()];
                order.into_iter().take(count).for_each(|place| kept[place] = true);
                kept
            };
            values.iter().zip(counts).map(row).collect()
        };
        Masks { heads: rows(&self.heads, heads), units: rows(&self.units, units) }
    }

    fn items(&self, is_unit: bool) -> Vec<Item> {
        let rows = if is_unit { &self.units } else { &self.heads };
        let row = |(layer, row): (usize, &Vec<f64>)| (0..row.len()).map(move |place| (layer, is_unit, place));
        rows.iter().enumerate().flat_map(row).collect()
    }

    /// By rising importance; equal ones stay in order.
    fn sort(&self, items: &mut [Item]) {
        items.sort_by(|&one, &other| self.value(one).total_cmp(&self.value(other)));
    }

    fn value(&self, (layer, is_unit, place): Item) -> f64 {
        if is_unit { self.units[layer][place] } else { self.heads[layer][place] }
    }
}

/// The first layers, as many as a share of the encoder's parameters allows (Sajjad et al. 2023, arXiv 2004.03844: layers from the top are
/// missed least).
pub fn drop_top(size: &ModelSize, share: f64) -> Masks {
    let bottom = |dropped: usize| {
        let mut masks = Masks::full(size.shape);
        for layer in size.shape.layers - dropped..size.shape.layers {
            masks.heads[layer].fill(false);
            masks.units[layer].fill(false);
        }
        masks
    };
    bottom(least(size.shape.layers, |dropped| size.relative_encoder(&bottom(dropped)) <= share))
}

fn cell(masks: &mut Masks, (layer, is_unit, place): Item) -> &mut bool {
    if is_unit { &mut masks.units[layer][place] } else { &mut masks.heads[layer][place] }
}

/// The least number up to `most` for which something holds that goes on to hold, `most` if it is not known to.
fn least(most: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::super::kept_counts;
    use super::*;

    fn size(layers: usize) -> ModelSize {
        let shape = BlockShape { layers, heads: 3, hidden: 6, units: 4 };
        ModelSize { shape, vocabulary: 9, positions: 5, segments: 1, outputs: 2 }
    }

    /// Values without order or ties.
    fn importance(layers: usize) -> Importance {
        let value =
            |layer: usize, place: usize| ((7 * layer + 5 * place + 3) % 11) as f64 + 0.1 * place as f64;
        Importance {
            heads: (0..layers).map(|layer| (0..3).map(|place| value(layer, place)).collect()).collect(),
            units: (0..layers)
                .map(|layer| (0..4).map(|place| 0.5 * value(layer, place + 3)).collect())
                .collect(),
        }
    }

    fn lost(importance: &Importance, masks: &Masks) -> f64 {
        let rows = importance.heads.iter().zip(&masks.heads).chain(importance.units.iter().zip(&masks.units));
        rows.flat_map(|(values, kept)| values.iter().zip(kept))
            .filter(|(_, kept)| !**kept)
            .map(|(v, _)| v)
            .sum()
    }

    #[test]
    fn the_best_split_of_one_layer_is_the_best_of_all_masks() {
        // In one layer every head costs the same and every unit too, so that only their numbers matter.
        let (size, importance) = (size(1), importance(1));
        for percent in [0, 5, 20, 35, 50, 65, 80, 99, 100] {
            let share = f64::from(percent) / 100.0;
            let all = (0..1_u32 << 7).map(|bits| {
                let bit = |place: usize| bits >> place & 1 == 1;
                Masks { heads: vec![(0..3).map(bit).collect()], units: vec![(3..7).map(bit).collect()] }
            });
            let fitting = all.filter(|masks| size.relative_encoder(masks) <= share);
            let wanted = fitting.map(|masks| lost(&importance, &masks)).min_by(f64::total_cmp).unwrap();
            let found = importance.keep_most(&size, share).unwrap();
            assert!(size.relative_encoder(&found) <= share);
            assert!((lost(&importance, &found) - wanted).abs() < 1e-12, "{percent}: {found:?}");
        }
    }

    #[test]
    fn the_least_important_go_first_and_no_more_than_must() {
        let (size, importance) = (size(3), importance(3));
        for percent in [10, 40, 75, 90, 100] {
            let share = f64::from(percent) / 100.0;
            let masks = importance.prune(true, &size, share).unwrap();
            assert!(size.relative_encoder(&masks) <= share);
            let values = |kept: bool| {
                let rows = importance.heads.iter().zip(&masks.heads);
                let rows = rows.chain(importance.units.iter().zip(&masks.units));
                let cells = rows.flat_map(|(values, row)| values.iter().zip(row));
                cells.filter(move |(_, found)| **found == kept).map(|(value, _)| *value).collect::<Vec<f64>>()
            };
            let (kept, gone) = (values(true), values(false));
            let highest = gone.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert!(kept.iter().all(|value| *value >= highest));
            // One more would not fit.
            if let Some(item) = [false, true]
                .iter()
                .flat_map(|&is_unit| importance.items(is_unit))
                .find(|&item| importance.value(item).to_bits() == highest.to_bits())
            {
                let mut more = masks.clone();
                *cell(&mut more, item) = true;
                assert!(size.relative_encoder(&more) > share, "{percent}");
            }
        }
        let heads_alone = importance.prune(false, &size, 0.7).unwrap();
        assert!(heads_alone.units.iter().flatten().all(|kept| *kept));
        assert_eq!(importance.prune(false, &size, 0.2), None, "units are more than that");
        assert_eq!(importance.prune(true, &size, 0.0).map(|masks| kept_counts(&masks).1), Some(vec![0; 3]));
    }

    #[test]
    fn layers_are_dropped_from_the_top() {
        let size = size(4);
        let kept = |share: f64| kept_counts(&drop_top(&size, share)).0;
        assert_eq!(kept(1.0), [3, 3, 3, 3]);
        assert_eq!(kept(0.75), [3, 3, 3, 0]);
        assert_eq!(kept(0.7), [3, 3, 0, 0]);
        assert_eq!(kept(0.1), [0; 4]);
    }

    #[test]
    fn the_best_of_each_layer_are_kept() {
        let importance =
            Importance { heads: vec![vec![0.1, 0.3, 0.2]], units: vec![vec![4.0, 1.0, 2.0, 3.0]] };
        let masks = importance.best_of_layers(&[2], &[1]);
        assert_eq!((masks.kept_heads(0), masks.kept_units(0)), (vec![1, 2], vec![0]));
    }
}
