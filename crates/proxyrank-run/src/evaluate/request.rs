//! What a user asks to be evaluated, and the words for it.

use std::collections::BTreeSet;

use proxyrank_nn::ComputeDevice;
use proxyrank_proxies::{Axis, Proxy, ProxyCall, REGISTRY, Run, registry};
use proxyrank_schema::{CostClass, Device, Dtype, Input, Mode, Protocol, Reading, Signal, Timing};
use proxyrank_store::Shard;

use super::Selection;
use crate::RunError;
use crate::benchmark::BenchmarkInfo;
use crate::standard;

/// What to evaluate.
#[derive(Debug, Clone)]
pub struct Request {
    /// On which benchmark.
    pub info: &'static BenchmarkInfo,
    /// Which proxies, with their parameters.
    pub calls: Vec<ProxyCall>,
    /// Which networks.
    pub readings: Vec<Reading>,
    /// What gradient proxies back-propagate.
    pub signal: Signal,
    /// Sequences in a batch.
    pub batch_size: u32,
    /// Tokens in a sequence.
    pub seq_len: u32,
    /// Where token ids come from.
    pub input: Input,
    /// Dropout on or off.
    pub mode: Mode,
    /// Seed of the weights.
    pub init_seed: u64,
    /// Seed of drawn ids.
    pub data_seed: u64,
    /// Floating-point type.
    pub dtype: Dtype,
    /// Where networks run: on the processor by the fast engine, on a GPU by the composed one.
    pub device: ComputeDevice,
    /// One pass for all proxies, or one for each.
    pub timing: Timing,
    /// Which architectures.
    pub selection: Selection,
    /// Which share of them.
    pub shard: Shard,
}

impl Request {
    /// Every proxy of some cost classes that applies, under every reading of the benchmark and the standard protocol. Formulas
    /// are left out: what a programme computes should not grow with the files that somebody wrote.
    pub fn of_classes(info: &'static BenchmarkInfo, classes: &[CostClass]) -> Self {
        let mut calls = applicable(info, REGISTRY);
        calls.retain(|call| classes.contains(&call.proxy.class));
        let standard = standard::protocol(info, Reading::None, standard::signal(info));
        Self {
            info,
            calls,
            readings: info.readings.to_vec(),
            signal: standard.signal,
            batch_size: standard.batch_size,
            seq_len: standard.seq_len,
            input: standard.input,
            mode: standard.mode,
            init_seed: standard.init_seed,
            data_seed: standard.data_seed,
            dtype: standard.dtype,
            device: ComputeDevice::cpu(),
            timing: Timing::Fused,
            selection: Selection::Whole,
            shard: Shard::whole(),
        }
    }

    /// What distinguishes it from other requests of a run, in a few words.
    pub fn describe(&self) -> String {
        let whole = format!("evaluate {}", self.info.id);
        if self.calls.iter().all(|call| call.proxy.class == CostClass::DataFree) {
            return whole;
        }
        let readings: Vec<&str> = self.readings.iter().map(|reading| reading.as_str()).collect();
        let mut words = vec![format!("{whole} {}", readings.join("+"))];
        if self.calls.iter().any(|call| call.proxy.axes.uses(Axis::Signal)) {
            words.push(self.signal.to_string());
        }
        words.extend(standard::departures(self.info, &self.protocol(Reading::None)));
        if matches!(self.selection, Selection::Audit | Selection::Sample { .. }) {
            words.push("sample".to_owned());
        }
        words.join(", ")
    }

    /// Its protocol under a reading, before each proxy drops what it does not use.
    pub fn protocol(&self, reading: Reading) -> Protocol {
        Protocol {
            reading,
            signal: self.signal,
            input: self.input,
            batch_size: self.batch_size,
            seq_len: self.seq_len,
            mode: self.mode,
            init_seed: self.init_seed,
            data_seed: self.data_seed,
            dtype: self.dtype,
            device: Device(self.device.id().to_string()),
        }
    }

