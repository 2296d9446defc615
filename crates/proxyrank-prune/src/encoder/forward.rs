//! The way forward through what is left, on one thread.
//!
//! B texts have T tokens together. Hidden states are (T, d) matrices until the last attention that is kept; from its queries on they
//! are (B, d), the first token of each text.

use std::ops::Range;

use faer::Accum;

use super::dropout::{Row, Site};
use super::kernels;
use super::matrix::{Factor, product};
use super::pruned::{Attention, Ffn, Pruned};
use super::{Dropout, Place, Texts};

/// What the way back needs of a norm: rows before gain and shift, and one over each row's deviation.
#[derive(Debug, Default)]
pub(super) struct NormTape {
    pub normed: Vec<f32>,
    pub scales: Vec<f32>,
}

/// What the way back needs of an attention. R rows are asked for: all tokens, or the first ones.
#[derive(Debug)]
pub(super) struct AttentionTape {
    /// (T, d).
    pub input: Vec<f32>,
    /// (R, h dh).
    pub query: Vec<f32>,
    /// (T, h dh).
    pub key: Vec<f32>,
    /// (T, h dh).
    pub value: Vec<f32>,
    /// Before dropout: text by text and head by head, queries x keys.
    pub probabilities: Vec<f32>,
    /// (R, h dh).
    pub context: Vec<f32>,
    pub norm: NormTape,
}

/// What the way back needs of a feed-forward block.
#[derive(Debug)]
pub(super) struct FfnTape {
    /// (R, d).
    pub input: Vec<f32>,
    /// Behind GELU, (R, u).
    pub units: Vec<f32>,
    /// Slopes of GELU, (R, u).
    pub slopes: Vec<f32>,
    pub norm: NormTape,
}

/// What the way back needs of a pass.
#[derive(Debug, Default)]
pub struct Tape {
    pub(super) embedding: NormTape,
    pub(super) layers: Vec<(Option<AttentionTape>, Option<FfnTape>)>,
    /// Last hidden state of the first tokens, (B, d).
    pub(super) first: Vec<f32>,
    /// Pooled, before dropout.
    pub(super) pooled: Vec<f32>,
    /// Pooled, behind dropout.
    pub(super) dropped: Vec<f32>,
}

/// Hidden states on their way.
pub(super) struct Flow<'a> {
    pub texts: &'a Texts,
    pub dropout: Option<Dropout>,
    /// Whether only first tokens are left.
    pub first_only: bool,
}

impl Flow<'_> {
    /// The rows of each text.
    pub(super) fn rows_of_texts(&self) -> Vec<Range<usize>> {
        if self.first_only {
            (0..self.texts.len()).map(|text| text..text + 1).collect()
        } else {
            self.texts.tokens.clone()
        }
    }

    /// Which token each row is.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |text: usize| {
            let tokens = if self.first_only { 1 } else { self.texts.tokens[text].len() };
            (0..tokens).map(move |token| Row { text: self.texts.places[text], token })
        };
        (0..self.texts.len()).flat_map(row).collect()
    }

    /// Dropout of hidden states, in place.
    pub(super) fn drop(&self, site: Site, values: &mut [f32], width: usize) {
        let Some(dropout) = self.dropout else { return };
        for (row, values) in self.rows().into_iter().zip(values.chunks_exact_mut(width)) {
            dropout.apply(site, row, values);
        }
    }

    /// Of (T, d) the rows of first tokens.
    pub(super) fn first(&self, values: &[f32], width: usize) -> Vec<f32> {
        let rows = self.texts.tokens.iter().map(|tokens| &values[tokens.start * width..][..width]);
        rows.flatten().copied().collect()
    }
}

