//! What layers of decoders need besides an encoder's operations.

use candle_core::Tensor;

use super::relative;
use crate::NnError;
use crate::composed::ops::ComposedOps;
use crate::dropout::DropoutSite;
use crate::engine::Dropout;
use crate::ops::{DecoderOps, RelativeHeads};
use crate::real::Real;
use crate::taps::Visitor;
use crate::weights::Norm;

/// x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
fn tanh_gelu(x: &Tensor) -> Result<Tensor, NnError> {
    let inner = ((x + (x.sqr()? * x)?.affine(0.044_715, 0.0)?)? * std::f64::consts::FRAC_2_PI.sqrt())?;
    Ok(((x * 0.5)? * (inner.tanh()? + 1.0)?)?)
}

/// max(x, 0), composed: candle's own has a slope of 1 at zero.
fn relu(x: &Tensor) -> Result<Tensor, NnError> {
    let positive = x.detach().gt(&x.zeros_like()?)?.to_dtype(x.dtype())?;
    Ok((x * positive)?)
}

impl<T: Real, V: Visitor<T>> DecoderOps for ComposedOps<'_, T, V> {
    fn norm(&mut self, x: &Tensor, norm: &Norm) -> Result<Tensor, NnError> {
        let normed = self.normed(x, norm)?;
        self.carried(normed)
    }

    fn tanh_gelu(&mut self, x: Tensor) -> Result<Tensor, NnError> {
        self.carried(tanh_gelu(&x)?)
    }

    fn add(&mut self, x: Tensor, y: Tensor, site: DropoutSite) -> Result<Tensor, NnError> {
        let sum = (x + self.masked(y, site)?)?;
        self.carried(sum)
    }

    fn relu(&mut self, x: Tensor) -> Result<Tensor, NnError> {
        self.carried(relu(&x)?)
    }

    fn drop_out(&mut self, x: Tensor, site: DropoutSite) -> Result<Tensor, NnError> {
        match self.dropout {
            Dropout::Off => Ok(x),
            Dropout::Seed(_) => {
                let masked = self.masked(x, site)?;
                self.carried(masked)
            }
        }
    }

    fn remember(&mut self, layer: usize, x: &Tensor) -> Result<Option<Tensor>, NnError> {
        self.memory.context(layer, x)
    }

    fn distances(&mut self, d: usize) -> Result<Tensor, NnError> {
        let count = self.memory.tokens()? + self.block.seq_len;
        self.masked(relative::distances::<T>(count, d, self.device)?, DropoutSite::Distances)
    }

    fn relative_attention(&mut self, heads: &RelativeHeads<'_, Tensor>) -> Result<Tensor, NnError> {
        relative::attention(self, heads)
    }
}
