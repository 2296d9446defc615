//! Beats that tell what people do, like, say and think, what things are like, and what else is to be seen.

use super::narrator::{Narrator, common, it, not};
use crate::corpus::grammar::compose::within;
use crate::corpus::grammar::tree::{
    Body, Clause, Common, Complement, Described, Determiner, End, NounPhrase, Predicate, Pronoun, Tense, Word,
};
use crate::corpus::lexicon::{Frame, NounId, Number, Polarity};

impl Narrator {
    pub(super) fn works(&mut self) {
        let person = self.somebody();
        let job = self.world.people[person].job;
        let subject = self.subject(person);
        let objects =
            Common { determiner: Determiner::Bare, number: Number::Plural, ..common("", job.object) };
        let mut clause = if self.composer.draw.chance(50) {
            Clause::new(subject, Tense::Present, Predicate::transitive(job.verb, NounPhrase::Common(objects)))
        } else {
            let work = self.verb("work", Frame::Intransitive);
            let mut clause = Clause::new(subject, Tense::Present, Predicate::Verb(work, Complement::None));
            let within = within(self.composer.lexicon, job.place);
            clause.ends.push(End::Place(within, NounPhrase::common("a", job.place, Number::Singular)));
            clause
        };
        if self.composer.draw.chance(50) {
            let time: [Word; 2] =
                self.composer.draw.of([["every", "day"], ["every", "morning"], ["every", "week"]]);
            clause.ends.push(End::Words(time.to_vec()));
        }
        self.say_after(Vec::new(), Body::Clause(clause));
    }

    pub(super) fn likes(&mut self) {
        let person = self.somebody();
        let taste = self.world.people[person].taste;
        let lexicon = self.composer.lexicon;
        let plural = |noun| {
            NounPhrase::Common(Common {
                determiner: Determiner::Bare,
                number: Number::Plural,
                ..common("", noun)
            })
        };
        let like = self.composer.draw.of(["like", "love", "adore"]);
        let like = self.verb(like, Frame::Transitive);
        let subject = self.subject(person);
        if self.composer.draw.chance(40) {
            let likes = Predicate::transitive(like, plural(taste));
            return self.say_after(Vec::new(), Body::Clause(Clause::new(subject, Tense::Present, likes)));
        }
        let thing = self.composer.draw.common(lexicon.members(lexicon.noun(taste).sense)).unwrap_or(taste);
        let wanted = Predicate::transitive(
            self.verb("want", Frame::Transitive),
            NounPhrase::common("a", thing, Number::Singular),
        );
        let main = Clause::new(subject, Tense::Past, wanted);
        let again = self.person(person);
        let dependent = Clause::new(again, Tense::Present, Predicate::transitive(like, plural(taste)));
        self.say(Body::Dependent { subordinator: "because", main, dependent, first: false });
    }

    pub(super) fn reports(&mut self) {
        let speaker = self.somebody();
        let about = self.somebody_else(speaker);
        let subject = self.subject(speaker);
        let tell = self.composer.draw.chance(45) && self.known > 2;
        let listener = (0..self.known).find(|p| *p != speaker && *p != about).filter(|_| tell);
        let listener = listener.map(|person| Box::new(self.person(person)));
        let who = self.person(about);
        let known = self.world.people[about].clone();
        let fact = match (known.place, self.composer.draw.below(4)) {
            (Some(place), 0 | 1) => {
                let place = Predicate::Place(
                    within(self.composer.lexicon, place),
                    Box::new(NounPhrase::the(place, Number::Singular)),
                );
                Clause::new(who, Tense::Past, place)
            }
            (_, 2) => {
                let home = Box::new(NounPhrase::the(known.home, Number::Singular));
                let live = Predicate::Verb(
                    self.verb("live", Frame::Dwell),
                    Complement::Place(within(self.composer.lexicon, known.home), home),
                );
                Clause::new(who, Tense::Present, live)
            }
            _ => Clause::new(who, Tense::Present, Predicate::Adjective(Described::plain(known.character))),
        };
        let verb = match (&listener, self.composer.draw.below(2)) {
            (Some(_), 0) => self.verb("tell", Frame::Tell),
            (Some(_), _) => self.verb("remind", Frame::Tell),
            (None, 0) => self.verb("say", Frame::Say),
            (None, _) => self.verb("know", Frame::Say),
        };
        let told = Predicate::Verb(verb, Complement::Clause(listener, Box::new(fact)));
        self.state(Clause::new(subject, Tense::Past, told));
    }

