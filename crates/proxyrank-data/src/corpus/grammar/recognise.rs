//! Decides from words alone whether a sentence is grammatical.
//!
//! Every rule takes a position and returns the positions where a phrase that begins there can end, so ambiguity needs no
//! care. Agreement is by the number that a phrase carries.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::corpus::lexicon::{Frame, Lexicon, Number};

/// What a word can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Noun(Number),
    Name,
    Adjective,
    Verb(Form, Frame),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Base,
    Third,
    Past,
    Participle,
    Progressive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Nominative,
    Accusative,
}

/// Whether the object of a clause is missing because it stands before the clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Object,
}

static PARTS: LazyLock<HashMap<&'static str, Vec<Part>>> = LazyLock::new(|| {
    let lexicon = Lexicon::embedded();
    let mut parts: HashMap<&'static str, Vec<Part>> = HashMap::new();
    for noun in &lexicon.nouns {
        parts.entry(noun.singular).or_default().push(Part::Noun(Number::Singular));
        parts.entry(noun.plural).or_default().push(Part::Noun(Number::Plural));
    }
    for (name, _) in &lexicon.names {
        parts.entry(name).or_default().push(Part::Name);
    }
    for adjective in &lexicon.adjectives {
        parts.entry(adjective.word).or_default().push(Part::Adjective);
    }
    for verb in &lexicon.verbs {
        let forms = [
            (verb.base, Form::Base),
            (verb.third, Form::Third),
            (verb.past, Form::Past),
            (verb.participle, Form::Participle),
            (verb.progressive, Form::Progressive),
        ];
        for (word, form) in forms {
            parts.entry(word).or_default().push(Part::Verb(form, verb.frame));
        }
    }
    parts
});

/// Whether words, with a full stop or a question mark at their end, are a sentence of the grammar.
pub(crate) fn is_grammatical(words: &[&str]) -> bool {
    let Some((mark, words)) = words.split_last() else { return false };
    let parser = Parser { words };
    match *mark {
        "." => parser.declarative(),
        "?" => parser.question(),
        _ => false,
    }
}

struct Parser<'a> {
    words: &'a [&'a str],
}

type Ends = Vec<usize>;

