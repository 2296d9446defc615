//! What a timing must say about the machine and the build it was taken on.

use std::fmt::Write as _;

use proxyrank_data::hash::sha256_bytes;
use serde::Serialize;

/// The machine, as far as the system tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Processor model.
    pub cpu: String,
    /// Logical processors.
    pub cores: usize,
    /// Memory in bytes; 0 where the system does not tell.
    pub memory_bytes: u64,
    /// Operating system and architecture.
    pub system: String,
}

impl Machine {
    /// Reads the machine that this process runs on.
    pub fn here() -> Self {
        let field = |file: &str, name: &str| -> Option<String> {
            let text = std::fs::read_to_string(file).ok()?;
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        Self {
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: field("/proc/meminfo", "MemTotal").and_then(|text| kibibytes(&text)).unwrap_or(0),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }

    /// A short hash by which timings of equal machines are told from those of others.
    pub fn id(&self) -> String {
        self.id_with(None)
    }

    /// The same for timings on a GPU of some model.
    pub fn id_with(&self, gpu: Option<&str>) -> String {
        let mut text = String::new();
        // Installed memory differs by a few pages from boot to boot, so it counts in whole gibibytes.
        let _ = write!(text, "{}|{}|{}|{}", self.cpu, self.cores, self.memory_bytes >> 30, self.system);
        if let Some(gpu) = gpu {
            let _ = write!(text, "|{gpu}");
        }
        sha256_bytes(text.as_bytes()).chars().take(16).collect()
    }
}

fn kibibytes(text: &str) -> Option<u64> {
    text.strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Largest resident set of this process so far, in bytes; 0 where the system does not tell.
pub fn peak_rss_bytes() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("VmHWM:").map(str::to_owned)))
        .and_then(|value| kibibytes(value.trim()))
        .unwrap_or(0)
}

/// How the numeric crates were compiled.
pub fn build_profile() -> &'static str {
    if cfg!(debug_assertions) { "dev, numeric crates opt-level 3" } else { "release" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_depends_on_the_processor_and_not_on_a_few_pages() {
        let machine =
            Machine { cpu: "A".into(), cores: 2, memory_bytes: 24 << 30, system: "linux x86_64".into() };
        let rebooted = Machine { memory_bytes: machine.memory_bytes + 4096, ..machine.clone() };
        let other = Machine { cpu: "B".into(), ..machine.clone() };
        assert_eq!(machine.id(), rebooted.id());
        assert_ne!(machine.id(), other.id());
        assert_eq!(machine.id().len(), 16);
        assert_eq!(machine.id_with(None), machine.id());
        assert_ne!(machine.id_with(Some("NVIDIA H100")), machine.id());
    }
}
