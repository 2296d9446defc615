//! The losses as tensors.

use candle_core::Tensor;

use crate::NnError;
use crate::gradient::Loss;
use crate::real::Real;

/// Whether a loss reads the discriminator's logits.
pub(super) const fn reads_logits<T>(loss: &Loss<'_, T>) -> bool {
    matches!(loss, Loss::ReplacedTokens(_) | Loss::LogitSum)
}

/// The loss of a hidden state (B, S, h) and logits (B, S, 1), as a scalar.
pub(super) fn value<T: Real>(
    loss: &Loss<'_, T>,
    hidden: &Tensor,
    logits: Option<&Tensor>,
) -> Result<Tensor, NnError> {
    let logits = || {
        let missing = "the loss reads a discriminator's logits, which these weights have no head for; draw them with \
            `Head::Discriminator`";
        logits.ok_or_else(|| refused(missing.to_owned()))
    };
    match *loss {
        Loss::HiddenSum => Ok(hidden.sum_all()?),
        Loss::Cotangent(cotangent) => {
            same_length("the cotangent", cotangent.len(), hidden.elem_count())?;
            let cotangent = Tensor::from_slice(cotangent, hidden.shape(), hidden.device())?;
            Ok((hidden * cotangent)?.sum_all()?)
        }
        Loss::ReplacedTokens(labels) => {
            let logits = logits()?;
            same_length("the list of labels", labels.len(), logits.elem_count())?;
            let labels: Vec<T> =
                labels.iter().map(|&replaced| if replaced { T::ONE } else { T::ZERO }).collect();
            let labels = Tensor::from_vec(labels, logits.shape(), logits.device())?;
            Ok((softplus(logits)? - (logits * labels)?)?.mean_all()?)
        }
        Loss::MaskedTokens(_) => Err(refused(
            "the loss reads a generator's distribution over the vocabulary, which this engine has no head for"
                .to_owned(),
        )),
        Loss::LogitSum => Ok(logits()?.sum_all()?),
    }
}

/// ln(1 + e^x) without overflow.
fn softplus(x: &Tensor) -> Result<Tensor, NnError> {
    // The shift cancels in value and gradient alike, so it need not be differentiated.
    let shift = x.relu()?.detach();
    let sum = (shift.neg()?.exp()? + (x - &shift)?.exp()?)?;
    Ok((shift + sum.log()?)?)
}

fn same_length(what: &str, found: usize, wanted: usize) -> Result<(), NnError> {
    if found == wanted {
        return Ok(());
    }
    Err(refused(format!("{what} has {found} entries, but the network's output has {wanted}")))
}

fn refused(message: String) -> NnError {
    candle_core::Error::Msg(message).into()
}
