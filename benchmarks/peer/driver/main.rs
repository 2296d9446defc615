//! Times networks and proxies against PyTorch, both in turns on the same weights, tokens and threads.
//!
//! ```text
//! make peer
//! cargo run -p proxyrank-benchmarks --example peer -- --python VENV/bin/python
//! ```
//!
//! Why in turns: a machine's speed drifts by more than the difference that is looked for, and two times are comparable
//! only if they were taken side by side. PyTorch's side is a process that stays alive (`../worker.py`), so neither its start nor
//! its imports are timed; each side measures its own work by its own clock.
//!
//! Before anything is timed, both sides run everything on the smallest and the largest network of the sample, and their scores must
//! agree: only equal work has comparable times. Later scores are compared as well.
//!
//! - `task` names the pieces of work; `ours` and `../proxies.py` do them;
//! - `protocol` and `worker` talk to the process;
//! - `training` does the same for steps of pre-training (`--training`);
//! - `measure` takes turns, `load` watches that the waiting side is idle, `spread` condenses ratios, `report` writes.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports on its streams")]

mod agreement;
mod error;
mod load;
mod measure;
mod ours;
mod protocol;
mod report;
mod sample;
mod spread;
mod task;
mod training;
mod worker;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;
use proxyrank_schema::Reading;

use crate::agreement::Agreement;
use crate::error::PeerError;
use crate::measure::Sides;
use crate::ours::Bench;
use crate::report::{Report, Setting, agreement_table};
use crate::sample::{BATCH, SEQ_LEN, Sampled, stratified};
use crate::training::Plan;
use crate::worker::Worker;

/// Times networks and proxies against PyTorch.
#[derive(Debug, Parser)]
#[command(name = "peer")]
struct Arguments {
    /// A python that has PyTorch.
    #[arg(long, default_value = "target/peer/venv/bin/python")]
    python: PathBuf,
    /// Networks, evenly over the benchmark's sizes.
    #[arg(long, default_value_t = 10)]
    networks: usize,
    /// Times that every piece of work is done by each side.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Threads of each side.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Reading of the architectures: `as_trained`, `declared` or `released`.
    #[arg(long, default_value = "as_trained")]
    reading: String,
    /// Seed of weights and of replaced tokens.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Time steps of pre-training instead, at the size of FlexiBERT and at that of the embedded benchmark.
    #[arg(long)]
    training: bool,
    /// Folder for `peer.md` and `peer.json`, or `training.md` and `training.json`.
    #[arg(long, default_value = "results/peer")]
    out: PathBuf,
}

/// Variables that decide how threads wait and how memory is kept.
const ENVIRONMENT: [&str; 8] = [
    "OMP_WAIT_POLICY",
    "GOMP_SPINCOUNT",
    "KMP_BLOCKTIME",
    "OMP_PROC_BIND",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TRIM_THRESHOLD_",
    "MALLOC_MMAP_MAX_",
    "LD_PRELOAD",
];

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), PeerError> {
    let Arguments { python, networks, rounds, threads, reading, seed, training, out } = arguments;
    for (number, what) in [(rounds, "the number of rounds"), (threads, "the number of threads")] {
        if *number == 0 {
            return Err(PeerError::Nothing { what });
        }
    }
    let sample = stratified(reading.parse::<Reading>()?, *networks)?;
    rayon::ThreadPoolBuilder::new().num_threads(*threads).build_global()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer/worker.py");
    let mut command = Command::new(python);
    command.arg(script);
    let mut worker = Worker::start(command)?;
    let peer = worker.hello(*threads)?;
    eprintln!("PyTorch {} on {} threads", peer.torch, peer.threads);

    let folder = tempfile::tempdir().map_err(PeerError::Folder)?;
    if *training {
        let plan = Plan {
            cpu: processor(),
            threads: *threads,
            torch: peer.torch,
            networks: *networks,
            rounds: *rounds,
            seed: *seed,
        };
        let report = training::measure(plan, &mut worker, folder.path(), |size, id| {
            eprintln!("training network {id} of {size}");
        })?;
        println!("{}", report.page().markdown());
        report.write(out)?;
        eprintln!("written to {}", out.display());
        return Ok(());
    }
    let bench = Bench::new(*seed)?;
    let mut sides = Sides { bench: &bench, worker: &mut worker, folder: folder.path() };
    let mut agreement = Agreement::default();
    let mut ends: Vec<&Sampled> = sample.first().into_iter().chain(sample.last()).collect();
    ends.dedup_by_key(|sampled| sampled.id);
    for sampled in ends {
        eprintln!("comparing all scores on network {}", sampled.id);
        sides.check(sampled, &mut agreement)?;
    }
    println!("{}", agreement_table(&agreement).markdown());
    let measured = sides.measure(&sample, *rounds, |position, sampled| {
        eprintln!("timing network {} ({} of {networks})", sampled.id, position + 1);
    })?;

    let setting = Setting {
        cpu: processor(),
        threads: *threads,
        reading: reading.clone(),
        seed: *seed,
        networks: *networks,
        rounds: *rounds,
        batch: BATCH,
        seq_len: SEQ_LEN,
        peer,
        environment: environment(),
    };
    let report = Report::new(setting, &measured);
    println!("{}", report.page().markdown());
    report.write(out)?;
    eprintln!("written to {}", out.display());
    Ok(())
}

/// The processor's model, as Linux tells it.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "unknown processor".to_owned(), |(_, model)| model.to_owned())
}

fn environment() -> Vec<(String, String)> {
    ENVIRONMENT.into_iter().filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?))).collect()
}
