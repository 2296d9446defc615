//! The columns of the FlexiBERT benchmark's CSV file, and LPZero's column in its two copies.
//!
//! All were computed on the reading `released`, in train mode, on 128 OpenWebText documents of 512 tokens.

use proxyrank_schema::{Direction, Dtype, Input, Mode, Reading, Signal};

use super::{Column, Conditions, PublishedProxy, Repository};
use crate::papers::{LPZERO_2024, MELLOR_2021, SERIANNI_2023, ZHOU_2022};

const FORWARD: Conditions = Conditions {
    reading: Reading::Released,
    signal: Signal::None,
    input: Input::OpenWebText,
    batch_size: 128,
    seq_len: 512,
    mode: Mode::Train,
    seed: 0,
    dtype: Dtype::F32,
};
const GRADIENT: Conditions = Conditions { signal: Signal::Ones, ..FORWARD };

const WRONG_WIDTHS: &str =
    "Computed on networks of hidden size 256 and FFN width 1024, whatever the architecture declares.";
const NOISE: &str =
    "Back-propagates ones through a layer norm, whose exact gradient is zero: rounding noise.";
const SUMMED: &str = "A sum over layers or tensors, so it grows with their number whatever they hold.";
const MEAN: &str =
    "The sum divided by the number of tensors; the published tables print its absolute correlation.";

/// One column of the benchmark's own file.
const fn column(
    name: &'static str,
    base: &'static str,
    title: &'static str,
    column: &'static str,
    conditions: Conditions,
    faults: &'static [&'static str],
) -> PublishedProxy {
    PublishedProxy {
        name,
        base,
        title,
        benchmark: "flexibert",
        repository: Repository::TrainingFreeNas,
        file: "data/BERT_results_activation.csv",
        column: Column::Csv(column),
        direction: Direction::HigherIsBetter,
        conditions,
        paper: Some(&SERIANNI_2023),
        faults,
    }
}

/// Released scores of the FlexiBERT benchmark.
pub static FLEXIBERT: &[PublishedProxy] = &[
    PublishedProxy {
        paper: Some(&ZHOU_2022),
        ..column(
            "synaptic_diversity.published",
            "synaptic_diversity",
            "Synaptic diversity",
            "Synaptic Diversity",
            GRADIENT,
            &[WRONG_WIDTHS, NOISE, SUMMED],
        )
    },
    PublishedProxy {
        paper: Some(&ZHOU_2022),
        ..column(
            "synaptic_diversity_norm.published",
            "synaptic_diversity_norm",
            "Synaptic diversity, normalised",
            "Synaptic Diversity Normalized",
            GRADIENT,
            &[WRONG_WIDTHS, NOISE, MEAN],
        )
    },
    PublishedProxy {
        paper: Some(&ZHOU_2022),
        ..column(
            "synaptic_saliency.published",
            "synaptic_saliency",
            "Synaptic saliency",
            "Synaptic Saliency",
            GRADIENT,
            &[WRONG_WIDTHS, NOISE, SUMMED],
        )
    },
    PublishedProxy {
        paper: Some(&ZHOU_2022),
        ..column(
            "synaptic_saliency_norm.published",
            "synaptic_saliency_norm",
            "Synaptic saliency, normalised",
            "Synaptic Saliency Normalized",
            GRADIENT,
            &[WRONG_WIDTHS, NOISE, MEAN],
        )
    },
    PublishedProxy {
        paper: Some(&MELLOR_2021),
        ..column(
            "activation_distance.published",
            "activation_distance",
            "Activation distance",
            "Activation Distance",
            FORWARD,
            &[
                WRONG_WIDTHS,
                "Hooks of all earlier networks stayed alive, so the value is multiplied by how many layers were built before.",
                "Looks at the first document of the batch only.",
            ],
        )
    },
    PublishedProxy {
        paper: Some(&MELLOR_2021),
        ..column(
            "activation_distance_norm.published",
            "activation_distance_norm",
            "Activation distance, normalised",
            "Activation Distance Normalized",
            FORWARD,
            &[WRONG_WIDTHS, "Looks at the first document of the batch only.", MEAN],
        )
    },
    column(
        "jacobian_covariance.published",
        "jacobian_covariance",
        "Jacobian covariance",
        "Jacobian Score",
        GRADIENT,
        &[
            WRONG_WIDTHS,
            NOISE,
            "Uses the gradient of the position table, and one eigenvalue near zero contributes almost all of the score.",
        ],
    ),
    column(
        "jacobian_cosine.published",
        "jacobian_cosine",
        "Jacobian cosine",
        "Jacobian Score Normalized",
        GRADIENT,
        &[
            WRONG_WIDTHS,
            NOISE,
            "The column is named after a normalisation but holds another metric.",
            "Its power of 1/20 inflates rounding errors.",
        ],
    ),
    PublishedProxy {
        paper: None,
        ..column(
            "num_parameters.published",
            "num_parameters",
            "All parameters",
            "Number of Parameters",
            Conditions::count(Reading::Released),
            &[WRONG_WIDTHS],
        )
    },
    column(
        "head_importance.published",
        "head_importance",
        "Head importance",
        "Head Importance",
        GRADIENT,
        &[WRONG_WIDTHS, NOISE, SUMMED],
    ),
    column(
        "head_importance_norm.published",
        "head_importance_norm",
        "Head importance, normalised",
        "Head Importance Normalized",
        GRADIENT,
        &[WRONG_WIDTHS, NOISE, MEAN],
    ),
    column(
        "head_confidence.published",
        "head_confidence",
        "Head confidence",
        "Head Confidence",
        FORWARD,
        &[WRONG_WIDTHS, SUMMED, "Takes the maximum over tokens, not over a distribution."],
    ),
    column(
        "head_confidence_norm.published",
        "head_confidence_norm",
        "Head confidence, normalised",
        "Head Confidence Normalized",
        FORWARD,
        &[WRONG_WIDTHS, MEAN, "Takes the maximum over tokens, not over a distribution."],
    ),
    column(
        "softmax_confidence.published",
        "softmax_confidence",
        "Softmax confidence",
        "Head Softmax Confidence",
        FORWARD,
        &[WRONG_WIDTHS, SUMMED, "Takes the maximum over heads, not over the attended tokens."],
    ),
    column(
        "softmax_confidence_norm.published",
        "softmax_confidence_norm",
        "Softmax confidence, normalised",
        "Head Softmax Confidence Normalized",
        FORWARD,
        &[WRONG_WIDTHS, MEAN, "Takes the maximum over heads, not over the attended tokens."],
    ),
    lpzero("lpzero.published", "LPZero", "data/BERT_results_activation_lpzero.csv"),
    lpzero("lpzero.published_2", "LPZero (second file)", "data/BERT_results_activation_2.csv"),
];

const fn lpzero(name: &'static str, title: &'static str, file: &'static str) -> PublishedProxy {
    PublishedProxy {
        repository: Repository::LpZero,
        file,
        paper: Some(&LPZERO_2024),
        ..column(
            name,
            "lpzero",
            title,
            "lpzero",
            FORWARD,
            &[WRONG_WIDTHS, "The formula behind the file is not stated; its search saw 50 of these labels."],
        )
    }
}
