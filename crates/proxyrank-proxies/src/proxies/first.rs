//! Element 0 of a list of matrices: what LPZero's script for encoders keeps of several proxies.
//!
//! The script takes the list with one entry a linear layer for a list of one, and scores its first entry. In the order of
//! the released network that is the projection behind the embeddings, or the first layer's query layer (a transform's
//! input layer) where embeddings and layers have the same width.

use proxyrank_schema::Outcome;

use crate::gradient::MatrixValues;

/// The value of element 0.
pub(super) fn of(values: &MatrixValues) -> Outcome {
    match values.first() {
        Some(first) => Outcome::from_value(first.value),
        None => Outcome::unsupported("the network has no matrix"),
    }
}
