//! From a syntax tree to words: agreement, case, tense, negation, `a` or `an`.

use super::tree::{
    Body, Clause, Common, Complement, Described, Determiner, End, Modifier, Negation, NounPhrase, Predicate,
    Pronoun, Sentence, Tense, Word,
};
use crate::corpus::lexicon::{Gender, Lexicon, Number, Verb};

/// Words before which `a` becomes `an` although no vowel letter says so, and the reverse.
const VOWEL_SOUND: [&str; 1] = ["honest"];
const CONSONANT_SOUND: [&str; 3] = ["useful", "useless", "one"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Nominative,
    Accusative,
    Possessive,
}

/// The words of a sentence with its full stop or question mark, in lower case.
pub(crate) fn words(sentence: &Sentence) -> Vec<Word> {
    let mut out = Realiser { lexicon: Lexicon::embedded(), words: sentence.front.clone() };
    let end = match &sentence.body {
        Body::Clause(clause) => {
            out.clause(clause, Number::Singular);
            "."
        }
        Body::Joined(first, conjunction, second) => {
            out.clause(first, Number::Singular);
            if *conjunction != "and" {
                out.words.push(",");
            }
            out.words.push(conjunction);
            out.clause(second, Number::Singular);
            "."
        }
        Body::Dependent { subordinator, main, dependent, first } => {
            if *first {
                out.words.push(subordinator);
                out.clause(dependent, Number::Singular);
                out.words.push(",");
                out.clause(main, Number::Singular);
            } else {
                out.clause(main, Number::Singular);
                out.words.push(subordinator);
                out.clause(dependent, Number::Singular);
            }
            "."
        }
        Body::Who(clause) => {
            out.words.push("who");
            out.clause(clause, Number::Singular);
            "?"
        }
        Body::Where(tense, subject) => {
            out.words.extend(["where", be(*tense, subject.number())]);
            out.noun_phrase(subject, Case::Nominative);
            "?"
        }
    };
    out.words.push(end);
    choose_articles(&mut out.words);
    out.words
}

fn choose_articles(words: &mut [Word]) {
    for place in 1..words.len() {
        if words[place - 1] == "a" && sounds_like_a_vowel(words[place]) {
            words[place - 1] = "an";
        }
    }
}

/// Whether `an` stands before this word.
fn sounds_like_a_vowel(word: &str) -> bool {
    VOWEL_SOUND.contains(&word)
        || (word.starts_with(['a', 'e', 'i', 'o', 'u']) && !CONSONANT_SOUND.contains(&word))
}

/// The finite form of `be` in the past or the present.
fn be(tense: Tense, number: Number) -> Word {
    match (tense, number) {
        (Tense::Present, Number::Singular) => "is",
        (Tense::Present, Number::Plural) => "are",
        (_, Number::Singular) => "was",
        (_, Number::Plural) => "were",
    }
}

fn have(number: Number) -> Word {
    if number == Number::Singular { "has" } else { "have" }
}

struct Realiser {
    lexicon: &'static Lexicon,
    words: Vec<Word>,
}

impl Realiser {
    /// `head` is the number of the head of a relative clause, which the verb agrees with where there is no subject.
    fn clause(&mut self, clause: &Clause, head: Number) {
        if let Some(subject) = &clause.subject {
            self.noun_phrase(subject, Case::Nominative);
        }
        let number = clause.subject.as_ref().map_or(head, NounPhrase::number);
        self.predicate(clause, number);
        for end in &clause.ends {
            match end {
                End::Place(preposition, place) => self.prepositional(preposition, place),
                End::Words(words) => self.words.extend(words),
            }
        }
    }

    fn predicate(&mut self, clause: &Clause, number: Number) {
        match &clause.predicate {
            Predicate::Verb(verb, complement) => {
                let verb = self.lexicon.verb(*verb);
                self.verb(verb, clause.tense, clause.negation, number);
                self.complement(complement);
            }
            Predicate::Passive(verb, recipient, agent) => {
                self.copula(clause.tense, clause.negation, number, true);
                self.words.push(self.lexicon.verb(*verb).participle);
                for (preposition, phrase) in [("to", recipient), ("by", agent)] {
                    if let Some(phrase) = phrase {
                        self.prepositional(preposition, phrase);
                    }
                }
            }
            Predicate::Adjective(described) => {
                self.copula(clause.tense, clause.negation, number, false);
                self.described(*described);
            }
            Predicate::Noun(phrase) => {
                self.copula(clause.tense, clause.negation, number, false);
                self.noun_phrase(phrase, Case::Accusative);
            }
            Predicate::Place(preposition, place) => {
                self.copula(clause.tense, clause.negation, number, false);
                self.prepositional(preposition, place);
            }
        }
    }

