//! All proxies of a sub-network.

use std::collections::BTreeMap;
use std::time::Instant;

use super::forward::Forward;
use super::{PROXIES, Stage};
use crate::PruneError;
use crate::encoder::{Gradient, LayerPlaces, MaskGradients, Place, Pruned, Tape, Text, Texts, Weights};
use crate::importance::Norms;
use crate::space::{COUNTED_TOKENS, Masks, ModelSize};
use crate::supernet::Examples;
use crate::supernet::loss::{Target, loss};

/// Scores of a sub-network.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Scored {
    /// Each proxy's score; nothing where it has none or is no number.
    pub scores: BTreeMap<String, Option<f64>>,
    /// Wall-clock seconds of what the proxies of a stage need, in the order of [`Stage::ALL`].
    pub seconds: [f64; 4],
}

/// Scores sub-networks of some weights.
#[derive(Debug)]
pub struct Prober<'a> {
    weights: &'a Weights,
    examples: &'a Examples,
    texts: Texts,
    size: ModelSize,
    norms: Norms,
    /// Absolute weights behind ones.
    positive: Weights,
    gradient: Gradient,
}

/// Absolute weights in whose passes every token is a row of ones, whatever it says.
fn positive(weights: &Weights) -> Weights {
    let mut positive = weights.clone();
    positive.values.iter_mut().for_each(|value| *value = value.abs());
    let (gain, shift) = &positive.layout.embedding_norm;
    let (gain, shift) = (gain.range(), shift.range());
    positive.values[gain].fill(0.0);
    positive.values[shift].fill(1.0);
    positive
}

impl<'a> Prober<'a> {
    /// Prepares weights and the examples that proxies look at.
    pub fn new(weights: &'a Weights, examples: &'a Examples) -> Result<Self, PruneError> {
        for (place, text) in examples.texts().iter().enumerate() {
            text.check(&weights.config, place)?;
        }
        if examples.is_empty() {
            return Err(PruneError::Examples("proxies were asked for without examples".to_owned()));
        }
        Ok(Self {
            weights,
            examples,
            texts: Texts::new(examples.texts().iter().enumerate()),
            size: weights.config.size(weights.outputs()),
            norms: Norms::of(weights),
            positive: positive(weights),
            gradient: Gradient::new(&weights.layout),
        })
    }

    /// All scores of a sub-network.
    pub fn score(&mut self, masks: &Masks) -> Result<Scored, PruneError> {
        let mut found: BTreeMap<&str, Option<f64>> = BTreeMap::new();
        let mut seconds = [0.0; 4];
        for (stage, seconds) in Stage::ALL.into_iter().zip(&mut seconds) {
            let start = Instant::now();
            match stage {
                Stage::Weights => self.of_weights(masks, &mut found),
                Stage::Forward => {
                    let seen = Forward::of(&Pruned::new(self.weights, masks)?, &self.texts);
                    let parameters = self.size.count(masks).encoder_exact as f64;
                    found.extend([
                        ("head_confidence", seen.head_confidence),
                        ("softmax_confidence", seen.softmax_confidence),
                        ("activation_distance", seen.activation_distance),
                        ("nwot", seen.nwot()),
                        ("v_pca", seen.components),
                        ("w_pca", seen.components.map(|components| parameters * components)),
                    ]);
                }
                Stage::Gradient => self.of_gradient(masks, &mut found)?,
                Stage::Flow => self.of_flow(masks, &mut found)?,
            }
            *seconds = start.elapsed().as_secs_f64();
        }
        let score = |name: &str| found.get(name).copied().flatten().filter(|score| score.is_finite());
        let scores = PROXIES.iter().map(|proxy| (proxy.name.to_owned(), score(proxy.name))).collect();
        Ok(Scored { scores, seconds })
    }

    fn of_weights(&self, masks: &Masks, found: &mut BTreeMap<&str, Option<f64>>) {
        let rows = masks.heads.iter().zip(&masks.units);
        let layers = rows.filter(|(heads, units)| heads.contains(&true) || units.contains(&true)).count();
        found.extend([
            ("num_parameters_body", Some(self.size.count(masks).encoder_exact as f64)),
            ("num_layers", Some(layers as f64)),
            ("flops", Some(self.size.macs(masks, COUNTED_TOKENS) as f64)),
            ("weight_norm", Some(self.norms.kept(masks))),
        ]);
    }

