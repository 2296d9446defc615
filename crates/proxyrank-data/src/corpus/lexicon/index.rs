//! Which words go together, worked out once.

use super::{AdjectiveId, Frame, Lexicon, NounId, VerbId};

/// Answers to questions that are asked for every phrase.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// For each noun its sense and those of its hypernyms, up to the root.
    pub(super) ancestry: Vec<Vec<&'static str>>,
    /// For each noun the adjectives that can describe it.
    pub(super) describing: Vec<Vec<AdjectiveId>>,
    /// For each noun the verbs whose subject it can be.
    pub(super) doing: Vec<Vec<VerbId>>,
    /// For each noun the transitive verbs whose object it can be.
    pub(super) undergoing: Vec<Vec<VerbId>>,
}

impl Index {
    pub(super) fn of(lexicon: &Lexicon) -> Self {
        let ancestry: Vec<Vec<&'static str>> = (0_u16..)
            .zip(&lexicon.nouns)
            .map(|(id, _)| {
                let mut next = Some(NounId(id));
                std::iter::from_fn(|| {
                    let noun = lexicon.noun(next?);
                    next = lexicon.find_noun(noun.parent);
                    Some(noun.sense)
                })
                .collect()
            })
            .collect();
        let meets = |senses: &[&str], classes: &[&str]| senses.iter().any(|sense| classes.contains(sense));
        let verbs = |wanted: &dyn Fn(&super::Verb) -> bool| -> Vec<VerbId> {
            (0_u16..).zip(&lexicon.verbs).filter(|(_, verb)| wanted(verb)).map(|(id, _)| VerbId(id)).collect()
        };
        let adjectives = |senses: &[&str]| {
            let of = (0_u16..).zip(&lexicon.adjectives).filter(|(_, adjective)| meets(senses, &adjective.of));
            of.map(|(id, _)| AdjectiveId(id)).collect()
        };
        Self {
            describing: ancestry.iter().map(|senses| adjectives(senses)).collect(),
            doing: ancestry.iter().map(|senses| verbs(&|verb| meets(senses, &verb.subject))).collect(),
            undergoing: ancestry
                .iter()
                .map(|senses| verbs(&|verb| verb.frame == Frame::Transitive && meets(senses, &verb.object)))
                .collect(),
            ancestry,
        }
    }
}
