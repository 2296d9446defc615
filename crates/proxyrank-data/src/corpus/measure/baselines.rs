//! What a constant answer, a bag of words and an overlap of words score on the tasks.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_stats::{accuracy, f1, matthews, pearson_r, spearman_rho};

use super::logistic::{Features, Logistic};
use crate::corpus::Words;
use crate::corpus::tasks::{Example, Label, Split, Task};

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Share of right answers.
    Accuracy,
    /// Matthews correlation.
    Matthews,
    /// F1 of class 1.
    F1,
    /// Pearson's r.
    Pearson,
    /// Spearman's rho.
    Spearman,
}

/// One number of one task.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The task.
    pub task: Task,
    /// What is measured.
    pub measure: Measure,
    /// Of the answer that is commonest in training; 0 for correlations, which a constant does not have.
    pub majority: f64,
    /// Of logistic regression on counts of words; of the cosine of the two sentences' counts for similarity.
    pub words: f64,
}

impl Measure {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Matthews => "Matthews correlation",
            Self::F1 => "F1",
            Self::Pearson => "Pearson r",
            Self::Spearman => "Spearman rho",
        }
    }
}

/// Fits on `train` examples of a seed and measures on `dev` examples of the same seed.
///
/// Pairs have a feature for each word of the first sentence, of the second, of both, and of one only, so that overlap
/// can be learnt too.
pub fn baselines(task: Task, seed: u64, train: usize, dev: usize) -> Vec<Baseline> {
    let words = Words::new();
    let dev = task.examples(Split::Dev, seed, dev);
    let Some(classes) = task.classes().map(usize::from) else { return correlations(task, &words, &dev) };
    let learn: Vec<(Features, usize)> = task
        .examples(Split::Train, seed, train)
        .iter()
        .map(|example| (features(&words, example), class(example)))
        .collect();
    let model = Logistic::fit(&learn, 4 * words.size(), classes);
    let truth: Vec<u32> = dev.iter().map(class).map(narrow).collect();
    let guesses: Vec<u32> =
        dev.iter().map(|example| narrow(model.predict(&features(&words, example)))).collect();
    // The first of the commonest classes; classes are balanced, so any would do.
    let count = |class: usize| learn.iter().filter(|(_, label)| *label == class).count();
    let commonest = (0..classes).rev().max_by_key(|class| count(*class)).unwrap_or(0);
    let constant = vec![narrow(commonest); truth.len()];
    let measures: &[Measure] = match task {
        Task::Acceptability => &[Measure::Matthews, Measure::Accuracy],
        Task::Paraphrase => &[Measure::Accuracy, Measure::F1],
        _ => &[Measure::Accuracy],
    };
    let score = |measure: Measure, answers: &[u32]| match measure {
        Measure::Matthews => matthews(&truth, answers),
        Measure::F1 => f1(&truth, answers),
        _ => accuracy(&truth, answers),
    };
    let row = |measure: Measure| Baseline {
        task,
        measure,
        majority: score(measure, &constant),
        words: score(measure, &guesses),
    };
    measures.iter().map(|measure| row(*measure)).collect()
}

fn correlations(task: Task, words: &Words, dev: &[Example]) -> Vec<Baseline> {
    let truth: Vec<f64> = dev
        .iter()
        .map(|example| match example.label {
            Label::Score(score) => f64::from(score),
            Label::Class(class) => f64::from(class),
        })
        .collect();
    let cosines: Vec<f64> = dev.iter().map(|example| cosine(words, example)).collect();
    // A correlation is undefined where one side is constant, which takes fewer than three examples.
    let row = |measure, words: f64| Baseline { task, measure, majority: 0.0, words };
    vec![
        row(Measure::Pearson, pearson_r(&cosines, &truth).unwrap_or(f64::NAN)),
        row(Measure::Spearman, spearman_rho(&cosines, &truth).unwrap_or(f64::NAN)),
    ]
}

fn class(example: &Example) -> usize {
    match example.label {
        Label::Class(class) => usize::from(class),
        Label::Score(_) => 0,
    }
}

/// A class in the type that measures take.
fn narrow(class: usize) -> u32 {
    u32::try_from(class).unwrap_or(u32::MAX)
}

fn ids(words: &Words, sentence: &[&str]) -> BTreeSet<usize> {
    sentence.iter().map(|word| words.id(word) as usize).collect()
}

fn features(words: &Words, example: &Example) -> Features {
    let first = ids(words, &example.first);
    let mut places: Vec<usize> = first.iter().copied().collect();
    if let Some(second) = &example.second {
        let second = ids(words, second);
        places.extend(second.iter().map(|id| id + words.size()));
        places.extend(first.intersection(&second).map(|id| id + 2 * words.size()));
        places.extend(first.symmetric_difference(&second).map(|id| id + 3 * words.size()));
    }
    places.into_iter().map(|place| (place, 1.0)).collect()
}

/// The cosine of the counts of words of both sentences.
fn cosine(words: &Words, example: &Example) -> f64 {
    let counts = |sentence: &[&str]| {
        let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
        for word in sentence {
            *counts.entry(words.id(word)).or_default() += 1.0;
        }
        counts
    };
    let first = counts(&example.first);
    let second = counts(example.second.as_deref().unwrap_or(&[]));
    let product: f64 = first.iter().filter_map(|(id, count)| second.get(id).map(|other| count * other)).sum();
    let norm = |counts: &BTreeMap<u32, f64>| counts.values().map(|count| count * count).sum::<f64>().sqrt();
    product / (norm(&first) * norm(&second)).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_words_solves_no_task() {
        for task in Task::ALL {
            for found in baselines(task, 0, 2000, 500) {
                // Far below 1: what remains is for those who read in order.
                let most = match found.measure {
                    Measure::Matthews => 0.4,
                    _ => 0.8,
                };
                assert!(found.words < most, "{found:?}");
            }
        }
    }
}
