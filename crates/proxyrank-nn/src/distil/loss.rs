//! Losses, as in the released code (in fine-tuning: hidden and prediction loss, one to one).

use candle_core::{D, Device, Tensor, Var};
use proxyrank_space::wpca::{WpcaKind, WpcaShape};

use super::classifier::{Activations, Classifier, var};
use crate::NnError;
use crate::composed::softmax;
use crate::init::Initialiser;
use crate::real::Real;

/// From a student's widths to its teacher's hidden size: one matrix for embedding and layers, one for the attention of each kind of
/// block.
#[derive(Debug)]
pub struct Projections {
    parameters: Vec<(String, Var)>,
}

impl Projections {
    /// Fresh matrices in the type T.
    pub fn new<T: Real>(student: &WpcaShape, teacher: usize, seed: u64) -> Result<Self, NnError> {
        let initialiser = Initialiser::<T>::new(seed);
        let inputs = [student.hidden, student.hidden, student.inner];
        let mut parameters = Vec::new();
        for (name, inputs) in ["fit_dense", "fit_dense_attn.bert", "fit_dense_attn.mobile"].iter().zip(inputs)
        {
            let path = format!("{name}.weight");
            let values = initialiser.matrix(&path, teacher * inputs);
            parameters.push((path, var(&values, &[teacher, inputs])?));
            parameters.push((format!("{name}.bias"), var(&vec![T::ZERO; teacher], &[teacher])?));
        }
        Ok(Self { parameters })
    }

    /// Every parameter with its path.
    pub fn parameters(&self) -> &[(String, Var)] {
        &self.parameters
    }

    /// Number `index` of the three, applied.
    fn apply(&self, index: usize, x: &Tensor) -> Result<Tensor, NnError> {
        let [weight, bias] = [2 * index, 2 * index + 1].map(|place| self.parameters[place].1.as_tensor());
        let (texts, s, inputs) = x.dims3()?;
        let rows = x.contiguous()?.reshape((texts * s, inputs))?.matmul(&weight.t()?)?.broadcast_add(bias)?;
        Ok(rows.reshape((texts, s, weight.dim(0)?))?)
    }
}

fn mean_squared(one: &Tensor, other: &Tensor) -> Result<Tensor, NnError> {
    Ok((one - other)?.sqr()?.mean_all()?)
}

/// Logarithms of the softmax over the last axis.
fn log_softmax(x: &Tensor) -> Result<Tensor, NnError> {
    let shifted = x.broadcast_sub(&x.max_keepdim(D::Minus1)?.detach())?;
    Ok(shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)?)
}

/// The mean negative log-likelihood of labels.
pub fn cross_entropy(logits: &Tensor, labels: &[u32]) -> Result<Tensor, NnError> {
    let labels = Tensor::from_slice(labels, (labels.len(), 1), &Device::Cpu)?;
    Ok(log_softmax(logits)?.gather(&labels, 1)?.mean_all()?.neg()?)
}

/// Hidden and prediction loss of a student beside its teacher. The embedding and, for every layer of the student, attention and output are
/// compared with those of the teacher's layer (i + 1) · (T / S) - 1, as means over all tokens, padding included; the prediction is a
/// soft cross-entropy that is averaged over texts and classes.
///
/// The teacher's layers must be a multiple of the student's.
pub fn distillation(
    student: &Classifier,
    projections: &Projections,
    own: &Activations,
    teacher: &Activations,
) -> Result<Tensor, NnError> {
    let ratio = teacher.hidden.len() / own.hidden.len().max(1);
    if ratio * own.hidden.len() != teacher.hidden.len() {
        let (found, wanted) = (teacher.hidden.len(), own.hidden.len());
        return Err(NnError::Length { what: "the teacher's list of layers", found, wanted });
    }
    let mut loss = mean_squared(&projections.apply(0, &own.embedded)?, &teacher.embedded.detach())?;
    for (layer, block) in student.arch().blocks().iter().enumerate() {
        let place = (layer + 1) * ratio - 1;
        let which = if block.kind() == WpcaKind::Bert { 1 } else { 2 };
        let attended = projections.apply(which, &own.attended[layer])?;
        loss = (loss + mean_squared(&attended, &teacher.attended[place].detach())?)?;
        let hidden = projections.apply(0, &own.hidden[layer])?;
        loss = (loss + mean_squared(&hidden, &teacher.hidden[place].detach())?)?;
    }
    let target = softmax(&teacher.logits.detach())?;
    let prediction = (target * log_softmax(&own.logits)?)?.mean_all()?.neg()?;
    Ok((loss + prediction)?)
}
