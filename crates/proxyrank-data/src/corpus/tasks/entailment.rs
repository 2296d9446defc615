//! Whether a sentence follows from another, is excluded by it, or neither.
//!
//! Both say of all, of some, of none or of one that they do something. What follows is decided by monotonicity (van Benthem
//! 1986): `some` lets the noun and the verb phrase grow wider, `every` lets the noun grow narrower and the verb phrase wider,
//! denial turns directions. So a hypernym in the second sentence is right under one quantifier and wrong under another.
//! Nouns of both sentences are taken to have members.
//!
//! The label and the form of the second sentence are chosen first, independently, so the second sentence alone tells nothing.

use super::{Example, Label};
use crate::corpus::grammar::compose::Composer;
use crate::corpus::grammar::realise::words;
use crate::corpus::grammar::tree::{
    Clause, Common, Complement, Described, Determiner, Negation, NounPhrase, Predicate, Tense, Word,
};
use crate::corpus::lexicon::{AdjectiveId, Frame, Lexicon, NounId, Number, VerbId};

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    All,
    Some,
    /// A person by name.
    One(Word),
}

/// A noun, perhaps with an adjective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    noun: NounId,
    adjective: Option<AdjectiveId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// A verb without an object.
    Do(VerbId),
    /// A verb and `a` something.
    DoTo(VerbId, Kind),
    /// An adjective.
    Be(AdjectiveId),
}

/// A sentence: all, some or one of a kind do something, or do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Statement {
    quantity: Quantity,
    kind: Kind,
    deed: Deed,
    denied: bool,
}

/// Classes in the order of their labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Entails,
    Neutral,
    Contradicts,
}

pub(super) fn example(composer: &mut Composer, class: u8) -> Example {
    let wanted = match class {
        0 => Relation::Entails,
        1 => Relation::Neutral,
        _ => Relation::Contradicts,
    };
    let form = (composer.draw.below(3), composer.draw.chance(50));
    loop {
        let premise = premise(composer);
        for _ in 0..8 {
            let hypothesis = hypothesis(composer, premise, form);
            if premise != hypothesis && relation(&premise, &hypothesis) == wanted {
                let [first, second] = [premise, hypothesis].map(|s| words(&clause(composer, &s).alone()));
                return Example { first, second: Some(second), label: Label::Class(class) };
            }
        }
    }
}

fn premise(composer: &mut Composer) -> Statement {
    let lexicon = composer.lexicon;
    let class = composer.draw.of(["person", "person", "animal"]);
    let noun = composer.noun(&[class]);
    let name = composer.name();
    let quantity = match composer.draw.below(if class == "person" { 3 } else { 2 }) {
        0 => Quantity::All,
        1 => Quantity::Some,
        _ => Quantity::One(name),
    };
    let noun = if matches!(quantity, Quantity::One(_)) { person(lexicon) } else { noun };
    let adjective = if quantity != Quantity::One(name) && composer.draw.chance(40) {
        composer.adjective(noun)
    } else {
        None
    };
    let deed = loop {
        if composer.draw.chance(25)
            && let Some(adjective) = composer.adjective(noun)
        {
            break Deed::Be(adjective);
        }
        let Some(verb) = composer.draw.any(lexicon.doing(noun)) else { continue };
        match lexicon.verb(verb).frame {
            Frame::Intransitive => break Deed::Do(verb),
            Frame::Transitive => {
                let object = composer.noun(&lexicon.verb(verb).object.clone());
                let adjective = if composer.draw.chance(40) { composer.adjective(object) } else { None };
                break Deed::DoTo(verb, Kind { noun: object, adjective });
            }
            _ => {}
        }
    };
    let kind = plain_if_judged(Kind { noun, adjective }, deed);
    Statement { quantity, kind, deed, denied: composer.draw.chance(40) }
}

fn person(lexicon: &Lexicon) -> NounId {
    lexicon.find_noun("person").unwrap_or(NounId(0))
}

/// A kind without its adjective where the deed is an adjective: that clean dogs are clean, or dirty, is no question.
fn plain_if_judged(kind: Kind, deed: Deed) -> Kind {
    let adjective = kind.adjective.filter(|_| !matches!(deed, Deed::Be(_)));
    Kind { adjective, ..kind }
}

/// The premise with its words made wider or narrower, in a form chosen beforehand.
fn hypothesis(composer: &mut Composer, premise: Statement, form: (usize, bool)) -> Statement {
    let lexicon = composer.lexicon;
    let mut kind = changed(composer, premise.kind);
    let quantity = match (form.0, premise.quantity) {
        (0, _) => Quantity::All,
        (1, _) => Quantity::Some,
        (_, Quantity::One(name)) => Quantity::One(name),
        _ => Quantity::One(composer.name()),
    };
    if matches!(quantity, Quantity::One(_)) {
        kind = Kind { noun: person(lexicon), adjective: None };
    }
    let deed = match premise.deed {
        Deed::DoTo(verb, object) if composer.draw.chance(70) => Deed::DoTo(verb, changed(composer, object)),
        Deed::Be(adjective) if composer.draw.chance(50) => {
            let choices = lexicon.describing(kind.noun);
            let opposite = lexicon.adjective(adjective).opposite;
            let opposite = choices.iter().copied().find(|id| Some(lexicon.adjective(*id).sense) == opposite);
            Deed::Be(opposite.or_else(|| composer.draw.any(choices)).unwrap_or(adjective))
        }
        deed => deed,
    };
    Statement { quantity, kind: plain_if_judged(kind, deed), deed, denied: form.1 }
}

