//! Losses and their derivatives by the logits.

use super::Labels;

/// What a pass of part of a batch is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// One for each row of logits.
    pub labels: &'a Labels,
    /// The whole network's logits for the same rows, and T.
    pub teacher: Option<(&'a [f32], f64)>,
    /// Examples of the whole batch, which the loss is a mean over.
    pub batch: usize,
}

/// The share of a batch's loss that some logits, (rows, outputs), have, and its derivatives.
///
/// Without a teacher: cross-entropy, or the squared error of numbers. With one: T² times the cross-entropy with its probabilities,
/// both at temperature T, plus the cross-entropy with the labels; of numbers the squared distance from the teacher's alone.
pub(crate) fn loss(logits: &[f32], outputs: usize, target: Target<'_>) -> (f64, Vec<f32>) {
    let mut total = 0.0;
    let mut derivatives = vec![0.0; logits.len()];
    let share = 1.0 / target.batch as f64;
    for (row, (logits, derivatives)) in
        logits.chunks_exact(outputs).zip(derivatives.chunks_exact_mut(outputs)).enumerate()
    {
        let teacher =
            target.teacher.map(|(all, temperature)| (&all[row * outputs..][..outputs], temperature));
        match target.labels {
            Labels::Numbers(labels) => {
                let wanted = teacher.map_or(labels[row], |(logits, _)| logits[0]);
                let distance = f64::from(logits[0]) - f64::from(wanted);
                total += distance * distance * share;
                derivatives[0] = narrow(2.0 * distance * share);
            }
            Labels::Classes(labels) => {
                let wanted: Vec<f64> =
                    (0..outputs).map(|class| f64::from(u8::from(class == labels[row] as usize))).collect();
                total += share * entropy(logits, 1.0, &wanted, share, derivatives);
                if let Some((teacher, temperature)) = teacher {
                    let wanted = probabilities(teacher, temperature).0;
                    let weight = temperature * temperature * share;
                    total += weight * entropy(logits, temperature, &wanted, weight, derivatives);
                }
            }
        }
    }
    (total, derivatives)
}

/// Cross-entropy of softmax(logits / T) with probabilities; adds `weight` times its derivatives.
fn entropy(logits: &[f32], temperature: f64, wanted: &[f64], weight: f64, derivatives: &mut [f32]) -> f64 {
    let (found, logarithms) = probabilities(logits, temperature);
    for ((derivative, found), wanted) in derivatives.iter_mut().zip(found).zip(wanted) {
        *derivative += narrow(weight * (found - wanted) / temperature);
    }
    -wanted.iter().zip(logarithms).map(|(wanted, logarithm)| wanted * logarithm).sum::<f64>()
}

/// softmax(logits / T) and its logarithm.
fn probabilities(logits: &[f32], temperature: f64) -> (Vec<f64>, Vec<f64>) {
    let scaled: Vec<f64> = logits.iter().map(|&logit| f64::from(logit) / temperature).collect();
    let top = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total = scaled.iter().map(|x| (x - top).exp()).sum::<f64>().ln() + top;
    let logarithms: Vec<f64> = scaled.iter().map(|x| x - total).collect();
    (logarithms.iter().map(|x| x.exp()).collect(), logarithms)
}

#[expect(clippy::cast_possible_truncation, reason = "gradients are single precision")]
const fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_by_hand() {
        let classes = Labels::Classes(vec![1]);
        let target = Target { labels: &classes, teacher: None, batch: 2 };
        let (found, derivatives) = loss(&[0.0, 3.0_f32.ln()], 2, target);
        assert!((found - 0.5 * (4.0_f64 / 3.0).ln()).abs() < 1e-7);
        assert!((derivatives[0] - 0.125).abs() < 1e-6 && (derivatives[1] + 0.125).abs() < 1e-6);
        // A teacher that says the same: the entropy of (1/4, 3/4), times 4, at T = 2 of logits twice as large.
        let logits = [0.0, 2.0 * 3.0_f32.ln()];
        let target = Target { labels: &classes, teacher: Some((&logits, 2.0)), batch: 1 };
        let wanted = 4.0 * (4.0_f64.ln() - 0.75 * 3.0_f64.ln()) + (10.0_f64 / 9.0).ln();
        assert!((loss(&logits, 2, target).0 - wanted).abs() < 1e-6);
        let numbers = Labels::Numbers(vec![1.0, 5.0]);
        let target = Target { labels: &numbers, teacher: None, batch: 2 };
        assert!((loss(&[2.0, 2.0], 1, target).0 - 5.0).abs() < 1e-12);
        let target = Target { teacher: Some((&[2.0, 4.0], 10.0)), ..target };
        assert_eq!(loss(&[2.0, 2.0], 1, target), (2.0, vec![0.0, -2.0]));
    }

    #[test]
    fn derivatives_are_those_of_the_loss() {
        let labels = Labels::Classes(vec![2, 0]);
        let logits = [0.3, -1.2, 0.8, 2.0, -0.4, 0.1];
        let teacher = [1.3, 0.2, -0.8, 0.0, 0.4, 1.1];
        for teacher in [None, Some((&teacher[..], 1.0)), Some((&teacher[..], 10.0))] {
            let target = Target { labels: &labels, teacher, batch: 3 };
            let (_, derivatives) = loss(&logits, 3, target);
            for (index, derivative) in derivatives.iter().enumerate() {
                let at = |step: f32| {
                    let mut moved = logits;
                    moved[index] += step;
                    loss(&moved, 3, target).0
                };
                let difference = (at(1e-2) - at(-1e-2)) / 2e-2;
                assert!(
                    (difference - f64::from(*derivative)).abs() < 2e-4,
                    "{index}: {difference} {derivative}"
                );
            }
        }
    }
}
