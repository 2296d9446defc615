//! A build without CUDA: there is no GPU, whatever the machine has.

use candle_core::Device;

use super::{DeviceError, DeviceId, Gpu};

const fn not_built(ordinal: usize) -> DeviceError {
    DeviceError::NotBuilt { id: DeviceId::Cuda(ordinal) }
}

pub(super) const fn open(ordinal: usize) -> Result<(String, Device), DeviceError> {
    Err(not_built(ordinal))
}

pub(super) const fn list() -> Result<Vec<Gpu>, DeviceError> {
    Err(not_built(0))
}