impl Pruned<'_> {
    /// Logits, (B, outputs). What the way back needs goes to `tape`, if one is given.
    pub fn forward(&self, texts: &Texts, dropout: Option<Dropout>, mut tape: Option<&mut Tape>) -> Vec<f32> {
        let d = self.config.hidden_size;
        let mut flow = Flow { texts, dropout, first_only: false };
        let (mut x, embedding) = self.embed(&flow);
        let last = self.last_attention();
        if last.is_none() {
            x = flow.first(&x, d);
            flow.first_only = true;
        }
        let mut layers = Vec::new();
        for (layer, (attention, ffn)) in self.layers.iter().enumerate() {
            let attended = attention.as_ref().map(|attention| {
                let input = std::mem::take(&mut x);
                flow.first_only = Some(layer) == last;
                let kept;
                (x, kept) = self.attend(layer, attention, &flow, input);
                kept
            });
            let fed = ffn.as_ref().map(|ffn| {
                let input = std::mem::take(&mut x);
                let kept;
                (x, kept) = self.feed(layer, ffn, &flow, input, tape.is_some());
                kept
            });
            if tape.is_some() {
                layers.push((attended, fed));
            }
        }
        let pooled = self.pool(&x);
        let mut dropped = pooled.clone();
        flow.drop(Site::Pooled, &mut dropped, d);
        let (weight, bias) = &self.layout.classifier;
        let logits = self.linear(&dropped, weight, bias);
        if let Some(tape) = &mut tape {
            **tape = Tape { embedding, layers, first: x, pooled, dropped };
        }
        logits
    }

    /// x Wᵀ + b with whole weights; x has the weight's columns.
    pub(super) fn linear(&self, x: &[f32], weight: &Place, bias: &Place) -> Vec<f32> {
        let mut y = times(
            x,
            weight.columns,
            Factor::new(self.part(weight), weight.rows, weight.columns, weight.columns),
            weight.rows,
        );
        kernels::add_bias(&mut y, self.part(bias));
        y
    }

    pub(super) fn part(&self, place: &Place) -> &[f32] {
        &self.values[place.range()]
    }

    pub(super) fn embed(&self, flow: &Flow<'_>) -> (Vec<f32>, NormTape) {
        let d = self.config.hidden_size;
        let [words, positions, segments] =
            [&self.layout.words, &self.layout.positions, &self.layout.segments].map(|place| self.part(place));
        let texts = flow.texts;
        let mut x = Vec::with_capacity(texts.ids.len() * d);
        for tokens in &texts.tokens {
            for (position, token) in tokens.clone().enumerate() {
                let word = &words[texts.ids[token] as usize * d..][..d];
                let segment = &segments[texts.segments[token] as usize * d..][..d];
                let position = &positions[position * d..][..d];
                let rows = word.iter().zip(segment).zip(position);
                x.extend(rows.map(|((word, segment), position)| word + segment + position));
            }
        }
        let norm = self.norm(&mut x, &self.layout.embedding_norm);
        flow.drop(Site::Embeddings, &mut x, d);
        (x, norm)
    }

    /// A norm in place.
    pub(super) fn norm(&self, x: &mut [f32], (gain, shift): &(Place, Place)) -> NormTape {
        let mut tape = NormTape { normed: vec![0.0; x.len()], scales: vec![0.0; x.len() / gain.columns] };
        #[expect(clippy::cast_possible_truncation, reason = "a constant of the configuration")]
        let epsilon = self.config.layer_norm_eps as f32;
        kernels::layer_norm(
            x,
            self.part(gain),
            self.part(shift),
            epsilon,
            &mut tape.normed,
            &mut tape.scales,
        );
        tape
    }

    /// A layer's attention with residual sum and norm. If the flow says so, only the first tokens ask.
    pub(super) fn attend(
        &self,
        layer: usize,
        attention: &Attention<'_>,
        flow: &Flow<'_>,
        input: Vec<f32>,
    ) -> (Vec<f32>, AttentionTape) {
        let d = self.config.hidden_size;
        let places = &self.layout.layers[layer];
        let width = attention.heads.len() * self.config.shape().head_width();
        let residual = if flow.first_only { flow.first(&input, d) } else { input.clone() };
        let project = |index: usize, x: &[f32]| {
            let (weight, bias) = &attention.query_key_value[index];
            let mut y = times(x, d, weight.factor(), width);
            kernels::add_bias(&mut y, bias.vector());
            y
        };
        let (query, key, value) = (project(0, &residual), project(1, &input), project(2, &input));
        let mut context = vec![0.0; query.len()];
        let mut probabilities = Vec::new();
        let mut scratch = Vec::new();
        for tile in self.tiles(attention, flow) {
            let start = probabilities.len();
            probabilities.resize(start + tile.queries * tile.keys, 0.0);
            let scores = &mut probabilities[start..];
            product(
                scores,
                tile.keys,
                Accum::Replace,
                tile.scale,
                tile.of_queries(&query),
                tile.of_keys(&key).t(),
            );
            kernels::softmax(scores, tile.keys);
            scratch.clear();
            scratch.extend_from_slice(scores);
            tile.drop(layer, flow, &mut scratch);
            let target = &mut context[tile.first_query * width + tile.column..];
            let kept = Factor::new(&scratch, tile.queries, tile.keys, tile.keys);
            product(target, width, Accum::Replace, 1.0, kept, tile.of_keys(&value));
        }
        let mut x = times(&context, width, attention.output.factor(), d);
        kernels::add_bias(&mut x, self.part(&places.output.1));
        flow.drop(Site::AttentionOutput(layer), &mut x, d);
        kernels::add(&mut x, &residual);
        let norm = self.norm(&mut x, &places.attention_norm);
        (x, AttentionTape { input, query, key, value, probabilities, context, norm })
    }

    /// A layer's feed-forward block with residual sum and norm.
    pub(super) fn feed(
        &self,
        layer: usize,
        ffn: &Ffn<'_>,
        flow: &Flow<'_>,
        input: Vec<f32>,
        keep: bool,
    ) -> (Vec<f32>, FfnTape) {
        let d = self.config.hidden_size;
        let places = &self.layout.layers[layer];
        let bias = ffn.up.1.vector();
        let mut units = times(&input, d, ffn.up.0.factor(), bias.len());
        let mut slopes = Vec::new();
        if keep {
            slopes.resize(units.len(), 0.0);
            kernels::bias_gelu_kept(&mut units, &mut slopes, bias);
        } else {
            kernels::bias_gelu(&mut units, bias);
        }
        let mut x = times(&units, bias.len(), ffn.down.factor(), d);
        kernels::add_bias(&mut x, self.part(&places.down.1));
        flow.drop(Site::FfnOutput(layer), &mut x, d);
        kernels::add(&mut x, &input);
        let norm = self.norm(&mut x, &places.ffn_norm);
        (x, FfnTape { input, units, slopes, norm })
    }

    fn pool(&self, first: &[f32]) -> Vec<f32> {
        let (weight, bias) = &self.layout.pooler;
        let mut pooled = self.linear(first, weight, bias);
        for value in &mut pooled {
            *value = value.tanh();
        }
        pooled
    }

    /// The heads of all texts, text by text.
    pub(super) fn tiles<'t>(
        &self,
        attention: &'t Attention<'_>,
        flow: &'t Flow<'_>,
    ) -> impl Iterator<Item = Tile> + 't {
        let head_width = self.config.shape().head_width();
        let width = attention.heads.len() * head_width;
        let scale = 1.0 / (head_width as f32).sqrt();
        let (texts, first_only) = (flow.texts, flow.first_only);
        (0..texts.len()).flat_map(move |text| {
            let tokens = &texts.tokens[text];
            let (first_query, queries) = if first_only { (text, 1) } else { (tokens.start, tokens.len()) };
            attention.heads.iter().enumerate().map(move |(place, &head)| Tile {
                text: texts.places[text],
                head,
                first_query,
                queries,
                first_key: tokens.start,
                keys: tokens.len(),
                column: place * head_width,
                head_width,
                width,
                scale,
            })
        })
    }
}

