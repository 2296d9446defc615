//! Checkpoints: weights, moments and curve in one safetensors file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use safetensors::{Dtype, SafeTensors, View};

use super::{Examples, Settings, SuperNet};
use crate::PruneError;
use crate::encoder::Weights;
use crate::hash::{sha256, sha256_of_numbers};

/// A flat slice; its bytes are made when they are written, so that never more than one slice is there twice.
struct Flat<'a> {
    values: &'a [f32],
    shape: [usize; 1],
}

impl<'a> Flat<'a> {
    const fn new(values: &'a [f32]) -> Self {
        Self { values, shape: [values.len()] }
    }
}

impl View for Flat<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values)
    }
}

impl<'a> SuperNet<'a> {
    /// Writes a checkpoint: beside the file, then in its place, so that a kill leaves the old one or the new one.
    pub fn save(&self, file: &Path) -> Result<(), PruneError> {
        let words = HashMap::from([
            ("fingerprint".to_owned(), self.fingerprint.clone()),
            ("settings".to_owned(), json(&self.settings)?),
            ("curve".to_owned(), json(&self.curve)?),
        ]);
        let slices = [
            ("weights", Flat::new(&self.weights.values)),
            ("first_moments", Flat::new(&self.moments.first)),
            ("second_moments", Flat::new(&self.moments.second)),
        ];
        let beside = file.with_extension("partial");
        safetensors::serialize_to_file(slices, Some(words), &beside)?;
        let to = |path: &Path, result: std::io::Result<()>| {
            result.map_err(|source| PruneError::File { path: path.to_owned(), source })
        };
        to(&beside, std::fs::File::open(&beside).and_then(|file| file.sync_all()))?;
        to(file, std::fs::rename(&beside, file))
    }

    /// Goes on from a checkpoint of the same run; `weights` are those that it began with. Without a file it begins.
    pub fn resume(
        settings: Settings,
        weights: Weights,
        examples: &'a Examples,
        file: &Path,
    ) -> Result<Self, PruneError> {
        let mut run = Self::new(settings, weights, examples)?;
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(run),
            Err(source) => return Err(PruneError::File { path: file.to_owned(), source }),
        };
        let (_, metadata) = SafeTensors::read_metadata(&bytes)?;
        let words = metadata.metadata().clone().unwrap_or_default();
        if words.get("fingerprint") != Some(&run.fingerprint) {
            return Err(PruneError::OtherRun(file.to_owned()));
        }
        let missing = |path: &str| PruneError::Missing { path: path.to_owned() };
        let curve = words.get("curve").ok_or_else(|| missing("curve"))?;
        run.curve = serde_json::from_str(curve)
            .map_err(|source| PruneError::Json { what: "the checkpoint's curve".to_owned(), source })?;
        let read = SafeTensors::deserialize(&bytes)?;
        for (name, target) in [
            ("weights", &mut run.weights.values),
            ("first_moments", &mut run.moments.first),
            ("second_moments", &mut run.moments.second),
        ] {
            let view = read.tensor(name)?;
            if view.shape() != [target.len()] || view.dtype() != Dtype::F32 {
                let (found, wanted) = (format!("{:?}", view.shape()), format!("[{}]", target.len()));
                return Err(PruneError::Shape { path: name.to_owned(), found, wanted });
            }
            let (numbers, _) = view.data().as_chunks::<4>();
            target.iter_mut().zip(numbers).for_each(|(value, bytes)| *value = f32::from_le_bytes(*bytes));
        }
        Ok(run)
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, PruneError> {
    serde_json::to_string(value)
        .map_err(|source| PruneError::Json { what: "a checkpoint".to_owned(), source })
}

/// A hash of what a run depends on: settings, first weights, examples.
pub(super) fn fingerprint(
    settings: &Settings,
    weights: &Weights,
    examples: &Examples,
) -> Result<String, PruneError> {
    let (settings, config, examples) = (json(settings)?, json(&weights.config)?, examples.to_json()?);
    let numbers = sha256_of_numbers(&weights.values);
    Ok(sha256([settings, config, examples, numbers].iter().map(String::as_bytes)))
}
