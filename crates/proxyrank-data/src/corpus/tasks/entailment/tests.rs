//! Labels against truth in thousands of small random worlds, which know nothing of monotonicity.

use super::*;
use crate::corpus::random::Draw;

/// Somebody or something: its noun, its adjectives, and to whom it does what.
struct Individual {
    noun: NounId,
    adjectives: Vec<Word>,
    does: Vec<Word>,
    does_to: Vec<(Word, usize)>,
}

struct World(Vec<Individual>);

impl World {
    /// A world of five, made of what two statements speak of and a little else.
    fn random(draw: &mut Draw, statements: [&Statement; 2]) -> Self {
        let lexicon = Lexicon::embedded();
        let mut nouns = Vec::new();
        let (mut senses, mut verbs) = (Vec::new(), Vec::new());
        for statement in statements {
            let mut kinds = vec![statement.kind];
            match statement.deed {
                Deed::Do(verb) => verbs.push(lexicon.verb(verb).sense),
                Deed::DoTo(verb, kind) => {
                    verbs.push(lexicon.verb(verb).sense);
                    kinds.push(kind);
                }
                Deed::Be(adjective) => senses.push(lexicon.adjective(adjective).sense),
            }
            for kind in kinds {
                let above = lexicon.find_noun(lexicon.noun(kind.noun).parent).unwrap_or(kind.noun);
                nouns.extend([kind.noun, kind.noun, above]);
                senses.extend(kind.adjective.map(|id| lexicon.adjective(id).sense));
            }
        }
        let size = 5;
        let individuals = (0..size).map(|_| {
            let mut adjectives: Vec<Word> = Vec::new();
            for sense in &senses {
                let opposite = lexicon.adjectives.iter().find(|a| a.sense == *sense).and_then(|a| a.opposite);
                if draw.chance(50) && !adjectives.iter().any(|known| Some(*known) == opposite) {
                    adjectives.push(sense);
                }
            }
            let does = verbs.iter().copied().filter(|_| draw.chance(50)).collect();
            let busy = draw.of([10, 30, 80]);
            let does_to = verbs.iter().flat_map(|verb| (0..size).map(move |other| (*verb, other)));
            let does_to = does_to.filter(|_| draw.chance(busy)).collect();
            Individual { noun: draw.any(&nouns).unwrap(), adjectives, does, does_to }
        });
        Self(individuals.collect())
    }

    fn is(&self, who: usize, kind: Kind) -> bool {
        let lexicon = Lexicon::embedded();
        let individual = &self.0[who];
        let adjective =
            kind.adjective.is_none_or(|id| individual.adjectives.contains(&lexicon.adjective(id).sense));
        adjective && lexicon.is_a(individual.noun, &[lexicon.noun(kind.noun).sense])
    }

    fn does(&self, who: usize, deed: Deed) -> bool {
        let lexicon = Lexicon::embedded();
        let individual = &self.0[who];
        match deed {
            Deed::Do(verb) => individual.does.contains(&lexicon.verb(verb).sense),
            Deed::DoTo(verb, kind) => individual
                .does_to
                .iter()
                .any(|(done, to)| *done == lexicon.verb(verb).sense && self.is(*to, kind)),
            Deed::Be(adjective) => individual.adjectives.contains(&lexicon.adjective(adjective).sense),
        }
    }

    /// Whether a statement is true; `None` where its noun has no members, or nobody bears its name. Of two names the
    /// first is borne by individual 0 and the other by individual 1.
    fn truth(&self, statement: &Statement, names: &[Word]) -> Option<bool> {
        let members: Vec<usize> = (0..self.0.len()).filter(|who| self.is(*who, statement.kind)).collect();
        let holds = |who: &usize| self.does(*who, statement.deed) != statement.denied;
        if let Quantity::One(name) = statement.quantity {
            let bearer = names.iter().position(|known| *known == name)?;
            return members.contains(&bearer).then(|| holds(&bearer));
        }
        if members.is_empty() {
            return None;
        }
        Some(match statement.quantity {
            Quantity::All => members.iter().all(holds),
            _ => members.iter().any(holds),
        })
    }
}

#[test]
fn truth_in_small_worlds_agrees_with_every_label() {
    let mut seen = [0; 3];
    for number in 0..150 {
        let mut composer = Composer::new(Draw::new([9; 16], 1, number), false);
        let premise = premise(&mut composer);
        let form = (composer.draw.below(3), composer.draw.chance(50));
        let hypothesis = hypothesis(&mut composer, premise, form);
        let relation = relation(&premise, &hypothesis);
        seen[relation as usize] += 1;
        let mut names: Vec<Word> = Vec::new();
        for statement in [&premise, &hypothesis] {
            if let Quantity::One(name) = statement.quantity
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        let (mut both, mut only_premise) = (0, 0);
        for _ in 0..2500 {
            let world = World::random(&mut composer.draw, [&premise, &hypothesis]);
            match (world.truth(&premise, &names), world.truth(&hypothesis, &names)) {
                (Some(true), Some(true)) => both += 1,
                (Some(true), Some(false)) => only_premise += 1,
                _ => {}
            }
        }
        let text = || {
            let mut composer = Composer::new(Draw::new([9; 16], 2, number), false);
            [premise, hypothesis].map(|s| words(&clause(&mut composer, &s).alone()).join(" "))
        };
        assert_eq!(
            relation == Relation::Entails,
            only_premise == 0,
            "{relation:?} {both} {only_premise} {:?}",
            text()
        );
        assert_eq!(
            relation == Relation::Contradicts,
            both == 0,
            "{relation:?} {both} {only_premise} {:?}",
            text()
        );
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}
