//! What a document can tell next: arrivals, gifts, losses. Each beat keeps to what is true, and changes it where something happens.

use super::narrator::{Narrator, common, it, not};
use super::world::of_kind;
use crate::corpus::grammar::compose::within;
use crate::corpus::grammar::tree::{
    Body, Clause, Common, Complement, Described, Determiner, End, NounPhrase, Predicate, Tense,
};
use crate::corpus::lexicon::{AdjectiveKind, Frame, Number, Polarity};

impl Narrator {
    /// Who somebody is, what they do and where they live.
    pub(super) fn introduce(&mut self, person: usize) {
        self.known = self.known.max(person + 1);
        let known = self.world.people[person].clone();
        let mut noun = common("a", known.job.noun);
        if self.composer.draw.chance(50) {
            noun.adjectives.push(Described::plain(known.character));
        }
        let subject = self.subject_by_name(person);
        let job = Predicate::Noun(Box::new(NounPhrase::Common(noun)));
        self.say_after(Vec::new(), Body::Clause(Clause::new(subject, Tense::Present, job)));
        if self.composer.draw.chance(70) {
            let subject = self.subject(person);
            let home = NounPhrase::the(known.home, Number::Singular);
            let live = self.verb("live", Frame::Dwell);
            let within = within(self.composer.lexicon, known.home);
            let live = Predicate::Verb(live, Complement::Place(within, Box::new(home)));
            self.say_after(Vec::new(), Body::Clause(Clause::new(subject, Tense::Present, live)));
        }
        let items: Vec<usize> =
            (0..self.world.items.len()).filter(|item| self.world.items[*item].owner == person).collect();
        for item in items {
            let known = &self.world.items[item];
            let mut noun = common("a", known.noun);
            noun.adjectives.extend([known.quality, known.colour].map(Described::plain));
            let subject = self.subject(person);
            let has = Predicate::transitive(self.verb("have", Frame::Transitive), NounPhrase::Common(noun));
            self.say_after(Vec::new(), Body::Clause(Clause::new(subject, Tense::Present, has)));
        }
    }

    pub(super) fn subject_by_name(&mut self, person: usize) -> NounPhrase {
        // Whoever is new is named, whatever a pronoun might allow.
        let phrase = self.person(person);
        match phrase {
            NounPhrase::Common(_) | NounPhrase::Pronoun(_) => {
                NounPhrase::Name(self.world.people[person].name)
            }
            named => named,
        }
    }

    /// Tells one thing more.
    pub(super) fn beat(&mut self) {
        match self.composer.draw.below(100) {
            0..9 => self.moves(),
            9..15 => self.whereabouts(),
            15..24 => self.gives(),
            24..30 => self.possession(),
            30..37 => self.loses_or_finds(),
            37..42 => self.works(),
            42..47 => self.likes(),
            47..55 => self.reports(),
            55..62 => self.opinion(),
            62..65 => self.taxonomy(),
            65..69 => self.counts(),
            69..72 => self.together(),
            72..74 => self.character(),
            74..77 => self.attribute(),
            _ => self.scene(),
        }
    }

    fn moves(&mut self) {
        let person = self.somebody();
        let Some(place) = self.composer.draw.any(&self.world.places) else { return };
        if self.world.people[person].place == Some(place) {
            return self.whereabouts();
        }
        self.world.people[person].place = Some(place);
        let go = self.composer.draw.of(["go", "go", "go", "walk", "run", "return", "hurry", "rush"]);
        let go = self.verb(go, Frame::Motion);
        let to = |place| Complement::Place("to", Box::new(NounPhrase::the(place, Number::Singular)));
        let subject = self.subject(person);
        let went = Clause::new(subject, Tense::Past, Predicate::Verb(go, to(place)));
        if self.composer.draw.chance(35) {
            let reason = self.wish(person);
            self.say(Body::Dependent {
                subordinator: "because",
                main: went,
                dependent: reason,
                first: false,
            });
        } else {
            self.state(went);
        }
    }

    /// `she wanted ...`, with the subject as a pronoun where that is clear.
    fn wish(&mut self, person: usize) -> Clause {
        let job = self.world.people[person].job;
        let again = self.person(person);
        if self.composer.draw.chance(50) {
            let object = NounPhrase::Common(Common {
                determiner: Determiner::Bare,
                number: Number::Plural,
                ..common("", job.object)
            });
            let verb = Complement::Infinitive(job.verb, Box::new(Complement::Object(Box::new(object))));
            Clause::new(again, Tense::Past, Predicate::Verb(self.verb("hope", Frame::Want), verb))
        } else {
            let need = self.composer.draw.of(["tired", "hungry", "thirsty", "ill"]);
            let person = self.noun("person");
            let lexicon = self.composer.lexicon;
            let need =
                lexicon.describing(person).iter().copied().find(|id| lexicon.adjective(*id).word == need);
            let need = need.unwrap_or_else(|| of_kind(&mut self.composer, person, AdjectiveKind::Need));
            Clause::new(again, Tense::Past, Predicate::Adjective(Described::plain(need)))
        }
    }

    fn whereabouts(&mut self) {
        let person = self.somebody();
        let Some(place) = self.world.people[person].place else { return self.moves() };
        if self.composer.draw.chance(40) {
            let asked = self.subject_by_name(person);
            self.say_after(Vec::new(), Body::Where(Tense::Past, asked));
        }
        let subject = self.subject(person);
        let within = within(self.composer.lexicon, place);
        let place = Predicate::Place(within, Box::new(NounPhrase::the(place, Number::Singular)));
        self.say_after(Vec::new(), Body::Clause(Clause::new(subject, Tense::Past, place)));
    }

