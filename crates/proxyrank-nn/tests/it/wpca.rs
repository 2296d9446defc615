//! W-PCA's networks against their definition in plain loops and double precision.

use std::collections::HashMap;

use proxyrank_nn::{Blind, Collect, Depth, FastEngine, Initialiser, Layout, NnError, Real, Site, Weights};
use proxyrank_space::wpca::{WpcaArch, WpcaBlock, WpcaKind, WpcaShape, draw};

use crate::common::{batch, worst};

const SMALL: WpcaShape = WpcaShape {
    vocab_size: 97,
    max_positions: 20,
    token_types: 2,
    embedding: 5,
    hidden: 24,
    inner: 6,
    heads: 3,
    step: 7,
    classes: 3,
};

/// Parameters by path, in double precision.
type Values = HashMap<String, Vec<f64>>;

/// Rows of numbers.
type Rows = Vec<Vec<f64>>;

fn values<T: Real, L: Layout>(weights: &Weights<T, L>) -> Values {
    let all = weights.parameters();
    all.map(|(parameter, values)| (parameter.path.clone(), values.iter().map(|v| v.as_f64()).collect()))
        .collect()
}

/// Far from where they start, so that no gain is 1, no shift 0, and nothing is linear.
fn strengthen<T: Real, L: Layout>(weights: &mut Weights<T, L>, seed: f64) {
    for (index, value) in weights.body_mut().iter_mut().enumerate() {
        let old = value.as_f64();
        let scaled = if old > 0.5 { 0.8 * old } else { 8.0 * old };
        *value = T::of_f64(scaled + 0.15 * (0.37 * index as f64 + seed).sin());
    }
}

/// A network of the definition.
struct Reference {
    shape: WpcaShape,
    embedding: Values,
    blocks: Vec<(WpcaBlock, Values)>,
}

/// What the definition gives.
struct Defined {
    hidden: Rows,
    ffn_inputs: Vec<Rows>,
    preactivations: Vec<Rows>,
}

fn linear(values: &Values, path: &str, x: &Rows) -> Rows {
    let (weight, bias) = (&values[&format!("{path}.weight")], &values[&format!("{path}.bias")]);
    let row = |row: &Vec<f64>| -> Vec<f64> {
        let output = |(o, bias): (usize, &f64)| {
            let products = row.iter().enumerate().map(|(i, x)| x * weight[o * row.len() + i]);
            bias + products.sum::<f64>()
        };
        bias.iter().enumerate().map(output).collect()
    };
    x.iter().map(row).collect()
}

fn add(one: &Rows, other: &Rows) -> Rows {
    one.iter().zip(other).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
}

fn map(x: &Rows, f: impl Fn(f64) -> f64) -> Rows {
    x.iter().map(|row| row.iter().map(|&value| f(value)).collect()).collect()
}

fn scaled(values: &Values, path: &str, x: &Rows) -> Rows {
    let (gain, shift) = (&values[&format!("{path}.weight")], &values[&format!("{path}.bias")]);
    x.iter().map(|row| (0..row.len()).map(|i| row[i] * gain[i] + shift[i]).collect()).collect()
}

fn layer_norm(values: &Values, path: &str, x: &Rows) -> Rows {
    let standard = |row: &Vec<f64>| -> Vec<f64> {
        let n = row.len() as f64;
        let mean = row.iter().sum::<f64>() / n;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        row.iter().map(|x| (x - mean) / (variance + 1e-5).sqrt()).collect()
    };
    scaled(values, path, &x.iter().map(standard).collect())
}

/// One sequence.
fn attention(values: &Values, x: &Rows, heads: usize) -> Rows {
    let of = |name: &str| linear(values, &format!("attention.{name}"), x);
    let (q, k, v) = (of("query"), of("key"), of("value"));
    let width = q[0].len() / heads;
    let mut merged = vec![vec![0.0; q[0].len()]; x.len()];
    for head in 0..heads {
        let columns = head * width..(head + 1) * width;
        for (token, merged) in merged.iter_mut().enumerate() {
            let score = |other: usize| {
                let dot: f64 = columns.clone().map(|c| q[token][c] * k[other][c]).sum();
                (dot / (width as f64).sqrt()).exp()
            };
            let scores: Vec<f64> = (0..x.len()).map(score).collect();
            let total: f64 = scores.iter().sum();
            for c in columns.clone() {
                merged[c] = (0..x.len()).map(|other| scores[other] / total * v[other][c]).sum();
            }
        }
    }
    linear(values, "attention.output", &merged)
}

fn tanh_gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x)).tanh())
}

