//! The way back.

use faer::Accum;

use super::dropout::Site;
use super::forward::{AttentionTape, FfnTape, Flow, NormTape, Tape, Tile};
use super::kernels;
use super::matrix::{Factor, Slice, product};
use super::pruned::{Attention, Ffn, Pruned};
use super::{Dropout, Gradient, Place, Texts};

impl Pruned<'_> {
    /// Adds the gradient of a scalar whose derivatives by the logits are given, (B, outputs), for the pass that wrote the tape.
    pub fn backward(
        &self,
        texts: &Texts,
        dropout: Option<Dropout>,
        tape: &Tape,
        logits: &[f32],
        gradient: &mut Gradient,
    ) {
        let d = self.config.hidden_size;
        let last = self.last_attention();
        let mut flow = Flow { texts, dropout, first_only: true };
        let mut g = self.back_linear(&self.layout.classifier, &tape.dropped, logits, gradient);
        flow.drop(Site::Pooled, &mut g, d);
        g.iter_mut().zip(&tape.pooled).for_each(|(g, pooled)| *g *= 1.0 - pooled * pooled);
        g = self.back_linear(&self.layout.pooler, &tape.first, &g, gradient);
        let mut scratch = Vec::new();
        for (layer, ((attention, ffn), (attended, fed))) in
            self.layers.iter().zip(&tape.layers).enumerate().rev()
        {
            if let (Some(ffn), Some(fed)) = (ffn, fed) {
                g = self.back_feed(layer, ffn, fed, &flow, g, gradient, &mut scratch);
            }
            if let (Some(attention), Some(attended)) = (attention, attended) {
                flow.first_only = Some(layer) == last;
                g = self.back_attend(layer, attention, attended, &flow, g, gradient, &mut scratch);
                flow.first_only = false;
            }
        }
        if last.is_none() {
            let mut all = vec![0.0; texts.ids.len() * d];
            scatter_first(texts, d, &g, &mut all);
            g = all;
        }
        flow.first_only = false;
        self.back_embed(&tape.embedding, &flow, g, gradient);
    }

    /// The gradient of the sum of all logits with the pooler's tanh left out, for passes in which it would be flat: the
    /// all-positive one of `SynFlow`.
    pub fn linear_head_backward(&self, texts: &Texts, gradient: &mut Gradient) {
        let mut tape = Tape::default();
        let logits = self.forward(texts, None, Some(&mut tape));
        // The slope of tanh is one less the square of its value.
        tape.pooled.fill(0.0);
        self.backward(texts, None, &tape, &vec![1.0; logits.len()], gradient);
    }

    /// Back through x Wᵀ + b with whole weights.
    fn back_linear(
        &self,
        (weight, bias): &(Place, Place),
        x: &[f32],
        g: &[f32],
        gradient: &mut Gradient,
    ) -> Vec<f32> {
        let (outputs, inputs) = (weight.rows, weight.columns);
        let rows = g.len() / outputs;
        let (g_rows, x_rows) = (Factor::new(g, rows, outputs, outputs), Factor::new(x, rows, inputs, inputs));
        product(&mut gradient.values[weight.range()], inputs, Accum::Add, 1.0, g_rows.t(), x_rows);
        kernels::column_sums(g, &mut gradient.values[bias.range()]);
        let mut back = vec![0.0; rows * inputs];
        let weight = Factor::new(self.part(weight), outputs, inputs, inputs);
        product(&mut back, inputs, Accum::Replace, 1.0, g_rows, weight);
        back
    }

    /// Back through a norm, in place.
    fn back_norm(
        &self,
        (gain, shift): &(Place, Place),
        tape: &NormTape,
        g: &mut [f32],
        gradient: &mut Gradient,
    ) {
        let width = gain.columns;
        let (mut gains, mut shifts) = (vec![0.0; width], vec![0.0; width]);
        kernels::layer_norm_backward(g, &tape.normed, &tape.scales, self.part(gain), &mut gains, &mut shifts);
        kernels::add(&mut gradient.values[gain.range()], &gains);
        kernels::add(&mut gradient.values[shift.range()], &shifts);
    }

    #[expect(clippy::too_many_arguments, reason = "a block, its tape, and where its gradients go")]
    fn back_feed(
        &self,
        layer: usize,
        ffn: &Ffn<'_>,
        tape: &FfnTape,
        flow: &Flow<'_>,
        mut g: Vec<f32>,
        gradient: &mut Gradient,
        scratch: &mut Vec<f32>,
    ) -> Vec<f32> {
        let d = self.config.hidden_size;
        let places = &self.layout.layers[layer];
        self.back_norm(&places.ffn_norm, &tape.norm, &mut g, gradient);
        let residual = g.clone();
        flow.drop(Site::FfnOutput(layer), &mut g, d);
        kernels::column_sums(&g, &mut gradient.values[places.down.1.range()]);
        let mut inner =
            back_slice(&ffn.down, &tape.units, &g, (d, ffn.up.1.vector().len()), gradient, scratch);
        if let Some(masks) = &mut gradient.masks {
            masks.add_units(layer, ffn.up.1.columns(), &flow.rows_of_texts(), (&tape.units, &inner));
        }
        let mut bias = vec![0.0; ffn.up.1.vector().len()];
        kernels::gelu_backward(&mut inner, &tape.slopes, &mut bias);
        ffn.up.1.add_vector(&mut gradient.values, &bias);
        let mut g = back_slice(&ffn.up.0, &tape.input, &inner, (bias.len(), d), gradient, scratch);
        kernels::add(&mut g, &residual);
        g
    }

    /// Gives the gradient of the input, (T, d), whether all tokens asked or only the first ones.
    #[expect(clippy::too_many_arguments, reason = "a block, its tape, and where its gradients go")]
    fn back_attend(
        &self,
        layer: usize,
        attention: &Attention<'_>,
        tape: &AttentionTape,
        flow: &Flow<'_>,
        mut g: Vec<f32>,
        gradient: &mut Gradient,
        scratch: &mut Vec<f32>,
    ) -> Vec<f32> {
        let d = self.config.hidden_size;
        let places = &self.layout.layers[layer];
        let width = attention.heads.len() * self.config.shape().head_width();
        self.back_norm(&places.attention_norm, &tape.norm, &mut g, gradient);
        let residual = g.clone();
        flow.drop(Site::AttentionOutput(layer), &mut g, d);
        kernels::column_sums(&g, &mut gradient.values[places.output.1.range()]);
        let context = back_slice(&attention.output, &tape.context, &g, (d, width), gradient, scratch);
        if let Some(masks) = &mut gradient.masks {
            masks.add_heads(layer, &attention.heads, &flow.rows_of_texts(), (&tape.context, &context));
        }
        let mut parts = [vec![0.0; tape.query.len()], vec![0.0; tape.key.len()], vec![0.0; tape.value.len()]];
        let mut start = 0;
        for tile in self.tiles(attention, flow) {
            let probabilities = &tape.probabilities[start..][..tile.queries * tile.keys];
            start += probabilities.len();
            back_tile(layer, tile, flow, tape, (probabilities, &context), &mut parts, width);
        }
        let asked = if flow.first_only { flow.first(&tape.input, d) } else { Vec::new() };
        let mut through = |index: usize, input: &[f32], part: &[f32]| {
            let (weight, bias) = &attention.query_key_value[index];
            let mut sums = vec![0.0; width];
            kernels::column_sums(part, &mut sums);
            bias.add_vector(&mut gradient.values, &sums);
            back_slice(weight, input, part, (width, d), gradient, scratch)
        };
        let [query, key, value] = &parts;
        let mut from_query = through(0, if flow.first_only { &asked } else { &tape.input }, query);
        kernels::add(&mut from_query, &residual);
        let mut g = through(1, &tape.input, key);
        kernels::add(&mut g, &through(2, &tape.input, value));
        if flow.first_only {
            scatter_first(flow.texts, d, &from_query, &mut g);
        } else {
            kernels::add(&mut g, &from_query);
        }
        g
    }

    fn back_embed(&self, tape: &NormTape, flow: &Flow<'_>, mut g: Vec<f32>, gradient: &mut Gradient) {
        let d = self.config.hidden_size;
        flow.drop(Site::Embeddings, &mut g, d);
        self.back_norm(&self.layout.embedding_norm, tape, &mut g, gradient);
        let texts = flow.texts;
        for tokens in &texts.tokens {
            for (position, token) in tokens.clone().enumerate() {
                let row = &g[token * d..][..d];
                for (table, index) in [
                    (&self.layout.positions, position),
                    (&self.layout.segments, texts.segments[token] as usize),
                ] {
                    kernels::add(&mut gradient.values[table.start + index * d..][..d], row);
                }
            }
        }
        let words = &mut gradient.words;
        // Further passes over the same texts add to the rows that are there.
        if words.ids == texts.ids {
            kernels::add(&mut words.rows, &g);
        } else {
            words.ids.extend_from_slice(&texts.ids);
            words.rows.extend_from_slice(&g);
        }
    }
}

