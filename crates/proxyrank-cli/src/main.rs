//! The `proxyrank` binary: it reads arguments, shows progress, and turns outcomes into exit codes. All logic lives in
//! the libraries.

#[expect(
    clippy::doc_markdown,
    reason = "the comments there are help texts, where backticks would be printed"
)]
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
