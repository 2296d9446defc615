//! The adaptive softmax.

use candle_core::Tensor;

use super::Decoder;
use crate::NnError;
use crate::composed::loss::negative_log_likelihoods;
use crate::weights::{ClusterLayout, OutputLayout};

impl Decoder<'_> {
    /// Negative log-likelihood of each row's label, (B·S): that of the first softmax's entry, which stands for the label or for
    /// its cluster, and in a tail cluster that of the label within it.
    pub(super) fn next_tokens(self, hidden: &Tensor, labels: &[u32]) -> Result<Tensor, NnError> {
        let rows = hidden.flatten(0, 1)?;
        let mut losses = Tensor::zeros(labels.len(), rows.dtype(), self.device)?;
        for (index, cluster) in self.vocabulary.clusters.iter().enumerate() {
            let (mut places, mut entries) = (Vec::new(), Vec::new());
            for (place, &label) in labels.iter().enumerate() {
                let Some((found, row)) = self.find(label) else { continue };
                if index == 0 && found > 0 {
                    places.push(place);
                    entries.push(cluster.ids.len() + found - 1);
                } else if found == index {
                    places.push(place);
                    entries.push(row - cluster.first_row);
                }
            }
            if places.is_empty() {
                continue;
            }
            let (places, entries) = (self.indices(places)?, self.indices(entries)?);
            let own = rows.index_select(&places, 0)?;
            let logits = if index == 0 { self.first_logits(&own)? } else { self.logits(&own, cluster)? };
            losses = losses.index_add(&places, &negative_log_likelihoods(&logits, &entries)?, 0)?;
        }
        Ok(losses)
    }

    /// Logits of the first cluster's own entries, (B·S, size).
    pub(super) fn first_cluster(self, hidden: &Tensor) -> Result<Tensor, NnError> {
        self.logits(&hidden.flatten(0, 1)?, self.first()?)
    }

    /// Logits of the first softmax: of the first cluster's own entries, then of those that stand for the other clusters.
    fn first_logits(self, rows: &Tensor) -> Result<Tensor, NnError> {
        let first = self.first()?;
        let own = self.logits(rows, first)?;
        let Some(tail) = &self.vocabulary.tail else { return Ok(own) };
        let projected = self.projected(rows, first)?;
        let vectors = self.tensors.stacked(&tail.rows, ((), projected.dim(1)?))?;
        let bias = self.tensors.stacked(&tail.bias, vectors.dim(0)?)?;
        let others = projected.matmul(&vectors.t()?)?.broadcast_add(&bias)?;
        Ok(Tensor::cat(&[own, others], 1)?)
    }

    /// Logits of a cluster's entries.
    fn logits(self, rows: &Tensor, cluster: &ClusterLayout) -> Result<Tensor, NnError> {
        let projected = self.projected(rows, cluster)?;
        let (start, size) = (cluster.first_row, cluster.ids.len());
        let table = &self.vocabulary.tables[cluster.table];
        let vectors = self.tensors.stacked(&table.weight, ((), table.width))?.narrow(0, start, size)?;
        let bias = self.tensors.stacked(&output(cluster)?.bias, ((),))?.narrow(0, start, size)?;
        Ok(projected.matmul(&vectors.t()?)?.broadcast_add(&bias)?)
    }

    /// Rows of the hidden state in the width of a cluster's vectors.
    fn projected(self, rows: &Tensor, cluster: &ClusterLayout) -> Result<Tensor, NnError> {
        Ok(match &output(cluster)?.projection {
            None => rows.clone(),
            Some(span) => rows.matmul(&self.tensors.stacked(span, (rows.dim(1)?, ()))?)?,
        })
    }

    fn first(&self) -> Result<&ClusterLayout, NnError> {
        self.vocabulary.clusters.first().ok_or(NnError::MissingVocabulary)
    }
}

/// What the softmax reads of a cluster.
fn output(cluster: &ClusterLayout) -> Result<&OutputLayout, NnError> {
    cluster.output.as_ref().ok_or(NnError::MissingVocabulary)
}