    fn of_gradient(
        &mut self,
        masks: &Masks,
        found: &mut BTreeMap<&str, Option<f64>>,
    ) -> Result<(), PruneError> {
        let network = Pruned::new(self.weights, masks)?;
        let (shape, count) = (self.weights.config.shape(), self.texts.len());
        let mut tape = Tape::default();
        let logits = network.forward(&self.texts, None, Some(&mut tape));
        let target = Target { labels: self.examples.labels(), teacher: None, batch: count };
        let (loss, derivatives) = loss(&logits, logits.len() / count, target);
        self.gradient.clear();
        self.gradient.masks = Some(MaskGradients::new(shape, count));
        network.backward(&self.texts, None, &tape, &derivatives, &mut self.gradient);
        let (of_masks, all) = (self.gradient.masks.take(), self.sums(&self.weights.values));
        found.insert("loss", Some(-loss));
        found.insert("grad_norm", Some(all.iter().map(|sums| sums.squares.sqrt()).sum()));
        found.insert("snip", Some(all.iter().map(|sums| sums.absolute).sum()));
        found.insert("plain", Some(all.iter().map(|sums| sums.products).sum()));
        let part = |part: Part| all.iter().filter(|sums| sums.part == part).map(|sums| sums.absolute).sum();
        found.insert("synaptic_saliency", Some(part(Part::Ffn)));
        found.insert("head_importance", Some(part(Part::Inner)));
        let Some(of_masks) = of_masks else { return Ok(()) };
        // Derivatives of the mean loss; those of a text's own loss are larger by the number of texts.
        let texts = count as f64;
        let derivatives =
            |values: &[f32]| values.iter().map(|&value| texts * f64::from(value)).collect::<Vec<_>>();
        let (heads, units) = (derivatives(&of_masks.heads), derivatives(&of_masks.units));
        let squares = heads.iter().chain(&units).map(|value| value * value).sum::<f64>();
        found.insert("mask_fisher", Some(squares / texts));
        found.insert("michel_importance", Some(heads.iter().map(|value| value.abs()).sum::<f64>() / texts));
        found.insert("fisher", Some(0.5 * of_masks.squares / self.texts.ids.len() as f64));
        Ok(())
    }

    fn of_flow(&mut self, masks: &Masks, found: &mut BTreeMap<&str, Option<f64>>) -> Result<(), PruneError> {
        let network = Pruned::new(&self.positive, masks)?;
        let text = Text { ids: vec![0], segments: vec![0] };
        self.gradient.clear();
        network.linear_head_backward(&Texts::new([(0, &text)]), &mut self.gradient);
        let all = self.sums(&self.positive.values);
        found.insert("synflow", Some(all.iter().map(|sums| sums.absolute).sum()));
        found.insert("logsynflow", Some(all.iter().map(|sums| sums.logarithms).sum()));
        Ok(())
    }

    /// Sums over each of the layers' matrices. What is cut out has no gradient, so it adds nothing.
    fn sums(&self, values: &[f32]) -> Vec<Sums> {
        let matrices = self.weights.layout.layers.iter().flat_map(matrices);
        let sum = |(part, place): (Part, &Place)| {
            let mut sums = Sums { part, squares: 0.0, absolute: 0.0, products: 0.0, logarithms: 0.0 };
            for (weight, gradient) in values[place.range()].iter().zip(&self.gradient.values[place.range()]) {
                if *gradient == 0.0 {
                    continue;
                }
                let (weight, gradient) = (f64::from(*weight), f64::from(*gradient));
                sums.squares += gradient * gradient;
                sums.absolute += (weight * gradient).abs();
                sums.products += weight * gradient;
                sums.logarithms += weight.abs() * gradient.abs().ln_1p();
            }
            sums
        };
        matrices.map(sum).collect()
    }
}

/// Where a matrix belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Queries, keys, values.
    Inner,
    /// The attention's output.
    Output,
    /// The feed-forward block.
    Ffn,
}

/// A layer's matrices.
fn matrices(places: &LayerPlaces) -> impl Iterator<Item = (Part, &Place)> {
    let inner = places.query_key_value.iter().map(|(weight, _)| (Part::Inner, weight));
    inner.chain([(Part::Output, &places.output.0), (Part::Ffn, &places.up.0), (Part::Ffn, &places.down.0)])
}

/// Sums over the elements of a matrix.
#[derive(Debug)]
struct Sums {
    part: Part,
    /// Of G².
    squares: f64,
    /// Of |W G|.
    absolute: f64,
    /// Of W G.
    products: f64,
    /// Of |W| ln(1 + |G|).
    logarithms: f64,
}
