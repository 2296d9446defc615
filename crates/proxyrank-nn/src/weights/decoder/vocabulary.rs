//! Adaptive embedding and softmax: which tables, projections and biases a vocabulary has, and where they lie.
//!
//! Baevski & Auli (ICLR 2019), in the form of LiteTransformerSearch. Ids are sorted by frequency and cut into clusters;
//! cluster i has vectors of `d_embed / div_val^i` numbers, and a projection from there to the model's width. Without a
//! divisor there is one table for all clusters. The tables are those of the softmax too; its projections may be.

use std::ops::Range;

use proxyrank_space::decoder::{
    AdaptiveVocabulary, Cluster, DecoderFamily, DecoderNetwork, OutputProjection,
};

use crate::NnError;
use crate::weights::parameter::{Arena, Fill, Span};
use crate::weights::plan::Plan;

/// How much of the vocabulary's tables is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableExtent<'a> {
    /// Nothing, positions included: the layers alone can be looked at.
    None,
    /// What embeds these tokens, in any order. There is no softmax.
    Tokens(&'a [u32]),
    /// All of it, the softmax included.
    Full,
}

/// Which rows of a table are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableRows {
    /// All of them.
    All,
    /// These, rising.
    Some(Vec<u32>),
}

/// A table of word vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// (rows that are there, width).
    pub weight: Span,
    /// Numbers in a vector.
    pub width: usize,
    /// Which rows are there.
    pub rows: TableRows,
}

impl Table {
    /// Where the vector of a row lies in its arena; none if it is not there.
    pub(crate) fn row(&self, row: usize) -> Option<Range<usize>> {
        let start = self.weight.elements.start + self.place(row)? * self.width;
        Some(start..start + self.width)
    }

    /// Where a row stands among those that are there; none if it is not.
    pub(crate) fn place(&self, row: usize) -> Option<usize> {
        let place = match &self.rows {
            TableRows::All => row,
            TableRows::Some(rows) => rows.binary_search(&u32::try_from(row).ok()?).ok()?,
        };
        (place * self.width < self.weight.elements.len()).then_some(place)
    }
}

/// What the softmax reads of a cluster besides its vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLayout {
    /// From the model's width to the vectors', (`d_model`, width); the embedding's own where it is tied.
    pub projection: Option<Span>,
    /// Of the logits, (size).
    pub bias: Span,
}

/// A range of ids whose vectors have the same width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterLayout {
    /// Its ids.
    pub ids: Range<usize>,
    /// Index of its table.
    pub table: usize,
    /// The row of its first id in that table.
    pub first_row: usize,
    /// From the vectors to the model's width, (`d_model`, width).
    pub projection: Option<Span>,
    /// For the softmax; only where the whole vocabulary is there.
    pub output: Option<OutputLayout>,
}

/// The entries of the first softmax that stand for the other clusters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailLayout {
    /// One row a cluster but the first, (clusters - 1, `d_embed`).
    pub rows: Span,
    /// (clusters - 1).
    pub bias: Span,
}

/// Everything between ids and hidden states, on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VocabularyLayout {
    /// The tables.
    pub tables: Vec<Table>,
    /// The clusters in the order of ids.
    pub clusters: Vec<ClusterLayout>,
    /// Vectors of positions, (positions, `d_model`), where the family has a table of them.
    pub positions: Option<Span>,
    /// Where there is more than one cluster and the whole vocabulary.
    pub tail: Option<TailLayout>,
}

impl VocabularyLayout {
    /// The cluster of an id and its row in the cluster's table.
    pub(crate) fn find(&self, id: usize) -> Option<(usize, usize)> {
        let index = self.clusters.iter().position(|cluster| cluster.ids.contains(&id))?;
        let cluster = &self.clusters[index];
        Some((index, cluster.first_row + id - cluster.ids.start))
    }

    /// The vectors of a cluster, (size, width); the whole vocabulary must be there.
    pub(crate) fn vectors(&self, cluster: &ClusterLayout) -> Span {
        let Table { weight, width, .. } = &self.tables[cluster.table];
        let start = weight.elements.start + cluster.first_row * width;
        Span { elements: start..start + cluster.ids.len() * width, ..weight.clone() }
    }