/// One head of one text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    text: usize,
    /// By its place in the whole layer.
    head: usize,
    pub first_query: usize,
    pub queries: usize,
    pub first_key: usize,
    pub keys: usize,
    /// First column of the head among those that are kept.
    pub column: usize,
    head_width: usize,
    /// Columns of all kept heads.
    width: usize,
    /// What scores are multiplied by.
    pub scale: f32,
}

impl Tile {
    /// Its part of a matrix with a row for each query.
    pub(super) fn of_queries<'a>(&self, values: &'a [f32]) -> Factor<'a> {
        Factor::new(
            &values[self.first_query * self.width + self.column..],
            self.queries,
            self.head_width,
            self.width,
        )
    }

    /// Its part of a matrix with a row for each key.
    pub(super) fn of_keys<'a>(&self, values: &'a [f32]) -> Factor<'a> {
        Factor::new(
            &values[self.first_key * self.width + self.column..],
            self.keys,
            self.head_width,
            self.width,
        )
    }

    /// Dropout of its probabilities, in place.
    pub(super) fn drop(&self, layer: usize, flow: &Flow<'_>, probabilities: &mut [f32]) {
        let Some(dropout) = flow.dropout else { return };
        for (token, row) in probabilities.chunks_exact_mut(self.keys).enumerate() {
            dropout.apply(Site::Attention(layer, self.head), Row { text: self.text, token }, row);
        }
    }
}

/// x Wᵀ for x with rows of `inputs` numbers and W of (outputs, inputs).
pub(super) fn times(x: &[f32], inputs: usize, weight: Factor<'_>, outputs: usize) -> Vec<f32> {
    let rows = x.len() / inputs;
    let mut y = vec![0.0; rows * outputs];
    product(&mut y, outputs, Accum::Replace, 1.0, Factor::new(x, rows, inputs, inputs), weight.t());
    y
}
