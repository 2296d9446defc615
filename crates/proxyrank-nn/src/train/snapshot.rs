//! The state of a training run as the bytes of a safetensors file.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use crate::NnError;

/// Named stretches of numbers, and words about them.
///
/// Any program that reads safetensors reads it: each stretch is a one-dimensional F32 tensor, the words are the metadata.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Stretches by name.
    pub stretches: HashMap<String, Vec<f32>>,
    /// Words by name.
    pub words: HashMap<String, String>,
}

impl Snapshot {
    /// Adds a stretch.
    pub fn put(&mut self, name: impl Into<String>, values: &[f32]) {
        self.stretches.insert(name.into(), values.to_vec());
    }

    /// Copies a stretch to where it came from.
    pub fn restore(&self, name: &str, target: &mut [f32]) -> Result<(), NnError> {
        let found =
            self.stretches.get(name).ok_or_else(|| NnError::MissingParameter { path: name.to_owned() })?;
        if found.len() != target.len() {
            let (found, wanted) = (vec![found.len()], vec![target.len()]);
            return Err(NnError::Shape { path: name.to_owned(), found, wanted });
        }
        target.copy_from_slice(found);
        Ok(())
    }

    /// A whole number among the words.
    pub fn number(&self, name: &str) -> Result<u64, NnError> {
        let text = self.words.get(name).and_then(|text| text.parse().ok());
        text.ok_or_else(|| NnError::MissingParameter { path: name.to_owned() })
    }

    /// As the bytes of a file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NnError> {
        let bytes: Vec<(&String, usize, Vec<u8>)> = self
            .stretches
            .iter()
            .map(|(name, values)| {
                (name, values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
            })
            .collect();
        let mut views = Vec::with_capacity(bytes.len());
        for (name, len, bytes) in &bytes {
            views.push((name.as_str(), TensorView::new(Dtype::F32, vec![*len], bytes)?));
        }
        Ok(serialize(views, Some(self.words.clone()))?)
    }

    /// From the bytes of a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NnError> {
        let file = SafeTensors::deserialize(bytes)?;
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let words = metadata.metadata().clone().unwrap_or_default();
        let stretch = |(name, view): (String, TensorView<'_>)| {
            if view.dtype() != Dtype::F32 {
                let dtype = format!("{:?}", view.dtype());
                return Err(NnError::ParameterType { path: name, dtype });
            }
            let (values, _) = view.data().as_chunks::<4>();
            Ok((name, values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()))
        };
        let stretches = file.tensors().into_iter().map(stretch).collect::<Result<_, _>>()?;
        Ok(Self { stretches, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_comes_back() {
        let mut snapshot = Snapshot::default();
        snapshot.put("a", &[1.0, -0.0, f32::MIN_POSITIVE / 8.0, 3.3]);
        snapshot.put("b", &[]);
        snapshot.words.insert("step".to_owned(), "17".to_owned());
        let again = Snapshot::from_bytes(&snapshot.to_bytes().unwrap()).unwrap();
        assert_eq!(again.words, snapshot.words);
        let bits = |s: &Snapshot| s.stretches["a"].iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&again), bits(&snapshot));
        let mut short = [0.0; 3];
        assert!(again.restore("a", &mut short).unwrap_err().to_string().contains("`a`"));
        assert!(again.restore("c", &mut short).is_err());
        assert!(Snapshot::from_bytes(b"no such file").is_err());
    }
}
