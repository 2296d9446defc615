//! Random clauses that make sense: subjects can do what they do, and objects can undergo it.

use super::tree::{
    Clause, Common, Complement, Described, Determiner, End, Modifier, Negation, NounPhrase, Predicate,
    Pronoun, Tense, Word,
};
use crate::corpus::lexicon::{
    AdjectiveId, AdjectiveKind, Frame, Gender, Lexicon, NounId, Number, Verb, VerbId,
};
use crate::corpus::random::Draw;

/// States last, so they have no progressive form.
const STATES: [&str; 17] = [
    "have",
    "like",
    "love",
    "want",
    "need",
    "remember",
    "hate",
    "forget",
    "trust",
    "fear",
    "know",
    "think",
    "believe",
    "understand",
    "hear",
    "see",
    "live",
];
/// Nobody says that something was had.
const NO_PASSIVE: [&str; 3] = ["have", "want", "need"];
const SINGULAR_DETERMINERS: [Word; 12] =
    ["the", "the", "the", "the", "the", "a", "a", "a", "this", "that", "every", "another"];
const PLURAL_DETERMINERS: [Word; 16] = [
    "the", "the", "the", "the", "the", "some", "some", "these", "those", "many", "several", "two", "three",
    "most", "all", "few",
];

/// Makes random phrases and clauses.
pub(crate) struct Composer {
    pub(crate) lexicon: &'static Lexicon,
    pub(crate) draw: Draw,
    /// Whether persons may be pronouns, which only a sentence without context can afford.
    pub(crate) pronouns: bool,
    /// Whether persons may have names; in a document a name belongs to somebody of whom things are known.
    pub(crate) names: bool,
}

impl Composer {
    pub(crate) fn new(draw: Draw, pronouns: bool) -> Self {
        Self { lexicon: Lexicon::embedded(), draw, pronouns, names: true }
    }