impl Parser<'_> {
    fn at(&self, place: usize) -> &str {
        self.words.get(place).copied().unwrap_or("")
    }

    fn parts(&self, place: usize) -> &'static [Part] {
        PARTS.get(self.at(place)).map_or(&[], Vec::as_slice)
    }

    fn list(&self, name: &str, place: usize) -> bool {
        Lexicon::embedded().list(name).contains(&self.at(place))
    }

    fn declarative(&self) -> bool {
        let whole = self.words.len();
        self.fronts().into_iter().any(|start| {
            let ends = self.clause(start, Gap::None);
            let two = |start: usize| self.clause(start, Gap::None).contains(&whole);
            let joined = |end: usize| {
                let conjunction = |place: usize| self.list("conjunction", place);
                (self.at(end) == "and" && two(end + 1))
                    || (self.at(end) == ","
                        && conjunction(end + 1)
                        && self.at(end + 1) != "and"
                        && two(end + 2))
                    || (self.list("subordinator", end) && two(end + 1))
            };
            let dependent_first = self.list("subordinator", start)
                && self
                    .clause(start + 1, Gap::None)
                    .into_iter()
                    .any(|end| self.at(end) == "," && two(end + 1));
            dependent_first || ends.into_iter().any(|end| end == whole || joined(end))
        })
    }

    /// Where a sentence can begin after an adverbial, or without one.
    fn fronts(&self) -> Ends {
        let mut starts = vec![0];
        if self.list("sequence", 0)
            || self.list("time past", 0)
            || self.at(0) == "now"
            || self.at(0) == "today"
        {
            starts.push(1);
        }
        starts.extend(self.time_phrase(0));
        starts
    }

    /// `in the morning`, `that day`.
    fn time_phrase(&self, place: usize) -> Option<usize> {
        let time = |place| ["morning", "evening", "night", "week", "day"].contains(&self.at(place));
        if ["every", "that"].contains(&self.at(place)) && time(place + 1) {
            Some(place + 2)
        } else if self.at(place) == "in" && self.at(place + 1) == "the" && time(place + 2) {
            Some(place + 3)
        } else {
            None
        }
    }

    fn question(&self) -> bool {
        let whole = self.words.len();
        match self.at(0) {
            "who" => self.predicate(1, Number::Singular, Gap::None).contains(&whole),
            "where" => {
                let number = match self.at(1) {
                    "is" | "was" => Number::Singular,
                    "are" | "were" => Number::Plural,
                    _ => return false,
                };
                self.phrase(2, Case::Nominative).contains(&(whole, number))
            }
            _ => false,
        }
    }

    fn clause(&self, start: usize, gap: Gap) -> Ends {
        let subjects = self.phrase(start, Case::Nominative);
        unique(subjects.into_iter().flat_map(|(end, number)| self.predicate(end, number, gap)))
    }

    /// Phrases with their numbers.
    fn phrase(&self, start: usize, case: Case) -> Vec<(usize, Number)> {
        let mut found = self.single(start, case);
        let pairs: Vec<usize> = found
            .iter()
            .filter(|(end, _)| self.at(*end) == "and")
            .flat_map(|(end, _)| self.phrase(end + 1, case))
            .map(|(end, _)| end)
            .collect();
        found.extend(unique(pairs.into_iter()).into_iter().map(|end| (end, Number::Plural)));
        found
    }

    fn single(&self, start: usize, case: Case) -> Vec<(usize, Number)> {
        use Number::{Plural, Singular};
        let word = self.at(start);
        let mut found: Vec<(usize, Number)> = Vec::new();
        match (word, case) {
            ("he" | "she", Case::Nominative) | ("him" | "her", Case::Accusative) | ("it", _) => {
                found.push((start + 1, Singular));
            }
            ("they", Case::Nominative) | ("them", Case::Accusative) => found.push((start + 1, Plural)),
            ("someone" | "nobody" | "everyone", _) => found.push((start + 1, Singular)),
            _ => {}
        }
        if self.parts(start).contains(&Part::Name) {
            found.push((start + 1, Singular));
        }
        for (after, allowed) in self.determiner(start) {
            for noun in self.adjectives(after) {
                for number in [Singular, Plural] {
                    if self.parts(noun).contains(&Part::Noun(number)) && allowed.is_none_or(|a| a == number) {
                        found.push((noun + 1, number));
                        found.extend(self.modifier(noun + 1, number).into_iter().map(|end| (end, number)));
                    }
                }
            }
        }
        found
    }

    /// Where the adjectives begin, and which number the determiner allows.
    fn determiner(&self, start: usize) -> Vec<(usize, Option<Number>)> {
        use Number::{Plural, Singular};
        let next = start + 1;
        let vowel = |place: usize| {
            let word = self.at(place);
            let silent = ["honest"].contains(&word);
            let spoken_you = ["useful", "useless"].contains(&word);
            silent || (word.starts_with(['a', 'e', 'i', 'o', 'u']) && !spoken_you)
        };
        let mut found = vec![(start, Some(Plural))];
        match self.at(start) {
            "the" | "his" | "her" | "its" | "their" | "no" => found.push((next, None)),
            "a" if !vowel(next) => found.push((next, Some(Singular))),
            "an" if vowel(next) => found.push((next, Some(Singular))),
            "this" | "that" | "every" | "each" | "another" | "one" => found.push((next, Some(Singular))),
            "these" | "those" => found.push((next, Some(Plural))),
            _ if self.list("quantifier plural", start) || self.list("number", start) => {
                found.push((next, Some(Plural)));
            }
            _ => {}
        }
        if self.parts(start).contains(&Part::Name) && self.at(start + 1) == "'" && self.at(start + 2) == "s" {
            found.push((start + 3, None));
        }
        found
    }

    /// Where the noun can stand.
    fn adjectives(&self, start: usize) -> Ends {
        let mut ends = vec![start];
        let mut place = start;
        while let Some(end) = self.described(place) {
            ends.push(end);
            place = end;
        }
        ends
    }

    fn described(&self, start: usize) -> Option<usize> {
        let adjective = if self.list("intensifier", start) { start + 1 } else { start };
        self.parts(adjective).contains(&Part::Adjective).then_some(adjective + 1)
    }

    fn modifier(&self, start: usize, head: Number) -> Ends {
        let mut ends = self.place(start);
        if ["who", "that", "which"].contains(&self.at(start)) {
            ends.extend(self.predicate(start + 1, head, Gap::None));
            ends.extend(self.clause(start + 1, Gap::Object));
        }
        unique(ends.into_iter())
    }

    /// A place after its preposition.
    fn place(&self, start: usize) -> Ends {
        if self.list("preposition place", start) { self.after(start) } else { Vec::new() }
    }

    /// The phrase after a preposition.
    fn after(&self, preposition: usize) -> Ends {
        self.phrase(preposition + 1, Case::Accusative).into_iter().map(|(end, _)| end).collect()
    }

    fn predicate(&self, start: usize, number: Number, gap: Gap) -> Ends {
        let mut ends = self.verbal(start, number, gap);
        if gap == Gap::None {
            ends.extend(self.copular(start, number));
        }
        self.with_adverbials(unique(ends.into_iter()))
    }

    fn negated(&self, place: usize) -> usize {
        if ["not", "never"].contains(&self.at(place)) { place + 1 } else { place }
    }

    fn verbal(&self, start: usize, number: Number, gap: Gap) -> Ends {
        let singular = number == Number::Singular;
        let (places, form): (Vec<usize>, Form) = match self.at(start) {
            "will" => (vec![self.negated(start + 1)], Form::Base),
            "did" if self.at(start + 1) == "not" => (vec![start + 2], Form::Base),
            "does" if singular && self.at(start + 1) == "not" => (vec![start + 2], Form::Base),
            "do" if !singular && self.at(start + 1) == "not" => (vec![start + 2], Form::Base),
            "was" if singular => (vec![self.negated(start + 1)], Form::Progressive),
            "were" if !singular => (vec![self.negated(start + 1)], Form::Progressive),
            "has" if singular => (vec![self.negated(start + 1)], Form::Participle),
            "have" if !singular => (vec![self.negated(start + 1)], Form::Participle),
            _ => (Vec::new(), Form::Base),
        };
        let mut ends: Ends = places.into_iter().flat_map(|place| self.verb(place, form, gap)).collect();
        // A finite verb, perhaps after an adverb of frequency.
        let frequency = self.at(start) == "never" || self.list("time present", start);
        let verb = if frequency { start + 1 } else { start };
        ends.extend(self.verb(verb, Form::Past, gap));
        ends.extend(self.verb(verb, if singular { Form::Third } else { Form::Base }, gap));
        ends
    }

    fn verb(&self, place: usize, form: Form, gap: Gap) -> Ends {
        let frames = self.parts(place).iter().filter_map(|part| match part {
            Part::Verb(found, frame) if *found == form => Some(*frame),
            _ => None,
        });
        unique(frames.flat_map(|frame| self.complement(place + 1, frame, gap)))
    }

    fn complement(&self, start: usize, frame: Frame, gap: Gap) -> Ends {
        let objects = |place| self.phrase(place, Case::Accusative).into_iter().map(|(end, _)| end);
        let to = |place: usize| if self.at(place) == "to" { self.after(place) } else { Vec::new() };
        let that = |place: usize| {
            if self.at(place) == "that" { self.clause(place + 1, Gap::None) } else { Vec::new() }
        };
        match (frame, gap) {
            (Frame::Transitive, Gap::Object) | (Frame::Intransitive, Gap::None) => vec![start],
            (Frame::Give, Gap::Object) | (Frame::Motion, Gap::None) => to(start),
            (_, Gap::Object) => Vec::new(),
            (Frame::Dwell, Gap::None) => self.place(start),
            (Frame::Transitive, Gap::None) => objects(start).collect(),
            (Frame::Give, Gap::None) => objects(start)
                .flat_map(|end| to(end).into_iter().chain(objects(end)).collect::<Ends>())
                .collect(),
            (Frame::Say, Gap::None) => that(start),
            (Frame::Tell, Gap::None) => objects(start).flat_map(that).collect(),
            (Frame::Want, Gap::None) => {
                if self.at(start) == "to" {
                    self.verb(start + 1, Form::Base, Gap::None)
                } else {
                    Vec::new()
                }
            }
        }
    }

    fn copular(&self, start: usize, number: Number) -> Ends {
        let singular = number == Number::Singular;
        let be = |place: usize, word| if self.at(place) == word { vec![place + 1] } else { Vec::new() };
        let (ends, being) = match self.at(start) {
            "will" => (be(self.negated(start + 1), "be"), false),
            "has" if singular => (be(self.negated(start + 1), "been"), false),
            "have" if !singular => (be(self.negated(start + 1), "been"), false),
            "is" | "was" if singular => (vec![self.negated(start + 1)], self.at(start) == "was"),
            "are" | "were" if !singular => (vec![self.negated(start + 1)], self.at(start) == "were"),
            _ => return Vec::new(),
        };
        let mut found = Vec::new();
        for place in ends {
            found.extend(self.described(place));
            found.extend(
                self.phrase(place, Case::Accusative).into_iter().filter(|p| p.1 == number).map(|p| p.0),
            );
            found.extend(self.place(place));
            found.extend(self.passive(place));
            if being && self.at(place) == "being" {
                found.extend(self.passive(place + 1));
            }
        }
        found
    }

    fn passive(&self, place: usize) -> Ends {
        let passive = |frame| self.parts(place).contains(&Part::Verb(Form::Participle, frame));
        let mut ends = if passive(Frame::Transitive) { vec![place + 1] } else { Vec::new() };
        if passive(Frame::Give) && self.at(place + 1) == "to" {
            ends.extend(self.after(place + 1));
        }
        let agents: Vec<usize> =
            ends.iter().filter(|end| self.at(**end) == "by").flat_map(|end| self.after(*end)).collect();
        ends.extend(agents);
        ends
    }

    /// The ends, and those after any number of adverbials.
    fn with_adverbials(&self, mut ends: Ends) -> Ends {
        let mut next = 0;
        while let Some(end) = ends.get(next).copied() {
            next += 1;
            let word = ["manner", "time past", "time any"].iter().any(|list| self.list(list, end));
            let mut after = self.place(end);
            after.extend(self.time_phrase(end));
            if word || self.at(end) == "too" {
                after.push(end + 1);
            }
            for end in after {
                if !ends.contains(&end) {
                    ends.push(end);
                }
            }
        }
        ends
    }
}

fn unique(ends: impl Iterator<Item = usize>) -> Ends {
    let mut ends: Ends = ends.collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}
