//! Multinomial logistic regression on sparse counts.

/// Passes over the examples.
const EPOCHS: usize = 12;
/// Step of Adagrad (Duchi, Hazan & Singer 2011).
const STEP: f64 = 0.15;
/// Weight of the squared norm in the loss.
const DECAY: f64 = 1e-5;

/// Sparse features: place and value.
pub type Features = Vec<(usize, f64)>;

/// A linear classifier.
#[derive(Debug, Clone)]
pub struct Logistic {
    /// A row for each class, with the constant at its end.
    weights: Vec<Vec<f64>>,
}

impl Logistic {
    /// Fits `classes` classes on features below `size`; examples are visited in order, so the fit is reproducible.
    /// Features out of range and labels that are no class are passed over.
    pub fn fit(examples: &[(Features, usize)], size: usize, classes: usize) -> Self {
        let mut model = Self { weights: vec![vec![0.0; size + 1]; classes] };
        let mut squares = vec![vec![1e-8; size + 1]; classes];
        for _ in 0..EPOCHS {
            for (features, label) in examples {
                let probabilities = model.probabilities(features);
                let rows = model.weights.iter_mut().zip(&mut squares).zip(probabilities).enumerate();
                for (class, ((weights, squares), probability)) in rows {
                    let error = probability - f64::from(u8::from(class == *label));
                    for (place, value) in features.iter().copied().chain([(size, 1.0)]) {
                        if let (Some(weight), Some(square)) = (weights.get_mut(place), squares.get_mut(place))
                        {
                            let slope = error * value + DECAY * *weight;
                            *square += slope * slope;
                            *weight -= STEP * slope / square.sqrt();
                        }
                    }
                }
            }
        }
        model
    }

    /// The probability of each class.
    pub fn probabilities(&self, features: &[(usize, f64)]) -> Vec<f64> {
        let score = |weights: &Vec<f64>| {
            let constant = weights.last().copied().unwrap_or(0.0);
            let sum: f64 = features.iter().filter_map(|(place, x)| weights.get(*place).map(|w| w * x)).sum();
            constant + sum
        };
        let scores: Vec<f64> = self.weights.iter().map(score).collect();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
        let sum: f64 = powers.iter().sum();
        powers.into_iter().map(|power| power / sum).collect()
    }

    /// The likeliest class; the first of several.
    pub fn predict(&self, features: &[(usize, f64)]) -> usize {
        let mut best = (0, f64::NEG_INFINITY);
        for (class, probability) in self.probabilities(features).into_iter().enumerate() {
            if probability > best.1 {
                best = (class, probability);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_separated_is_separated() {
        let examples: Vec<(Features, usize)> =
            (0..90).map(|i| (vec![(i % 3, 1.0), (3 + i % 2, 1.0)], i % 3)).collect();
        let model = Logistic::fit(&examples, 5, 3);
        assert!(examples.iter().all(|(features, label)| model.predict(features) == *label));
        assert!((model.probabilities(&[]).iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_exclusive_or_is_beyond_it() {
        let example = |a: usize, b: usize| (vec![(a, 1.0), (2 + b, 1.0)], a ^ b);
        let examples: Vec<_> = (0..200).map(|i| example(i % 2, i / 2 % 2)).collect();
        let model = Logistic::fit(&examples, 4, 2);
        let right = examples.iter().filter(|(features, label)| model.predict(features) == *label).count();
        assert!(right <= 150, "{right} of 200");
    }
}
