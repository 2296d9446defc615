//! Committed values of scipy; `tests/vectors/make_vectors.py` wrote them.

use proxyrank_stats::{accuracy, f1, kendall_tau_a, kendall_tau_b, matthews, pearson_r, spearman_rho};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    scipy: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Vec<f64>,
    y: Vec<f64>,
    tau_b: f64,
    tau_a: f64,
    rho: f64,
    r: f64,
}

#[test]
fn agrees_with_scipy_to_1e_12() {
    let vectors: Vectors = serde_json::from_str(include_str!("../vectors/scipy.json")).unwrap();
    assert!(vectors.scipy.starts_with("1."));
    assert!(vectors.cases.len() > 60);
    for Case { name, x, y, tau_b, tau_a, rho, r } in vectors.cases {
        let checks = [
            ("tau_b", kendall_tau_b(&x, &y), tau_b),
            ("tau_b, swapped", kendall_tau_b(&y, &x), tau_b),
            ("tau_a", kendall_tau_a(&x, &y), tau_a),
            ("rho", spearman_rho(&x, &y), rho),
            ("r", pearson_r(&x, &y), r),
        ];
        for (what, ours, scipy) in checks {
            let ours = ours.unwrap();
            assert!((ours - scipy).abs() < 1e-12, "{name}: {what} is {ours}, scipy has {scipy}");
        }
    }
}

#[derive(Deserialize)]
struct ClassVectors {
    sklearn: String,
    cases: Vec<ClassCase>,
}

#[derive(Deserialize)]
struct ClassCase {
    name: String,
    truth: Vec<u32>,
    answers: Vec<u32>,
    accuracy: f64,
    f1: Option<f64>,
    matthews: f64,
}

/// `tests/vectors/make_classification.py` wrote the values.
#[test]
fn agrees_with_scikit_learn_to_1e_12() {
    let vectors: ClassVectors = serde_json::from_str(include_str!("../vectors/classification.json")).unwrap();
    assert!(vectors.sklearn.starts_with("1."));
    assert!(vectors.cases.len() > 60);
    for ClassCase { name, truth, answers, accuracy: share, f1: one, matthews: correlation } in vectors.cases {
        let checks = [
            ("accuracy", accuracy(&truth, &answers), Some(share)),
            ("f1", f1(&truth, &answers), one),
            ("matthews", matthews(&truth, &answers), Some(correlation)),
        ];
        for (what, ours, theirs) in checks {
            let theirs = theirs.unwrap_or(ours);
            assert!((ours - theirs).abs() < 1e-12, "{name}: {what} is {ours}, scikit-learn has {theirs}");
        }
    }
}
