//! Answers that need no network, on the same examples.

use std::collections::BTreeSet;

use proxyrank_data::batch::SpecialTokens;
use proxyrank_data::corpus::measure::{Features, Logistic, Measure};

use super::lexical;
use crate::train::spans::SpanTask;
use crate::train::tasks::{Assignment, Examples, Labels, Task};
use crate::train::tune::{Scores, score};

/// What answers without a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// The commonest class of the training examples; of questions that may have none, no answer.
    Majority,
    /// Logistic regression on which word pieces there are: of the first text, of the second, of both, of one only. For similarities the
    /// cosine of the two texts' sets, for questions words of the sentence that shares most with them.
    Words,
}

impl Baseline {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Majority, Self::Words];

    /// Its name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Majority => "majority",
            Self::Words => "words",
        }
    }
}

/// The scores of a baseline by measure, from 0 to 1. There is none of the majority for similarities, because a constant has no
/// correlation, and for questions that always have an answer.
pub(super) fn baselines(
    baseline: Baseline,
    task: &Assignment,
    vocabulary: usize,
    marks: SpecialTokens,
) -> Option<Scores> {
    match (task, baseline) {
        (Assignment::Sequences(task), _) => of_sequences(baseline, task, vocabulary, marks),
        (Assignment::Spans(task), Baseline::Majority) => {
            task.may_be_empty.then(|| spans(task.judge(|_, _| String::new())))
        }
        (Assignment::Spans(task), Baseline::Words) => {
            Some(spans(task.judge(|_, row| lexical::answer(&row.question, &row.context))))
        }
    }
}

fn spans(scores: [f64; 2]) -> Scores {
    SpanTask::MEASURES.into_iter().zip(scores).collect()
}

fn of_sequences(baseline: Baseline, task: &Task, vocabulary: usize, marks: SpecialTokens) -> Option<Scores> {
    let outputs = match (&task.train.labels, baseline) {
        (Labels::Classes(train), Baseline::Majority) => {
            let commonest = commonest(train, task.outputs);
            one_hot(task.dev.count(), task.outputs, |_| commonest)
        }
        (Labels::Classes(train), Baseline::Words) => {
            let examples: Vec<(Features, usize)> = sequences(&task.train)
                .zip(train)
                .map(|(ids, class)| (features(ids, vocabulary, marks), *class as usize))
                .collect();
            let model = Logistic::fit(&examples, 4 * vocabulary, task.outputs);
            let dev: Vec<Features> =
                sequences(&task.dev).map(|ids| features(ids, vocabulary, marks)).collect();
            one_hot(dev.len(), task.outputs, |index| model.predict(&dev[index]))
        }
        (Labels::Numbers(_), Baseline::Majority) => return None,
        (Labels::Numbers(_), Baseline::Words) => sequences(&task.dev).map(|ids| cosine(ids, marks)).collect(),
    };
    Some(scores(task, &outputs))
}

/// Every measure of a task, of outputs for its development split.
pub(super) fn scores(task: &Task, outputs: &[f32]) -> Scores {
    let of = |measure: &Measure| (measure.name(), score(*measure, &task.dev.labels, outputs));
    task.measures.iter().map(of).collect()
}

pub(super) fn sequences(examples: &Examples) -> impl Iterator<Item = &[u32]> {
    examples.ids.chunks_exact(examples.seq_len)
}

/// The first of the commonest classes.
fn commonest(labels: &[u32], classes: usize) -> usize {
    let count = |class: &usize| labels.iter().filter(|label| **label as usize == *class).count();
    (0..classes).rev().max_by_key(count).unwrap_or(0)
}

/// Outputs as a network would give them.
fn one_hot(count: usize, classes: usize, class: impl Fn(usize) -> usize) -> Vec<f32> {
    let row = |index: usize| {
        let chosen = class(index);
        (0..classes).map(move |class| f32::from(u8::from(class == chosen)))
    };
    (0..count).flat_map(row).collect()
}

/// The texts of a sequence, special tokens apart.
pub(super) fn texts(ids: &[u32], marks: SpecialTokens) -> [Vec<u32>; 2] {
    let mut texts = [Vec::new(), Vec::new()];
    let mut place = 0;
    for &id in ids {
        if id == marks.separate {
            place += 1;
        } else if id != marks.pad
            && id != marks.classify
            && let Some(text) = texts.get_mut(place)
        {
            text.push(id);
        }
    }
    texts
}

/// The same without repetitions.
fn sets(ids: &[u32], marks: SpecialTokens) -> [BTreeSet<u32>; 2] {
    texts(ids, marks).map(|text| text.into_iter().collect())
}

fn features(ids: &[u32], vocabulary: usize, marks: SpecialTokens) -> Features {
    let [first, second] = sets(ids, marks);
    let mut places: Vec<usize> = first.iter().map(|id| *id as usize).collect();
    if !second.is_empty() {
        places.extend(second.iter().map(|id| *id as usize + vocabulary));
        places.extend(first.intersection(&second).map(|id| *id as usize + 2 * vocabulary));
        places.extend(first.symmetric_difference(&second).map(|id| *id as usize + 3 * vocabulary));
    }
    places.into_iter().map(|place| (place, 1.0)).collect()
}

/// The cosine of the two texts' sets of word pieces.
fn cosine(ids: &[u32], marks: SpecialTokens) -> f32 {
    let [first, second] = sets(ids, marks);
    let shared = first.intersection(&second).count() as f32;
    shared / (first.len() as f32 * second.len() as f32).sqrt().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: SpecialTokens = SpecialTokens { pad: 0, unknown: 3, classify: 1, separate: 2, mask: 4 };

    fn examples(rows: &[[u32; 6]], labels: Labels) -> Examples {
        Examples { ids: rows.concat(), seq_len: 6, labels, cut: 0 }
    }

    #[test]
    fn classes_that_a_word_tells_are_found_by_words_alone() {
        let rows = [[1, 5, 7, 2, 0, 0], [1, 6, 7, 2, 0, 0], [1, 5, 8, 2, 0, 0], [1, 5, 9, 2, 0, 0]];
        let task = Task {
            name: "t",
            measures: &[Measure::Accuracy],
            outputs: 2,
            separator: 2,
            train: examples(&rows, Labels::Classes(vec![0, 1, 0, 0])),
            dev: examples(&rows[..2], Labels::Classes(vec![0, 1])),
        };
        let of = |baseline| of_sequences(baseline, &task, 10, MARKS).unwrap();
        assert_eq!(of(Baseline::Majority), [(Measure::Accuracy.name(), 0.5)]);
        assert_eq!(of(Baseline::Words), [(Measure::Accuracy.name(), 1.0)]);
    }

    #[test]
    fn similarities_are_cosines_and_have_no_majority() {
        let rows = [[1, 5, 2, 5, 2, 0], [1, 5, 2, 6, 2, 0], [1, 5, 6, 2, 5, 2]];
        let task = Task {
            name: "t",
            measures: &[Measure::Spearman],
            outputs: 1,
            separator: 2,
            train: examples(&rows, Labels::Numbers(vec![1.0, 0.0, 0.5])),
            dev: examples(&rows, Labels::Numbers(vec![1.0, 0.0, 0.5])),
        };
        assert_eq!(of_sequences(Baseline::Majority, &task, 10, MARKS), None);
        let found = of_sequences(Baseline::Words, &task, 10, MARKS).unwrap();
        assert!((found[0].1 - 1.0).abs() < 1e-12);
        assert!((cosine(&rows[2], MARKS) - 0.5_f32.sqrt()).abs() < 1e-6);
    }
}