impl Reference {
    /// A sequence of ids.
    fn run(&self, ids: &[u32]) -> Defined {
        let values = &self.embedding;
        let (h, e) = (self.shape.hidden, self.shape.embedding);
        let words = &values["embeddings.word_embeddings.weight"];
        let word = |token: Option<&u32>| -> Vec<f64> {
            token.map_or_else(|| vec![0.0; e], |&id| words[id as usize * e..][..e].to_vec())
        };
        let three = |t: usize| {
            let before = if t == 0 { None } else { ids.get(t - 1) };
            [word(ids.get(t + 1)), word(ids.get(t)), word(before)].concat()
        };
        let wide: Rows = (0..ids.len()).map(three).collect();
        let mut x = linear(values, "embeddings.embedding_transformation", &wide);
        let positions = &values["embeddings.position_embeddings.weight"];
        let segments = &values["embeddings.token_type_embeddings.weight"];
        for (token, row) in x.iter_mut().enumerate() {
            for (c, value) in row.iter_mut().enumerate() {
                *value += positions[token * h + c] + segments[c];
            }
        }
        let mut hidden = layer_norm(values, "embeddings.LayerNorm", &x);
        let (mut ffn_inputs, mut preactivations) = (Vec::new(), Vec::new());
        for (block, values) in &self.blocks {
            let attended = attention(values, &hidden, self.shape.heads);
            let input = match block.kind() {
                WpcaKind::Bert => layer_norm(values, "attention.norm", &add(&hidden, &attended)),
                WpcaKind::Mobile => {
                    let narrow = linear(values, "bottleneck.input", &hidden);
                    scaled(values, "attention.norm", &add(&narrow, &attended))
                }
            };
            let raw = linear(values, "ffn.dense1", &input);
            let active = match block.kind() {
                WpcaKind::Bert => map(&raw, tanh_gelu),
                WpcaKind::Mobile => map(&raw, |x| x.max(0.0)),
            };
            let sum = add(&input, &linear(values, "ffn.dense2", &active));
            hidden = match block.kind() {
                WpcaKind::Bert => layer_norm(values, "ffn.norm", &sum),
                WpcaKind::Mobile => {
                    let out = linear(values, "bottleneck.output", &scaled(values, "ffn.norm", &sum));
                    scaled(values, "bottleneck.norm", &add(&hidden, &out))
                }
            };
            ffn_inputs.push(input);
            preactivations.push(raw);
        }
        Defined { hidden, ffn_inputs, preactivations }
    }
}

/// Runs an architecture both ways, with all weights moved if `strong`, and gives the largest errors of the hidden state, the
/// input of each feed-forward network and its first layer's output.
fn errors<T: Real>(shape: WpcaShape, arch: &WpcaArch, seed: u64, strong: bool) -> [f64; 3] {
    let initialiser = Initialiser::<T>::new(seed);
    let engine = FastEngine::<T>::new();
    let tokens = batch(3, 7, 97);
    let mut embedding = initialiser.wpca_embedding(&shape).unwrap();
    if strong {
        strengthen(&mut embedding, 0.0);
    }
    let mut reference = Reference { shape, embedding: values(&embedding), blocks: Vec::new() };
    let mut x = engine.wpca_embed(&embedding, &tokens).unwrap();
    let (mut inputs, mut raws) = (Vec::new(), Vec::new());
    for (layer, &block) in arch.blocks().iter().enumerate() {
        let mut weights = initialiser.wpca_block(&shape, layer, block).unwrap();
        if strong {
            strengthen(&mut weights, layer as f64);
        }
        // The definition does not know where in the network a block stands.
        let prefix = format!("encoder.layers.{layer}.{}.", block.index());
        let own = values(&weights).into_iter().map(|(path, v)| (path.replace(&prefix, ""), v)).collect();
        reference.blocks.push((block, own));
        let collect = |site| {
            let seen = engine.wpca_block(&weights, &x, Depth::LastFfnInput, |_| Collect::new(site)).unwrap();
            assert!(seen.0.is_none());
            seen.1.into_iter().flat_map(|part| part.values).collect::<Vec<T>>()
        };
        inputs.push(collect(Site::FfnInput));
        raws.push(collect(Site::FfnPreactivation));
        x = engine.wpca_block(&weights, &x, Depth::Full, |_| Blind).unwrap().0.unwrap();
    }
    let defined: Vec<Defined> = tokens.ids().chunks(7).map(|ids| reference.run(ids)).collect();
    let hidden: Vec<T> = x.rows().flatten().copied().collect();
    let wanted: Vec<f64> = defined.iter().flat_map(|d| d.hidden.concat()).collect();
    let mut found = [worst(&hidden, &wanted), 0.0, 0.0];
    for layer in 0..arch.blocks().len() {
        let wanted: Vec<f64> = defined.iter().flat_map(|d| d.ffn_inputs[layer].concat()).collect();
        found[1] = f64::max(found[1], worst(&inputs[layer], &wanted));
        let wanted: Vec<f64> = defined.iter().flat_map(|d| d.preactivations[layer].concat()).collect();
        found[2] = f64::max(found[2], worst(&raws[layer], &wanted));
    }
    found
}