    fn copula(&mut self, tense: Tense, negation: Negation, number: Number, passive: bool) {
        let (finite, rest) = match tense {
            Tense::Future => ("will", Some("be")),
            Tense::Perfect => (have(number), Some("been")),
            Tense::Progressive if passive => (be(Tense::Past, number), Some("being")),
            _ => (be(tense, number), None),
        };
        self.words.push(finite);
        self.negation(negation);
        self.words.extend(rest);
    }

    fn negation(&mut self, negation: Negation) {
        self.words.extend(match negation {
            Negation::None => None,
            Negation::Not => Some("not"),
            Negation::Never => Some("never"),
        });
    }

    fn verb(&mut self, verb: &Verb, tense: Tense, negation: Negation, number: Number) {
        let finite = match (tense, number) {
            (Tense::Past, _) => verb.past,
            (_, Number::Singular) => verb.third,
            (_, Number::Plural) => verb.base,
        };
        let (auxiliary, form) = match (tense, negation) {
            (Tense::Future, _) => (Some("will"), verb.base),
            (Tense::Perfect, _) => (Some(have(number)), verb.participle),
            (Tense::Progressive, _) => (Some(be(Tense::Past, number)), verb.progressive),
            (Tense::Past, Negation::Not) => (Some("did"), verb.base),
            (Tense::Present, Negation::Not) if number == Number::Singular => (Some("does"), verb.base),
            (Tense::Present, Negation::Not) => (Some("do"), verb.base),
            (Tense::Past | Tense::Present, _) => (None, finite),
        };
        self.words.extend(auxiliary);
        self.negation(negation);
        self.words.push(form);
    }

    fn complement(&mut self, complement: &Complement) {
        match complement {
            Complement::None | Complement::Gap => {}
            Complement::Object(object) => self.noun_phrase(object, Case::Accusative),
            Complement::ToRecipient(theme, recipient) => {
                self.noun_phrase(theme, Case::Accusative);
                self.prepositional("to", recipient);
            }
            Complement::Double(recipient, theme) => {
                self.noun_phrase(recipient, Case::Accusative);
                self.noun_phrase(theme, Case::Accusative);
            }
            Complement::Place(preposition, place) => self.prepositional(preposition, place),
            Complement::Clause(person, clause) => {
                if let Some(person) = person {
                    self.noun_phrase(person, Case::Accusative);
                }
                self.words.push("that");
                self.clause(clause, Number::Singular);
            }
            Complement::Infinitive(verb, rest) => {
                self.words.extend(["to", self.lexicon.verb(*verb).base]);
                self.complement(rest);
            }
        }
    }

    fn prepositional(&mut self, preposition: Word, phrase: &NounPhrase) {
        self.words.push(preposition);
        self.noun_phrase(phrase, Case::Accusative);
    }

    fn described(&mut self, described: Described) {
        self.words.extend(described.intensifier);
        self.words.push(self.lexicon.adjective(described.adjective).word);
    }

    fn noun_phrase(&mut self, phrase: &NounPhrase, case: Case) {
        match phrase {
            NounPhrase::Name(name) => self.words.push(name),
            NounPhrase::Indefinite(word) => self.words.push(word),
            NounPhrase::Pronoun(pronoun) => self.words.push(pronoun_form(*pronoun, case)),
            NounPhrase::Common(common) => self.common(common),
            NounPhrase::Pair(first, second) => {
                self.noun_phrase(first, case);
                self.words.push("and");
                self.noun_phrase(second, case);
            }
        }
    }

    fn common(&mut self, common: &Common) {
        match &common.determiner {
            Determiner::Bare => {}
            Determiner::Word(word) => self.words.push(word),
            Determiner::Own(pronoun) => self.words.push(pronoun_form(*pronoun, Case::Possessive)),
            Determiner::Genitive(name) => self.words.extend([name, "'", "s"]),
        }
        for described in &common.adjectives {
            self.described(*described);
        }
        let noun = self.lexicon.noun(common.noun);
        self.words.push(if common.number == Number::Singular { noun.singular } else { noun.plural });
        match common.modifier.as_deref() {
            None => {}
            Some(Modifier::Place(preposition, place)) => self.prepositional(preposition, place),
            Some(Modifier::Relative(marker, clause)) => {
                self.words.push(marker);
                self.clause(clause, common.number);
            }
        }
    }
}

fn pronoun_form(pronoun: Pronoun, case: Case) -> Word {
    let forms = match pronoun {
        Pronoun::One(Gender::Feminine) => ["she", "her", "her"],
        Pronoun::One(Gender::Masculine) => ["he", "him", "his"],
        Pronoun::One(Gender::Neuter) => ["it", "it", "its"],
        Pronoun::They => ["they", "them", "their"],
    };
    forms[match case {
        Case::Nominative => 0,
        Case::Accusative => 1,
        Case::Possessive => 2,
    }]
}
