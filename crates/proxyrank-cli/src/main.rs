//! The `proxyrank` binary: it reads arguments, shows progress, and turns outcomes into exit codes. All logic lives in
//! the libraries.

mod args;
mod commands;
mod exit;
mod output;
mod setup;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    exit::code(commands::run(&cli), cli.global.json)
}
