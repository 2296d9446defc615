//! Values of an encoder's parameters.

use std::path::Path;

use rand::RngExt;
use safetensors::{Dtype, SafeTensors};

use super::{EncoderConfig, Layout};
use crate::PruneError;
use crate::random::{Purpose, stream};

/// An encoder with pooler and classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Sizes and constants.
    pub config: EncoderConfig,
    /// Where each parameter stands.
    pub layout: Layout,
    /// All parameters, one after the other.
    pub values: Vec<f32>,
}

impl Weights {
    /// Reads `config.json` and `model.safetensors` of a folder. The classifier is fresh, drawn from the seed: its weights normal, its biases
    /// zero.
    pub fn read(folder: &Path, outputs: usize, seed: u64) -> Result<Self, PruneError> {
        let bytes = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|source| PruneError::File { path, source })
        };
        let config = EncoderConfig::from_json(&String::from_utf8_lossy(&bytes("config.json")?))?;
        Self::from_safetensors(config, &bytes("model.safetensors")?, outputs, seed)
    }

    /// The same from the bytes of a safetensors file. Names may have the prefix `bert.`; a classifier in the file is left aside.
    pub fn from_safetensors(
        config: EncoderConfig,
        bytes: &[u8],
        outputs: usize,
        seed: u64,
    ) -> Result<Self, PruneError> {
        let file = SafeTensors::deserialize(bytes)?;
        let layout = Layout::new(&config, outputs);
        let mut values = vec![0.0; layout.len()];
        for (name, place, shape) in layout.parameters() {
            if name.starts_with("classifier.") {
                continue;
            }
            let view = file.tensor(name).or_else(|_| file.tensor(&format!("bert.{name}")));
            let view = view.map_err(|_| PruneError::Missing { path: name.to_owned() })?;
            if view.shape() != shape || view.dtype() != Dtype::F32 {
                let found = format!("{:?} {:?}", view.dtype(), view.shape());
                let wanted = format!("F32 {shape:?}");
                return Err(PruneError::Shape { path: name.to_owned(), found, wanted });
            }
            let (numbers, _) = view.data().as_chunks::<4>();
            for (value, bytes) in values[place.range()].iter_mut().zip(numbers) {
                *value = f32::from_le_bytes(*bytes);
            }
        }
        let mut weights = Self { config, layout, values };
        weights.draw_classifier(seed);
        Ok(weights)
    }

    /// An encoder whose weights are all drawn, larger than usual so that every part matters: for tests and time measurements.
    pub fn random(config: EncoderConfig, outputs: usize, seed: u64) -> Self {
        let layout = Layout::new(&config, outputs);
        let mut values = vec![0.0; layout.len()];
        let mut rng = stream(seed, Purpose::Classifier, 1);
        for (name, place, _) in layout.parameters() {
            let scale = if name.contains("embeddings") { 1.0 } else { 1.5 / (place.columns as f32).sqrt() };
            let centre = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
            for value in &mut values[place.range()] {
                *value = centre + scale * (rng.random::<f32>() - 0.5);
            }
        }
        Self { config, layout, values }
    }

    /// Draws the classifier's weights from a normal distribution (Box and Muller 1958).
    fn draw_classifier(&mut self, seed: u64) {
        let mut rng = stream(seed, Purpose::Classifier, 0);
        let deviation = self.config.initializer_range;
        for value in &mut self.values[self.layout.classifier.0.range()] {
            let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
            let normal = radius * (std::f64::consts::TAU * rng.random::<f64>()).cos();
            #[expect(clippy::cast_possible_truncation, reason = "weights are single precision")]
            let narrow = (deviation * normal) as f32;
            *value = narrow;
        }
    }

    /// Logits of the classifier.
    pub fn outputs(&self) -> usize {
        self.layout.classifier.0.rows
    }
}
