//! What a sentence says, whatever its words: who does what to whom.
//!
//! Voice, the order of recipient and theme, the place of adverbials, the order of clauses and the choice among synonyms all
//! vanish here, so two sentences are paraphrases exactly if their meanings are equal.

use std::collections::{BTreeMap, BTreeSet};

use crate::corpus::grammar::tree::{
    Body, Clause, Common, Complement, Determiner, End, Negation, NounPhrase, Predicate, Sentence, Tense, Word,
};
use crate::corpus::lexicon::{Lexicon, Number};

/// What somebody or something is to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Agent,
    Theme,
    Recipient,
    Place,
}

/// Somebody or something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entity {
    /// A name, or the sense of a noun.
    pub(super) head: Word,
    /// The sense of the hypernym; empty for a name.
    pub(super) kind: Word,
    /// Determiner, number, senses of adjectives.
    pub(super) details: BTreeSet<Word>,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) verb: Word,
    pub(super) roles: BTreeMap<Role, Entity>,
    pub(super) denied: bool,
    pub(super) tense: u8,
    pub(super) adverbials: BTreeSet<Word>,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    /// How two clauses are joined; empty for one.
    pub(super) relation: Word,
    /// One clause or two; where the order of two does not matter they are sorted.
    pub(super) events: Vec<Event>,
}

/// The meaning of a sentence of clauses with verbs.
pub(super) fn meaning(sentence: &Sentence) -> Meaning {
    let (relation, mut events) = match &sentence.body {
        Body::Clause(clause) | Body::Who(clause) => ("", vec![event(clause)]),
        Body::Joined(first, conjunction, second) => (*conjunction, vec![event(first), event(second)]),
        Body::Dependent { subordinator, main, dependent, .. } => {
            (*subordinator, vec![event(main), event(dependent)])
        }
        Body::Where(..) => ("where", Vec::new()),
    };
    if relation == "and" {
        events.sort();
    } else if let Some(event) = events.first_mut() {
        // What stands in front belongs to the main clause.
        event.adverbials.extend(&sentence.front);
    }
    Meaning { relation, events }
}

fn event(clause: &Clause) -> Event {
    let lexicon = Lexicon::embedded();
    let mut roles = BTreeMap::new();
    let mut put = |role, phrase: Option<&NounPhrase>| {
        if let Some(phrase) = phrase {
            roles.insert(role, entity(phrase));
        }
    };
    let verb = match &clause.predicate {
        Predicate::Verb(verb, complement) => {
            put(Role::Agent, clause.subject.as_ref());
            match complement {
                Complement::Object(theme) => put(Role::Theme, Some(theme)),
                Complement::ToRecipient(theme, recipient) | Complement::Double(recipient, theme) => {
                    put(Role::Theme, Some(theme));
                    put(Role::Recipient, Some(recipient));
                }
                _ => {}
            }
            lexicon.verb(*verb).sense
        }
        Predicate::Passive(verb, recipient, agent) => {
            put(Role::Theme, clause.subject.as_ref());
            put(Role::Recipient, recipient.as_deref());
            put(Role::Agent, agent.as_deref());
            lexicon.verb(*verb).sense
        }
        _ => "be",
    };
    let mut adverbials = BTreeSet::new();
    for end in &clause.ends {
        match end {
            End::Place(_, place) => put(Role::Place, Some(place)),
            End::Words(words) => adverbials.extend(words),
        }
    }
    let tense = match clause.tense {
        Tense::Past => 0,
        Tense::Present => 1,
        Tense::Future => 2,
        Tense::Perfect => 3,
        Tense::Progressive => 4,
    };
    Event { verb, roles, denied: clause.negation != Negation::None, tense, adverbials }
}

fn entity(phrase: &NounPhrase) -> Entity {
    let lexicon = Lexicon::embedded();
    match phrase {
        NounPhrase::Name(name) => Entity { head: name, kind: "", details: BTreeSet::new() },
        NounPhrase::Common(Common { determiner, number, adjectives, noun, .. }) => {
            let adjectives = adjectives.iter().map(|described| lexicon.adjective(described.adjective).sense);
            let mut details: BTreeSet<Word> = adjectives.collect();
            details.insert(match determiner {
                Determiner::Word(word) | Determiner::Genitive(word) => word,
                Determiner::Bare | Determiner::Own(_) => "",
            });
            if *number == Number::Plural {
                details.insert("plural");
            }
            let noun = lexicon.noun(*noun);
            Entity { head: noun.sense, kind: noun.parent, details }
        }
        NounPhrase::Indefinite(word) => Entity { head: word, kind: "", details: BTreeSet::new() },
        NounPhrase::Pronoun(_) | NounPhrase::Pair(..) => {
            Entity { head: "", kind: "", details: BTreeSet::new() }
        }
    }
}
