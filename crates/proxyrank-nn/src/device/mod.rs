//! Where networks can run: the host's processor, or an NVIDIA GPU through candle.
//!
//! A [`DeviceId`] is a name, the one that users write and result rows carry; it means the same in every build. A
//! [`ComputeDevice`] is a device that was opened, so whoever holds one need not ask whether it exists. GPUs are there in
//! builds with the cargo feature `cuda`; the choice between two small modules is all that it changes here.

#[cfg(feature = "cuda")]
mod cuda;
#[cfg(not(feature = "cuda"))]
mod no_cuda;

use std::fmt;
use std::str::FromStr;

use candle_core::Device;

#[cfg(not(feature = "cuda"))]
use no_cuda as cuda;

/// The name of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceId {
    /// The host's processor, written `cpu`.
    Cpu,
    /// An NVIDIA GPU by its number from 0, written `cuda:0`.
    Cuda(usize),
}

/// Why there is no such device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The text names none.
    #[error("unknown device `{given}`; write cpu, or cuda:0 for the first NVIDIA GPU")]
    Unknown {
        /// The text.
        given: String,
    },
    /// The program was built for processors alone.
    #[error("this build has no CUDA, which {id} needs; `make cuda` builds one that has")]
    NotBuilt {
        /// The device that was asked for.
        id: DeviceId,
    },
    /// The machine does not give it.
    #[error("{id} cannot be used: {reason}; `proxyrank doctor` shows the devices at hand")]
    Unavailable {
        /// The device that was asked for.
        id: DeviceId,
        /// What the driver says.
        reason: String,
    },
}

impl FromStr for DeviceId {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        if text == "cpu" {
            return Ok(Self::Cpu);
        }
        let number = text.strip_prefix("cuda:").filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
        let number = number.and_then(|number| number.parse().ok());
        number.map(Self::Cuda).ok_or_else(|| DeviceError::Unknown { given: text.to_owned() })
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.pad("cpu"),
            Self::Cuda(ordinal) => f.pad(&format!("cuda:{ordinal}")),
        }
    }
}

/// A device that was opened; its clones are the same device.
#[derive(Debug, Clone)]
pub struct ComputeDevice {
    id: DeviceId,
    model: Option<String>,
    handle: Device,
}

impl ComputeDevice {
    /// The host's processor, which is always there.
    pub const fn cpu() -> Self {
        Self { id: DeviceId::Cpu, model: None, handle: Device::Cpu }
    }

    /// Opens a device. The first use of a GPU in a process takes some tenths of a second.
    pub fn open(id: DeviceId) -> Result<Self, DeviceError> {
        match id {
            DeviceId::Cpu => Ok(Self::cpu()),
            DeviceId::Cuda(ordinal) => {
                let (model, handle) = cuda::open(ordinal)?;
                Ok(Self { id, model: Some(model), handle })
            }
        }
    }

    /// Its name.
    pub const fn id(&self) -> DeviceId {
        self.id
    }

    /// What kind of GPU it is; none for the processor.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// What candle's tensors are made on.
    pub const fn handle(&self) -> &Device {
        &self.handle
    }
}

/// A GPU that could be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpu {
    /// Its name.
    pub id: DeviceId,
    /// What kind it is, as the driver calls it.
    pub model: String,
}

/// Every NVIDIA GPU of this machine; an error says why this program can use none at all.
pub fn gpus() -> Result<Vec<Gpu>, DeviceError> {
    cuda::list()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_others_are_refused() {
        for id in [DeviceId::Cpu, DeviceId::Cuda(0), DeviceId::Cuda(13)] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for text in ["", "gpu", "CPU", "cuda", "cuda:", "cuda:-1", "cuda:+1", "cuda:99999999999999999999"] {
            let error = text.parse::<DeviceId>().unwrap_err().to_string();
            assert!(error.ends_with("write cpu, or cuda:0 for the first NVIDIA GPU"), "{error}");
        }
    }

    #[test]
    fn the_processor_is_always_there() {
        let cpu = ComputeDevice::open(DeviceId::Cpu).unwrap();
        assert_eq!((cpu.id(), cpu.model()), (DeviceId::Cpu, None));
        assert!(cpu.handle().is_cpu());
    }

    #[test]
    fn a_gpu_that_is_not_there_is_refused_with_what_to_do() {
        // No machine has so many.
        let id = DeviceId::Cuda(4096);
        let error = ComputeDevice::open(id).unwrap_err();
        let advice = if cfg!(feature = "cuda") { "proxyrank doctor" } else { "make cuda" };
        assert!(error.to_string().contains("cuda:4096") && error.to_string().contains(advice), "{error}");
        if let Ok(gpus) = gpus() {
            assert!(gpus.iter().all(|gpu| ComputeDevice::open(gpu.id).is_ok()), "{gpus:?}");
        }
    }
}
