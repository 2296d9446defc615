//! The score files of LPZero on the 200 GPT-2 architectures of WikiText-103, and the parameter counts of all decoder
//! sets.

use proxyrank_schema::{Direction, Dtype, Input, Mode, Reading, Signal};

use super::{Column, Conditions, PublishedProxy, Repository};
use crate::Paper;
use crate::papers::{
    ABDELFATTAH_2021, AKHAURI_2022, CAVAGNERO_2023, LEE_2019, LPZERO_2024, LTS_2022, MELLOR_2021,
    SERIANNI_2023, TANAKA_2020, TURNER_2020, WANG_2020, ZHOU_2022,
};

const FORWARD: Conditions = Conditions {
    reading: Reading::Declared,
    signal: Signal::None,
    input: Input::WikiText103,
    batch_size: 16,
    seq_len: 192,
    mode: Mode::Train,
    seed: 1111,
    dtype: Dtype::F32,
};
const LM: Conditions = Conditions { signal: Signal::Lm, ..FORWARD };
const ONES: Conditions = Conditions { signal: Signal::Ones, ..FORWARD };
/// Absolute weights, one sequence of ones in place of the embeddings, double precision.
const SYNFLOW: Conditions = Conditions { input: Input::None, batch_size: 1, dtype: Dtype::F64, ..ONES };

const UNSEEDED: &str = "Seeded once and not per architecture, in an order that changes from run to run.";
const FLIPPED_MASK: &str = "Absolute values flip the causal mask, so tokens attend to the future only.";
const SEARCHED: &str = "Found by a search that saw perplexities of these architectures.";

/// One score file: `NAME_scores_seed_1111SUFFIX.yaml`.
macro_rules! score {
    ($base:literal, $title:literal, $file:literal, $conditions:expr, $direction:ident, $paper:expr, $faults:expr) => {
        PublishedProxy {
            name: concat!($base, ".published"),
            base: $base,
            title: $title,
            benchmark: "lts-gpt2-wt103",
            repository: Repository::LpZero,
            file: concat!("saved_logs/random_GPT2_wt103/", $file, ".yaml"),
            column: Column::Whole,
            direction: Direction::$direction,
            conditions: $conditions,
            paper: $paper,
            faults: $faults,
        }
    };
}

/// Released scores of `lts-gpt2-wt103`, the number of parameters apart.
pub static LTS_SCORES: &[PublishedProxy] = &[
    score!(
        "lpzero",
        "LPZero",
        "lpzero_scores_seed_1111",
        LM,
        LowerIsBetter,
        Some(&LPZERO_2024),
        &[UNSEEDED, SEARCHED, "Its sign is the wrong way round: smaller is better."]
    ),
    score!(
        "lpzero_bak",
        "LPZero (bak)",
        "lpzero_scores_seed_1111_bak",
        FORWARD,
        HigherIsBetter,
        Some(&LPZERO_2024),
        &[UNSEEDED, SEARCHED]
    ),
    score!(
        "lpzero_bak2",
        "LPZero (bak2)",
        "lpzero_scores_seed_1111_bak2",
        FORWARD,
        HigherIsBetter,
        Some(&LPZERO_2024),
        &[UNSEEDED, "The formula behind the file is not known, nor whether it takes a gradient."]
    ),
    score!("snip", "SNIP", "snip_scores_seed_1111", LM, HigherIsBetter, Some(&LEE_2019), &[UNSEEDED]),
    score!(
        "grad_norm",
        "Gradient norm",
        "grad_norm_scores_seed_1111",
        LM,
        HigherIsBetter,
        Some(&ABDELFATTAH_2021),
        &[UNSEEDED]
    ),
    score!(
        "grasp",
        "GraSP",
        "grasp_scores_seed_1111",
        LM,
        LowerIsBetter,
        Some(&WANG_2020),
        &[UNSEEDED, "The released plots negate it once more."]
    ),
    score!(
        "fisher",
        "Fisher",
        "fisher_scores_seed_1111",
        LM,
        HigherIsBetter,
        Some(&TURNER_2020),
        &[UNSEEDED]
    ),
    score!(
        "synflow",
        "SynFlow",
        "synflow_scores_seed_1111",
        SYNFLOW,
        HigherIsBetter,
        Some(&TANAKA_2020),
        &[UNSEEDED, FLIPPED_MASK]
    ),
    score!(
        "logsynflow",
        "LogSynFlow",
        "logsynflow_scores_seed_1111",
        SYNFLOW,
        HigherIsBetter,
        Some(&CAVAGNERO_2023),
        &[UNSEEDED, FLIPPED_MASK, "Takes |ln |g|| where LogSynFlow means ln(1 + |g|)."]
    ),
    score!(
        "synaptic_diversity",
        "Synaptic diversity",
        "synaptic_diversity_scores_seed_1111",
        LM,
        HigherIsBetter,
        Some(&ZHOU_2022),
        &[UNSEEDED]
    ),
    score!(
        "synaptic_saliency",
        "Synaptic saliency",
        "synaptic_saliency_scores_seed_1111",
        LM,
        HigherIsBetter,
        Some(&ZHOU_2022),
        &[UNSEEDED, "On GPT-2 it is SNIP with another dropout mask."]
    ),
    score!(
        "head_importance",
        "Head importance",
        "head_importance_scores_seed_1111",
        LM,
        HigherIsBetter,
        Some(&SERIANNI_2023),
        &[UNSEEDED]
    ),
    score!(
        "head_confidence",
        "Head confidence",
        "head_confidence_scores_seed_1111",
        FORWARD,
        HigherIsBetter,
        Some(&SERIANNI_2023),
        &[UNSEEDED]
    ),
    score!(
        "attention_confidence",
        "Attention confidence",
        "attention_confidence_scores_seed_1111",
        FORWARD,
        HigherIsBetter,
        Some(&SERIANNI_2023),
        &[UNSEEDED, "The same code as head confidence."]
    ),
    score!(
        "activation_distance",
        "Activation distance",
        "activation_distance_scores_seed_1111",
        FORWARD,
        HigherIsBetter,
        Some(&MELLOR_2021),
        &[UNSEEDED]
    ),
    score!(
        "jacobian_cosine",
        "Jacobian cosine",
        "jacobian_cosine_scores_seed_1111",
        ONES,
        LowerIsBetter,
        Some(&SERIANNI_2023),
        &[
            UNSEEDED,
            "Counted as smaller-is-better here, against its sign on FlexiBERT, because that is how it agrees with quality."
        ]
    ),
    score!(
        "eznas",
        "EZNAS",
        "eznas_scores_seed_1111",
        FORWARD,
        HigherIsBetter,
        Some(&AKHAURI_2022),
        &[UNSEEDED, "Amounts to about three times the number of layers."]
    ),
];

