//! Sentences about an event, and ways to rewrite them: those that keep the meaning, and those that do not.

use super::meaning::meaning;
use crate::corpus::grammar::compose::{Composer, passive, within};
use crate::corpus::grammar::tree::{
    Body, Clause, Common, Complement, Described, Determiner, End, Negation, NounPhrase, Predicate, Sentence,
    Tense,
};
use crate::corpus::lexicon::{AdjectiveId, Frame, Lexicon, NounId, Number, VerbId};

/// A clause in the active voice about people, animals or things, each named or known.
pub(super) fn event(composer: &mut Composer) -> Clause {
    loop {
        let gives = composer.draw.chance(30);
        let Some(verb) = composer.verb(if gives { Frame::Give } else { Frame::Transitive }) else { continue };
        let entry = composer.lexicon.verb(verb);
        let people = entry.subject.contains(&"person")
            && entry.object.iter().any(|class| ["person", "thing"].contains(class));
        // Two people can change roles, so sentences about two are wanted more than any others.
        if !gives && !people && composer.draw.chance(60) {
            continue;
        }
        let subject = entity(composer, if people { &["person"] } else { &entry.subject });
        let object = entity(composer, if people { &["person"] } else { &entry.object });
        let complement = if gives {
            let recipient = entity(composer, &["person"]);
            let (theme, recipient) = (Box::new(object), Box::new(recipient));
            if composer.draw.chance(50) {
                Complement::ToRecipient(theme, recipient)
            } else {
                Complement::Double(recipient, theme)
            }
        } else {
            Complement::Object(Box::new(object))
        };
        let tense = composer.draw.of([Tense::Past, Tense::Past, Tense::Past, Tense::Present, Tense::Perfect]);
        let mut clause = Clause::new(subject, tense, Predicate::Verb(verb, complement));
        if composer.draw.chance(15) {
            clause.negation = Negation::Not;
        }
        if composer.draw.chance(30) {
            let place = composer.noun(&["place"]);
            clause
                .ends
                .push(End::Place(within(composer.lexicon, place), NounPhrase::the(place, Number::Singular)));
        }
        if tense == Tense::Past && composer.draw.chance(35) {
            clause.ends.push(End::Words(vec![composer.draw.of(["yesterday", "recently"])]));
        }
        return clause;
    }
}

