//! A build with CUDA: asks the driver, which need not be there.

use candle_core::Device;
use candle_core::cuda::cudarc::driver::{CudaContext, DriverError};

use super::{DeviceError, DeviceId, Gpu};

/// The model of a GPU, and a handle on it.
pub(super) fn open(ordinal: usize) -> Result<(String, Device), DeviceError> {
    let id = DeviceId::Cuda(ordinal);
    let unavailable = |reason: String| DeviceError::Unavailable { id, reason };
    let count = count().map_err(|error| unavailable(said(error)))?;
    if ordinal >= count {
        return Err(unavailable(format!("this machine has {count} of them, counted from 0")));
    }
    let model = model(ordinal).map_err(|error| unavailable(said(error)))?;
    // Besides the driver this loads the libraries of matrix products and random numbers.
    let missing = "are libcublas and libcurand of the build's CUDA version on LD_LIBRARY_PATH?";
    let handle = Device::new_cuda(ordinal).map_err(|error| unavailable(format!("{error} ({missing})")))?;
    Ok((model, handle))
}

/// Every GPU that answers.
pub(super) fn list() -> Result<Vec<Gpu>, DeviceError> {
    let unavailable = |id| move |error| DeviceError::Unavailable { id, reason: said(error) };
    let count = count().map_err(unavailable(DeviceId::Cuda(0)))?;
    let gpu = |ordinal| {
        let id = DeviceId::Cuda(ordinal);
        Ok(Gpu { id, model: model(ordinal).map_err(unavailable(id))? })
    };
    (0..count).map(gpu).collect()
}

fn count() -> Result<usize, DriverError> {
    // A count is not negative.
    Ok(usize::try_from(CudaContext::device_count()?).unwrap_or(0))
}

fn model(ordinal: usize) -> Result<String, DriverError> {
    CudaContext::new(ordinal)?.name()
}

/// The driver's own words, or its number where it has none.
fn said(error: DriverError) -> String {
    match error.error_string() {
        Ok(words) => words.to_string_lossy().into_owned(),
        Err(_) => error.to_string(),
    }
}
