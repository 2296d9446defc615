//! Tasks: tokenised texts with labels, splits, metrics.

use proxyrank_stats::{accuracy, f1, matthews, spearman_rho};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::PruneError;
use crate::encoder::Text;
use crate::random::{Purpose, stream};

/// The seed of the split into training and validation examples that the paper's code has by default.
pub const VALID_SEED: u64 = 128;

/// What is asked of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Labels {
    /// Classes from 0.
    Classes(Vec<u32>),
    /// Numbers, as in STS-B.
    Numbers(Vec<f32>),
}

impl Labels {
    /// How many.
    pub const fn len(&self) -> usize {
        match self {
            Self::Classes(labels) => labels.len(),
            Self::Numbers(labels) => labels.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those at these places, in this order.
    pub(super) fn select(&self, places: &[usize]) -> Self {
        match self {
            Self::Classes(labels) => Self::Classes(places.iter().map(|&place| labels[place]).collect()),
            Self::Numbers(labels) => Self::Numbers(places.iter().map(|&place| labels[place]).collect()),
        }
    }
}

/// Texts with one label each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examples {
    texts: Vec<Text>,
    labels: Labels,
}

impl Examples {
    /// Puts texts and labels together.
    pub fn new(texts: Vec<Text>, labels: Labels) -> Result<Self, PruneError> {
        if texts.len() != labels.len() {
            let words = format!("{} texts were given with {} labels", texts.len(), labels.len());
            return Err(PruneError::Examples(words));
        }
        Ok(Self { texts, labels })
    }

    /// The texts.
    pub fn texts(&self) -> &[Text] {
        &self.texts
    }

    /// The labels.
    pub const fn labels(&self) -> &Labels {
        &self.labels
    }

    /// How many.
    pub const fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Those at these places, in this order.
    #[must_use]
    pub fn select(&self, places: &[usize]) -> Self {
        let texts = places.iter().map(|&place| self.texts[place].clone()).collect();
        Self { texts, labels: self.labels.select(places) }
    }

    /// As JSON, to be hashed.
    pub(crate) fn to_json(&self) -> Result<String, PruneError> {
        serde_json::to_string(self).map_err(|source| PruneError::Json { what: "examples".to_owned(), source })
    }

    /// The training split in two, in the order of a seeded shuffle: floor(0.7 n) to train with, the others to validate with, of
    /// which at most `most_valid` are taken, none twice.
    pub fn split(&self, seed: u64, most_valid: Option<usize>) -> (Self, Self) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut stream(seed, Purpose::Split, 0));
        let (train, valid) = order.split_at(self.len() * 7 / 10);
        let valid = &valid[..valid.len().min(most_valid.unwrap_or(usize::MAX))];
        (self.select(train), self.select(valid))
    }
}

/// How answers are measured; larger is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of right answers.
    Accuracy,
    /// F1 of class 1.
    F1,
    /// Matthews correlation.
    Matthews,
    /// Spearman's correlation.
    Spearman,
}

impl Metric {
    /// The first objective, 1 - metric, of logits; what is no number counts as 1.
    pub fn error(self, labels: &Labels, logits: &[Vec<f32>]) -> f64 {
        let measured = match labels {
            Labels::Classes(labels) => {
                let answers: Vec<u32> = logits.iter().map(|row| largest(row)).collect();
                match self {
                    Self::Accuracy => accuracy(labels, &answers),
                    Self::F1 => f1(labels, &answers),
                    Self::Matthews => matthews(labels, &answers),
                    Self::Spearman => f64::NAN,
                }
            }
            Labels::Numbers(labels) => {
                let labels: Vec<f64> = labels.iter().map(|&label| f64::from(label)).collect();
                let answers: Vec<f64> = logits.iter().map(|row| f64::from(row[0])).collect();
                match self {
                    Self::Spearman => spearman_rho(&labels, &answers).unwrap_or(f64::NAN),
                    _ => f64::NAN,
                }
            }
        };
        if measured.is_finite() { 1.0 - measured } else { 1.0 }
    }

