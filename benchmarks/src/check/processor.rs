//! Which baseline belongs to this machine.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What decides how fast code runs, in units of a product: another processor, or other threads, are another baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processor {
    /// Its name. Virtual machines often say no more than `AMD EPYC`.
    pub name: String,
    /// Family and model number, which tell generations of one name apart.
    pub generation: String,
    /// Threads that it has.
    pub threads: usize,
}

impl Processor {
    /// The processor that this process runs on.
    pub fn here() -> Self {
        let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of(&text, threads)
    }

    /// The processor that a text in the form of Linux's `/proc/cpuinfo` is about.
    pub fn of(cpuinfo: &str, threads: usize) -> Self {
        let field = |name: &str| {
            let mut fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
            fields.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
        };
        let name = field("model name").unwrap_or_else(|| format!("unknown {}", std::env::consts::ARCH));
        let numbers = [field("cpu family"), field("model")];
        let generation = numbers.into_iter().flatten().collect::<Vec<_>>().join(".");
        Self { name, generation, threads }
    }

    /// The name of its baseline's file.
    pub fn file(&self) -> String {
        let words = format!("{} {} {} threads", self.name, self.generation, self.threads).to_lowercase();
        let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        format!("{}.json", words.collect::<Vec<_>>().join("-"))
    }
}

impl fmt::Display for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, generation, threads } = self;
        write!(f, "{name} ({generation}), {threads} threads")
    }
}