    /// Reads `all`, cost classes such as `data_free`, or proxies such as `nsc` and `zerolm_xavier:alpha=0.3`.
    pub fn parse_calls(info: &BenchmarkInfo, words: &[String]) -> Result<Vec<ProxyCall>, RunError> {
        let mut calls: Vec<ProxyCall> = Vec::new();
        let all = registry::all();
        for word in words.iter().flat_map(|word| split_calls(word)) {
            if word == "all" {
                calls.extend(applicable(info, &all));
                continue;
            }
            if let Ok(class) = word.parse::<CostClass>() {
                calls.extend(applicable(info, &all).into_iter().filter(|call| call.proxy.class == class));
                continue;
            }
            let call: ProxyCall = word.parse()?;
            if !supports(info, call.proxy) {
                let wanted: Vec<&str> = call.proxy.families.iter().map(|family| family.as_str()).collect();
                return Err(RunError::Usage(format!(
                    "{} is defined for {}, and {} has none of these",
                    call.proxy.name,
                    wanted.join(", "),
                    info.id
                )));
            }
            match call.proxy.run {
                // Ranks are made of what is stored, so what can be evaluated are the components.
                Run::Population(components) => {
                    for component in components {
                        calls.push(component.parse()?);
                    }
                }
                _ => calls.push(call),
            }
        }
        let mut seen = BTreeSet::new();
        calls.retain(|call| seen.insert(call.to_string()));
        if calls.is_empty() {
            return Err(RunError::Usage("no proxy was named; `--proxies all` takes every one".to_owned()));
        }
        Ok(calls)
    }

    /// Reads `all`, or readings separated by commas; the benchmark's default where nothing is given.
    pub fn parse_readings(info: &BenchmarkInfo, text: Option<&str>) -> Result<Vec<Reading>, RunError> {
        match text {
            None => Ok(vec![info.reading(None)?]),
            Some("all") => Ok(info.readings.to_vec()),
            Some(text) => {
                let reading = |word: &str| Ok(info.reading(Some(word.trim().parse()?))?);
                text.split(',').map(reading).collect()
            }
        }
    }
}

/// Those of some proxies that are defined for a benchmark's architectures.
fn applicable(info: &BenchmarkInfo, proxies: &[&'static Proxy]) -> Vec<ProxyCall> {
    let fits = |proxy: &&&'static Proxy| {
        let population = matches!(proxy.run, Run::Population(_));
        !population && supports(info, proxy)
    };
    proxies.iter().filter(fits).map(|proxy| ProxyCall::new(proxy)).collect()
}

/// Whether a proxy is defined for a benchmark's architectures.
pub(crate) fn supports(info: &BenchmarkInfo, proxy: &Proxy) -> bool {
    info.families().iter().any(|family| proxy.supports(*family))
}

/// Splits at the commas that begin another proxy; a comma before `name=value` belongs to the parameters of the one before.
fn split_calls(text: &str) -> Vec<String> {
    let mut calls: Vec<String> = Vec::new();
    for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        let is_parameter = piece.contains('=') && !piece.contains(':');
        match calls.last_mut() {
            Some(call) if is_parameter => {
                call.push(',');
                call.push_str(piece);
            }
            _ => calls.push(piece.to_owned()),
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::find;

    #[test]
    fn commas_between_parameters_do_not_split_a_call() {
        assert_eq!(split_calls("nsc, a:x=1,y=2 ,b"), ["nsc", "a:x=1,y=2", "b"]);
    }

    #[test]
    fn a_proxy_of_another_family_is_refused() {
        let info = find(&"flexibert".into()).unwrap();
        let error = Request::parse_calls(info, &["lpzero_closed_form".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("lpzero_closed_form is defined for gpt2"), "{error}");
    }

    #[test]
    fn a_proxy_made_of_ranks_stands_for_its_components() {
        let info = find(&"flexibert".into()).unwrap();
        let calls = Request::parse_calls(info, &["az_nas,flops".to_owned()]).unwrap();
        let names: Vec<&str> = calls.iter().map(|call| call.proxy.name).collect();
        assert_eq!(names, ["az_nas_expressivity", "az_nas_trainability", "flops"]);
        let all = Request::parse_calls(info, &["all".to_owned()]).unwrap();
        assert!(all.iter().all(|call| call.proxy.name != "az_nas"));
    }

    #[test]
    fn naming_a_proxy_twice_runs_it_once() {
        let info = find(&"flexibert".into()).unwrap();
        let calls = Request::parse_calls(info, &["all,nsc".to_owned()]).unwrap();
        assert_eq!(calls.iter().filter(|call| call.proxy.name == "nsc").count(), 1);
    }
}
