//! What goes where: JSON and tables to standard output, words for people to standard error.

use std::io::{self, IsTerminal, Write};

use console::Term;
use proxyrank_report::Table;
use serde::Serialize;
use serde_json::json;

/// Width of a table where the terminal's is not known, in characters.
const PLAIN_WIDTH: u16 = 160;

/// Prints a table: JSON if asked for, drawn for people otherwise.
pub(crate) fn table(table: &Table, as_json: bool) -> io::Result<()> {
    if as_json { value(&table.json()) } else { text(&table.terminal(width())) }
}

/// Prints one JSON object on a line of its own.
pub(crate) fn value(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)
}

/// Prints text that is the command's result.
pub(crate) fn text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.trim_end().as_bytes())?;
    writeln!(out)
}

/// Prints words for people.
pub(crate) fn say(text: &str) {
    // Nobody listens on a closed standard error, and the command can do its work all the same.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints an error with its causes.
pub(crate) fn error(error: &anyhow::Error, as_json: bool) {
    let message = with_causes(error);
    if as_json {
        // The object is the last thing printed; if it cannot be, the exit code still tells.
        let _ = value(&json!({ "error": message }));
    }
    say(&format!("error: {message}"));
}

/// An error and its causes, without those that it tells itself.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told {
        told if told.is_empty() => cause,
        told if told.contains(&cause) => told,
        told => format!("{told}: {cause}"),
    })
}

/// Width for tables: that of the terminal, or a fixed one where the output goes into a file or a pipe.
fn width() -> u16 {
    let given =
        std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let terminal = || if io::stdout().is_terminal() { Term::stdout().size_checked() } else { None };
    given.or_else(|| terminal().map(|(_, columns)| columns)).unwrap_or(PLAIN_WIDTH)
}
