//! Says sentences about a world, and keeps track of whom a pronoun would mean.

use super::world::{World, noun, verb};
use crate::corpus::grammar::compose::{Composer, within};
use crate::corpus::grammar::tree::{
    Body, Clause, Common, Complement, Described, Determiner, Modifier, Negation, NounPhrase, Predicate,
    Pronoun, Sentence, Tense, Word,
};
use crate::corpus::lexicon::{AdjectiveId, AdjectiveKind, Frame, Gender, NounId, Number, Polarity, VerbId};

/// Tells of a world.
pub(super) struct Narrator {
    pub(super) composer: Composer,
    pub(super) world: World,
    pub(super) sentences: Vec<Sentence>,
    /// How many people the reader knows; the first ones of the world.
    pub(super) known: usize,
    /// The person whom a pronoun at the beginning of the next sentence would mean.
    focus: Option<usize>,
    /// People of the sentence that is being made, its subject first.
    mentioned: Vec<usize>,
}

impl Narrator {
    pub(super) fn new(mut composer: Composer) -> Self {
        composer.names = false;
        let world = World::new(&mut composer);
        Self { composer, world, sentences: Vec::new(), known: 2, focus: None, mentioned: Vec::new() }
    }

    /// Adds a sentence, sometimes after a word such as `later`.
    pub(super) fn say(&mut self, body: Body) {
        let front = match self.composer.draw.below(100) {
            0..7 => self.composer.draw.common(self.composer.lexicon.list("sequence")).into_iter().collect(),
            7..10 => vec!["in", "the", self.composer.draw.of(["morning", "evening", "night"])],
            _ => Vec::new(),
        };
        self.say_after(front, body);
    }

    /// Adds a sentence after some words.
    pub(super) fn say_after(&mut self, front: Vec<Word>, body: Body) {
        self.sentences.push(Sentence { front, body });
        let people = std::mem::take(&mut self.mentioned);
        self.focus = people.first().copied().filter(|subject| {
            let rival = |other: &usize| other != subject && self.gender(*other) == self.gender(*subject);
            !people.iter().any(rival)
        });
    }

    /// Adds a sentence of one clause.
    pub(super) fn state(&mut self, clause: Clause) {
        self.say(Body::Clause(clause));
    }

    pub(super) fn gender(&self, person: usize) -> Gender {
        self.world.people[person].gender
    }

    /// A person as the subject of a sentence: a pronoun where it is clear, a name, or an occupation.
    pub(super) fn subject(&mut self, person: usize) -> NounPhrase {
        let clear = self.focus == Some(person) && self.mentioned.is_empty();
        if clear && self.composer.draw.chance(80) {
            self.mentioned.push(person);
            return NounPhrase::Pronoun(self.world.people[person].pronoun());
        }
        self.person(person)
    }

    /// A person by name or occupation; a pronoun where the same sentence has named them and nobody else could be meant.
    pub(super) fn person(&mut self, person: usize) -> NounPhrase {
        let again = self.mentioned.contains(&person);
        let rival = |other: &usize| *other != person && self.gender(*other) == self.gender(person);
        let unclear = self.mentioned.iter().any(rival);
        self.mentioned.push(person);
        let known = &self.world.people[person];
        if again && !unclear {
            NounPhrase::Pronoun(known.pronoun())
        } else if self.composer.draw.chance(80) {
            NounPhrase::Name(known.name)
        } else {
            let mut phrase = common("the", known.job.noun);
            let by_character = self.composer.draw.chance(30);
            if by_character {
                phrase.adjectives.push(Described::plain(known.character));
            } else if self.composer.draw.chance(30) {
                let home = NounPhrase::the(known.home, Number::Singular);
                let live = Predicate::Verb(
                    verb(&self.composer, "live", Frame::Dwell),
                    Complement::Place(within(self.composer.lexicon, known.home), Box::new(home)),
                );
                let clause =
                    Clause { subject: None, ..Clause::new(NounPhrase::Name(""), Tense::Present, live) };
                phrase.modifier = Some(Box::new(Modifier::Relative("who", clause)));
            }
            NounPhrase::Common(phrase)
        }
    }

