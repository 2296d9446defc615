//! Compares times with the committed baseline of this processor.
//!
//! Exit codes: 0 nothing is slower, or a baseline was recorded; 1 something is slower; 2 there is no result.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use proxyrank_benchmarks::check::{CheckError, Options, Plan, check, judgements, rates, summary};
use proxyrank_benchmarks::suite;

/// Is anything slower than it was? Times every bench in units of a matrix product and compares with the baseline of this
/// processor; without one, records it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Only benches with one of these in their names
    only: Vec<String>,
    /// Make this run the baseline; with names, of those benches alone
    #[arg(long)]
    record: bool,
    /// What to show
    #[arg(long, value_enum, default_value = "changes")]
    show: Show,
    /// Name the benches and stop
    #[arg(long)]
    list: bool,
    /// The folder of baselines
    #[arg(long, default_value = "benchmarks/baseline", value_name = "DIR")]
    baselines: PathBuf,
    /// The folder in which runs are kept
    #[arg(long, default_value = "target/bench-check", value_name = "DIR")]
    runs: PathBuf,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Show {
    /// What changed
    Changes,
    /// Every bench
    All,
    /// What changed; and rates, beside what the machine can do
    Rates,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, CheckError> {
    let benches = suite::checked();
    if arguments.list {
        for bench in benches {
            println!("{}", bench.id());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let Arguments { only, record, show, baselines, runs, .. } = arguments;
    let options = Options { only, baselines, runs, record, plan: Plan::CHECK };
    let outcome = check(&benches, &options, &mut |progress| eprintln!("{progress}"))?;
    print!("{}{}", judgements(&outcome, &benches, show == Show::All), summary(&outcome));
    if show == Show::Rates {
        print!("{}", rates(&outcome.report.record, &benches));
    }
    Ok(if outcome.slower() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
