//! How much alike two sentences are in meaning, from 0 to 5.
//!
//! The score is computed from the two meanings, never from words: 5 less what differs. Rewording costs nothing, so few
//! shared words can mean 5; an exchange of roles or a denial keeps nearly all words and costs much.

use super::edit::{alter, event, reword};
use super::meaning::{Entity, Event, Meaning, Role, meaning};
use super::{Example, Label};
use crate::corpus::grammar::compose::Composer;
use crate::corpus::grammar::realise::words;
use crate::corpus::lexicon::Lexicon;

/// The best score, in fifths.
const FULL: u8 = 25;

pub(super) fn example(composer: &mut Composer) -> Example {
    loop {
        let clause = event(composer);
        let mut other = clause.clone();
        if composer.draw.chance(15) {
            other = event(composer);
        } else {
            for _ in 0..composer.draw.below(5) {
                other = alter(composer, &other).unwrap_or(other);
            }
        }
        let (first, second) = (reword(composer, clause), reword(composer, other));
        let (one, two) = (words(&first), words(&second));
        if one != two {
            let fifths = similarity(&meaning(&first), &meaning(&second));
            return Example { first: one, second: Some(two), label: Label::Score(f32::from(fifths) / 5.0) };
        }
    }
}

/// Similarity in fifths, 0 to 25.
fn similarity(one: &Meaning, other: &Meaning) -> u8 {
    let cost: u8 = match (one.events.first(), other.events.first()) {
        (Some(one), Some(other)) => cost(one, other),
        _ => FULL,
    };
    FULL.saturating_sub(cost)
}

fn cost(one: &Event, other: &Event) -> u8 {
    let lexicon = Lexicon::embedded();
    let are_opposites = lexicon.verbs.iter().any(|v| v.sense == one.verb && v.opposite == Some(other.verb));
    let verb = if one.verb == other.verb {
        0
    } else if are_opposites {
        10
    } else {
        7
    };
    let roles = [(Role::Agent, 7), (Role::Theme, 7), (Role::Recipient, 7), (Role::Place, 2)];
    let roles: u8 = roles
        .into_iter()
        .map(|(role, full)| differs(one.roles.get(&role), other.roles.get(&role), full))
        .sum();
    let rest = u8::from(one.tense != other.tense) + u8::from(one.adverbials != other.adverbials);
    verb + roles + rest + if one.denied == other.denied { 0 } else { 8 }
}

/// What a difference in one role costs; `full` where nothing is shared.
fn differs(one: Option<&Entity>, other: Option<&Entity>, full: u8) -> u8 {
    match (one, other) {
        (None, None) => 0,
        (Some(one), Some(other)) if one == other => 0,
        (Some(one), Some(other)) if one.head == other.head => full / 3,
        (Some(one), Some(other)) if one.kind == other.kind && !one.kind.is_empty() => full / 2,
        _ => full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::random::Draw;
    use crate::corpus::tasks::{Split, Task};

    #[test]
    fn rewording_costs_nothing_and_the_order_of_the_pair_does_not_matter() {
        for number in 0..300 {
            let mut composer = Composer::new(Draw::new([8; 16], 0, number), false);
            let clause = event(&mut composer);
            let first = meaning(&clause.clone().alone());
            assert_eq!(similarity(&first, &meaning(&reword(&mut composer, clause))), FULL);
            let other = meaning(&event(&mut composer).alone());
            assert_eq!(similarity(&first, &other), similarity(&other, &first));
        }
    }

    #[test]
    fn scores_use_the_whole_scale() {
        let scores: Vec<f32> = Task::Similarity
            .examples(Split::Dev, 0, 400)
            .into_iter()
            .map(|example| match example.label {
                Label::Score(score) => score,
                Label::Class(_) => panic!("similarity has no classes"),
            })
            .collect();
        assert!(scores.iter().all(|score| (0.0..=5.0).contains(score)));
        for unit in 0_u8..5 {
            let unit = f32::from(unit);
            let count = scores.iter().filter(|score| **score >= unit && **score < unit + 1.01).count();
            assert!(count > 20, "{count} between {unit} and {}", unit + 1.0);
        }
    }
}
