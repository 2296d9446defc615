//! Two sentences that say the same in other words, or nearly the same words that say something else.
//!
//! Both sentences of every pair are reworded, whatever the label; in half of the pairs one thing that matters is changed
//! as well, mostly who does it to whom, which no count of words shows.

use super::edit::{alter, event, reword};
use super::meaning::meaning;
use super::{Example, Label};
use crate::corpus::grammar::compose::Composer;
use crate::corpus::grammar::realise::words;

pub(super) fn example(composer: &mut Composer, same: bool) -> Example {
    loop {
        let clause = event(composer);
        // The change is sought for both classes, so that both hold the same kinds of sentences.
        let Some(changed) = alter(composer, &clause) else { continue };
        let first = reword(composer, clause.clone());
        let second = reword(composer, if same { clause } else { changed });
        let (one, other) = (words(&first), words(&second));
        // Equal words are no task.
        if one != other && (meaning(&first) == meaning(&second)) == same {
            return Example { first: one, second: Some(other), label: Label::Class(u8::from(same)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::grammar::recognise::is_grammatical;
    use crate::corpus::random::Draw;
    use crate::corpus::tasks::{Split, Task};

    #[test]
    fn rewording_keeps_the_meaning_and_altering_does_not() {
        for number in 0..500 {
            let mut composer = Composer::new(Draw::new([7; 16], 0, number), false);
            let clause = event(&mut composer);
            let before = meaning(&clause.clone().alone());
            let reworded = reword(&mut composer, clause.clone());
            assert_eq!(meaning(&reworded), before, "{}", words(&reworded).join(" "));
            if let Some(changed) = alter(&mut composer, &clause) {
                let reworded = reword(&mut composer, changed);
                assert_ne!(meaning(&reworded), before, "{}", words(&reworded).join(" "));
            }
        }
    }

    #[test]
    fn both_sentences_are_grammatical() {
        for example in Task::Paraphrase.examples(Split::Train, 0, 300) {
            for sentence in [Some(example.first), example.second].into_iter().flatten() {
                assert!(is_grammatical(&sentence), "{}", sentence.join(" "));
            }
        }
    }
}
