//! Exit codes, which scripts rely on: 0 done, 1 a check failed, 2 wrong use or bad input, 3 data missing.

use std::io;
use std::process::ExitCode;

use proxyrank_run::{FailureKind, RunError};

use crate::output;

/// How a command that could do its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Done,
    /// A check failed; what failed was printed.
    CheckFailed,
    /// Data that were asked for are not here; which was printed.
    DataMissing,
}

const CHECK_FAILED: u8 = 1;
const BAD_INPUT: u8 = 2;
const DATA_MISSING: u8 = 3;
/// What a shell reports for a program that Ctrl-C ended.
pub(crate) const STOPPED: u8 = 130;

/// Prints an error and chooses the exit code.
pub(crate) fn code(result: anyhow::Result<Outcome>, json: bool) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::CheckFailed) => ExitCode::from(CHECK_FAILED),
        Ok(Outcome::DataMissing) => ExitCode::from(DATA_MISSING),
        // Somebody closed our output, as `head` does; that is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(number(&error))
        }
    }
}

fn number(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<RunError>().map(RunError::kind) {
        Some(FailureKind::DataMissing) => DATA_MISSING,
        Some(FailureKind::Stopped) => STOPPED,
        Some(FailureKind::Input) | None => BAD_INPUT,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
