//! Syntax trees: what a sentence says, before it has words.

use crate::corpus::lexicon::{AdjectiveId, Gender, NounId, Number, VerbId};

/// A closed-class word.
pub(crate) type Word = &'static str;

/// A sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sentence {
    /// An adverbial before everything else, such as `later` or `in the evening`; no comma follows it.
    pub(crate) front: Vec<Word>,
    /// The rest.
    pub(crate) body: Body,
}

/// How clauses make a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// One clause.
    Clause(Clause),
    /// Two clauses of equal rank: `and`, `but`, `so`.
    Joined(Clause, Word, Clause),
    /// A main clause and a dependent one: `because`, `although`, `when`, `while`, `after`, `before`, `if`.
    Dependent {
        /// The word before the dependent clause.
        subordinator: Word,
        /// The main clause.
        main: Clause,
        /// The dependent clause.
        dependent: Clause,
        /// Whether the dependent clause comes first.
        first: bool,
    },
    /// `who` and a predicate of a singular subject.
    Who(Clause),
    /// `where` and a form of `be`.
    Where(Tense, NounPhrase),
}

/// When something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Tense {
    /// Took.
    Past,
    /// Takes.
    Present,
    /// Will take.
    Future,
    /// Has taken.
    Perfect,
    /// Was taking.
    Progressive,
}

/// Whether and how a clause is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Negation {
    /// It is not.
    None,
    /// By `not`.
    Not,
    /// By `never`.
    Never,
}

/// A subject with its predicate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    /// `None` in a relative clause or a question whose head is the subject.
    pub(crate) subject: Option<NounPhrase>,
    /// When.
    pub(crate) tense: Tense,
    /// Whether it is denied.
    pub(crate) negation: Negation,
    /// What is said.
    pub(crate) predicate: Predicate,
    /// Adverbials at the end: place, manner, time.
    pub(crate) ends: Vec<End>,
}

/// An adverbial at the end of a clause.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// `in the garden`.
    Place(Word, NounPhrase),
    /// `slowly`, `yesterday`, `too`, `in the morning`.
    Words(Vec<Word>),
}

/// What is said of a subject.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Predicate {
    /// A verb in the active voice.
    Verb(VerbId, Complement),
    /// A verb in the passive voice, with recipient and agent.
    Passive(VerbId, Option<Box<NounPhrase>>, Option<Box<NounPhrase>>),
    /// `is very old`.
    Adjective(Described),
    /// `is a teacher`.
    Noun(Box<NounPhrase>),
    /// `is in the garden`.
    Place(Word, Box<NounPhrase>),
}

/// What follows a verb.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Complement {
    /// Nothing.
    None,
    /// Nothing, because the head of the relative clause is the object.
    Gap,
    /// An object.
    Object(Box<NounPhrase>),
    /// `the letter to Anna`: theme, recipient.
    ToRecipient(Box<NounPhrase>, Box<NounPhrase>),
    /// `Anna the letter`: recipient, theme.
    Double(Box<NounPhrase>, Box<NounPhrase>),
    /// `to the river`, `in the village`.
    Place(Word, Box<NounPhrase>),
    /// `that` and a clause, after a person where the verb wants one.
    Clause(Option<Box<NounPhrase>>, Box<Clause>),
    /// `to` and a verb.
    Infinitive(VerbId, Box<Complement>),
}

/// An adjective with its intensifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Described {
    /// `very`.
    pub(crate) intensifier: Option<Word>,
    /// The adjective.
    pub(crate) adjective: AdjectiveId,
}

/// A pronoun of the third person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pronoun {
    /// She, he or it.
    One(Gender),
    /// They.
    They,
}

/// Who or what.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NounPhrase {
    /// A given name.
    Name(Word),
    /// A pronoun.
    Pronoun(Pronoun),
    /// `someone`, `nobody`, `everyone`.
    Indefinite(Word),
    /// A noun.
    Common(Common),
    /// Two joined by `and`.
    Pair(Box<NounPhrase>, Box<NounPhrase>),
}

/// A noun with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Common {
    /// Before the adjectives.
    pub(crate) determiner: Determiner,
    /// One or many.
    pub(crate) number: Number,
    /// Before the noun.
    pub(crate) adjectives: Vec<Described>,
    /// The noun.
    pub(crate) noun: NounId,
    /// After the noun.
    pub(crate) modifier: Option<Box<Modifier>>,
}

