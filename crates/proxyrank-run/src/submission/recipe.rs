//! Which proxy of this program gives the scores of a submission, so that a sample of them can be computed again.

use proxyrank_proxies::{Axis, ProxyCall, find};
use proxyrank_schema::{Device, Dtype, Input, Mode, Params, Protocol, Reading, Signal};

use super::keys::Keys;
use crate::benchmark::BenchmarkInfo;
use crate::evaluate::supports;

/// Reads the table `recompute`: proxy, version, parameters.
pub(super) fn read_recipe(
    keys: &Keys<'_>,
    benchmark: Option<&'static BenchmarkInfo>,
    protocol: &Protocol,
) -> Option<ProxyCall> {
    let call = read_call(keys, benchmark);
    let version = keys.count("version");
    if let Some(call) = &call {
        if let Some(version) = version.filter(|version| *version != u64::from(call.proxy.version)) {
            let ours = call.proxy.version;
            keys.refuse(
                "version",
                format!("is {version}, and {} is at version {ours} here", call.proxy.name),
            );
        }
        for axis in lacking(call, protocol) {
            keys.refuse(
                "proxy",
                format!("{} depends on `{axis}`, which [protocol] does not give", call.proxy.name),
            );
        }
    }
    keys.finish();
    call
}

/// Reads `proxy` and `params` of a table.
pub(super) fn read_call(keys: &Keys<'_>, benchmark: Option<&'static BenchmarkInfo>) -> Option<ProxyCall> {
    let given = keys.numbers("params");
    let name = keys.text("proxy", "the name of a proxy; `proxyrank ls proxies` lists them")?;
    let proxy = match find(&name) {
        Ok(proxy) => proxy,
        Err(error) => {
            keys.refuse("proxy", error.to_string());
            return None;
        }
    };
    if let Some(info) = benchmark.filter(|info| !supports(info, proxy)) {
        let families: Vec<&str> = proxy.families.iter().map(|family| family.as_str()).collect();
        keys.refuse(
            "proxy",
            format!("{name} is defined for {}, and {} has none of these", families.join(", "), info.id),
        );
    }
    // The spelling of the command line, so that names and ranges are checked in one place.
    let given: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    match format!("{name}:{}", given.join(",")).parse::<ProxyCall>() {
        Ok(call) => Some(call),
        Err(error) => {
            keys.refuse("params", error.to_string());
            None
        }
    }
}

/// The axes that a proxy uses and a protocol leaves open, by their keys.
fn lacking(call: &ProxyCall, protocol: &Protocol) -> Vec<&'static str> {
    let open = [
        (Axis::Reading, "reading", protocol.reading == Reading::None),
        (Axis::Signal, "signal", protocol.signal == Signal::None),
        (Axis::Input, "input", protocol.input == Input::None),
        (Axis::BatchSize, "batch_size", protocol.batch_size == 0),
        (Axis::SequenceLength, "seq_len", protocol.seq_len == 0),
        (Axis::Mode, "mode", protocol.mode == Mode::None),
        (Axis::Dtype, "dtype", protocol.dtype == Dtype::None),
        (Axis::Device, "device", protocol.device == Device::none()),
    ];
    let lacks = |(axis, _, open): &(Axis, &str, bool)| *open && call.proxy.axes.uses(*axis);
    open.into_iter().filter(lacks).map(|(_, key, _)| key).collect()
}

/// A call as it is called in lists: the parameters only where they are not the usual ones.
pub(super) fn shown(call: &ProxyCall) -> String {
    let usual: Params = call.proxy.default_params();
    if call.params == usual { call.proxy.name.to_owned() } else { call.to_string() }
}