#[test]
fn random_architectures_are_their_definition() {
    let mut state = 11_usize;
    let mut below = |count: usize| {
        state = state.wrapping_mul(48_271) % 2_147_483_647;
        state % count
    };
    for seed in 0..12 {
        let layers = 1 + usize::try_from(seed % 4).unwrap();
        let arch = draw::random(layers, &mut below);
        let double = errors::<f64>(SMALL, &arch, seed, true);
        assert!(double.iter().all(|error| *error < 1e-11), "{arch}: {double:?}");
        let single = errors::<f32>(SMALL, &arch, seed, true);
        assert!(single.iter().all(|error| *error < 3e-4), "{arch}: {single:?}");
    }
}

#[test]
fn the_published_sizes_are_their_definition() {
    let arch: WpcaArch = "[5,9]".parse().unwrap();
    let single = errors::<f32>(WpcaShape::PAPER, &arch, 1, false);
    assert!(single.iter().all(|error| *error < 5e-5), "{single:?}");
}

#[test]
fn a_block_has_as_many_parameters_as_are_counted() {
    let initialiser = Initialiser::<f32>::new(0);
    let shape = WpcaShape::PAPER;
    for block in WpcaBlock::all() {
        let weights = initialiser.wpca_block(&shape, 3, block).unwrap();
        let all: usize = weights.parameters().map(|(_, values)| values.len()).sum();
        // Gains and shifts of MobileBERT's stand-ins for norms do not count.
        let uncounted = match block.kind() {
            WpcaKind::Bert => 0,
            WpcaKind::Mobile => 2 * (shape.hidden + 2 * shape.inner),
        };
        assert_eq!((all - uncounted) as u64, shape.block_parameters(block), "{}", block.index());
    }
    let embedding = initialiser.wpca_embedding(&shape).unwrap();
    let all: usize = embedding.parameters().map(|(_, values)| values.len()).sum();
    assert_eq!(all, 4_382_544);
}

#[test]
fn weights_depend_on_seed_layer_and_block_alone() {
    let draw = |seed, layer, block| {
        let block = WpcaBlock::new(block).unwrap();
        Initialiser::<f32>::new(seed).wpca_block(&SMALL, layer, block).unwrap().into_body()
    };
    assert_eq!(draw(1, 2, 3), draw(1, 2, 3));
    for other in [draw(2, 2, 3), draw(1, 1, 3)] {
        assert_ne!(draw(1, 2, 3), other);
    }
    // Blocks of neighbouring widths have weights of their own.
    assert_ne!(draw(1, 2, 3)[..50], draw(1, 2, 4)[..50]);
}

#[test]
fn bad_input_is_an_error() {
    let initialiser = Initialiser::<f32>::new(0);
    let engine = FastEngine::<f32>::new();
    let embedding = initialiser.wpca_embedding(&SMALL).unwrap();
    let too_long = engine.wpca_embed(&embedding, &batch(1, 21, 97)).unwrap_err();
    assert!(matches!(too_long, NnError::SequenceLength { seq_len: 21, .. }), "{too_long}");
    let unknown = engine.wpca_embed(&embedding, &batch(3, 20, 200)).unwrap_err();
    assert!(matches!(unknown, NnError::TokenId { .. }), "{unknown}");
    let odd = WpcaShape { heads: 5, ..SMALL };
    let heads = initialiser.wpca_block(&odd, 1, WpcaBlock::of(WpcaKind::Bert, 0)).unwrap_err();
    assert!(matches!(heads, NnError::Heads { layer: 1, heads: 5, width: 24 }), "{heads}");
    let x = engine.wpca_embed(&embedding, &batch(2, 4, 97)).unwrap();
    let wide = WpcaShape { hidden: 48, ..SMALL };
    let block = initialiser.wpca_block(&wide, 0, WpcaBlock::of(WpcaKind::Bert, 0)).unwrap();
    let mismatch = engine.wpca_block(&block, &x, Depth::Full, |_| Blind).unwrap_err();
    assert!(matches!(mismatch, NnError::Length { .. }), "{mismatch}");
}
