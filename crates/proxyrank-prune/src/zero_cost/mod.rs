//! Zero-cost proxies on sub-networks of a pre-trained encoder.
//!
//! Names and formulas are those of `proxyrank-proxies`, on what masks leave of the layers' matrices: W is a kept weight, G its gradient
//! of the mean task loss over the probe examples, labels included and without dropout, a an activation. OP are queries, keys, values and attention
//! outputs, FFN the two matrices of a feed-forward block, ALL both. What is different from networks that are built anew:
//!
//! - weights are not random: they are pre-trained, or a super-network's;
//! - `fisher` has the activations that masks multiply (columns of heads, units behind GELU) in place of all linear layers' outputs;
//! - `head_importance` has no least number of rows; `michel_importance` and `mask_fisher` are one number a head or unit, as their
//!   names promise, at the sub-network itself;
//! - texts have different lengths: `nwot` looks at each text's first tokens, as many as the shortest text has, and `v_pca` at no more than 512
//!   tokens, evenly spaced;
//! - `synflow` leaves out the pooler's tanh, which an all-positive pass drives to where it is flat. All tokens of that pass are
//!   equal, so one is enough, and queries and keys contribute nothing;
//! - left out are proxies that need second derivatives (GraSP), nuclear norms of each matrix (synaptic diversity, DSS) or Jacobians.
//!
//! Where nothing is left, counts and sums of weights and gradients are 0, and proxies that look at activations have no score ([`None`]).

mod forward;
mod guided;
mod judge;
mod prober;

pub use guided::{Comparison, Guided, guided};
pub use judge::{Candidate, Judged, judge};
pub use prober::{Prober, Scored};

/// What has to be computed for a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Counts, and norms that are measured once for the whole network.
    Weights,
    /// A pass forward over all tokens.
    Forward,
    /// A pass forward and back.
    Gradient,
    /// An all-positive pass of one token.
    Flow,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Weights, Self::Forward, Self::Gradient, Self::Flow];
}

/// A proxy; larger is meant to be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxy {
    /// The name in files and tables.
    pub name: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// What it needs.
    pub stage: Stage,
}

const fn proxy(name: &'static str, stage: Stage, formula: &'static str) -> Proxy {
    Proxy { name, formula, stage }
}

/// All proxies, cheapest first.
pub const PROXIES: [Proxy; 21] = [
    proxy("num_parameters_body", Stage::Weights, "parameters of the layers"),
    proxy("num_layers", Stage::Weights, "layers of which anything is kept"),
    proxy("flops", Stage::Weights, "multiplications and additions of the layers for 128 tokens"),
    proxy("weight_norm", Stage::Weights, "sum over ALL of ||W||_F"),
    proxy("head_confidence", Stage::Forward, "sum over q, k, v of mean over (B, C) of max over tokens"),
    proxy("softmax_confidence", Stage::Forward, "sum over layers of mean over (B, S, S) of max over heads"),
    proxy(
        "activation_distance",
        Stage::Forward,
        "sum over GELUs of b b' + (1 - b)(1 - b)', b of the first text",
    ),
    proxy(
        "nwot",
        Stage::Forward,
        "ln |det K|, K = sum over GELUs of X X' + (1 - X)(1 - X)', one row of X a text",
    ),
    proxy("v_pca", Stage::Forward, "sum over layers of components for 99% of the variance before GELU"),
    proxy("w_pca", Stage::Forward, "parameters of the layers x v_pca"),
    proxy("loss", Stage::Gradient, "minus the mean loss"),
    proxy("grad_norm", Stage::Gradient, "sum over ALL of ||G||_F"),
    proxy("snip", Stage::Gradient, "sum over ALL of sum |W G|"),
    proxy("plain", Stage::Gradient, "sum over ALL of sum W G"),
    proxy("synaptic_saliency", Stage::Gradient, "sum over FFN of sum |W G|"),
    proxy("head_importance", Stage::Gradient, "sum over q, k, v of sum |W G|"),
    proxy(
        "fisher",
        Stage::Gradient,
        "sum over columns of heads and units of mean over tokens of (a dL/da)^2 / 2",
    ),
    proxy("mask_fisher", Stage::Gradient, "sum over heads and units of mean over texts of (dL/dm)^2"),
    proxy("michel_importance", Stage::Gradient, "sum over heads of mean over texts of |dL/dm|"),
    proxy("synflow", Stage::Flow, "sum over ALL of sum |W R|, R of an all-positive pass"),
    proxy("logsynflow", Stage::Flow, "sum over ALL of sum |W| ln(1 + |R|)"),
];
