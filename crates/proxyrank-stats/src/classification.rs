//! How right classes are: accuracy, F1, Matthews correlation.
//!
//! Defined as scikit-learn does, so that numbers on GLUE are those of its official metrics. Classes are counted from 0.

/// Share of right answers; 0 of none.
pub fn accuracy(truth: &[u32], answers: &[u32]) -> f64 {
    let right = truth.iter().zip(answers).filter(|(truth, answer)| truth == answer).count();
    right as f64 / truth.len().max(1) as f64
}

/// F1 of class 1: 2 TP / (2 TP + FP + FN); 0 where nothing is or was called 1.
pub fn f1(truth: &[u32], answers: &[u32]) -> f64 {
    let right = cell(truth, answers, |truth, answer| truth == 1 && answer == 1);
    let wrong = cell(truth, answers, |truth, answer| (truth == 1) != (answer == 1));
    if right == 0.0 { 0.0 } else { 2.0 * right / (2.0 * right + wrong) }
}

/// Matthews correlation of any number of classes (Gorodkin 2004); 0 where truth or answers are constant, as is usual.
pub fn matthews(truth: &[u32], answers: &[u32]) -> f64 {
    let classes = truth.iter().chain(answers).max().map_or(0, |&class| class + 1);
    let total = truth.len() as f64;
    let right = cell(truth, answers, |truth, answer| truth == answer);
    let (mut cross, mut truths, mut guesses) = (0.0, 0.0, 0.0);
    for class in 0..classes {
        let is = cell(truth, answers, |truth, _| truth == class);
        let called = cell(truth, answers, |_, answer| answer == class);
        cross += is * called;
        truths += is * is;
        guesses += called * called;
    }
    let spread = (total * total - guesses) * (total * total - truths);
    if spread <= 0.0 { 0.0 } else { (right * total - cross) / spread.sqrt() }
}

/// How many pairs of truth and answer are of some kind.
fn cell(truth: &[u32], answers: &[u32], kind: impl Fn(u32, u32) -> bool) -> f64 {
    truth.iter().zip(answers).filter(|(truth, answer)| kind(**truth, **answer)).count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }

    #[test]
    fn two_classes_by_hand() {
        let (truth, answers) = ([1, 1, 0, 0, 1], [1, 0, 0, 1, 1]);
        near(accuracy(&truth, &answers), 0.6);
        near(f1(&truth, &answers), 4.0 / 6.0);
        // (2 * 1 - 1 * 1) / sqrt(3 * 3 * 2 * 2).
        near(matthews(&truth, &answers), 1.0 / 6.0);
        near(matthews(&truth, &[1; 5]), 0.0);
        near(f1(&[0; 3], &[0; 3]), 0.0);
    }

    #[test]
    fn opposite_answers_have_the_opposite_correlation() {
        let truth = [0, 1, 1, 0, 1, 0, 0];
        near(matthews(&truth, &truth), 1.0);
        let opposite = truth.map(|class| 1 - class);
        near(matthews(&truth, &opposite), -1.0);
    }
}
