//! The adaptive embedding: each cluster's vectors, its projection, the factor √d, and positions where there is a table of them.

use std::collections::BTreeMap;

use faer::Accum;

use crate::NnError;
use crate::batch::Block;
use crate::decoder::DecoderInput;
use crate::kernels::{self, Operand, product};
use crate::real::Real;
use crate::weights::{Arena, DecoderWeights, Span, VocabularyLayout};

/// What embeds tokens.
#[derive(Debug)]
pub(super) struct Embedding<'a, T> {
    weights: &'a DecoderWeights<T>,
    vocabulary: &'a VocabularyLayout,
    d: usize,
}

/// The tokens of one cluster: their rows in the block, and their rows in the table.
type Members = BTreeMap<usize, Vec<(usize, usize)>>;

impl<'a, T: Real> Embedding<'a, T> {
    pub(super) fn new(weights: &'a DecoderWeights<T>) -> Result<Self, NnError> {
        let layout = weights.layout();
        Ok(Self { weights, vocabulary: layout.vocabulary()?, d: layout.network.d_model })
    }

    /// Vectors of tokens with their positions, (rows, d).
    pub(super) fn tokens(&self, ids: &[u32], seq_len: usize) -> Result<Vec<T>, NnError> {
        let d = self.d;
        let mut x = vec![T::ZERO; ids.len() * d];
        for (index, members) in self.members(ids) {
            let cluster = &self.vocabulary.clusters[index];
            let width = self.vocabulary.tables[cluster.table].width;
            let vectors = self.vectors(ids, index, &members)?;
            let projected = match &cluster.projection {
                None => vectors,
                Some(span) => {
                    let mut projected = vec![T::ZERO; members.len() * d];
                    let [left, right] =
                        [Operand::dense(&vectors, members.len(), width), self.projection(span, width).t()];
                    product(&mut projected, d, Accum::Replace, T::ONE, left, right);
                    projected
                }
            };
            for ((row, _), vector) in members.iter().zip(projected.chunks_exact(d)) {
                for (target, &value) in x[row * d..][..d].iter_mut().zip(vector) {
                    *target = value * self.scale();
                }
            }
        }
        self.add_positions(&mut x, seq_len);
        Ok(x)
    }

    /// Ones in place of vectors, with positions.
    pub(super) fn ones(&self, block: &Block) -> Vec<T> {
        let mut x = vec![T::ONE; block.rows() * self.d];
        self.add_positions(&mut x, block.seq_len);
        x
    }

    /// From the gradient of the input to those of positions, vectors and projections, which are added to `tables`.
    pub(super) fn scatter(&self, input: DecoderInput<'_>, gradient: &[T], tables: &mut [T]) {
        let d = self.d;
        if let Some(positions) = &self.vocabulary.positions {
            let positions = &mut tables[positions.elements.clone()];
            for sequence in gradient.chunks_exact(input.whole().seq_len * d) {
                kernels::residual(&mut positions[..sequence.len()], sequence);
            }
        }
        let DecoderInput::Tokens(tokens) = input else { return };
        for (index, members) in self.members(tokens.ids()) {
            let cluster = &self.vocabulary.clusters[index];
            let table = &self.vocabulary.tables[cluster.table];
            let rows = members.iter().flat_map(|(row, _)| &gradient[row * d..][..d]);
            let own: Vec<T> = rows.map(|&value| value * self.scale()).collect();
            let back = match &cluster.projection {
                None => own,
                Some(span) => {
                    let mut back = vec![T::ZERO; members.len() * table.width];
                    let [left, right] =
                        [Operand::dense(&own, members.len(), d), self.projection(span, table.width)];
                    product(&mut back, table.width, Accum::Replace, T::ONE, left, right);
                    if let Ok(vectors) = self.vectors(tokens.ids(), index, &members) {
                        let target = &mut tables[span.elements.clone()];
                        let right = Operand::dense(&vectors, members.len(), table.width);
                        product(target, table.width, Accum::Add, T::ONE, left.t(), right);
                    }
                    back
                }
            };
            for ((_, row), gradient) in members.iter().zip(back.chunks_exact(table.width)) {
                if let Some(place) = table.row(*row) {
                    kernels::residual(&mut tables[place], gradient);
                }
            }
        }
    }

    /// The tokens of each cluster that occurs.
    fn members(&self, ids: &[u32]) -> Members {
        let mut members = Members::new();
        for (row, &id) in ids.iter().enumerate() {
            if let Some((cluster, table_row)) = self.vocabulary.find(id as usize) {
                members.entry(cluster).or_default().push((row, table_row));
            }
        }
        members
    }

    /// Their vectors before the projection.
    fn vectors(&self, ids: &[u32], cluster: usize, members: &[(usize, usize)]) -> Result<Vec<T>, NnError> {
        let table = &self.vocabulary.tables[self.vocabulary.clusters[cluster].table];
        let mut vectors = Vec::with_capacity(members.len() * table.width);
        for &(row, table_row) in members {
            let place = table.row(table_row).ok_or(NnError::MissingVector { id: ids[row] })?;
            vectors.extend_from_slice(&self.weights.embeddings()[place]);
        }
        Ok(vectors)
    }

    fn projection(&self, span: &Span, width: usize) -> Operand<'a, T> {
        debug_assert_eq!(span.arena, Arena::Embeddings);
        Operand::dense(self.weights.values(span), self.d, width)
    }

    fn scale(&self) -> T {
        T::of_f64((self.d as f64).sqrt())
    }

    fn add_positions(&self, x: &mut [T], seq_len: usize) {
        let Some(positions) = &self.vocabulary.positions else { return };
        let positions = self.weights.values(positions);
        for sequence in x.chunks_exact_mut(seq_len * self.d) {
            kernels::residual(sequence, &positions[..seq_len * self.d]);
        }
    }
}