    fn gives(&mut self) {
        let Some(item) = self.held() else { return self.moves() };
        let giver = self.world.items[item].owner;
        let taker = self.somebody_else(giver);
        let verb = self.composer.draw.of(["give", "give", "give", "sell", "send"]);
        let verb = self.verb(verb, Frame::Give);
        let clause = if self.composer.draw.chance(20) {
            let theme = self.item(item);
            let recipient = Some(Box::new(self.person(taker)));
            let agent = Some(Box::new(self.person(giver)));
            // The thing is the subject, so no person is in focus afterwards.
            Clause::new(theme, Tense::Past, Predicate::Passive(verb, recipient, agent))
        } else {
            let subject = self.subject(giver);
            let theme = Box::new(self.item(item));
            let recipient = Box::new(self.person(taker));
            let complement = if self.composer.draw.chance(50) {
                Complement::ToRecipient(theme, recipient)
            } else {
                Complement::Double(recipient, theme)
            };
            Clause::new(subject, Tense::Past, Predicate::Verb(verb, complement))
        };
        if self.composer.draw.chance(35) {
            let person = self.person(taker);
            let glad = self.feels(person, Polarity::Positive, Tense::Past);
            self.say(Body::Joined(clause, "so", glad));
        } else {
            self.state(clause);
        }
        let item = &mut self.world.items[item];
        (item.owner, item.giver) = (taker, Some(giver));
    }

    /// A thing that is not lost.
    pub(super) fn held(&mut self) -> Option<usize> {
        let held: Vec<usize> = (0..self.world.items.len())
            .filter(|i| !self.world.items[*i].is_lost && self.world.items[*i].owner < self.known)
            .collect();
        self.composer.draw.any(&held)
    }

    fn possession(&mut self) {
        let Some(item) = self.held() else { return self.loses_or_finds() };
        let owner = self.world.items[item].owner;
        let have = self.verb("have", Frame::Transitive);
        let mut thing = common("the", self.world.items[item].noun);
        thing.adjectives.push(Described::plain(self.world.items[item].colour));
        let thing = NounPhrase::Common(thing);
        match self.composer.draw.below(3) {
            0 => {
                let asked = Clause {
                    subject: None,
                    ..Clause::new(it(), Tense::Present, Predicate::transitive(have, thing))
                };
                self.say_after(Vec::new(), Body::Who(asked));
                let owner = self.subject_by_name(owner);
                let has = Clause::new(owner, Tense::Present, Predicate::transitive(have, it()));
                self.say_after(Vec::new(), Body::Clause(has));
            }
            1 => {
                let other = self.somebody_else(owner);
                let owner = self.person(owner);
                let has = Clause::new(owner, Tense::Present, Predicate::transitive(have, thing));
                let other = self.person(other);
                let has_not = not(Clause::new(other, Tense::Present, Predicate::transitive(have, it())));
                self.say_after(vec!["now"], Body::Joined(has, "but", has_not));
            }
            _ => {
                let owner = self.subject(owner);
                let has = Clause::new(owner, Tense::Present, Predicate::transitive(have, thing));
                self.say_after(vec!["now"], Body::Clause(has));
            }
        }
    }

    fn loses_or_finds(&mut self) {
        let lost = (0..self.world.items.len()).find(|item| self.world.items[*item].is_lost);
        if let Some(item) = lost {
            return self.finds(item);
        }
        let Some(item) = self.held() else { return };
        let owner = self.world.items[item].owner;
        let subject = self.subject(owner);
        let mut thing = self.item(item);
        if matches!(thing, NounPhrase::Common(Common { modifier: Some(_), .. })) {
            thing = NounPhrase::the(self.world.items[item].noun, Number::Singular);
        }
        let lose = Predicate::transitive(self.verb("lose", Frame::Transitive), thing);
        let lost = Clause::new(subject, Tense::Past, lose);
        if self.composer.draw.chance(60) {
            let again = self.person(owner);
            let sad = self.feels(again, Polarity::Negative, Tense::Past);
            let body = match self.composer.draw.below(2) {
                0 => Body::Joined(lost, "so", sad),
                _ => Body::Dependent { subordinator: "when", main: sad, dependent: lost, first: true },
            };
            self.say(body);
        } else {
            self.state(lost);
        }
        self.world.items[item].is_lost = true;
    }

    fn finds(&mut self, item: usize) {
        let owner = self.world.items[item].owner;
        let finder = self.somebody_else(owner);
        let finder_phrase = self.subject(finder);
        let mut thing = common("the", self.world.items[item].noun);
        thing.adjectives.push(Described::plain(self.world.items[item].colour));
        let find = Predicate::transitive(self.verb("find", Frame::Transitive), NounPhrase::Common(thing));
        let mut found = Clause::new(finder_phrase, Tense::Past, find);
        if let Some(place) = self.composer.draw.any(&self.world.places) {
            found.ends.push(End::Place(
                within(self.composer.lexicon, place),
                NounPhrase::the(place, Number::Singular),
            ));
        }
        let again = self.person(finder);
        let recipient = Box::new(self.person(owner));
        let give = Complement::ToRecipient(Box::new(it()), recipient);
        let gave = Clause::new(again, Tense::Past, Predicate::Verb(self.verb("give", Frame::Give), give));
        self.say(Body::Joined(found, "and", gave));
        self.world.items[item].is_lost = false;
        self.world.items[item].giver = None;
        if self.composer.draw.chance(60) {
            let thankful = self.subject(owner);
            let helper = Box::new(self.person(finder));
            let thank = self.verb("thank", Frame::Transitive);
            self.state(Clause::new(
                thankful,
                Tense::Past,
                Predicate::Verb(thank, Complement::Object(helper)),
            ));
        }
    }
}