    pub(super) fn opinion(&mut self) {
        let person = self.somebody();
        let lexicon = self.composer.lexicon;
        let class = self.composer.draw.of(["performance", "performance", "story", "dish"]);
        let work = self.composer.draw.common(lexicon.members(class)).unwrap_or(NounId(0));
        let pleasant = self.composer.draw.chance(50);
        let polarity = if pleasant { Polarity::Positive } else { Polarity::Negative };
        let met = match class {
            "performance" => "watch",
            "story" => "hear",
            _ => "eat",
        };
        let met = lexicon.undergoing(work).iter().copied().find(|id| lexicon.verb(*id).base == met);
        let met = met.unwrap_or_else(|| self.verb("remember", Frame::Transitive));
        let subject = self.subject(person);
        let saw = Clause::new(
            subject,
            Tense::Past,
            Predicate::transitive(met, NounPhrase::common("a", work, Number::Singular)),
        );
        self.say(Body::Clause(saw));
        let the_work = NounPhrase::the(work, Number::Singular);
        let quality = self.quality(work, polarity);
        let was = if self.composer.draw.chance(30) {
            let opposite = if pleasant { Polarity::Negative } else { Polarity::Positive };
            let quality = Described { intensifier: None, ..self.quality(work, opposite) };
            not(Clause::new(the_work, Tense::Past, Predicate::Adjective(quality)))
        } else {
            Clause::new(the_work, Tense::Past, Predicate::Adjective(quality))
        };
        let again = self.subject(person);
        let feels = self.feels(again, polarity, Tense::Past);
        match self.composer.draw.below(3) {
            0 => self.say_after(Vec::new(), Body::Joined(was, "so", feels)),
            1 => self.say(Body::Dependent {
                subordinator: "because",
                main: feels,
                dependent: was,
                first: false,
            }),
            _ => self.say_after(Vec::new(), Body::Clause(was)),
        }
    }

    pub(super) fn taxonomy(&mut self) {
        let lexicon = self.composer.lexicon;
        let class = self.composer.draw.of(["animal", "object", "plant", "building", "person", "thing"]);
        let noun = self.composer.draw.common(lexicon.members(class)).unwrap_or(NounId(0));
        let ancestors = lexicon.ancestors(noun);
        let above: Vec<&str> = ancestors.iter().skip(1).copied().filter(|sense| *sense != "thing").collect();
        let Some(kind) = self.composer.draw.common(&above) else { return };
        let kind = NounPhrase::common("a", self.noun(kind), Number::Singular);
        let determiner = self.composer.draw.of(["every", "a", "a"]);
        let subject = NounPhrase::common(determiner, noun, Number::Singular);
        let is = Clause::new(subject, Tense::Present, Predicate::Noun(Box::new(kind)));
        self.say_after(Vec::new(), Body::Clause(is));
    }

    /// Somebody has some of something, and then fewer.
    pub(super) fn counts(&mut self) {
        let person = self.somebody();
        let lexicon = self.composer.lexicon;
        let class = self.composer.draw.of(["fruit", "vegetable"]);
        let fruit = self.composer.draw.common(lexicon.members(class)).unwrap_or(NounId(0));
        let numbers = lexicon.list("number");
        let had = 2 + self.composer.draw.below(6);
        let eaten = 1 + self.composer.draw.below(had - 1);
        let some = |count: usize, noun| {
            let number = if count == 1 { Number::Singular } else { Number::Plural };
            NounPhrase::common(numbers.get(count - 1).copied().unwrap_or("many"), noun, number)
        };
        let have = self.verb("have", Frame::Transitive);
        let eat = lexicon
            .undergoing(fruit)
            .iter()
            .copied()
            .find(|id| lexicon.verb(*id).base == "eat")
            .unwrap_or(have);
        let first = self.subject(person);
        self.say(Body::Clause(Clause::new(
            first,
            Tense::Past,
            Predicate::transitive(have, some(had, fruit)),
        )));
        let second = self.subject(person);
        self.say_after(
            vec!["then"],
            Body::Clause(Clause::new(second, Tense::Past, Predicate::transitive(eat, some(eaten, fruit)))),
        );
        let third = self.subject(person);
        let left = Predicate::transitive(have, some(had - eaten, fruit));
        self.say_after(vec!["now"], Body::Clause(Clause::new(third, Tense::Present, left)));
    }

