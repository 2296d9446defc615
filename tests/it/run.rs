//! A finished run, and what a test may say of it. Each claim that fails shows the whole run.

use std::fmt;
use std::process::Command;

use serde_json::{Map, Value};

/// What a run left.
pub(crate) struct Run {
    command: String,
    code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(f, "\n$ {command}\nexit code {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}

impl Run {
    /// Runs a command to its end. Whatever it does, it must not panic.
    #[track_caller]
    pub(crate) fn of(command: &mut Command) -> Self {
        let run = Self::noisy(command);
        assert!(!run.stderr.contains("panicked at"), "{run}");
        run
    }

    /// Runs a command to its end, whatever it says.
    pub(crate) fn noisy(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
        Self {
            command: format!("proxyrank {}", args.join(" ")),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It ended with this code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Standard output holds a text.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` on standard output of {self}");
        self
    }

    /// Standard error holds a text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` on standard error of {self}");
        self
    }

    /// Nothing is printed but one line with the error, which tells nothing twice.
    #[track_caller]
    pub(crate) fn one_line(self) -> Self {
        assert!(self.stdout.is_empty(), "{self}");
        assert!(self.stderr.starts_with("error: ") && self.stderr.lines().count() == 1, "{self}");
        let parts: Vec<&str> = self.stderr.trim_end().split(": ").collect();
        assert!(parts.windows(2).all(|pair| pair[0] != pair[1]), "a cause is told twice: {self}");
        self
    }

    /// Standard output holds JSON objects and nothing else, one a line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Map<String, Value>> {
        let object = |line: &str| match serde_json::from_str(line) {
            Ok(Value::Object(object)) => object,
            Ok(_) => panic!("a line is JSON, but no object, in {self}"),
            Err(error) => panic!("a line is no JSON ({error}) in {self}"),
        };
        let objects: Vec<_> = self.stdout.lines().map(object).collect();
        assert!(!objects.is_empty(), "no JSON in {self}");
        objects
    }

    /// The cells under one key of a table that was printed as JSON.
    #[track_caller]
    pub(crate) fn column(&self, key: &str) -> Vec<String> {
        let tables = self.json();
        let rows = tables[0]["rows"].as_array().unwrap();
        let text = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
        rows.iter().map(|row| text(&row["cells"][key])).collect()
    }
}
