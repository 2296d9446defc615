//! Studies of decoders: of the networks for which LPZero released its scores.
//!
//! They take what is stored, be it all networks or a sample, and say how many there are: to run all of them takes hours.

mod released;
mod token_law;

use proxyrank_schema::Reading;

pub(super) use released::write as released;
pub(super) use token_law::write as token_law;

use crate::rank::{ScoreColumn, Slot};

/// The one reading that decoders have.
const READING: Reading = Reading::Declared;

/// Scores of two columns on the networks that have both, with a column that holds these networks alone.
struct Shared {
    one: Vec<f64>,
    other: Vec<f64>,
    places: Vec<usize>,
}

impl Shared {
    fn of(one: &ScoreColumn, other: &ScoreColumn) -> Self {
        let mut shared = Self { one: Vec::new(), other: Vec::new(), places: Vec::new() };
        for (place, (one, other)) in one.slots.iter().zip(&other.slots).enumerate() {
            if let (Some(one), Some(other)) = (one.score(), other.score()) {
                shared.one.push(one);
                shared.other.push(other);
                shared.places.push(place);
            }
        }
        shared
    }

    /// A column without its other networks.
    fn only(&self, column: &ScoreColumn) -> ScoreColumn {
        let mut only = column.clone();
        only.slots = vec![Slot::Absent; column.slots.len()];
        for &place in &self.places {
            only.slots[place] = column.slots[place];
        }
        only
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rank::Origin;
    use proxyrank_schema::{CostClass, Direction, Params, Protocol};

    #[test]
    fn only_networks_with_both_scores_are_shared() {
        let column = |slots: &[Slot]| ScoreColumn {
            proxy: "snip".into(),
            version: 1,
            params: Params::none(),
            protocol: Protocol::none(),
            label: "snip".to_owned(),
            direction: Direction::HigherIsBetter,
            class: CostClass::Gradient,
            slots: slots.to_vec(),
            wall_ns: None,
            timed_twice: None,
            origin: Origin::Results,
            audit: None,
        };
        let one = column(&[Slot::Score(1.0), Slot::Absent, Slot::Score(3.0), Slot::Failed]);
        let other = column(&[Slot::Score(5.0), Slot::Score(6.0), Slot::Score(7.0), Slot::Score(8.0)]);
        let shared = Shared::of(&one, &other);
        assert_eq!((shared.one.as_slice(), shared.other.as_slice()), (&[1.0, 3.0][..], &[5.0, 7.0][..]));
        let only = shared.only(&other);
        assert_eq!(only.slots, [Slot::Score(5.0), Slot::Absent, Slot::Score(7.0), Slot::Absent]);
    }
}