    pub(super) fn together(&mut self) {
        let one = self.somebody();
        let other = self.somebody_else(one);
        let Some(place) = self.composer.draw.any(&self.world.places) else { return };
        let names = [one, other].map(|person| Box::new(NounPhrase::Name(self.world.people[person].name)));
        let [first, second] = names;
        let verb = self.composer.draw.of(["dance", "sing", "talk", "laugh", "work", "wait", "swim", "rest"]);
        let verb = self.verb(verb, Frame::Intransitive);
        let tense = self.composer.draw.of([Tense::Past, Tense::Progressive]);
        let mut clause =
            Clause::new(NounPhrase::Pair(first, second), tense, Predicate::Verb(verb, Complement::None));
        clause
            .ends
            .push(End::Place(within(self.composer.lexicon, place), NounPhrase::the(place, Number::Singular)));
        self.state(clause);
        for person in [one, other] {
            self.world.people[person].place = Some(place);
        }
        let they = NounPhrase::Pronoun(Pronoun::They);
        let feels = self.feels(they, Polarity::Positive, Tense::Past);
        self.say_after(Vec::new(), Body::Clause(feels));
    }

    pub(super) fn character(&mut self) {
        let person = self.somebody();
        let character = self.world.people[person].character;
        let pleasant = self.composer.lexicon.adjective(character).polarity == Polarity::Positive;
        let subject = self.subject(person);
        let is = Clause::new(subject, Tense::Present, Predicate::Adjective(Described::plain(character)));
        let other = NounPhrase::Indefinite(if pleasant { "everyone" } else { "nobody" });
        let verb = self.composer.draw.of(["like", "trust", "help", "visit"]);
        let object = Box::new(self.person(person));
        let verb = self.verb(verb, Frame::Transitive);
        let effect = Clause::new(other, Tense::Present, Predicate::Verb(verb, Complement::Object(object)));
        self.say_after(Vec::new(), Body::Joined(is, "so", effect));
    }

    /// What a thing is like, and what it is therefore not like.
    pub(super) fn attribute(&mut self) {
        let Some(item) = self.held() else { return self.scene() };
        let known = self.world.items[item].clone();
        let lexicon = self.composer.lexicon;
        let quality = lexicon.adjective(known.quality);
        let opposite = quality.opposite.and_then(|sense| {
            lexicon.describing(known.noun).iter().copied().find(|id| lexicon.adjective(*id).word == sense)
        });
        let mut thing = common("the", known.noun);
        thing.adjectives.push(Described::plain(known.colour));
        let thing = NounPhrase::Common(thing);
        let is = |subject, adjective| {
            Clause::new(subject, Tense::Present, Predicate::Adjective(Described::plain(adjective)))
        };
        match opposite {
            Some(opposite) if self.composer.draw.chance(50) => {
                self.say_after(Vec::new(), Body::Clause(not(is(thing, opposite))));
                self.say_after(Vec::new(), Body::Clause(is(it(), known.quality)));
            }
            _ => self.say_after(Vec::new(), Body::Clause(is(thing, known.quality))),
        }
    }

    /// What else is to be seen; it involves nobody who is known.
    pub(super) fn scene(&mut self) {
        let depth = self.composer.draw.of([1, 2, 2, 2, 3]);
        let mut clause = self.composer.clause(depth);
        if self.composer.draw.chance(15) {
            let mut other = self.composer.clause(1);
            (clause.tense, other.tense) = (Tense::Past, Tense::Past);
            let subordinator = self.composer.draw.of(["while", "when", "before", "after", "although"]);
            let first = self.composer.draw.chance(50);
            return self.say_after(
                Vec::new(),
                Body::Dependent { subordinator, main: clause, dependent: other, first },
            );
        }
        self.state(clause);
    }
}
