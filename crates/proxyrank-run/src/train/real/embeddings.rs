//! Similarity by averaged embeddings: what a network knows of two texts before it has read either.

use proxyrank_data::batch::SpecialTokens;
use proxyrank_nn::EncoderWeights;

use super::baselines::{scores, sequences, texts};
use crate::train::tasks::{Assignment, Labels};
use crate::train::tune::Scores;

/// Every measure of a task of similarities, of the cosine of the two texts' mean word embeddings; nothing of other tasks.
pub(super) fn averaged(task: &Assignment, trained: &EncoderWeights<f32>, marks: SpecialTokens) -> Scores {
    let Assignment::Sequences(task) = task else { return Vec::new() };
    if !matches!(task.dev.labels, Labels::Numbers(_)) {
        return Vec::new();
    }
    let layout = &trained.layout().embeddings;
    let (width, words) =
        (trained.layout().network.embedding_size, &trained.embeddings()[layout.word.elements.clone()]);
    let similarity = |ids: &[u32]| {
        let [first, second] = texts(ids, marks).map(|text| sum(&text, words, width));
        cosine(&first, &second)
    };
    let outputs: Vec<f32> = sequences(&task.dev).map(similarity).collect();
    scores(task, &outputs)
}

/// The sum of the rows of a table (vocabulary, width) at some places; it has the direction of their mean.
fn sum(places: &[u32], table: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    for &place in places {
        let row = &table[place as usize * width..][..width];
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sum
}

/// The cosine of two vectors; 0 where one is nothing.
fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let length = (dot(one, one) * dot(other, other)).sqrt();
    if length > 0.0 { dot(one, other) / length } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_of_means_are_compared() {
        let table = [1.0, 0.0, 0.0, 2.0, 3.0, 4.0];
        assert_eq!(sum(&[0, 1, 1], &table, 2), [1.0, 4.0]);
        assert!((cosine(&sum(&[0], &table, 2), &sum(&[2], &table, 2)) - 0.6).abs() < 1e-6);
        assert!((cosine(&sum(&[2, 2], &table, 2), &sum(&[2], &table, 2)) - 1.0).abs() < 1e-6);
        assert!(cosine(&sum(&[], &table, 2), &sum(&[2], &table, 2)).abs() < 1e-9);
    }
}