/// What stands before adjectives and noun.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Determiner {
    /// Nothing, of a plural.
    Bare,
    /// A word: `a`, `the`, `these`, `every`, `two`.
    Word(Word),
    /// `her`, `its`, `their`.
    Own(Pronoun),
    /// `Anna's`.
    Genitive(Word),
}

/// What stands after a noun.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Modifier {
    /// `near the river`.
    Place(Word, NounPhrase),
    /// `who sleeps`, `that Anna saw`: the clause lacks its subject or its object.
    Relative(Word, Clause),
}

impl Sentence {
    /// How many clauses lie inside each other at the deepest place: 1 where none does.
    pub(crate) fn depth(&self) -> usize {
        match &self.body {
            Body::Clause(clause) | Body::Who(clause) => clause.depth(),
            Body::Joined(first, _, second) => first.depth().max(second.depth()),
            Body::Dependent { main, dependent, .. } => main.depth().max(1 + dependent.depth()),
            Body::Where(_, phrase) => 1 + phrase.depth(),
        }
    }
}

impl NounPhrase {
    /// How many clauses lie inside each other in a phrase.
    fn depth(&self) -> usize {
        match self {
            Self::Common(Common { modifier: Some(modifier), .. }) => match &**modifier {
                Modifier::Place(_, phrase) => phrase.depth(),
                Modifier::Relative(_, clause) => clause.depth(),
            },
            Self::Pair(first, second) => first.depth().max(second.depth()),
            _ => 0,
        }
    }

    /// What a verb agrees with.
    pub(crate) fn number(&self) -> Number {
        match self {
            Self::Name(_) | Self::Indefinite(_) | Self::Pronoun(Pronoun::One(_)) => Number::Singular,
            Self::Pronoun(Pronoun::They) | Self::Pair(..) => Number::Plural,
            Self::Common(common) => common.number,
        }
    }

    /// `the dog`.
    pub(crate) fn the(noun: NounId, number: Number) -> Self {
        Self::common("the", noun, number)
    }

    /// A noun after a word.
    pub(crate) fn common(determiner: Word, noun: NounId, number: Number) -> Self {
        Self::Common(Common {
            determiner: Determiner::Word(determiner),
            number,
            adjectives: Vec::new(),
            noun,
            modifier: None,
        })
    }
}

impl Clause {
    fn depth(&self) -> usize {
        let subject = self.subject.iter().map(NounPhrase::depth);
        let ends = self.ends.iter().map(|end| match end {
            End::Place(_, place) => place.depth(),
            End::Words(_) => 0,
        });
        let predicate = match &self.predicate {
            Predicate::Verb(_, complement) => complement.depth(),
            Predicate::Passive(_, recipient, agent) => {
                recipient.iter().chain(agent).map(|phrase| phrase.depth()).max().unwrap_or(0)
            }
            Predicate::Adjective(_) => 0,
            Predicate::Noun(phrase) | Predicate::Place(_, phrase) => phrase.depth(),
        };
        1 + subject.chain(ends).max().unwrap_or(0).max(predicate)
    }

    /// A clause that is not denied and has nothing at its end.
    pub(crate) fn new(subject: NounPhrase, tense: Tense, predicate: Predicate) -> Self {
        Self { subject: Some(subject), tense, negation: Negation::None, predicate, ends: Vec::new() }
    }

    /// The same in a sentence of its own.
    pub(crate) fn alone(self) -> Sentence {
        Sentence { front: Vec::new(), body: Body::Clause(self) }
    }
}

impl Complement {
    fn depth(&self) -> usize {
        match self {
            Self::None | Self::Gap => 0,
            Self::Object(phrase) | Self::Place(_, phrase) => phrase.depth(),
            Self::ToRecipient(one, other) | Self::Double(one, other) => one.depth().max(other.depth()),
            Self::Clause(person, clause) => {
                person.as_ref().map_or(0, |person| person.depth()).max(clause.depth())
            }
            Self::Infinitive(_, complement) => complement.depth(),
        }
    }
}

impl Predicate {
    /// A verb with an object.
    pub(crate) fn transitive(verb: VerbId, object: NounPhrase) -> Self {
        Self::Verb(verb, Complement::Object(Box::new(object)))
    }
}

impl Described {
    /// An adjective alone.
    pub(crate) fn plain(adjective: AdjectiveId) -> Self {
        Self { intensifier: None, adjective }
    }
}
