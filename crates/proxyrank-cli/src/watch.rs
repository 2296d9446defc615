//! Progress: bars on a terminal, plain lines elsewhere, nothing when told to be quiet.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use proxyrank_data::fetch::{Bars, Lines, Progress};
use proxyrank_run::watch::{Silent, Task, Watch};

use crate::args::Global;
use crate::output::say;

/// Between two lines of progress where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// Chooses how progress is shown.
pub(crate) fn choose(global: &Global) -> Box<dyn Watch> {
    if global.quiet {
        Box::new(Silent)
    } else if std::io::stderr().is_terminal() {
        Box::new(OnTerminal)
    } else {
        Box::new(OnLines)
    }
}

struct OnTerminal;

impl Watch for OnTerminal {
    fn note(&self, text: &str) {
        say(text);
    }

    fn task(&self, title: &str, total: usize) -> Box<dyn Task> {
        let bar = ProgressBar::new(total as u64);
        let style = ProgressStyle::with_template("{msg:40} {bar:30} {pos}/{len} {per_sec}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(title.to_owned());
        Box::new(Bar(bar))
    }

    fn downloads(&self) -> Arc<dyn Progress> {
        Arc::new(Bars::new())
    }
}

struct Bar(ProgressBar);

impl Task for Bar {
    fn at(&self, done: usize) {
        self.0.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

struct OnLines;

impl Watch for OnLines {
    fn note(&self, text: &str) {
        say(text);
    }

    fn task(&self, title: &str, total: usize) -> Box<dyn Task> {
        Box::new(Line { title: title.to_owned(), total, last: Mutex::new(Instant::now()) })
    }

    fn downloads(&self) -> Arc<dyn Progress> {
        Arc::new(Lines::new(std::io::stderr()))
    }
}

struct Line {
    title: String,
    total: usize,
    last: Mutex<Instant>,
}

impl Task for Line {
    fn at(&self, done: usize) {
        let Ok(mut last) = self.last.lock() else { return };
        if last.elapsed() >= LINE_EVERY {
            *last = Instant::now();
            say(&format!("{}: {done}/{}", self.title, self.total));
        }
    }
}