    /// A thing: by its colour, by its owner, or by how its owner got it.
    pub(super) fn item(&mut self, item: usize) -> NounPhrase {
        let known = self.world.items[item].clone();
        let mut phrase = common("the", known.noun);
        let owner = &self.world.people[known.owner];
        match (self.composer.draw.below(10), known.giver) {
            (0, Some(giver)) => {
                let to = Complement::Place("to", Box::new(NounPhrase::Name(owner.name)));
                let gave = Predicate::Verb(verb(&self.composer, "give", Frame::Give), to);
                let clause = Clause::new(NounPhrase::Name(self.world.people[giver].name), Tense::Past, gave);
                self.mentioned.extend([giver, known.owner]);
                phrase.modifier = Some(Box::new(Modifier::Relative("that", clause)));
            }
            (1..4, _) if self.mentioned.first() == Some(&known.owner) && !self.has_rival(known.owner) => {
                phrase.determiner = Determiner::Own(owner.pronoun());
            }
            (1..3, _) => {
                phrase.determiner = Determiner::Genitive(owner.name);
                self.mentioned.push(known.owner);
            }
            _ => phrase.adjectives.push(Described::plain(known.colour)),
        }
        NounPhrase::Common(phrase)
    }

    /// Whether a pronoun for a person could mean somebody else of the same sentence.
    fn has_rival(&self, person: usize) -> bool {
        self.mentioned.iter().any(|other| *other != person && self.gender(*other) == self.gender(person))
    }

    pub(super) fn somebody(&mut self) -> usize {
        match self.focus {
            Some(person) if self.composer.draw.chance(45) => person,
            _ => self.composer.draw.below(self.known),
        }
    }

    pub(super) fn somebody_else(&mut self, than: usize) -> usize {
        let others = self.known - 1;
        let other = self.composer.draw.below(others);
        if other >= than { other + 1 } else { other }
    }

    pub(super) fn verb(&self, base: &str, frame: Frame) -> VerbId {
        verb(&self.composer, base, frame)
    }

    pub(super) fn noun(&self, word: &str) -> NounId {
        noun(&self.composer, word)
    }

    /// A clause that says how somebody feels.
    pub(super) fn feels(&mut self, person: NounPhrase, polarity: Polarity, tense: Tense) -> Clause {
        let lexicon = self.composer.lexicon;
        let fits = |id: &AdjectiveId| {
            let adjective = lexicon.adjective(*id);
            adjective.kind == AdjectiveKind::Mood && adjective.polarity == polarity
        };
        let moods: Vec<AdjectiveId> =
            lexicon.describing(self.noun("person")).iter().copied().filter(fits).collect();
        let mood = self.composer.draw.common(&moods).unwrap_or(AdjectiveId(0));
        let intensifier = if self.composer.draw.chance(20) {
            self.composer.draw.common(lexicon.list("intensifier"))
        } else {
            None
        };
        Clause::new(person, tense, Predicate::Adjective(Described { intensifier, adjective: mood }))
    }

    /// A quality that a thing can have, pleasant or not.
    pub(super) fn quality(&mut self, of: NounId, polarity: Polarity) -> Described {
        let lexicon = self.composer.lexicon;
        let fits = |id: &AdjectiveId| {
            let adjective = lexicon.adjective(*id);
            adjective.kind == AdjectiveKind::Quality && adjective.polarity == polarity
        };
        let choices: Vec<AdjectiveId> = lexicon.describing(of).iter().copied().filter(fits).collect();
        let intensifier = if self.composer.draw.chance(25) {
            self.composer.draw.common(lexicon.list("intensifier"))
        } else {
            None
        };
        Described { intensifier, adjective: self.composer.draw.common(&choices).unwrap_or(AdjectiveId(0)) }
    }
}

/// A singular noun after a word.
pub(super) fn common(determiner: Word, noun: NounId) -> Common {
    Common {
        determiner: Determiner::Word(determiner),
        number: Number::Singular,
        adjectives: Vec::new(),
        noun,
        modifier: None,
    }
}

/// `it`.
pub(super) fn it() -> NounPhrase {
    NounPhrase::Pronoun(Pronoun::One(Gender::Neuter))
}

/// The same clause, denied.
pub(super) fn not(clause: Clause) -> Clause {
    Clause { negation: Negation::Not, ..clause }
}
