//! The one list of proxies.
//!
//! [`REGISTRY`] holds those that are written in Rust. Behind them come the formulas: those that ship with the program, and
//! those of files that a user has given to [`submit`]. [`all`] has every one, and [`find`] looks among all.

use std::path::Path;
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::Proxy;
use crate::proxies::{
    ACTIVATION_DISTANCE, ACTIVATION_DISTANCE_NORM, ATTENTION_CONFIDENCE, ATTENTION_CONFIDENCE_NORM,
    ATTENTION_PARAMS, AZ_NAS, AZ_NAS_EXPRESSIVITY, AZ_NAS_TRAINABILITY, D_MODEL, DECODER_PARAMS, DSS,
    EMBEDDING_PARAMS, EZNAS, FFN_PARAMS, FISHER, FISHER_LPZERO, FLOPS, FLOPS_SPLIT_FFN, FOUR_L_D_SQUARED,
    GRAD_NORM, GRAD_NORM_LPZERO, GRADSIGN, GRADSIGN_MEAN, GRASP, GRASP_LPZERO, HEAD_CONFIDENCE,
    HEAD_CONFIDENCE_NORM, HEAD_IMPORTANCE, HEAD_IMPORTANCE_NORM, HEADS_TIMES_PARAMS, HIDDEN_TIMES_LAYERS,
    JACOBIAN_COSINE, JACOBIAN_COVARIANCE, LAYERS_HIDDEN_PARAMS, LAYERS_HIDDEN_WEIGHTS, LAYERS_THEN_HIDDEN,
    LAYERS_TIMES_PARAMS, LOGSYNFLOW, LOGSYNFLOW_ABS_LN, LOGSYNFLOW_LPZERO, LPZERO_BAK_CLOSED_FORM,
    LPZERO_CLOSED_FORM, MECO, NSC, NSC_MATRICES, NSC_NORMAL, NSC_PER_HEAD, NSC_RUNNING_SUM, NTK_CONDITION,
    NUM_LAYERS, NUM_PARAMETERS, NUM_PARAMETERS_BODY, NWOT, PLAIN, SNIP, SNIP_LPZERO, SOFTMAX_CONFIDENCE,
    SOFTMAX_CONFIDENCE_NORM, SWAP, SYNAPTIC_DIVERSITY, SYNAPTIC_DIVERSITY_NORM, SYNAPTIC_SALIENCY,
    SYNAPTIC_SALIENCY_NORM, SYNFLOW, SYNFLOW_LPZERO, V_PCA, V_PCA_MEAN, V_PCA_MEAN_STRICT, V_PCA_STRICT,
    W_PCA, W_PCA_MEAN, W_PCA_MEAN_STRICT, W_PCA_STRICT, WEIGHT_NORM, ZEN, ZEROLM_SAMPLED, ZEROLM_XAVIER,
    ZICO,
};
use crate::published::published;
use crate::symbolic::submission;
use crate::symbolic::{SubmissionError, SubmissionFault};

