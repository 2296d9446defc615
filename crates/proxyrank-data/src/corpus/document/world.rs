//! What is true in a document: people, what they own, where they are.

use crate::corpus::grammar::compose::Composer;
use crate::corpus::grammar::tree::{Pronoun, Word};
use crate::corpus::lexicon::{AdjectiveId, AdjectiveKind, Frame, Gender, NounId, VerbId};

/// Somebody.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: Word,
    pub(super) gender: Gender,
    pub(super) job: Job,
    pub(super) home: NounId,
    pub(super) character: AdjectiveId,
    /// The kind of thing that they like.
    pub(super) taste: NounId,
    /// Where they are, once that is known.
    pub(super) place: Option<NounId>,
}

/// An occupation with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    pub(super) noun: NounId,
    pub(super) place: NounId,
    pub(super) verb: VerbId,
    pub(super) object: NounId,
}

/// A thing that somebody has or has lost.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) noun: NounId,
    pub(super) colour: AdjectiveId,
    pub(super) quality: AdjectiveId,
    pub(super) owner: usize,
    pub(super) is_lost: bool,
    /// Who gave it to its owner last.
    pub(super) giver: Option<usize>,
}

/// What is true.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) items: Vec<Item>,
    /// Places of this document.
    pub(super) places: Vec<NounId>,
}

impl Person {
    pub(super) fn pronoun(&self) -> Pronoun {
        Pronoun::One(self.gender)
    }
}

impl World {
    pub(super) fn new(composer: &mut Composer) -> Self {
        let lexicon = composer.lexicon;
        let mut jobs: Vec<&[Word]> = lexicon.list("job").chunks_exact(4).collect();
        composer.draw.shuffle(&mut jobs);
        let mut names = Vec::new();
        let people = 2 + composer.draw.below(3);
        while names.len() < people {
            let name = composer.draw.common(&lexicon.names).unwrap_or(("anna", Gender::Feminine));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let person = lexicon.find_noun("person").unwrap_or(NounId(0));
        let people = names
            .into_iter()
            .zip(jobs)
            .map(|((name, gender), job)| Person {
                name,
                gender,
                job: Job {
                    noun: noun(composer, job[0]),
                    place: noun(composer, job[1]),
                    verb: verb(composer, job[2], Frame::Transitive),
                    object: noun(composer, job[3]),
                },
                home: {
                    let home = composer.draw.common(lexicon.list("home")).unwrap_or("town");
                    noun(composer, home)
                },
                character: of_kind(composer, person, AdjectiveKind::Quality),
                taste: {
                    let taste = composer.draw.of([
                        "flower",
                        "bird",
                        "fruit",
                        "animal",
                        "toy",
                        "book",
                        "performance",
                        "garment",
                        "jewel",
                        "story",
                        "drink",
                        "vehicle",
                        "instrument",
                        "dog",
                        "insect",
                        "dish",
                    ]);
                    noun(composer, taste)
                },
                place: None,
            })
            .collect::<Vec<_>>();
        let mut items: Vec<Item> = Vec::new();
        let wanted = 2 + composer.draw.below(3);
        while items.len() < wanted {
            let class =
                composer.draw.of(["tool", "instrument", "garment", "toy", "container", "jewel", "book"]);
            let noun = composer.draw.common(lexicon.members(class)).unwrap_or(person);
            if items.iter().all(|item| item.noun != noun) {
                items.push(Item {
                    noun,
                    colour: of_kind(composer, noun, AdjectiveKind::Colour),
                    quality: {
                        let kind =
                            composer.draw.of([AdjectiveKind::Size, AdjectiveKind::Age, AdjectiveKind::State]);
                        of_kind(composer, noun, kind)
                    },
                    owner: composer.draw.below(people.len()),
                    is_lost: false,
                    giver: None,
                });
            }
        }
        let places = (0..4).filter_map(|_| composer.draw.common(lexicon.members("place"))).collect();
        Self { people, items, places }
    }
}

/// A noun of the embedded lexicon by its singular.
pub(super) fn noun(composer: &Composer, word: &str) -> NounId {
    composer.lexicon.find_noun(word).unwrap_or_else(|| panic!("no noun `{word}` in the lexicon"))
}

/// A verb of the embedded lexicon by its base form.
pub(super) fn verb(composer: &Composer, base: &str, frame: Frame) -> VerbId {
    composer.lexicon.find_verb(base, frame).unwrap_or_else(|| panic!("no verb `{base}` in the lexicon"))
}

/// An adjective of some kind that can describe a noun.
pub(super) fn of_kind(composer: &mut Composer, noun: NounId, kind: AdjectiveKind) -> AdjectiveId {
    let lexicon = composer.lexicon;
    let fits = |id: &AdjectiveId| lexicon.adjective(*id).kind == kind;
    let choices: Vec<AdjectiveId> = lexicon.describing(noun).iter().copied().filter(fits).collect();
    composer.draw.common(&choices).unwrap_or(AdjectiveId(0))
}
