//! How predictable the corpus is from the words before: n-gram models, which are easy to trust.
//!
//! Interpolation is Witten and Bell's (Bell, Witten & Cleary 1989): `p_n(w | h) = (c(h w) + T(h) p_{n-1}(w | h')) /
//! (c(h) + T(h))`, with T(h) the number of different words seen after h and a uniform distribution below the unigram.

use std::collections::HashMap;

/// Counts of what follows a context.
#[derive(Debug, Default, Clone)]
struct Followers {
    total: u32,
    words: HashMap<u32, u32>,
}

/// An interpolated n-gram model.
#[derive(Debug, Clone)]
pub struct Ngrams {
    order: usize,
    vocabulary: usize,
    /// Entry *k* holds contexts of *k* words.
    contexts: Vec<HashMap<Vec<u32>, Followers>>,
}

impl Ngrams {
    /// Counts texts. `order` is the length of the longest n-gram, from 1; contexts do not reach over the beginning of a
    /// text.
    pub fn train<'a>(texts: impl IntoIterator<Item = &'a [u32]>, order: usize, vocabulary: usize) -> Self {
        let mut contexts = vec![HashMap::<Vec<u32>, Followers>::new(); order.max(1)];
        for text in texts {
            for (place, word) in text.iter().enumerate() {
                for (length, contexts) in contexts.iter_mut().enumerate().take(place + 1) {
                    let context = &text[place - length..place];
                    let followers = match contexts.get_mut(context) {
                        Some(followers) => followers,
                        None => contexts.entry(context.to_vec()).or_default(),
                    };
                    followers.total += 1;
                    *followers.words.entry(*word).or_default() += 1;
                }
            }
        }
        Self { order: order.max(1), vocabulary, contexts }
    }

    /// The probability of a word after others, by n-grams of at most `order` words.
    pub fn probability(&self, before: &[u32], word: u32, order: usize) -> f64 {
        let longest = order.clamp(1, self.order).min(before.len() + 1);
        let mut probability = 1.0 / self.vocabulary as f64;
        for length in 0..longest {
            let Some(followers) = self.contexts[length].get(&before[before.len() - length..]) else { break };
            let kinds = followers.words.len() as f64;
            let count = f64::from(followers.words.get(&word).copied().unwrap_or(0));
            probability = (count + kinds * probability) / (f64::from(followers.total) + kinds);
        }
        probability
    }

    /// Cross-entropy in bits a token. With `memory` above 0, that share of the probability comes from what followed the
    /// same word earlier in the same text, if it stood there: what only a model that remembers the document can know.
    pub fn bits<'a>(&self, texts: impl IntoIterator<Item = &'a [u32]>, order: usize, memory: f64) -> f64 {
        let (mut bits, mut tokens) = (0.0, 0_u32);
        for text in texts {
            let mut followed: HashMap<u32, Followers> = HashMap::new();
            let mut last = None;
            for (place, word) in text.iter().enumerate() {
                let start = place.saturating_sub(order.saturating_sub(1));
                let mut probability = self.probability(&text[start..place], *word, order);
                let known = last.and_then(|last| followed.get(&last));
                if let (Some(known), true) = (known, memory > 0.0) {
                    let count = known.words.get(word).copied().unwrap_or(0);
                    let remembered = f64::from(count) / f64::from(known.total);
                    probability = (1.0 - memory) * probability + memory * remembered;
                }
                bits -= probability.log2();
                tokens += 1;
                if let Some(last) = last.replace(*word) {
                    let followers = followed.entry(last).or_default();
                    followers.total += 1;
                    *followers.words.entry(*word).or_default() += 1;
                }
            }
        }
        bits / f64::from(tokens.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one() {
        let text = [0, 1, 2, 0, 1, 3, 0, 2];
        let model = Ngrams::train([&text[..]], 3, 5);
        for before in [&[][..], &[0], &[0, 1], &[4, 4]] {
            let sum: f64 = (0..5).map(|word| model.probability(before, word, 3)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{before:?}: {sum}");
        }
    }

    #[test]
    fn a_unigram_of_one_text_by_hand() {
        // Counts 2 and 1 of three tokens, two kinds, a vocabulary of four: (2 + 2/4) / 5 and (1 + 2/4) / 5.
        let model = Ngrams::train([&[0, 0, 1][..]], 1, 4);
        assert!((model.probability(&[], 0, 1) - 0.5).abs() < 1e-12);
        assert!((model.probability(&[], 1, 1) - 0.3).abs() < 1e-12);
        assert!((model.bits([&[0][..]], 1, 0.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn context_helps_where_text_is_regular() {
        let text: Vec<u32> = (0..400).map(|i| i % 4).collect();
        let model = Ngrams::train([&text[..]], 2, 4);
        assert!(model.bits([&text[..]], 2, 0.0) < 0.2 && model.bits([&text[..]], 1, 0.0) > 1.9);
    }
}
