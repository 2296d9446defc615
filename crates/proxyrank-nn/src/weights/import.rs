//! Weights from a safetensors file.

use std::collections::HashSet;

use proxyrank_space::EncoderNetwork;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::{Arena, EncoderLayout, EncoderWeights, Head, Layout, Parameter, Stored, Weights};
use crate::NnError;
use crate::real::Real;

impl<T: Real> EncoderWeights<T> {
    /// Reads the parameters of `network` from the bytes of a safetensors file, by path.
    ///
    /// Every parameter must be there with its shape, as F32 or F64. Tensors under `electra.` that the network does not
    /// have are an error, others are not looked at.
    pub fn from_safetensors(network: &EncoderNetwork, head: Head, bytes: &[u8]) -> Result<Self, NnError> {
        read(EncoderLayout::new(network, head)?, &["electra."], bytes)
    }
}

/// Reads the parameters of a layout; other tensors under the prefixes are an error.
pub(super) fn read<T: Real, L: Layout>(
    layout: L,
    prefixes: &[&str],
    bytes: &[u8],
) -> Result<Weights<T, L>, NnError> {
    let file = SafeTensors::deserialize(bytes)?;
    let known: HashSet<&str> = layout.parameters().iter().map(|parameter| parameter.path.as_str()).collect();
    let ours = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let unknown = file.names().into_iter().filter(|name| ours(name) && !known.contains(name));
    if let Some(path) = unknown.min() {
        return Err(NnError::UnknownParameter { path: path.to_owned() });
    }
    let mut embeddings = vec![T::ZERO; layout.len(Arena::Embeddings)];
    let mut body = vec![T::ZERO; layout.len(Arena::Body)];
    for parameter in layout.parameters() {
        let view = file
            .tensor(&parameter.path)
            .map_err(|_| NnError::MissingParameter { path: parameter.path.clone() })?;
        let target = match parameter.arena {
            Arena::Embeddings => &mut embeddings,
            Arena::Body => &mut body,
        };
        copy(parameter, &view, &mut target[parameter.elements.clone()])?;
    }
    Ok(Weights::from_parts(layout, embeddings.into(), body))
}

fn copy<T: Real>(parameter: &Parameter, view: &TensorView<'_>, target: &mut [T]) -> Result<(), NnError> {
    let mut wanted = parameter.shape.clone();
    if parameter.stored == Stored::Transposed {
        wanted.reverse();
    }
    if view.shape() != wanted {
        return Err(NnError::Shape { path: parameter.path.clone(), found: view.shape().to_vec(), wanted });
    }
    match view.dtype() {
        Dtype::F32 => {
            let (values, _) = view.data().as_chunks::<4>();
            for (target, bytes) in target.iter_mut().zip(values) {
                *target = T::of_f32(f32::from_le_bytes(*bytes));
            }
        }
        Dtype::F64 => {
            let (values, _) = view.data().as_chunks::<8>();
            for (target, bytes) in target.iter_mut().zip(values) {
                *target = T::of_f64(f64::from_le_bytes(*bytes));
            }
        }
        other => {
            return Err(NnError::ParameterType { path: parameter.path.clone(), dtype: format!("{other:?}") });
        }
    }
    if let (Stored::Transposed, &[outputs, inputs]) = (parameter.stored, parameter.shape.as_slice()) {
        let stored = target.to_vec();
        for (output, row) in target.chunks_exact_mut(inputs).enumerate() {
            for (value, column) in row.iter_mut().zip(stored.chunks_exact(outputs)) {
                *value = column[output];
            }
        }
    }
    Ok(())
}
