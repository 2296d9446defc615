//! What computes on the device of a request.

use proxyrank_nn::{ComposedEngine, ComputeDevice, DeviceId, FastEngine, Real};

/// An engine for encoders and decoders.
pub(super) enum Computer<T> {
    /// The processor: hand-written kernels, second derivatives included.
    Fast(FastEngine<T>),
    /// A GPU: candle's operations, first derivatives.
    Composed(ComposedEngine<T>),
}

impl<T: Real> Computer<T> {
    pub(super) fn new(device: &ComputeDevice) -> Self {
        match device.id() {
            DeviceId::Cpu => Self::Fast(FastEngine::new()),
            DeviceId::Cuda(_) => Self::Composed(ComposedEngine::new(device.handle().clone())),
        }
    }
}
