//! Judgements, some of them turned round.
//!
//! A word such as `wonderful` says little by itself: it can be denied (`was not`), denied at a distance (`nobody said
//! that`), outweighed (`but`, `although`), or describe somebody who is not judged. What counts is the main clause, and of two
//! joined by `but` the second.

use super::{Example, Label};
use crate::corpus::grammar::compose::Composer;
use crate::corpus::grammar::realise::words;
use crate::corpus::grammar::tree::{
    Body, Clause, Complement, Described, Modifier, Negation, NounPhrase, Predicate, Sentence, Tense,
};
use crate::corpus::lexicon::{AdjectiveId, AdjectiveKind, Frame, Lexicon, NounId, Number, Polarity};

pub(super) fn example(composer: &mut Composer, pleasant: bool) -> Example {
    loop {
        let sentence = Sentence { front: Vec::new(), body: body(composer) };
        if judge(&sentence) == pleasant {
            return Example {
                first: words(&sentence),
                second: None,
                label: Label::Class(u8::from(pleasant)),
            };
        }
    }
}

fn body(composer: &mut Composer) -> Body {
    let first = judgement(composer);
    if composer.draw.chance(62) {
        return Body::Clause(first);
    }
    let want = !is_pleasant(&first);
    let second = loop {
        let clause = judgement(composer);
        if is_pleasant(&clause) == want {
            break clause;
        }
    };
    if composer.draw.chance(50) {
        Body::Joined(first, "but", second)
    } else {
        let first_first = composer.draw.chance(50);
        Body::Dependent { subordinator: "although", main: first, dependent: second, first: first_first }
    }
}

/// One clause that judges one thing.
fn judgement(composer: &mut Composer) -> Clause {
    let lexicon = composer.lexicon;
    let class = composer.draw.of(["performance", "performance", "story", "dish", "building", "drink"]);
    let noun = composer.draw.common(lexicon.members(class)).unwrap_or(NounId(0));
    let mut subject =
        NounPhrase::common(composer.draw.of(["the", "the", "this", "that"]), noun, Number::Singular);
    if let (NounPhrase::Common(common), true) = (&mut subject, composer.draw.chance(30)) {
        common.modifier = onlooker(composer, noun).map(Box::new);
    }
    let quality = quality(composer, noun);
    let tense = composer.draw.of([Tense::Past, Tense::Past, Tense::Present]);
    let mut clause = Clause::new(subject, tense, Predicate::Adjective(quality));
    clause.negation = composer.negation(26);
    if !composer.draw.chance(20) {
        return clause;
    }
    let (frame, verb) = (Frame::Say, composer.draw.of(["say", "think", "believe"]));
    let Some(verb) = lexicon.find_verb(verb, frame) else { return clause };
    let speaker = match composer.draw.below(5) {
        0 | 1 => NounPhrase::Indefinite("nobody"),
        2 => NounPhrase::Indefinite("everyone"),
        _ => NounPhrase::Name(composer.name()),
    };
    let is_nobody = speaker == NounPhrase::Indefinite("nobody");
    let said = Predicate::Verb(verb, Complement::Clause(None, Box::new(clause)));
    let mut outer = Clause::new(speaker, Tense::Past, said);
    if !is_nobody && composer.draw.chance(25) {
        outer.negation = Negation::Not;
    }
    outer
}

/// `that the happy woman remembered`: somebody whose mood says nothing about the thing.
fn onlooker(composer: &mut Composer, thing: NounId) -> Option<Modifier> {
    let lexicon = composer.lexicon;
    let person = composer.draw.common(lexicon.members("person"))?;
    let moods: Vec<AdjectiveId> = lexicon.describing(person).to_vec();
    let mood = loop {
        let mood = composer.draw.any(&moods)?;
        if lexicon.adjective(mood).polarity != Polarity::Neutral {
            break mood;
        }
    };
    let undergone = lexicon.undergoing(thing).iter().copied();
    let verb = undergone.filter(|id| ["remember", "visit", "see", "want"].contains(&lexicon.verb(*id).sense));
    let verbs: Vec<_> = verb.filter(|id| lexicon.verb(*id).subject.contains(&"person")).collect();
    let verb = composer.draw.any(&verbs)?;
    let mut who = NounPhrase::the(person, Number::Singular);
    if let NounPhrase::Common(common) = &mut who {
        common.adjectives.push(Described::plain(mood));
    }
    Some(Modifier::Relative("that", Clause::new(who, Tense::Past, Predicate::Verb(verb, Complement::Gap))))
}

fn quality(composer: &mut Composer, noun: NounId) -> Described {
    let lexicon = composer.lexicon;
    let judges = |id: &AdjectiveId| lexicon.adjective(*id).kind == AdjectiveKind::Quality;
    let choices: Vec<AdjectiveId> = lexicon.describing(noun).iter().copied().filter(judges).collect();
    let intensifier =
        if composer.draw.chance(30) { composer.draw.common(lexicon.list("intensifier")) } else { None };
    Described { intensifier, adjective: composer.draw.any(&choices).unwrap_or(AdjectiveId(0)) }
}

/// Whether a sentence ends up pleasant.
fn judge(sentence: &Sentence) -> bool {
    match &sentence.body {
        Body::Joined(_, _, clause)
        | Body::Dependent { main: clause, .. }
        | Body::Clause(clause)
        | Body::Who(clause) => is_pleasant(clause),
        Body::Where(..) => false,
    }
}

fn is_pleasant(clause: &Clause) -> bool {
    let inner = match &clause.predicate {
        Predicate::Adjective(described) => {
            Lexicon::embedded().adjective(described.adjective).polarity == Polarity::Positive
        }
        Predicate::Verb(_, Complement::Clause(_, inner)) => is_pleasant(inner),
        _ => false,
    };
    let nobody = clause.subject == Some(NounPhrase::Indefinite("nobody"));
    inner ^ (clause.negation != Negation::None) ^ nobody
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::tasks::{Split, Task};

    /// Judges by words alone: the part that counts, its last adjective, and how many words deny it.
    fn judge_words(text: &str) -> bool {
        let part = if let Some((_, after)) = text.split_once(", but ") {
            after
        } else if let Some(rest) = text.strip_prefix("although ") {
            rest.split_once(" , ").unwrap().1
        } else {
            text.split(" although ").next().unwrap()
        };
        let denials = part.split(' ').filter(|word| ["not", "never", "nobody"].contains(word)).count();
        let lexicon = Lexicon::embedded();
        let polarity = |word: &str| {
            let known =
                lexicon.adjectives.iter().find(|a| a.word == word && a.kind == AdjectiveKind::Quality)?;
            (known.polarity != Polarity::Neutral).then_some(known.polarity == Polarity::Positive)
        };
        let last = part.split(' ').filter_map(polarity).next_back().unwrap();
        last ^ (denials % 2 == 1)
    }

    #[test]
    fn words_give_the_same_judgement_as_trees() {
        for example in Task::Sentiment.examples(Split::Train, 0, 600) {
            let text = example.first.join(" ");
            assert_eq!(example.label, Label::Class(u8::from(judge_words(&text))), "{text}");
            assert!(crate::corpus::grammar::recognise::is_grammatical(&example.first), "{text}");
        }
    }
}