    /// Whether it measures such labels.
    pub const fn fits(self, labels: &Labels) -> bool {
        matches!(self, Self::Spearman) == matches!(labels, Labels::Numbers(_))
    }
}

/// The first of the largest logits.
fn largest(row: &[f32]) -> u32 {
    let mut best = 0;
    for index in 1..row.len() {
        if row[index] > row[best] {
            best = index;
        }
    }
    u32::try_from(best).unwrap_or(u32::MAX)
}

/// A task: what to train with, what a search sees, and what is reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its name, such as `rte`.
    pub name: String,
    /// How answers are measured.
    pub metric: Metric,
    /// Logits: classes, or 1 for numbers.
    pub outputs: usize,
    /// To train with.
    pub train: Examples,
    /// The search's errors are measured on these.
    pub valid: Examples,
    /// The official validation split; measured afterwards.
    pub test: Examples,
}

impl Task {
    /// A task from GLUE's official splits.
    pub fn new(
        name: impl Into<String>,
        metric: Metric,
        outputs: usize,
        official: (&Examples, Examples),
        (split_seed, most_valid): (u64, Option<usize>),
    ) -> Result<Self, PruneError> {
        let (train, test) = official;
        let name = name.into();
        for labels in [train.labels(), test.labels()] {
            if !metric.fits(labels) {
                return Err(PruneError::Examples(format!(
                    "{metric:?} does not measure the labels of `{name}`"
                )));
            }
            if let Labels::Classes(classes) = labels
                && let Some(class) = classes.iter().find(|&&class| class as usize >= outputs)
            {
                return Err(PruneError::Examples(format!(
                    "`{name}` has {outputs} classes and a label {class}"
                )));
            }
        }
        let (train, valid) = train.split(split_seed, most_valid);
        Ok(Self { name, metric, outputs, train, valid, test })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(count: u32) -> Examples {
        let text = |id| Text { ids: vec![id], segments: vec![0] };
        Examples::new((0..count).map(text).collect(), Labels::Classes((0..count).collect())).unwrap()
    }

    #[test]
    fn splits_are_whole_disjoint_and_seeded() {
        // RTE: 1743 and 747.
        let all = examples(2490);
        let (train, valid) = all.split(VALID_SEED, None);
        assert_eq!((train.len(), valid.len()), (1743, 747));
        let mut ids: Vec<u32> = train.texts().iter().chain(valid.texts()).map(|text| text.ids[0]).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..2490).collect::<Vec<_>>());
        assert_eq!(all.split(VALID_SEED, Some(100)).1, valid.select(&(0..100).collect::<Vec<_>>()));
        assert_ne!(all.split(VALID_SEED + 1, None).1, valid);
    }

    #[test]
    fn errors_are_one_minus_the_metric_and_nothing_is_one() {
        let logits = |rows: &[[f32; 2]]| rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>();
        let labels = Labels::Classes(vec![0, 1, 1, 0]);
        let answers = logits(&[[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [0.5, 0.5]]);
        assert!((Metric::Accuracy.error(&labels, &answers) - 0.25).abs() < 1e-12);
        assert!((Metric::F1.error(&labels, &answers) - (1.0 - 2.0 / 3.0)).abs() < 1e-12);
        let numbers = Labels::Numbers(vec![1.0, 2.0, 3.0]);
        let falling: Vec<Vec<f32>> = [3.0, 2.0, 1.0].map(|x| vec![x]).to_vec();
        assert!((Metric::Spearman.error(&numbers, &falling) - 2.0).abs() < 1e-12);
        assert!((Metric::Spearman.error(&numbers, &vec![vec![1.0]; 3]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        assert!(Examples::new(Vec::new(), Labels::Classes(vec![1])).is_err());
        let task = |metric, outputs| Task::new("x", metric, outputs, (&examples(10), examples(2)), (0, None));
        assert!(task(Metric::Spearman, 10).is_err());
        let error = task(Metric::Accuracy, 2).unwrap_err().to_string();
        assert_eq!(error, "`x` has 2 classes and a label 2");
        assert!(task(Metric::Accuracy, 10).is_ok());
    }
}
