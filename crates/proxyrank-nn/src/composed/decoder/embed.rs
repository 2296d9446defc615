//! The adaptive embedding: each cluster's vectors, its projection, the factor √d, and positions where there is a table of them.

use candle_core::Tensor;

use super::Decoder;
use crate::NnError;
use crate::batch::Block;
use crate::decoder::DecoderInput;
use crate::real::Real;

impl Decoder<'_> {
    /// What the first layer reads, (B, S, d).
    pub(super) fn embedded<T: Real>(self, input: DecoderInput<'_>) -> Result<Tensor, NnError> {
        let Block { sequences, seq_len, .. } = input.whole();
        match input {
            DecoderInput::Tokens(tokens) => self.tokens::<T>(tokens.ids(), seq_len),
            DecoderInput::Ones { .. } => {
                let d = self.layout.network.d_model;
                self.placed(&Tensor::ones((sequences, seq_len, d), T::DTYPE, self.device)?)
            }
        }
    }

    /// Embedded tokens, (B, S, d).
    pub(super) fn tokens<T: Real>(self, ids: &[u32], seq_len: usize) -> Result<Tensor, NnError> {
        let d = self.layout.network.d_model;
        let mut x = Tensor::zeros((ids.len(), d), T::DTYPE, self.device)?;
        for (index, cluster) in self.vocabulary.clusters.iter().enumerate() {
            let table = &self.vocabulary.tables[cluster.table];
            let (mut rows, mut places) = (Vec::new(), Vec::new());
            for (row, &id) in ids.iter().enumerate() {
                if let Some((_, table_row)) = self.find(id).filter(|&(found, _)| found == index) {
                    rows.push(row);
                    places.push(table.place(table_row).ok_or(NnError::MissingVector { id })?);
                }
            }
            if rows.is_empty() {
                continue;
            }
            let vectors = self.tensors.stacked(&table.weight, ((), table.width))?;
            let mut vectors = vectors.index_select(&self.indices(places)?, 0)?;
            if let Some(projection) = &cluster.projection {
                vectors = vectors.matmul(&self.tensors.stacked(projection, (d, table.width))?.t()?)?;
            }
            x = x.index_add(&self.indices(rows)?, &vectors, 0)?;
        }
        let x = (x * (d as f64).sqrt())?;
        self.placed(&x.reshape(((), seq_len, d))?)
    }

    /// With positions.
    fn placed(self, x: &Tensor) -> Result<Tensor, NnError> {
        let Some(positions) = &self.vocabulary.positions else { return Ok(x.clone()) };
        let (_, seq_len, d) = x.dims3()?;
        let positions = self.tensors.stacked(positions, ((), d))?;
        Ok(x.broadcast_add(&positions.narrow(0, 0, seq_len)?)?)
    }

    /// The cluster of a token and its row in the cluster's table.
    pub(super) fn find(self, id: u32) -> Option<(usize, usize)> {
        self.vocabulary.find(id as usize)
    }

    /// Indices as a tensor.
    pub(super) fn indices(self, indices: Vec<usize>) -> Result<Tensor, NnError> {
        // One that does not fit is outside of every table, which candle then says.
        let indices = indices.into_iter().map(|index| u32::try_from(index).unwrap_or(u32::MAX));
        Ok(Tensor::from_iter(indices, self.device)?)
    }
}
