//! Every released score is where the list says, and replays to its known correlation.

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{Pair, correlations, csv_column, decoders, glue, numbers, repository, yaml};
use proxyrank_proxies::PublishedProxy;
use proxyrank_proxies::published::{Column, FLEXIBERT, LTS_COUNTS, LTS_SCORES, Repository};

const FOUR_DECIMALS: f64 = 0.000_051;

/// Signed tau-b and rho with GLUE.
const ON_FLEXIBERT: [(&str, Pair); 15] = [
    ("synaptic_diversity.published", (0.1559, 0.2411)),
    ("synaptic_diversity_norm.published", (-0.0303, -0.0446)),
    ("synaptic_saliency.published", (0.1881, 0.2806)),
    ("synaptic_saliency_norm.published", (-0.1367, -0.2005)),
    ("activation_distance.published", (0.2220, 0.3314)),
    ("activation_distance_norm.published", (-0.0496, -0.0746)),
    ("jacobian_covariance.published", (-0.0420, -0.0668)),
    ("jacobian_cosine.published", (0.0035, 0.0056)),
    ("num_parameters.published", (0.4544, 0.6525)),
    ("head_importance.published", (0.1636, 0.2498)),
    ("head_importance_norm.published", (-0.0364, -0.0541)),
    ("head_confidence.published", (0.4785, 0.7162)),
    ("head_confidence_norm.published", (0.2994, 0.4549)),
    ("softmax_confidence.published", (0.2164, 0.3258)),
    ("softmax_confidence_norm.published", (0.0329, 0.0513)),
];

/// Tau-b and rho with minus the test perplexity, in the direction of the list.
const ON_GPT2: [(&str, Pair); 17] = [
    ("lpzero.published", (0.8875, 0.9805)),
    ("lpzero_bak.published", (0.7611, 0.9152)),
    ("lpzero_bak2.published", (0.0866, 0.0736)),
    ("snip.published", (0.8593, 0.9706)),
    ("grad_norm.published", (0.8346, 0.9575)),
    ("grasp.published", (0.7588, 0.9205)),
    ("fisher.published", (0.6913, 0.8727)),
    ("synflow.published", (0.6313, 0.7303)),
    ("logsynflow.published", (0.8343, 0.9617)),
    ("synaptic_diversity.published", (0.8400, 0.9568)),
    ("synaptic_saliency.published", (0.8552, 0.9700)),
    ("head_importance.published", (0.8610, 0.9711)),
    ("head_confidence.published", (0.6770, 0.8503)),
    ("attention_confidence.published", (0.6768, 0.8503)),
    ("activation_distance.published", (0.6443, 0.8181)),
    ("jacobian_cosine.published", (0.2274, 0.3626)),
    ("eznas.published", (0.4162, 0.5663)),
];

fn near((tau, rho): Pair, (expected_tau, expected_rho): Pair) -> bool {
    (tau - expected_tau).abs() < FOUR_DECIMALS && (rho - expected_rho).abs() < FOUR_DECIMALS
}

fn flexibert_scores(score: &PublishedProxy, test: &str) -> Option<Vec<f64>> {
    let Column::Csv(column) = score.column else { panic!("{} is not a CSV column", score.name) };
    let file = repository(test, score.repository)?.join(score.file);
    let signed = numbers(&csv_column(&file, column)).into_iter().map(|value| score.direction.sign() * value);
    Some(signed.collect())
}

fn yaml_scores(score: &PublishedProxy, file: &Path) -> BTreeMap<String, f64> {
    let value = |value: &serde_json::Value| match score.column {
        Column::Whole => value.as_f64().unwrap(),
        Column::Sum(fields) => fields.iter().map(|field| value[*field].as_f64().unwrap()).sum(),
        Column::Csv(_) => panic!("{} is not in a YAML file", score.name),
    };
    yaml(file).iter().map(|(id, found)| (id.clone(), score.direction.sign() * value(found))).collect()
}

#[test]
fn flexibert_columns_replay() {
    const TEST: &str = "flexibert_columns_replay";
    let Some(glue) = glue(TEST) else { return };
    for (score, (name, expected)) in FLEXIBERT.iter().zip(ON_FLEXIBERT) {
        assert_eq!(score.name, name);
        let Some(scores) = flexibert_scores(score, TEST) else { return };
        let found = correlations(&scores, &glue);
        assert!(near(found, expected), "{name}: {found:?} is not {expected:?}");
    }
}

#[test]
fn lpzero_s_two_files_replay() {
    const TEST: &str = "lpzero_s_two_files_replay";
    let Some(glue) = glue(TEST) else { return };
    for (score, (tau, rho)) in FLEXIBERT[15..].iter().zip([(0.480, 0.715), (0.474, 0.714)]) {
        let Some(scores) = flexibert_scores(score, TEST) else { return };
        let (found_tau, found_rho) = correlations(&scores, &glue);
        let near = (found_tau - tau).abs() < 0.000_51 && (found_rho - rho).abs() < 0.000_51;
        assert!(near, "{}: {found_tau} {found_rho}", score.name);
    }
}

#[test]
fn gpt2_files_replay() {
    let Some(root) = repository("gpt2_files_replay", Repository::LpZero) else { return };
    let decoders = decoders(&root.join("saved_logs"), "random_GPT2_wt103");
    let quality: Vec<f64> = decoders.iter().map(|decoder| decoder.quality).collect();
    for (score, (name, expected)) in LTS_SCORES.iter().zip(ON_GPT2) {
        assert_eq!(score.name, name);
        let scores = yaml_scores(score, &root.join(score.file));
        assert_eq!(scores.len(), decoders.len(), "{name}");
        let ordered: Vec<f64> = decoders.iter().map(|decoder| scores[&decoder.id]).collect();
        let found = correlations(&ordered, &quality);
        assert!(near(found, expected), "{name}: {found:?} is not {expected:?}");
    }
}

#[test]
fn released_counts_are_ours_on_ten_of_eleven_sets() {
    let test = "released_counts_are_ours_on_ten_of_eleven_sets";
    let Some(root) = repository(test, Repository::LpZero) else { return };
    for of_one_set in LTS_COUNTS.chunk_by(|a, b| a.file == b.file) {
        let file = root.join(of_one_set[0].file);
        let set = file.parent().and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
        let decoders = decoders(&root.join("saved_logs"), &set);
        for score in of_one_set {
            let released = yaml_scores(score, &file);
            let ours = common::scores(score.base, decoders.iter().map(|decoder| &decoder.subject));
            let pairs = decoders.iter().zip(ours);
            let equal = pairs.filter(|(decoder, ours)| released[&decoder.id].to_bits() == ours.to_bits());
            // The FFN's count is the same in both classes, so it agrees even where the wrong one was counted.
            let agree = score.benchmark != "lts-gpt2-lm1b" || score.base == "ffn_params";
            assert_eq!(equal.count(), if agree { decoders.len() } else { 0 }, "{set}, {}", score.name);
        }
    }
}
