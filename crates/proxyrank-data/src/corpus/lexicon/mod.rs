//! The words that the corpus is made of, and what the grammar must know about each.
//!
//! One text file holds them all, so that a reader can judge them without reading Rust. Words of one line share their
//! semantic class; their order is their rank, and ranks decide frequencies. Synonyms have one *sense*, which is the
//! first word of the group: two sentences mean the same when their senses and roles agree.

mod index;
mod inflect;
mod parse;

use std::collections::HashMap;
use std::sync::LazyLock;

use index::Index;

/// An index into [`Lexicon::nouns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NounId(pub(super) u16);

/// An index into [`Lexicon::verbs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VerbId(pub(super) u16);

/// An index into [`Lexicon::adjectives`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AdjectiveId(pub(super) u16);

/// One or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Number {
    /// One.
    Singular,
    /// Many.
    Plural,
}

/// What a pronoun agrees with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gender {
    /// She.
    Feminine,
    /// He.
    Masculine,
    /// It.
    Neuter,
}

/// A noun.
#[derive(Debug, Clone)]
pub struct Noun {
    /// `dog`.
    pub singular: &'static str,
    /// `dogs`.
    pub plural: &'static str,
    /// The first word of its synonyms, which names the concept.
    pub sense: &'static str,
    /// The sense of its hypernym; empty for the root.
    pub parent: &'static str,
}

/// What a verb needs beside its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frame {
    /// Nothing.
    Intransitive,
    /// A place to be in.
    Dwell,
    /// A place to go to.
    Motion,
    /// An object.
    Transitive,
    /// A theme and a recipient.
    Give,
    /// A clause.
    Say,
    /// A person and a clause.
    Tell,
    /// Another verb phrase after `to`.
    Want,
}

/// A verb with its forms.
#[derive(Debug, Clone)]
pub struct Verb {
    /// `take`.
    pub base: &'static str,
    /// `takes`.
    pub third: &'static str,
    /// `took`.
    pub past: &'static str,
    /// `taken`.
    pub participle: &'static str,
    /// `taking`.
    pub progressive: &'static str,
    /// What it needs.
    pub frame: Frame,
    /// Senses of nouns whose hyponyms can be its subject.
    pub subject: Vec<&'static str>,
    /// Senses of nouns whose hyponyms can be its object.
    pub object: Vec<&'static str>,
    /// The first word of its synonyms.
    pub sense: &'static str,
    /// The sense of its opposite.
    pub opposite: Option<&'static str>,
}

/// What an adjective is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdjectiveKind {
    /// Red.
    Colour,
    /// Small.
    Size,
    /// Old.
    Age,
    /// Wet.
    State,
    /// Wonderful: somebody's judgement.
    Quality,
    /// Glad.
    Mood,
    /// Hungry.
    Need,
}

/// Whether a word is pleasant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Polarity {
    /// Unpleasant.
    Negative,
    /// Neither.
    Neutral,
    /// Pleasant.
    Positive,
}

/// An adjective.
#[derive(Debug, Clone)]
pub struct Adjective {
    /// The word.
    pub word: &'static str,
    /// What it is about.
    pub kind: AdjectiveKind,
    /// Whether it is pleasant.
    pub polarity: Polarity,
    /// Senses of nouns whose hyponyms it can describe.
    pub of: Vec<&'static str>,
    /// The first word of its synonyms.
    pub sense: &'static str,
    /// The sense of its opposite.
    pub opposite: Option<&'static str>,
}

/// All words.
#[derive(Debug)]
pub struct Lexicon {
    /// Nouns, in the order of the file.
    pub nouns: Vec<Noun>,
    /// Verbs, in the order of the file. A verb with two frames stands twice.
    pub verbs: Vec<Verb>,
    /// Adjectives, in the order of the file. One that describes two classes in different lines stands twice.
    pub adjectives: Vec<Adjective>,
    /// Given names with their gender, in turns.
    pub names: Vec<(&'static str, Gender)>,
    lists: HashMap<&'static str, Vec<&'static str>>,
    words: Vec<&'static str>,
    noun_of_word: HashMap<&'static str, NounId>,
    members: HashMap<&'static str, Vec<NounId>>,
    index: Index,
}

static EMBEDDED: LazyLock<Lexicon> = LazyLock::new(|| {
    parse::parse(include_str!("lexicon.txt")).unwrap_or_else(|error| panic!("embedded lexicon: {error}"))
});

impl Lexicon {
    /// The lexicon that is part of the binary.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Every distinct word form, in the order of the file: the vocabulary without its special tokens.
    pub fn words(&self) -> &[&'static str] {
        &self.words
    }

