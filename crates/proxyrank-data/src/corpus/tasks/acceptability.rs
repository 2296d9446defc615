//! Grammatical sentences, and the same kind with one fault.
//!
//! Faults are made in words, not in trees, and count only if the recogniser of the grammar refuses the result. Those
//! of agreement fall on any verb, also on one whose subject stands behind a relative clause or a phrase in the other
//! number.

use super::{Example, Label};
use crate::corpus::grammar::compose::Composer;
use crate::corpus::grammar::realise::words;
use crate::corpus::grammar::recognise::is_grammatical;
use crate::corpus::grammar::tree::{Body, Sentence, Word};

/// Words of the closed classes that change places under a fault of number or case.
const PAIRS: [(Word, Word); 12] = [
    ("is", "are"),
    ("was", "were"),
    ("has", "have"),
    ("does", "do"),
    ("this", "these"),
    ("that", "those"),
    ("he", "him"),
    ("she", "her"),
    ("they", "them"),
    ("a", "an"),
    ("every", "all"),
    ("another", "several"),
];
/// Longer sentences than this are not asked about.
const LONGEST: usize = 26;

pub(super) fn example(composer: &mut Composer, acceptable: bool) -> Example {
    composer.pronouns = true;
    loop {
        let clause = composer.clause(2);
        let body = if composer.draw.chance(12) {
            let subordinator = composer.draw.of(["because", "when", "although", "while"]);
            let first = composer.draw.chance(40);
            Body::Dependent { subordinator, main: clause, dependent: composer.clause(1), first }
        } else {
            Body::Clause(clause)
        };
        let sentence = words(&Sentence { front: Vec::new(), body });
        if sentence.len() > LONGEST {
            continue;
        }
        // The fault is sought for both classes, so that sentences in which none is found are missing from both.
        let Some(broken) = corrupt(composer, &sentence) else { continue };
        let first = if acceptable { sentence } else { broken };
        return Example { first, second: None, label: Label::Class(u8::from(acceptable)) };
    }
}

/// The sentence with one fault; `None` where chance found none.
fn corrupt(composer: &mut Composer, sentence: &[Word]) -> Option<Vec<Word>> {
    (0..24).find_map(|_| {
        let mut broken = sentence.to_vec();
        // Never the full stop.
        let place = composer.draw.below(broken.len() - 1);
        match composer.draw.below(8) {
            0..4 => broken[place] = exchanged(broken[place])?,
            4 => broken[place] = inflected(composer, broken[place])?,
            5 | 6 => {
                let other = (place + 1).min(broken.len() - 2);
                broken.swap(place, other);
            }
            _ => {
                broken.remove(place);
            }
        }
        (!is_grammatical(&broken)).then_some(broken)
    })
}

/// The same word in the other number or case.
fn exchanged(word: Word) -> Option<Word> {
    let lexicon = crate::corpus::lexicon::Lexicon::embedded();
    let closed = PAIRS.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]);
    let nouns =
        lexicon.nouns.iter().flat_map(|noun| [(noun.singular, noun.plural), (noun.plural, noun.singular)]);
    let verbs = lexicon.verbs.iter().flat_map(|verb| [(verb.base, verb.third), (verb.third, verb.base)]);
    closed.chain(nouns).chain(verbs).find(|(from, _)| *from == word).map(|(_, to)| to)
}

/// Another form of the same verb.
fn inflected(composer: &mut Composer, word: Word) -> Option<Word> {
    let verbs = &composer.lexicon.verbs;
    let forms = verbs
        .iter()
        .map(|verb| [verb.base, verb.third, verb.past, verb.participle, verb.progressive])
        .find(|forms| forms.contains(&word))?;
    Some(composer.draw.of(forms))
}

#[cfg(test)]
mod tests {
    use crate::corpus::grammar::recognise::is_grammatical;
    use crate::corpus::tasks::{Label, Split, Task};

    #[test]
    fn the_recogniser_agrees_with_every_label() {
        for example in Task::Acceptability.examples(Split::Train, 0, 400) {
            let class = Label::Class(u8::from(is_grammatical(&example.first)));
            assert_eq!(class, example.label, "{}", example.first.join(" "));
        }
    }

    #[test]
    fn known_faults_are_refused_and_their_mended_forms_are_not() {
        let judge = |text: &str| is_grammatical(&text.split(' ').collect::<Vec<_>>());
        for (good, bad) in [
            ("the dogs near the tree sleep .", "the dogs near the tree sleeps ."),
            ("the boy who sees the cats laughs .", "the boy who sees the cats laugh ."),
            ("she saw him .", "she saw he ."),
            ("these dogs sleep .", "this dogs sleep ."),
            ("anna found the key .", "anna found ."),
            ("anna did not find the key .", "anna did not found the key ."),
            ("the key that anna found is red .", "the key that anna found the lamp is red ."),
            ("an old man slept .", "a old man slept ."),
            ("anna sleeps .", "anna sleeps the dog ."),
        ] {
            assert!(judge(good), "{good}");
            assert!(!judge(bad), "{bad}");
        }
    }
}