/// A wider or narrower kind, or the same, or another.
fn changed(composer: &mut Composer, kind: Kind) -> Kind {
    let lexicon = composer.lexicon;
    let noun = match composer.draw.below(10) {
        0..3 => lexicon
            .find_noun(lexicon.noun(kind.noun).parent)
            .filter(|up| !lexicon.noun(*up).parent.is_empty()),
        3..5 => composer.draw.any(lexicon.members(lexicon.noun(kind.noun).sense)),
        5 if composer.draw.chance(30) => composer.draw.any(lexicon.members(lexicon.noun(kind.noun).parent)),
        _ => None,
    };
    let noun = noun.unwrap_or(kind.noun);
    let adjective = match (kind.adjective, composer.draw.below(10)) {
        (Some(_), 0..4) => None,
        (None, 0..3) => composer.adjective(noun),
        (kept, _) => kept,
    };
    Kind { noun, adjective }
}

fn clause(composer: &mut Composer, statement: &Statement) -> Clause {
    let subject = |determiner, number| NounPhrase::Common(common(determiner, number, statement.kind));
    let (subject, negation) = match (statement.quantity, statement.denied) {
        (Quantity::All, false) if composer.draw.chance(50) => {
            (subject("all", Number::Plural), Negation::None)
        }
        (Quantity::All, false) => (subject("every", Number::Singular), Negation::None),
        (Quantity::All, true) => (subject("no", Number::Singular), Negation::None),
        (Quantity::Some, denied) => {
            (subject("some", Number::Plural), if denied { Negation::Not } else { Negation::None })
        }
        (Quantity::One(name), denied) => {
            (NounPhrase::Name(name), if denied { Negation::Not } else { Negation::None })
        }
    };
    let predicate = match statement.deed {
        Deed::Do(verb) => Predicate::Verb(verb, Complement::None),
        Deed::DoTo(verb, kind) => {
            Predicate::transitive(verb, NounPhrase::Common(common("a", Number::Singular, kind)))
        }
        Deed::Be(adjective) => Predicate::Adjective(Described::plain(adjective)),
    };
    Clause { negation, ..Clause::new(subject, Tense::Past, predicate) }
}

fn common(determiner: Word, number: Number, kind: Kind) -> Common {
    Common {
        determiner: Determiner::Word(determiner),
        number,
        adjectives: kind.adjective.map(Described::plain).into_iter().collect(),
        noun: kind.noun,
        modifier: None,
    }
}

/// Whether everything of the first kind is of the second.
fn within(one: Kind, other: Kind) -> bool {
    let lexicon = Lexicon::embedded();
    let sense = |id: AdjectiveId| lexicon.adjective(id).sense;
    let adjective = other.adjective.is_none_or(|wanted| one.adjective.map(sense) == Some(sense(wanted)));
    adjective && lexicon.is_a(one.noun, &[lexicon.noun(other.noun).sense])
}

/// Whether whoever does the first does the second.
fn implies(one: Deed, other: Deed) -> bool {
    let lexicon = Lexicon::embedded();
    let same = |a: VerbId, b: VerbId| lexicon.verb(a).sense == lexicon.verb(b).sense;
    match (one, other) {
        (Deed::Do(a), Deed::Do(b)) => same(a, b),
        (Deed::DoTo(a, x), Deed::DoTo(b, y)) => same(a, b) && within(x, y),
        (Deed::Be(a), Deed::Be(b)) => lexicon.adjective(a).sense == lexicon.adjective(b).sense,
        _ => false,
    }
}

/// Whether nobody can do both.
fn excludes(one: Deed, other: Deed) -> bool {
    let lexicon = Lexicon::embedded();
    match (one, other) {
        (Deed::Be(a), Deed::Be(b)) => lexicon.adjective(a).opposite == Some(lexicon.adjective(b).sense),
        _ => false,
    }
}

/// `implies` between deeds that may be denied.
fn literal_implies((one, denied): (Deed, bool), (other, other_denied): (Deed, bool)) -> bool {
    match (denied, other_denied) {
        (false, false) => implies(one, other),
        (true, true) => implies(other, one),
        (false, true) => excludes(one, other),
        (true, false) => false,
    }
}

fn entails(premise: &Statement, hypothesis: &Statement) -> bool {
    let deed = literal_implies((premise.deed, premise.denied), (hypothesis.deed, hypothesis.denied));
    let narrower = within(hypothesis.kind, premise.kind);
    let wider = within(premise.kind, hypothesis.kind);
    deed && match (premise.quantity, hypothesis.quantity) {
        (Quantity::All, Quantity::All | Quantity::One(_)) => narrower,
        (Quantity::All, Quantity::Some) => narrower || wider,
        (Quantity::Some | Quantity::One(_), Quantity::Some) => wider,
        (Quantity::One(one), Quantity::One(other)) => one == other,
        (Quantity::Some | Quantity::One(_), Quantity::All) | (Quantity::Some, Quantity::One(_)) => false,
    }
}

/// The statement that is true exactly where this one is not.
fn denial(statement: &Statement) -> Statement {
    let quantity = match statement.quantity {
        Quantity::All => Quantity::Some,
        Quantity::Some => Quantity::All,
        one @ Quantity::One(_) => one,
    };
    Statement { quantity, denied: !statement.denied, ..*statement }
}

fn relation(premise: &Statement, hypothesis: &Statement) -> Relation {
    if entails(premise, hypothesis) {
        Relation::Entails
    } else if entails(premise, &denial(hypothesis)) {
        Relation::Contradicts
    } else {
        Relation::Neutral
    }
}

#[cfg(test)]
mod tests;
