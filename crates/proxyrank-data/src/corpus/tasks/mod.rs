//! Five probe tasks in the shapes of GLUE, made by the grammar of the corpus.
//!
//! A task must be learnable and must not be solved by counting words. So each is built round a difference that word
//! counts hardly show: one wrong form far from its cause, a negation that turns a judgement, two people who change roles,
//! a word above or below another in the hierarchy under a quantifier that turns the direction, a meaning that is kept
//! under other words. Every label follows from a tree, and a test of each task recomputes it by other means.
//!
//! A sentence belongs to the development split or to training by a hash of its words, so no first sentence
//! stands in both, whatever the seeds.

mod acceptability;
mod edit;
mod entailment;
mod meaning;
mod paraphrase;
mod sentiment;
mod similarity;

use super::grammar::compose::Composer;
use super::grammar::tree::Word;
use super::random::Draw;

/// One in this many sentences belongs to the development split.
const DEV_SHARE: u64 = 8;

/// A probe task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Is a sentence grammatical? In the shape of CoLA: one sentence, 0 no, 1 yes, Matthews correlation.
    Acceptability,
    /// Is a judgement pleasant? In the shape of SST-2: one sentence, 0 no, 1 yes, accuracy.
    Sentiment,
    /// Do two sentences say the same? In the shape of MRPC: 0 no, 1 yes, accuracy and F1.
    Paraphrase,
    /// Does the second sentence follow from the first? In the shape of MNLI: 0 yes, 1 neither, 2 it contradicts, accuracy.
    Entailment,
    /// How much alike are two sentences in meaning? In the shape of STS-B: 0 to 5, Pearson and Spearman correlation.
    Similarity,
}

/// Which part of a task's examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// To learn from.
    Train,
    /// To measure on.
    Dev,
}

/// What is right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Label {
    /// A class, from 0.
    Class(u8),
    /// A number from 0 to 5.
    Score(f32),
}

/// One or two sentences with what is right about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The first sentence, as words in lower case.
    pub first: Vec<Word>,
    /// The second sentence.
    pub second: Option<Vec<Word>>,
    /// What is right.
    pub label: Label,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Acceptability, Self::Sentiment, Self::Paraphrase, Self::Entailment, Self::Similarity];

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acceptability => "acceptability",
            Self::Sentiment => "sentiment",
            Self::Paraphrase => "paraphrase",
            Self::Entailment => "entailment",
            Self::Similarity => "similarity",
        }
    }

    /// The number of classes; `None` where labels are numbers.
    pub const fn classes(self) -> Option<u8> {
        match self {
            Self::Acceptability | Self::Sentiment | Self::Paraphrase => Some(2),
            Self::Entailment => Some(3),
            Self::Similarity => None,
        }
    }

    /// The first `count` examples of a split under a seed. Classes take turns, so they are balanced.
    pub fn examples(self, split: Split, seed: u64, count: usize) -> Vec<Example> {
        (0..count as u64).map(|number| self.example(split, seed, number)).collect()
    }

    /// Example `number` of a split: made from its own stream, whatever else is made.
    pub fn example(self, split: Split, seed: u64, number: u64) -> Example {
        let mut purpose = *b"tasks           ";
        let code = [b't', b'd'][usize::from(split == Split::Dev)];
        for (place, byte) in purpose[6..].iter_mut().zip(self.name().bytes()) {
            *place = byte;
        }
        purpose[5] = code;
        let mut composer = Composer::new(Draw::new(purpose, seed, number), false);
        loop {
            let example = self.draw(&mut composer, number);
            if is_dev(&example.first) == (split == Split::Dev) {
                return example;
            }
        }
    }

    fn draw(self, composer: &mut Composer, number: u64) -> Example {
        let turn = |classes: u64| u8::try_from(number % classes).unwrap_or(0);
        match self {
            Self::Acceptability => acceptability::example(composer, turn(2) == 1),
            Self::Sentiment => sentiment::example(composer, turn(2) == 1),
            Self::Paraphrase => paraphrase::example(composer, turn(2) == 1),
            Self::Entailment => entailment::example(composer, turn(3)),
            Self::Similarity => similarity::example(composer),
        }
    }
}

/// Whether a sentence belongs to the development split: by FNV-1a, whose constants these are.
fn is_dev(words: &[Word]) -> bool {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    (hash >> 32) % DEV_SHARE == 0
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn splits_share_no_first_sentence_under_any_seeds() {
        for task in Task::ALL {
            let dev: HashSet<Vec<Word>> =
                task.examples(Split::Dev, 1, 100).into_iter().map(|e| e.first).collect();
            let train = task.examples(Split::Train, 0, 300);
            assert!(train.iter().all(|example| !dev.contains(&example.first)), "{}", task.name());
        }
    }

    #[test]
    fn classes_are_balanced_and_examples_stand_alone() {
        for task in Task::ALL {
            let examples = task.examples(Split::Dev, 0, 60);
            assert_eq!(task.example(Split::Dev, 0, 42), examples[42]);
            for class in 0..task.classes().unwrap_or(0) {
                let count = examples.iter().filter(|example| example.label == Label::Class(class)).count();
                assert_eq!(count, 60 / usize::from(task.classes().unwrap()), "{}", task.name());
            }
        }
    }
}
