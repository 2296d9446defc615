//! What can be wrong with an architecture.

use proxyrank_schema::Reading;

use crate::Family;

/// Why an entry is no architecture of its space, or a network cannot be built or counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpaceError {
    /// A value is not among those that the space allows.
    #[error("{place}{field} is {value}; the space allows {allowed}")]
    Value {
        /// Where, such as `layer 2: `; empty for a field of the whole architecture.
        place: String,
        /// Which field.
        field: &'static str,
        /// What was found.
        value: String,
        /// What may stand there.
        allowed: String,
    },
    /// A list that must have one entry a layer has another length.
    #[error("{field} has {found} entries, but n_layer is {n_layer}")]
    PerLayer {
        /// Which list.
        field: &'static str,
        /// Its length.
        found: usize,
        /// The number of layers.
        n_layer: usize,
    },
    /// The heads of a layer do not divide the model's width.
    #[error("layer {layer}: {heads} heads do not divide a width of {width}")]
    Heads {
        /// The layer, from 0.
        layer: usize,
        /// Its heads.
        heads: usize,
        /// The width to be divided.
        width: usize,
    },
    /// The vocabulary's cutoffs do not increase.
    #[error(
        "cutoffs[{index}] = {value} does not exceed the entry before it ({before}); cutoffs must increase strictly from 1 up to the first one above n_token"
    )]
    Cutoffs {
        /// Index of the offending entry.
        index: usize,
        /// The entry.
        value: usize,
        /// The entry before it, 0 for the first.
        before: usize,
    },
    /// There is no cutoff at all.
    #[error("cutoffs is empty; a single cluster is written as [n_token]")]
    NoCutoffs,
    /// A cluster's embedding width came out as nothing.
    #[error("cluster {cluster}: d_embed {d_embed} divided by {div_val}^{cluster} leaves no width")]
    ClusterWidth {
        /// The cluster, from 0.
        cluster: usize,
        /// Embedding size of the first cluster.
        d_embed: usize,
        /// The divisor from one cluster to the next.
        div_val: usize,
    },
    /// Fewer `tie_projs` than clusters.
    #[error("tie_projs has {found} entries for {clusters} clusters")]
    TieProjs {
        /// Its length.
        found: usize,
        /// Effective clusters.
        clusters: usize,
    },
    /// The family has no network under this reading.
    #[error("{family} architectures have no network under the reading `{reading}`; use one of {allowed}")]
    Reading {
        /// The family.
        family: Family,
        /// What was asked for.
        reading: Reading,
        /// What exists.
        allowed: &'static str,
    },
    /// A sequence is empty or longer than the network can read.
    #[error("a sequence of {seq_len} tokens cannot be counted; this network reads 1 to {longest}")]
    SequenceLength {
        /// What was asked for.
        seq_len: usize,
        /// The longest sequence.
        longest: usize,
    },
}