/// Every proxy that is written in Rust, baselines first, in the order of listings.
pub static REGISTRY: &[&Proxy] = &[
    &NUM_LAYERS,
    &D_MODEL,
    &HIDDEN_TIMES_LAYERS,
    &LAYERS_THEN_HIDDEN,
    &LAYERS_HIDDEN_PARAMS,
    &LAYERS_HIDDEN_WEIGHTS,
    &NUM_PARAMETERS,
    &NUM_PARAMETERS_BODY,
    &DECODER_PARAMS,
    &ATTENTION_PARAMS,
    &FFN_PARAMS,
    &EMBEDDING_PARAMS,
    &LAYERS_TIMES_PARAMS,
    &HEADS_TIMES_PARAMS,
    &FOUR_L_D_SQUARED,
    &FLOPS,
    &FLOPS_SPLIT_FFN,
    &NSC,
    &NSC_PER_HEAD,
    &NSC_RUNNING_SUM,
    &NSC_MATRICES,
    &NSC_NORMAL,
    &ZEROLM_XAVIER,
    &ZEROLM_SAMPLED,
    &LPZERO_CLOSED_FORM,
    &LPZERO_BAK_CLOSED_FORM,
    &V_PCA,
    &V_PCA_STRICT,
    &V_PCA_MEAN,
    &V_PCA_MEAN_STRICT,
    &W_PCA,
    &W_PCA_STRICT,
    &W_PCA_MEAN,
    &W_PCA_MEAN_STRICT,
    &HEAD_CONFIDENCE,
    &HEAD_CONFIDENCE_NORM,
    &SOFTMAX_CONFIDENCE,
    &SOFTMAX_CONFIDENCE_NORM,
    &ACTIVATION_DISTANCE,
    &ACTIVATION_DISTANCE_NORM,
    &NWOT,
    &SWAP,
    &MECO,
    &ZEN,
    &AZ_NAS_EXPRESSIVITY,
    &WEIGHT_NORM,
    &GRAD_NORM,
    &GRAD_NORM_LPZERO,
    &SNIP,
    &SNIP_LPZERO,
    &PLAIN,
    &GRASP,
    &GRASP_LPZERO,
    &FISHER,
    &FISHER_LPZERO,
    &SYNFLOW,
    &SYNFLOW_LPZERO,
    &LOGSYNFLOW,
    &LOGSYNFLOW_ABS_LN,
    &LOGSYNFLOW_LPZERO,
    &SYNAPTIC_DIVERSITY,
    &SYNAPTIC_DIVERSITY_NORM,
    &SYNAPTIC_SALIENCY,
    &SYNAPTIC_SALIENCY_NORM,
    &DSS,
    &HEAD_IMPORTANCE,
    &HEAD_IMPORTANCE_NORM,
    &ATTENTION_CONFIDENCE,
    &ATTENTION_CONFIDENCE_NORM,
    &JACOBIAN_COVARIANCE,
    &JACOBIAN_COSINE,
    &EZNAS,
    &AZ_NAS_TRAINABILITY,
    &AZ_NAS,
    &GRADSIGN,
    &GRADSIGN_MEAN,
    &ZICO,
    &NTK_CONDITION,
];

/// A name that no proxy has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no proxy `{given}`; the closest names are {}; `proxyrank ls proxies` lists all", self.closest().join(", "))]
pub struct UnknownProxy {
    /// What was asked for.
    pub given: String,
}

impl UnknownProxy {
    /// The three closest names, closest first. They are looked for when somebody reads the error: most who ask for a name only want
    /// to know whether it is there, and comparing it with all others took a third of the time of a leaderboard.
    pub fn closest(&self) -> Vec<&'static str> {
        closest(&self.given, all().iter().map(|proxy| proxy.name).collect(), 3)
    }
}

/// The formulas that ship with the program. A test reads the file, so that it cannot be wrong here.
static SHIPPED: LazyLock<Vec<&'static Proxy>> = LazyLock::new(|| {
    submission::parse(Path::new("shipped.toml"), crate::symbolic::SHIPPED).unwrap_or_default()
});

/// The formulas of users' files.
static SUBMITTED: RwLock<Vec<&'static Proxy>> = RwLock::new(Vec::new());

/// Every proxy: [`REGISTRY`], the formulas that ship, those that were submitted.
pub fn all() -> Vec<&'static Proxy> {
    let submitted = SUBMITTED.read().unwrap_or_else(PoisonError::into_inner);
    [REGISTRY, SHIPPED.as_slice(), submitted.as_slice()].concat()
}

/// The formulas that are compiled in.
pub fn shipped() -> &'static [&'static Proxy] {
    SHIPPED.as_slice()
}

/// Makes the formulas of a TOML file, or of every TOML file of a folder, proxies of this process; gives them.
pub fn submit(path: &Path) -> Result<Vec<&'static Proxy>, SubmissionError> {
    let proxies = submission::read(path)?;
    let mut submitted = SUBMITTED.write().unwrap_or_else(PoisonError::into_inner);
    for (index, proxy) in proxies.iter().enumerate() {
        let others = [REGISTRY, SHIPPED.as_slice(), submitted.as_slice(), &proxies[..index]];
        let known = others.into_iter().flatten().any(|other| other.name == proxy.name);
        if known || published().any(|released| released.name == proxy.name) {
            let fault = SubmissionFault::Taken(proxy.name.to_owned());
            return Err(SubmissionError { path: path.to_owned(), line: None, fault });
        }
    }
    submitted.extend(&proxies);
    Ok(proxies)
}