    /// A list of words by the name of its lines, such as `intensifier` or `preposition place`; empty where there is none.
    pub fn list(&self, name: &str) -> &[&'static str] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// A noun by its number.
    pub fn noun(&self, id: NounId) -> &Noun {
        &self.nouns[usize::from(id.0)]
    }

    /// A verb by its number.
    pub fn verb(&self, id: VerbId) -> &Verb {
        &self.verbs[usize::from(id.0)]
    }

    /// An adjective by its number.
    pub fn adjective(&self, id: AdjectiveId) -> &Adjective {
        &self.adjectives[usize::from(id.0)]
    }

    /// The noun whose singular is this word.
    pub fn find_noun(&self, singular: &str) -> Option<NounId> {
        self.noun_of_word.get(singular).copied()
    }

    /// The first verb with this base form and frame.
    pub fn find_verb(&self, base: &str, frame: Frame) -> Option<VerbId> {
        (0_u16..).zip(&self.verbs).find(|(_, v)| v.base == base && v.frame == frame).map(|(i, _)| VerbId(i))
    }

    /// Whether a noun is a hyponym of one of some senses, or is of that sense itself.
    pub fn is_a(&self, noun: NounId, classes: &[&str]) -> bool {
        self.ancestors(noun).iter().any(|sense| classes.contains(sense))
    }

    /// The sense of a noun, then those of its hypernyms up to the root.
    pub fn ancestors(&self, noun: NounId) -> &[&'static str] {
        &self.index.ancestry[usize::from(noun.0)]
    }

    /// The nouns of a class that have no hyponyms of their own, commonest first.
    pub fn members(&self, class: &str) -> &[NounId] {
        self.members.get(class).map_or(&[], Vec::as_slice)
    }

    /// The adjectives that can describe a noun, commonest first.
    pub fn describing(&self, noun: NounId) -> &[AdjectiveId] {
        &self.index.describing[usize::from(noun.0)]
    }

    /// The verbs whose subject a noun can be, commonest first.
    pub fn doing(&self, noun: NounId) -> &[VerbId] {
        &self.index.doing[usize::from(noun.0)]
    }

    /// The transitive verbs whose object a noun can be, commonest first.
    pub fn undergoing(&self, noun: NounId) -> &[VerbId] {
        &self.index.undergoing[usize::from(noun.0)]
    }

    /// Works out what follows from the words.
    fn indexed(mut self) -> Self {
        self.index = Index::of(&self);
        for (id, noun) in (0_u16..).map(NounId).zip(&self.nouns) {
            if self.nouns.iter().any(|other| other.parent == noun.sense) {
                continue;
            }
            for class in &self.index.ancestry[usize::from(id.0)] {
                self.members.entry(class).or_default().push(id);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_embedded_lexicon_is_valid_and_small() {
        let lexicon = Lexicon::embedded();
        assert!(lexicon.words().len() + 5 <= 2000, "{} words", lexicon.words().len());
        let distinct: HashSet<_> = lexicon.words().iter().collect();
        assert_eq!(distinct.len(), lexicon.words().len());
    }

    #[test]
    fn hypernyms_lead_to_the_root() {
        let lexicon = Lexicon::embedded();
        let poodle = lexicon.find_noun("poodle").unwrap();
        assert_eq!(lexicon.ancestors(poodle), ["poodle", "dog", "animal", "thing"]);
        for i in 0..lexicon.nouns.len() {
            let id = NounId(u16::try_from(i).unwrap());
            assert_eq!(lexicon.ancestors(id).last(), Some(&"thing"), "{}", lexicon.noun(id).singular);
        }
        assert!(lexicon.is_a(poodle, &["person", "animal"]) && !lexicon.is_a(poodle, &["bird"]));
    }

    #[test]
    fn classes_and_opposites_exist() {
        let lexicon = Lexicon::embedded();
        for verb in &lexicon.verbs {
            for class in verb.subject.iter().chain(&verb.object) {
                assert!(lexicon.find_noun(class).is_some(), "{class} of {}", verb.base);
            }
            if let Some(opposite) = verb.opposite {
                assert!(lexicon.verbs.iter().any(|v| v.sense == opposite && v.opposite == Some(verb.sense)));
            }
        }
        for adjective in &lexicon.adjectives {
            for class in &adjective.of {
                assert!(lexicon.find_noun(class).is_some(), "{class} of {}", adjective.word);
            }
        }
    }
}
