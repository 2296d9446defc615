//! The devices that a test can run on, and how far apart they may be; shared with the tests of other crates.

use proxyrank_nn::{ComputeDevice, DeviceId};

/// How far a number in double precision may be from the processor's, over the largest of its kind.
pub(crate) const DOUBLE: f64 = 1e-9;
/// The same for single precision, from the processor's in double precision.
pub(crate) const SINGLE: f64 = 1e-3;

/// The processor, and the first GPU where there is one; says so where there is none.
#[expect(clippy::print_stderr, reason = "a test that ran on one device alone has to say so")]
pub(crate) fn devices(test: &str) -> Vec<ComputeDevice> {
    let mut devices = vec![ComputeDevice::cpu()];
    match ComputeDevice::open(DeviceId::Cuda(0)) {
        Ok(gpu) => devices.push(gpu),
        Err(why) => eprintln!("cuda was not at hand, {test} ran on cpu alone: {why}"),
    }
    devices
}