fn entity(composer: &mut Composer, classes: &[&'static str]) -> NounPhrase {
    if classes.contains(&"person") && composer.draw.chance(30) {
        return NounPhrase::Name(composer.name());
    }
    let class = composer.draw.any(classes).unwrap_or("thing");
    let noun = composer.draw.common(composer.lexicon.members(class)).unwrap_or(NounId(0));
    let number = composer.number();
    let mut adjectives = Vec::new();
    if composer.draw.chance(45) {
        adjectives.extend(composer.adjective(noun).map(Described::plain));
    }
    NounPhrase::Common(Common {
        determiner: Determiner::Word("the"),
        number,
        adjectives,
        noun,
        modifier: None,
    })
}

/// Other words and another order for the same meaning.
pub(super) fn reword(composer: &mut Composer, mut clause: Clause) -> Sentence {
    let lexicon = composer.lexicon;
    each_noun(&mut clause, &mut |common| {
        if composer.draw.chance(70) {
            common.noun = synonym(composer, lexicon, common.noun);
        }
        for described in &mut common.adjectives {
            let adjective = lexicon.adjective(described.adjective);
            let same: Vec<AdjectiveId> = lexicon
                .describing(common.noun)
                .iter()
                .copied()
                .filter(|id| lexicon.adjective(*id).sense == adjective.sense)
                .collect();
            described.adjective = composer.draw.any(&same).unwrap_or(described.adjective);
        }
    });
    if let Predicate::Verb(verb, complement) = &mut clause.predicate {
        let same = verbs_like(lexicon, *verb, |other, this| other.sense == this.sense);
        *verb = composer.draw.any(&same).unwrap_or(*verb);
        if composer.draw.chance(40) {
            *complement = match std::mem::replace(complement, Complement::None) {
                Complement::ToRecipient(theme, recipient) => Complement::Double(recipient, theme),
                Complement::Double(recipient, theme) => Complement::ToRecipient(theme, recipient),
                other => other,
            };
        }
    }
    if composer.draw.chance(45) {
        clause = passive(lexicon, clause);
    }
    let mut front = Vec::new();
    if composer.draw.chance(45)
        && let Some(End::Words(words)) = clause.ends.pop_if(|end| matches!(end, End::Words(_)))
    {
        front = words;
    }
    Sentence { front, body: Body::Clause(clause) }
}

/// The same event with one thing changed that matters; `None` where chance chose a change that cannot be made.
pub(super) fn alter(composer: &mut Composer, clause: &Clause) -> Option<Clause> {
    let mut changed = clause.clone();
    match composer.draw.below(12) {
        0..6 => exchange_roles(composer, &mut changed),
        6 => {
            changed.negation =
                if changed.negation == Negation::None { Negation::Not } else { Negation::None };
        }
        7 | 8 => change_noun(composer, &mut changed),
        9 => change_adjective(composer, &mut changed),
        10 => change_verb(composer, &mut changed),
        _ => move_adjective(&mut changed),
    }
    let sentence = |clause: Clause| clause.alone();
    (meaning(&sentence(changed.clone())) != meaning(&sentence(clause.clone()))).then_some(changed)
}

fn is_person(phrase: &NounPhrase) -> bool {
    match phrase {
        NounPhrase::Name(_) => true,
        NounPhrase::Common(common) => Lexicon::embedded().is_a(common.noun, &["person"]),
        _ => false,
    }
}

/// The agent becomes the one whom it is done to.
fn exchange_roles(composer: &Composer, clause: &mut Clause) {
    let Predicate::Verb(verb, complement) = &mut clause.predicate else { return };
    let Some(subject) = &mut clause.subject else { return };
    let person_too = composer.lexicon.verb(*verb).subject.contains(&"person");
    let (Complement::Object(other) | Complement::ToRecipient(_, other) | Complement::Double(other, _)) =
        complement
    else {
        return;
    };
    if person_too && is_person(other) && is_person(subject) {
        std::mem::swap(subject, other);
    }
}

fn change_noun(composer: &mut Composer, clause: &mut Clause) {
    let lexicon = composer.lexicon;
    let mut nouns = 0;
    each_noun(clause, &mut |_| nouns += 1);
    let chosen = composer.draw.below(nouns);
    let mut place = 0;
    each_noun(clause, &mut |common| {
        if place == chosen {
            let sisters = lexicon.members(lexicon.noun(common.noun).parent);
            common.noun = composer.draw.any(sisters).unwrap_or(common.noun);
            common.adjectives.retain(|d| lexicon.describing(common.noun).contains(&d.adjective));
        }
        place += 1;
    });
}

fn change_adjective(composer: &mut Composer, clause: &mut Clause) {
    each_noun(clause, &mut |common| {
        if !common.adjectives.is_empty() {
            common.adjectives = composer.adjective(common.noun).map(Described::plain).into_iter().collect();
        }
    });
}

fn change_verb(composer: &mut Composer, clause: &mut Clause) {
    if let Predicate::Verb(verb, _) = &mut clause.predicate {
        let alike = verbs_like(composer.lexicon, *verb, |other, this| {
            other.frame == this.frame && other.subject == this.subject && other.object == this.object
        });
        *verb = composer.draw.any(&alike).unwrap_or(*verb);
    }
}

/// An adjective goes from one noun to the next that it can describe.
fn move_adjective(clause: &mut Clause) {
    let lexicon = Lexicon::embedded();
    let mut moving = None;
    each_noun(clause, &mut |common| match moving {
        None => moving = common.adjectives.pop(),
        Some(described)
            if common.adjectives.is_empty()
                && lexicon.describing(common.noun).contains(&described.adjective) =>
        {
            common.adjectives.push(described);
        }
        Some(_) => {}
    });
}

fn synonym(composer: &mut Composer, lexicon: &Lexicon, noun: NounId) -> NounId {
    let known = lexicon.noun(noun);
    let like = (0_u16..).zip(&lexicon.nouns).filter(|(_, other)| other.sense == known.sense);
    let like: Vec<NounId> = like.map(|(id, _)| NounId(id)).collect();
    composer.draw.any(&like).unwrap_or(noun)
}

fn verbs_like(
    lexicon: &Lexicon,
    verb: VerbId,
    like: impl Fn(&crate::corpus::lexicon::Verb, &crate::corpus::lexicon::Verb) -> bool,
) -> Vec<VerbId> {
    let this = lexicon.verb(verb);
    let found =
        (0_u16..).zip(&lexicon.verbs).filter(|(_, other)| other.frame == this.frame && like(other, this));
    found.map(|(id, _)| VerbId(id)).collect()
}

/// Visits the nouns of a clause: subject, objects, places.
fn each_noun(clause: &mut Clause, visit: &mut impl FnMut(&mut Common)) {
    let mut phrases: Vec<&mut NounPhrase> = clause.subject.iter_mut().collect();
    if let Predicate::Verb(_, complement) = &mut clause.predicate {
        match complement {
            Complement::Object(object) => phrases.push(object),
            Complement::ToRecipient(one, other) | Complement::Double(one, other) => {
                phrases.extend([&mut **one, &mut **other]);
            }
            _ => {}
        }
    }
    phrases.extend(clause.ends.iter_mut().filter_map(|end| match end {
        End::Place(_, place) => Some(place),
        End::Words(_) => None,
    }));
    for phrase in phrases {
        if let NounPhrase::Common(common) = phrase {
            visit(common);
        }
    }
}