/// Back through x Wᵀ with what is kept of a weight of (outputs, inputs): the gradient of x.
fn back_slice(
    weight: &Slice<'_>,
    x: &[f32],
    g: &[f32],
    (outputs, inputs): (usize, usize),
    gradient: &mut Gradient,
    scratch: &mut Vec<f32>,
) -> Vec<f32> {
    let rows = g.len() / outputs;
    let (g, x) = (Factor::new(g, rows, outputs, outputs), Factor::new(x, rows, inputs, inputs));
    weight.add_product(&mut gradient.values, scratch, g.t(), x);
    let mut back = vec![0.0; rows * inputs];
    product(&mut back, inputs, Accum::Replace, 1.0, g, weight.factor());
    back
}

/// Back through one head of one text; writes the gradients of its queries, keys and values.
fn back_tile(
    layer: usize,
    tile: Tile,
    flow: &Flow<'_>,
    tape: &AttentionTape,
    (probabilities, context): (&[f32], &[f32]),
    [query, key, value]: &mut [Vec<f32>; 3],
    width: usize,
) {
    let (m, n) = (tile.queries, tile.keys);
    let mut dropped = probabilities.to_vec();
    tile.drop(layer, flow, &mut dropped);
    let g = tile.of_queries(context);
    let keys = tile.first_key * width + tile.column;
    product(&mut value[keys..], width, Accum::Replace, 1.0, Factor::new(&dropped, m, n, n).t(), g);
    let mut scores = dropped;
    product(&mut scores, n, Accum::Replace, 1.0, g, tile.of_keys(&tape.value).t());
    tile.drop(layer, flow, &mut scores);
    kernels::softmax_backward(&mut scores, probabilities, n);
    let scores = Factor::new(&scores, m, n, n);
    let queries = tile.first_query * width + tile.column;
    product(&mut query[queries..], width, Accum::Replace, tile.scale, scores, tile.of_keys(&tape.key));
    product(&mut key[keys..], width, Accum::Replace, tile.scale, scores.t(), tile.of_queries(&tape.query));
}

/// Adds (B, d) to the rows of first tokens.
fn scatter_first(texts: &Texts, width: usize, first: &[f32], all: &mut [f32]) {
    for (tokens, row) in texts.tokens.iter().zip(first.chunks_exact(width)) {
        kernels::add(&mut all[tokens.start * width..][..width], row);
    }
}