/// The proxy of a name.
pub fn find(name: &str) -> Result<&'static Proxy, UnknownProxy> {
    let named = |proxy: &&'static Proxy| proxy.name == name;
    if let Some(proxy) = REGISTRY.iter().chain(SHIPPED.iter()).copied().find(named) {
        return Ok(proxy);
    }
    let submitted = SUBMITTED.read().unwrap_or_else(PoisonError::into_inner);
    submitted.iter().copied().find(named).ok_or_else(|| UnknownProxy { given: name.to_owned() })
}

/// Those of some known names that are closest to what somebody wrote, closest first.
pub fn closest<'a>(given: &str, mut known: Vec<&'a str>, count: usize) -> Vec<&'a str> {
    known.sort_by_cached_key(|name| edit_distance(given, name));
    known.truncate(count);
    known
}

/// Levenshtein distance in characters.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proxyrank_schema::{CostClass, Reading, Status};

    use super::*;
    use crate::{Axis, Run, testing};

    #[test]
    fn names_are_unique_and_in_snake_case() {
        let all = all();
        let names: HashSet<&str> = all.iter().map(|proxy| proxy.name).collect();
        assert_eq!(names.len(), all.len());
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
        assert!(names.iter().all(|name| name.chars().all(plain)));
        assert!(names.iter().all(|name| find(name).is_ok_and(|proxy| proxy.name == *name)));
    }

    #[test]
    fn every_record_is_complete() {
        for proxy in all() {
            assert!(!proxy.title.is_empty() && !proxy.formula.is_empty() && !proxy.families.is_empty());
            let class = match proxy.run {
                Run::DataFree(_) => CostClass::DataFree,
                Run::Forward(measure) if measure.needs_forward() => CostClass::Forward,
                Run::Gradient(measure) if measure.needs_curvature() => CostClass::SecondOrder,
                Run::Gradient(measure) if measure.needs_samples() => CostClass::PerSample,
                Run::Population(components) => {
                    let classes = components.iter().map(|name| find(name).unwrap().class);
                    classes.max().unwrap()
                }
                Run::Gradient(_) => CostClass::Gradient,
                Run::Symbolic(_) if proxy.axes.uses(Axis::Signal) => CostClass::Gradient,
                Run::Symbolic(_) if proxy.axes.uses(Axis::Input) => CostClass::Forward,
                Run::Forward(_) | Run::Symbolic(_) => CostClass::Weights,
            };
            assert_eq!(proxy.class, class, "{}", proxy.name);
            let in_range = |spec: &crate::ParamSpec| (spec.low..=spec.high).contains(&spec.default);
            assert!(proxy.params.iter().all(in_range), "{}", proxy.name);
        }
    }

    #[test]
    fn every_data_free_proxy_scores_its_families_and_no_other() {
        let subjects = [
            testing::flexibert(0, Reading::Declared),
            testing::flexibert(365, Reading::AsTrained),
            testing::gpt2(3, 64, 512),
            testing::transformer_xl(3, 64, 512),
        ];
        for proxy in REGISTRY.iter().filter(|proxy| proxy.class == CostClass::DataFree) {
            for subject in &subjects {
                let outcome = proxy.score(subject, &proxy.default_params());
                let expected =
                    if proxy.supports(subject.network.family()) { Status::Ok } else { Status::Unsupported };
                assert_eq!(outcome.status, expected, "{}: {}", proxy.name, outcome.detail);
            }
        }
    }

    #[test]
    fn a_misspelt_name_gets_help() {
        let message = find("num_layer").unwrap_err().to_string();
        assert!(message.starts_with("there is no proxy `num_layer`; the closest names are num_layers, "));
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