const fn count(
    name: &'static str,
    base: &'static str,
    title: &'static str,
    benchmark: &'static str,
    file: &'static str,
    fields: &'static [&'static str],
    paper: Option<&'static Paper>,
) -> PublishedProxy {
    PublishedProxy {
        name,
        base,
        title,
        benchmark,
        repository: Repository::LpZero,
        file,
        column: Column::Sum(fields),
        direction: Direction::HigherIsBetter,
        conditions: Conditions::count(Reading::Declared),
        paper,
        faults: &[],
    }
}

/// The six counts of every set's `params_summary.yaml`.
macro_rules! counts {
    ($($benchmark:literal in $folder:literal: $faults:expr;)+) => {
        &[$(
            counts!(@one "embedding_params", "Embedding parameters", $benchmark, $folder, ["AdaEmb"], None, $faults),
            counts!(@one "attention_params", "Attention parameters", $benchmark, $folder, ["Attn"], None, $faults),
            counts!(@one "ffn_params", "FFN parameters", $benchmark, $folder, ["FFN"], None, $faults),
            counts!(@one "decoder_params", "Decoder parameters", $benchmark, $folder, ["Attn", "FFN"], Some(&LTS_2022), $faults),
            counts!(@one "num_parameters_body", "Body parameters", $benchmark, $folder, ["nonembedding"], None, $faults),
            counts!(@one "num_parameters", "All parameters", $benchmark, $folder, ["total"], None, $faults),
        )+]
    };
    (@one $base:literal, $title:literal, $benchmark:literal, $folder:literal, $fields:expr, $paper:expr, $faults:expr) => {
        PublishedProxy {
            faults: $faults,
            ..count(
                concat!($base, ".published"),
                $base,
                $title,
                $benchmark,
                concat!("saved_logs/", $folder, "/params_summary.yaml"),
                &$fields,
                $paper,
            )
        }
    };
}

const WRONG_CLASS: &[&str] = &[
    "Counted with the Transformer-XL class, though the architectures are GPT-2: the position table is missing and attention and norms are wrong.",
];

/// Released parameter counts of the eleven decoder sets.
pub static LTS_COUNTS: &[PublishedProxy] = counts! {
    "lts-gpt2-wt103" in "random_GPT2_wt103": &[];
    "lts-gpt2-lm1b" in "random_GPT2_lm1b": WRONG_CLASS;
    "lts-transxl-wt103" in "random_TransXL_wt103": &[];
    "lts-transxl-lm1b" in "random_TransXL_lm1b": &[];
    "lts-transxl-wt103-homogeneous" in "random_TransXL_wt103_homogeneous": &[];
    "lts-pareto-gpt2-lm1b-arm" in "pareto_GPT2_lm1b_arm": &[];
    "lts-pareto-gpt2-lm1b-corei7" in "pareto_GPT2_lm1b_corei7": &[];
    "lts-pareto-gpt2-lm1b-titanxp" in "pareto_GPT2_lm1b_titanxp": &[];
    "lts-pareto-transxl-lm1b-arm" in "pareto_TransXL_lm1b_arm": &[];
    "lts-pareto-transxl-lm1b-corei7" in "pareto_TransXL_lm1b_corei7": &[];
    "lts-pareto-transxl-lm1b-titanxp" in "pareto_TransXL_lm1b_titanxp": &[];
};
