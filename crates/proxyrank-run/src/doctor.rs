//! What a user needs to know about this machine before trusting a time or wondering about a missing file.

use proxyrank_data::fetch::{LocatorOptions, Mirror, Network};
use proxyrank_nn::{DeviceError, DeviceId, gpus};
use proxyrank_store::Store;
use serde::Serialize;

use crate::machine::{Machine, build_profile};

/// The state of the machine and of the places in use.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// Version of the tool.
    pub version: &'static str,
    /// How the numeric crates were compiled.
    pub build_profile: &'static str,
    /// The machine.
    pub machine: Machine,
    /// Its identifier in timings.
    pub machine_id: String,
    /// Threads in use.
    pub threads: usize,
    /// Devices that this build can compute on, here; `--device` takes the first word of each.
    pub devices: Vec<String>,
    /// Why there is no GPU among them.
    pub no_gpu: Option<String>,
    /// The mirror, if any.
    pub mirror: Option<String>,
    /// Whether the network may be used.
    pub network: &'static str,
    /// Address of the hub.
    pub hub_endpoint: String,
    /// The hub's cache.
    pub hub_cache: String,
    /// Our own cache.
    pub cache: String,
    /// Environment variables that are set and heeded; a token is not shown.
    pub environment: Vec<(String, String)>,
    /// The results folder.
    pub results: String,
    /// Benchmarks with stored results.
    pub stored: Vec<String>,
    /// What is odd.
    pub warnings: Vec<String>,
}

/// Variables that change what the tool does.
const VARIABLES: &[&str] = &[
    "PROXYRANK_MIRROR",
    "PROXYRANK_CACHE",
    "PROXYRANK_RESULTS",
    "PROXYRANK_GITHUB_RAW",
    "PROXYRANK_GITHUB_ARCHIVE",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HF_ENDPOINT",
    "HF_HUB_OFFLINE",
    "HF_TOKEN",
    "RAYON_NUM_THREADS",
    "NO_COLOR",
];

/// Looks around. Nothing here fails: what cannot be found out becomes a warning.
pub fn diagnose(options: &LocatorOptions, store: &Store) -> Diagnosis {
    let machine = Machine::here();
    let mut warnings = Vec::new();
    let threads = rayon::current_num_threads();
    if threads > machine.cores {
        warnings.push(format!("{threads} threads on {} cores: times will be noisy", machine.cores));
    }
    let mut devices = vec![DeviceId::Cpu.to_string()];
    let no_gpu = match gpus() {
        Ok(gpus) => {
            devices.extend(gpus.into_iter().map(|gpu| format!("{} ({})", gpu.id, gpu.model)));
            None
        }
        Err(DeviceError::Unavailable { reason, .. }) => Some(reason),
        Err(error) => Some(error.to_string()),
    };
    let mirror = options.mirror.as_ref().map(|mirror| match mirror {
        Mirror::Folder(folder) => {
            if !folder.is_dir() {
                warnings.push(format!("the mirror `{}` is no folder", folder.display()));
            }
            folder.display().to_string()
        }
        Mirror::Endpoint(address) => address.clone(),
    });
    let stored = store.benchmarks().unwrap_or_else(|error| {
        warnings.push(error.to_string());
        Vec::new()
    });
    let shown = |name: &str, value: String| if name == "HF_TOKEN" { "(set)".to_owned() } else { value };
    Diagnosis {
        version: env!("CARGO_PKG_VERSION"),
        build_profile: build_profile(),
        machine_id: machine.id(),
        machine,
        threads,
        devices,
        no_gpu,
        mirror,
        network: if options.network == Network::Offline { "offline" } else { "online" },
        hub_endpoint: options.hub_endpoint.clone(),
        hub_cache: options.hub_cache.display().to_string(),
        cache: options.cache.display().to_string(),
        environment: VARIABLES
            .iter()
            .filter_map(|name| std::env::var(name).ok().map(|value| ((*name).to_owned(), shown(name, value))))
            .collect(),
        results: store.root().display().to_string(),
        stored: stored.iter().map(ToString::to_string).collect(),
        warnings,
    }
}

impl Diagnosis {
    /// One `name: value` line each.
    pub fn lines(&self) -> Vec<String> {
        let machine = &self.machine;
        let mut lines = vec![
            format!("proxyrank    {} ({})", self.version, self.build_profile),
            format!("processor    {} ({} cores, id {})", machine.cpu, machine.cores, self.machine_id),
            format!("memory       {:.1} GiB", machine.memory_bytes as f64 / f64::from(1 << 30)),
            format!("system       {}", machine.system),
            format!("threads      {}", self.threads),
            match &self.no_gpu {
                None => format!("devices      {}", self.devices.join(", ")),
                Some(why) => format!("devices      {}; no GPU: {why}", self.devices.join(", ")),
            },
            format!("mirror       {}", self.mirror.as_deref().unwrap_or("none")),
            format!("network      {}", self.network),
            format!("hub          {}", self.hub_endpoint),
            format!("hub cache    {}", self.hub_cache),
            format!("own cache    {}", self.cache),
            format!("results      {} ({} benchmarks)", self.results, self.stored.len()),
        ];
        lines.extend(self.environment.iter().map(|(name, value)| format!("environment  {name}={value}")));
        lines.extend(self.warnings.iter().map(|warning| format!("warning      {warning}")));
        lines
    }
}