    /// Lays out the vocabulary of a network; nothing where nothing is wanted of it.
    pub(super) fn new(
        plan: &mut Plan,
        network: &DecoderNetwork,
        extent: TableExtent<'_>,
    ) -> Result<Option<Self>, NnError> {
        let wanted = match extent {
            TableExtent::None => return Ok(None),
            TableExtent::Tokens(ids) => Some(sorted(ids, network.vocabulary.n_token)?),
            TableExtent::Full => None,
        };
        let AdaptiveVocabulary { n_token, div_val, d_embed, clusters } = &network.vocabulary;
        let d = network.d_model;
        let bounds = bounds(clusters);
        let shared = *div_val == 1;
        let ranges = if shared { vec![(0..*n_token, *d_embed)] } else { bounds.clone() };
        let tables: Vec<Table> = ranges
            .iter()
            .enumerate()
            .map(|(index, (ids, width))| {
                let path = format!("{}.emb_layers.{index}.weight", embedding_path(network));
                table(plan, path, ids, *width, wanted.as_deref())
            })
            .collect();
        let count = network.vocabulary.embedding_projections(d);
        let projections: Vec<Span> = (0..count)
            .map(|index| {
                let path = format!("{}.emb_projs.{index}", embedding_path(network));
                plan.push(path, vec![d, ranges[index].1], Fill::NarrowNormal, Arena::Embeddings)
            })
            .collect();
        let positions = (network.family == DecoderFamily::Gpt2).then(|| {
            let path = "transformer.wpe.weight".to_owned();
            plan.push(path, vec![network.tgt_len, d], Fill::Normal, Arena::Embeddings)
        });
        let mut laid: Vec<ClusterLayout> = Vec::new();
        for (index, (ids, _)) in bounds.iter().enumerate() {
            let (table, first_row) = if shared { (0, ids.start) } else { (index, 0) };
            let projection = projections.get(table).cloned();
            laid.push(ClusterLayout { ids: ids.clone(), table, first_row, projection, output: None });
        }
        let tail = match wanted {
            Some(_) => None,
            None => softmax(plan, network, &ranges, &mut laid),
        };
        Ok(Some(Self { tables, clusters: laid, positions, tail }))
    }
}

/// How the names of the embedding's parameters begin.
const fn embedding_path(network: &DecoderNetwork) -> &'static str {
    match network.family {
        DecoderFamily::Gpt2 => "transformer.wte",
        DecoderFamily::TransformerXl => "word_emb",
    }
}

/// Ids and width of each cluster.
fn bounds(clusters: &[Cluster]) -> Vec<(Range<usize>, usize)> {
    let ends = clusters.iter().scan(0, |end, cluster| {
        let start = *end;
        *end += cluster.size;
        Some((start..*end, cluster.width))
    });
    ends.collect()
}

fn sorted(ids: &[u32], n_token: usize) -> Result<Vec<u32>, NnError> {
    if let Some(&id) = ids.iter().find(|&&id| id as usize >= n_token) {
        return Err(NnError::UnknownToken { id, vocab_size: n_token });
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The table of a range of ids, or the rows of it that are wanted.
fn table(plan: &mut Plan, path: String, ids: &Range<usize>, width: usize, wanted: Option<&[u32]>) -> Table {
    let rows = wanted.map(|wanted| {
        let own = wanted.iter().filter(|&&id| ids.contains(&(id as usize)));
        own.filter_map(|&id| u32::try_from(id as usize - ids.start).ok()).collect::<Vec<u32>>()
    });
    let count = rows.as_ref().map_or(ids.len(), Vec::len);
    let place = (Arena::Embeddings, count * width);
    let weight = plan.push_part(path, vec![ids.len(), width], Fill::Normal, place);
    Table { weight, width, rows: rows.map_or(TableRows::All, TableRows::Some) }
}

/// The parameters of the softmax: biases by table, projections of its own, rows for the tail clusters.
fn softmax(
    plan: &mut Plan,
    network: &DecoderNetwork,
    ranges: &[(Range<usize>, usize)],
    laid: &mut [ClusterLayout],
) -> Option<TailLayout> {
    let softmax = match network.family {
        DecoderFamily::Gpt2 => "lm_head",
        DecoderFamily::TransformerXl => "crit",
    };
    let mut push = |name: String, shape: Vec<usize>, fill| {
        plan.push(format!("{softmax}.{name}"), shape, fill, Arena::Embeddings)
    };
    let clusters = &network.vocabulary.clusters;
    let tail = (clusters.len() > 1).then(|| {
        let count = clusters.len() - 1;
        let rows = vec![count, network.vocabulary.d_embed];
        TailLayout {
            rows: push("cluster_weight".to_owned(), rows, Fill::Normal),
            bias: push("cluster_bias".to_owned(), vec![count], Fill::Zeros),
        }
    });
    let biases: Vec<Span> = ranges
        .iter()
        .enumerate()
        .map(|(index, (ids, _))| push(format!("out_layers_biases.{index}"), vec![ids.len()], Fill::Zeros))
        .collect();
    for (index, (cluster, layout)) in clusters.iter().zip(laid).enumerate() {
        let projection = match cluster.output {
            OutputProjection::None => None,
            OutputProjection::Tied => layout.projection.clone(),
            OutputProjection::Own => {
                let shape = vec![network.d_model, cluster.width];
                Some(push(format!("out_projs.{index}"), shape, Fill::NarrowNormal))
            }
        };
        let all = &biases[layout.table];
        let start = all.elements.start + layout.first_row;
        let bias = Span { elements: start..start + cluster.size, ..all.clone() };
        layout.output = Some(OutputLayout { projection, bias });
    }
    tail
}