    /// A noun of one of some classes; now and then its hypernym instead.
    pub(crate) fn noun(&mut self, classes: &[&'static str]) -> NounId {
        let lexicon = self.lexicon;
        let class = self.draw.any(classes).unwrap_or("thing");
        let noun = self.draw.common(lexicon.members(class)).unwrap_or(NounId(0));
        let parent = lexicon.find_noun(lexicon.noun(noun).parent);
        let general = parent
            .filter(|parent| lexicon.is_a(*parent, &[class]) && lexicon.noun(*parent).parent != "thing");
        if self.draw.chance(12) { general.unwrap_or(noun) } else { noun }
    }

    /// A preposition for being somewhere.
    fn whereabouts(&mut self, place: NounId) -> Word {
        if self.draw.chance(35) { self.draw.of(["near", "behind"]) } else { within(self.lexicon, place) }
    }

    /// A given name.
    pub(crate) fn name(&mut self) -> Word {
        self.draw.common(&self.lexicon.names).map_or("anna", |name| name.0)
    }

    pub(crate) fn number(&mut self) -> Number {
        if self.draw.chance(65) { Number::Singular } else { Number::Plural }
    }

    /// An adjective that can describe a noun.
    pub(crate) fn adjective(&mut self, noun: NounId) -> Option<AdjectiveId> {
        let choices = self.lexicon.describing(noun);
        if self.draw.chance(50) { self.draw.common(choices) } else { self.draw.any(choices) }
    }

    /// An adjective, sometimes with an intensifier.
    pub(crate) fn described(&mut self, noun: NounId) -> Option<Described> {
        let adjective = self.adjective(noun)?;
        let fixed = self.lexicon.adjective(adjective).kind == AdjectiveKind::Colour;
        let intensifier = if !fixed && self.draw.chance(15) {
            self.draw.common(self.lexicon.list("intensifier"))
        } else {
            None
        };
        Some(Described { intensifier, adjective })
    }

    /// A phrase of some class. `depth` is how many more clauses or phrases may nest in it.
    pub(crate) fn phrase(&mut self, classes: &[&'static str], depth: u8) -> NounPhrase {
        if depth > 0 && self.draw.chance(7) {
            let first = self.simple(classes, 0);
            let second = self.simple(classes, 0);
            if first != second && !is_pronoun(&first) && !is_pronoun(&second) {
                return NounPhrase::Pair(Box::new(first), Box::new(second));
            }
        }
        self.simple(classes, depth)
    }

    fn simple(&mut self, classes: &[&'static str], depth: u8) -> NounPhrase {
        if classes.contains(&"person") {
            if self.names && self.draw.chance(25) {
                return NounPhrase::Name(self.name());
            }
            if self.pronouns && self.draw.chance(15) {
                return NounPhrase::Pronoun(self.draw.of([
                    Pronoun::One(Gender::Feminine),
                    Pronoun::One(Gender::Masculine),
                    Pronoun::They,
                ]));
            }
        }
        let noun = self.noun(classes);
        let number = self.number();
        NounPhrase::Common(self.common(noun, number, depth))
    }

    /// A noun with determiner, perhaps adjectives, perhaps a modifier.
    pub(crate) fn common(&mut self, noun: NounId, number: Number, depth: u8) -> Common {
        let determiner = if self.names && self.draw.chance(6) {
            Determiner::Genitive(self.name())
        } else if number == Number::Singular {
            Determiner::Word(self.draw.of(SINGULAR_DETERMINERS))
        } else if self.draw.chance(12) {
            Determiner::Bare
        } else {
            Determiner::Word(self.draw.of(PLURAL_DETERMINERS))
        };
        let mut adjectives = Vec::new();
        if self.draw.chance(35) {
            adjectives.extend(self.described(noun));
        }
        let modifier =
            if depth > 0 && self.draw.chance(40) { self.modifier(noun, number, depth - 1) } else { None };
        Common { determiner, number, adjectives, noun, modifier: modifier.map(Box::new) }
    }

    fn modifier(&mut self, noun: NounId, number: Number, depth: u8) -> Option<Modifier> {
        let is_person = self.lexicon.is_a(noun, &["person"]);
        let marker = if is_person { self.draw.of(["who", "that"]) } else { "that" };
        match self.draw.below(3) {
            0 if !self.lexicon.is_a(noun, &["place", "idea", "performance", "story"]) => {
                let place = self.noun(&["place", "plant", "building"]);
                let number = self.number();
                let preposition = self.draw.of(["near", "behind", "beside"]);
                Some(Modifier::Place(preposition, NounPhrase::the(place, number)))
            }
            1 => {
                let choices = self.lexicon.doing(noun);
                let verb = self.draw.any(choices)?;
                let tense = self.tense(self.lexicon.verb(verb));
                let subject = NounPhrase::common("the", noun, number);
                let mut clause = self.clause_of(subject, verb, tense, depth)?;
                clause.subject = None;
                Some(Modifier::Relative(marker, clause))
            }
            _ => {
                let verb = self.draw.any(self.lexicon.undergoing(noun))?;
                let subject = self.lexicon.verb(verb).subject.clone();
                let subject = self.phrase(&subject, 0);
                let tense = self.tense(self.lexicon.verb(verb));
                let predicate = Predicate::Verb(verb, Complement::Gap);
                Some(Modifier::Relative(marker, Clause::new(subject, tense, predicate)))
            }
        }
    }

    pub(crate) fn tense(&mut self, verb: &Verb) -> Tense {
        match self.draw.below(20) {
            0..8 => Tense::Past,
            8..15 => Tense::Present,
            15 | 16 => Tense::Perfect,
            17 => Tense::Future,
            _ if STATES.contains(&verb.sense) => Tense::Past,
            _ => Tense::Progressive,
        }
    }

    pub(crate) fn negation(&mut self, percent: usize) -> Negation {
        match (self.draw.chance(percent), self.draw.chance(20)) {
            (false, _) => Negation::None,
            (true, false) => Negation::Not,
            (true, true) => Negation::Never,
        }
    }

    /// A verb of a frame.
    pub(crate) fn verb(&mut self, frame: Frame) -> Option<VerbId> {
        let lexicon = self.lexicon;
        let of_frame = (0_u16..).zip(&lexicon.verbs).filter(|(_, verb)| verb.frame == frame);
        let choices: Vec<VerbId> = of_frame.map(|(id, _)| VerbId(id)).collect();
        if self.draw.chance(50) { self.draw.common(&choices) } else { self.draw.any(&choices) }
    }

    /// A clause of any shape.
    pub(crate) fn clause(&mut self, depth: u8) -> Clause {
        loop {
            if let Some(clause) = self.try_clause(depth) {
                return clause;
            }
        }
    }

    fn try_clause(&mut self, depth: u8) -> Option<Clause> {
        let frame = match self.draw.below(20) {
            0..3 => Frame::Intransitive,
            3..10 => Frame::Transitive,
            10 | 11 => Frame::Motion,
            12 => Frame::Dwell,
            13 => Frame::Give,
            14 if depth > 0 => Frame::Say,
            15 if depth > 0 => Frame::Tell,
            16 => Frame::Want,
            _ => return self.copular(depth),
        };
        let verb = self.verb(frame)?;
        let entry = self.lexicon.verb(verb);
        let subject = self.phrase(&entry.subject, depth);
        let tense = self.tense(entry);
        let mut clause = self.clause_of(subject, verb, tense, depth)?;
        clause.negation = self.negation(12);
        if frame == Frame::Transitive && self.draw.chance(18) {
            clause = passive(self.lexicon, clause);
        }
        Some(clause)
    }

    fn copular(&mut self, depth: u8) -> Option<Clause> {
        let classes = self.draw.of(["person", "animal", "object", "building", "dish", "performance"]);
        let subject = self.phrase(&[classes], depth);
        let noun = match &subject {
            NounPhrase::Common(common) => common.noun,
            _ if classes == "person" => self.lexicon.find_noun("child")?,
            _ => return None,
        };
        let predicate = if matches!(classes, "person" | "animal" | "object") && self.draw.chance(35) {
            let place = self.noun(&["place"]);
            Predicate::Place(self.whereabouts(place), Box::new(NounPhrase::the(place, Number::Singular)))
        } else {
            Predicate::Adjective(self.described(noun)?)
        };
        let tense = self.draw.of([Tense::Present, Tense::Present, Tense::Past, Tense::Past, Tense::Future]);
        let mut clause = Clause::new(subject, tense, predicate);
        clause.negation = self.negation(15);
        Some(clause)
    }

    /// A clause of a subject and a verb, with whatever the verb needs.
    pub(crate) fn clause_of(
        &mut self,
        subject: NounPhrase,
        verb: VerbId,
        tense: Tense,
        depth: u8,
    ) -> Option<Clause> {
        let complement = self.complement(verb, depth)?;
        let needs_place = matches!(complement, Complement::None | Complement::Object(_));
        let mut clause = Clause::new(subject, tense, Predicate::Verb(verb, complement));
        if needs_place && self.draw.chance(20) {
            let place = self.noun(&["place"]);
            clause.ends.push(End::Place(self.whereabouts(place), NounPhrase::the(place, Number::Singular)));
        }
        let frame = self.lexicon.verb(verb).frame;
        if matches!(frame, Frame::Intransitive | Frame::Motion) && self.draw.chance(15) {
            clause
                .ends
                .extend(self.draw.common(self.lexicon.list("manner")).map(|word| End::Words(vec![word])));
        }
        if tense == Tense::Past && self.draw.chance(8) {
            clause
                .ends
                .extend(self.draw.any(self.lexicon.list("time past")).map(|word| End::Words(vec![word])));
        }
        Some(clause)
    }

    fn complement(&mut self, verb: VerbId, depth: u8) -> Option<Complement> {
        let entry = self.lexicon.verb(verb);
        let inner = depth.saturating_sub(1);
        Some(match entry.frame {
            Frame::Intransitive => Complement::None,
            Frame::Dwell | Frame::Motion => {
                let place = self.noun(&["place"]);
                let preposition = if entry.frame == Frame::Motion { "to" } else { self.whereabouts(place) };
                let place = NounPhrase::Common(self.common(place, Number::Singular, inner));
                Complement::Place(preposition, Box::new(place))
            }
            Frame::Transitive => {
                let object = if self.draw.chance(60) { 0 } else { depth };
                Complement::Object(Box::new(self.phrase(&entry.object, object)))
            }
            Frame::Give => {
                let theme = self.noun(&entry.object);
                let number = self.number();
                let theme = Box::new(NounPhrase::Common(self.common(theme, number, 0)));
                let recipient = Box::new(self.phrase(&["person"], 0));
                if self.draw.chance(50) {
                    Complement::ToRecipient(theme, recipient)
                } else {
                    Complement::Double(recipient, theme)
                }
            }
            Frame::Say => Complement::Clause(None, Box::new(self.clause(inner.min(1)))),
            Frame::Tell => {
                let person = Box::new(self.phrase(&["person"], 0));
                Complement::Clause(Some(person), Box::new(self.clause(inner.min(1))))
            }
            Frame::Want => {
                let frame = self.draw.of([Frame::Transitive, Frame::Motion, Frame::Intransitive]);
                let action = self.verb(frame)?;
                let allowed = self.lexicon.verb(action).subject.contains(&"person")
                    && !STATES.contains(&self.lexicon.verb(action).sense);
                if !allowed {
                    return None;
                }
                Complement::Infinitive(action, Box::new(self.complement(action, 0)?))
            }
        })
    }
}

/// `at the river`, `in the house`.
pub(crate) fn within(lexicon: &Lexicon, place: NounId) -> Word {
    if lexicon.list("outdoors").contains(&lexicon.noun(place).singular) { "at" } else { "in" }
}

fn is_pronoun(phrase: &NounPhrase) -> bool {
    matches!(phrase, NounPhrase::Pronoun(_))
}

/// The passive of a transitive clause; a clause of another kind stays as it is.
pub(crate) fn passive(lexicon: &Lexicon, clause: Clause) -> Clause {
    let (Predicate::Verb(verb, complement), Some(agent)) = (&clause.predicate, &clause.subject) else {
        return clause;
    };
    if NO_PASSIVE.contains(&lexicon.verb(*verb).sense) {
        return clause;
    }
    let tense = if clause.tense == Tense::Progressive { Tense::Past } else { clause.tense };
    let agent = Some(Box::new(agent.clone()));
    let (subject, predicate) = match complement {
        Complement::Object(object) => (object, Predicate::Passive(*verb, None, agent)),
        Complement::ToRecipient(theme, recipient) | Complement::Double(recipient, theme) => {
            (theme, Predicate::Passive(*verb, Some(recipient.clone()), agent))
        }
        _ => return clause,
    };
    Clause { subject: Some((**subject).clone()), tense, predicate, ..clause.clone() }
}
