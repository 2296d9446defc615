//! Which networks a search sees, and which it is judged on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::random::Dice;

/// How a search is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Half of the networks choose, the other half judges.
    Honest,
    /// The first fifty entries choose and judge, as released.
    Released,
}

impl Protocol {
    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Released => "released",
        }
    }
}

/// Networks that the released search looks at.
pub const RELEASED: usize = 50;

/// Two sets of networks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Those that choose.
    pub training: Vec<usize>,
    /// Those that judge.
    pub held_out: Vec<usize>,
}

/// Splits networks.
///
/// `groups` has equal numbers for entries that are one network: they stay together, or the held-out half would know
/// answers. `cells` has equal numbers for equal depth and width, and every cell is halved as evenly as its groups allow. In
/// the released protocol the held-out half is everything but the first fifty.
pub fn split(protocol: Protocol, groups: &[u32], cells: &[u32], seed: u64) -> Split {
    let all = 0..groups.len();
    if protocol == Protocol::Released {
        let (training, held_out) = all.partition(|&index| index < RELEASED);
        return Split { training, held_out };
    }
    let mut dice = Dice::new(seed, 0);
    let mut by_cell: BTreeMap<u32, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
    for index in all {
        by_cell.entry(cells[index]).or_default().entry(groups[index]).or_default().push(index);
    }
    let (mut training, mut held_out) = (Vec::new(), Vec::new());
    for groups in by_cell.into_values() {
        let groups: Vec<Vec<usize>> = groups.into_values().collect();
        let (mut ours, mut theirs) = (0, 0);
        for index in dice.order(groups.len()) {
            let group = &groups[index];
            let first = if ours == theirs { dice.chance(50) } else { ours < theirs };
            if first {
                ours += group.len();
                training.extend(group);
            } else {
                theirs += group.len();
                held_out.extend(group);
            }
        }
    }
    training.sort_unstable();
    held_out.sort_unstable();
    Split { training, held_out }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn groups_stay_together_and_cells_are_halved() {
        let groups: Vec<u32> = (0..200).map(|index| index / 3 * 7 % 60).collect();
        let cells: Vec<u32> = groups.iter().map(|group| group % 4).collect();
        let Split { training, held_out } = split(Protocol::Honest, &groups, &cells, 3);
        let of = |set: &[usize]| set.iter().map(|&index| groups[index]).collect::<BTreeSet<u32>>();
        assert!(of(&training).is_disjoint(&of(&held_out)));
        assert_eq!(training.len() + held_out.len(), 200);
        for cell in 0..4 {
            let count = |set: &[usize]| set.iter().filter(|&&index| cells[index] == cell).count();
            assert!(count(&training).abs_diff(count(&held_out)) <= 6);
        }
        assert_eq!(split(Protocol::Honest, &groups, &cells, 3).training, training);
        assert_ne!(split(Protocol::Honest, &groups, &cells, 4).training, training);
        assert_eq!(split(Protocol::Released, &groups, &cells, 3).training, (0..50).collect::<Vec<_>>());
    }
}
