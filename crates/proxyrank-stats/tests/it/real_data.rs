//! Every score column of the released FlexiBERT table against GLUE, to four decimals.

use std::path::PathBuf;

use proxyrank_stats::{kendall_tau_b, pearson_r, spearman_rho};

const TABLE: &str = concat!(
    "github/aaronserianni/training-free-nas/2d76e01b9586cad7340e8268dadba3056efd070b/",
    "data/BERT_results_activation.csv"
);

/// Column, tau-b, rho, r; computed with scipy from the same file.
const EXPECTED: [(&str, f64, f64, f64); 15] = [
    ("Synaptic Diversity", 0.1559, 0.2411, 0.1832),
    ("Synaptic Diversity Normalized", -0.0303, -0.0446, -0.1694),
    ("Synaptic Saliency", 0.1881, 0.2806, 0.2207),
    ("Synaptic Saliency Normalized", -0.1367, -0.2005, -0.1766),
    ("Activation Distance", 0.2220, 0.3314, 0.3233),
    ("Activation Distance Normalized", -0.0496, -0.0746, -0.0314),
    ("Jacobian Score", -0.0420, -0.0668, -0.0197),
    ("Jacobian Score Normalized", 0.0035, 0.0056, 0.0160),
    ("Number of Parameters", 0.4544, 0.6525, 0.5901),
    ("Head Importance", 0.1636, 0.2498, 0.1862),
    ("Head Importance Normalized", -0.0364, -0.0541, -0.1622),
    ("Head Confidence", 0.4785, 0.7162, 0.6689),
    ("Head Confidence Normalized", 0.2994, 0.4549, 0.3923),
    ("Head Softmax Confidence", 0.2164, 0.3258, 0.2133),
    ("Head Softmax Confidence Normalized", 0.0329, 0.0513, -0.0546),
];

fn mirror() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    std::env::var_os("PROXYRANK_MIRROR").map(PathBuf::from).or_else(|| beside.exists().then_some(beside))
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn released_columns_correlate_as_published() {
    let Some(path) = mirror().map(|mirror| mirror.join(TABLE)) else {
        eprintln!("skipped: released_columns_correlate_as_published (no data mirror)");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.trim().split(',').collect()).collect();
    let column = |name: &str| -> Vec<f64> {
        let place = rows[0].iter().position(|&title| title == name).unwrap();
        rows[1..].iter().map(|row| row[place].parse().unwrap()).collect()
    };
    let glue = column("GLUE Score");
    assert_eq!(glue.len(), 500);
    for (name, tau, rho, r) in EXPECTED {
        let scores = column(name);
        let found = [
            (kendall_tau_b(&scores, &glue).unwrap(), tau),
            (spearman_rho(&scores, &glue).unwrap(), rho),
            (pearson_r(&scores, &glue).unwrap(), r),
        ];
        for (found, expected) in found {
            assert!((found - expected).abs() < 0.5e-4 + 1e-9, "{name}: {found} against {expected}");
        }
    }
}
