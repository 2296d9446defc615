//! How a person follows a download: bars on a terminal, plain lines elsewhere, or nothing.
//!
//! The downloader knows only the two small traits; the command line picks the implementation.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::error::Fault;

/// Follows the download of a data set; shared between the threads that download its files.
pub trait Progress: Send + Sync {
    /// A data set begins, of which so many files must be downloaded.
    fn begin(&self, dataset: &str, files: usize);
    /// A file begins. The size is in bytes, where it is known.
    fn file(&self, path: &str, bytes: Option<u64>) -> Box<dyn Meter>;
    /// An attempt failed, and another follows after the wait.
    fn retry(&self, path: &str, fault: &Fault, wait: Duration);
    /// A data set ended.
    fn end(&self, dataset: &str, ending: Ending);
}

/// How the download of a data set ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All its files are here.
    Complete,
    /// A file failed, or somebody asked to stop; the error that follows says which.
    Incomplete,
}

/// Follows one file. Dropping it ends it.
pub trait Meter: Send {
    /// So many bytes have arrived, those of earlier attempts included.
    fn at(&self, bytes: u64);
    /// The file is complete.
    fn done(&self);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _dataset: &str, _files: usize) {}

    fn file(&self, _path: &str, _bytes: Option<u64>) -> Box<dyn Meter> {
        Box::new(Self)
    }

    fn retry(&self, _path: &str, _fault: &Fault, _wait: Duration) {}

    fn end(&self, _dataset: &str, _ending: Ending) {}
}

impl Meter for Quiet {
    fn at(&self, _bytes: u64) {}

    fn done(&self) {}
}

/// Writes plain lines, for logs: one at the begin and the good end of a data set, one a retry, and one every hundredth
/// of many files.
pub struct Lines<W: Write + Send> {
    out: Mutex<W>,
    files: AtomicU64,
    begun: AtomicU64,
}

impl<W: Write + Send> Lines<W> {
    /// Writes to the given stream, usually standard error.
    pub fn new(out: W) -> Self {
        Self { out: Mutex::new(out), files: AtomicU64::new(0), begun: AtomicU64::new(0) }
    }

    fn line(&self, text: &str) {
        // A log that cannot be written is no reason to give up a download.
        if let Ok(mut out) = self.out.lock() {
            let _ = writeln!(out, "{text}");
        }
    }
}

impl<W: Write + Send> Progress for Lines<W> {
    fn begin(&self, dataset: &str, files: usize) {
        self.files.store(files as u64, Ordering::Relaxed);
        self.begun.store(0, Ordering::Relaxed);
        let noun = if files == 1 { "file" } else { "files" };
        self.line(&format!("fetching {dataset}: {files} {noun}"));
    }

    fn file(&self, path: &str, bytes: Option<u64>) -> Box<dyn Meter> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let files = self.files.load(Ordering::Relaxed);
        if files <= 100 || number.is_multiple_of(100) {
            let size = bytes.map_or_else(String::new, |n| format!(", {n} bytes"));
            self.line(&format!("  {number}/{files} {path}{size}"));
        }
        Box::new(Quiet)
    }

    fn retry(&self, path: &str, fault: &Fault, wait: Duration) {
        self.line(&format!("  {path}: {fault}; next attempt in {:.1} s", wait.as_secs_f64()));
    }

    fn end(&self, dataset: &str, ending: Ending) {
        if ending == Ending::Complete {
            self.line(&format!("fetched {dataset}"));
        }
    }
}

/// Draws a bar for the data set and one for each file under way.
pub struct Bars {
    all: MultiProgress,
    set: Mutex<Option<ProgressBar>>,
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

impl Bars {
    /// Draws on standard error.
    pub fn new() -> Self {
        Self { all: MultiProgress::new(), set: Mutex::new(None) }
    }

    fn style(template: &str) -> ProgressStyle {
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    }

    fn with_set(&self, act: impl FnOnce(&ProgressBar)) {
        if let Ok(set) = self.set.lock()
            && let Some(bar) = set.as_ref()
        {
            act(bar);
        }
    }
}

impl Progress for Bars {
    fn begin(&self, dataset: &str, files: usize) {
        let bar = self.all.add(ProgressBar::new(files as u64));
        bar.set_style(Self::style("{msg:24} {bar:30} {pos}/{len} files, {elapsed}"));
        bar.set_message(dataset.to_owned());
        bar.tick();
        if let Ok(mut set) = self.set.lock() {
            *set = Some(bar);
        }
    }

    fn file(&self, path: &str, bytes: Option<u64>) -> Box<dyn Meter> {
        let bar = bytes.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let bar = self.all.add(bar);
        bar.set_style(Self::style("  {msg:40!} {bar:20} {bytes}/{total_bytes} {bytes_per_sec}, {eta}"));
        bar.set_message(path.to_owned());
        let mut set = None;
        self.with_set(|bar| set = Some(bar.clone()));
        Box::new(BarMeter { bar, set })
    }

    fn retry(&self, path: &str, fault: &Fault, wait: Duration) {
        self.with_set(|bar| {
            bar.println(format!("{path}: {fault}; next attempt in {:.1} s", wait.as_secs_f64()));
        });
    }

    fn end(&self, _dataset: &str, ending: Ending) {
        self.with_set(match ending {
            Ending::Complete => ProgressBar::finish,
            Ending::Incomplete => ProgressBar::abandon,
        });
    }
}

struct BarMeter {
    bar: ProgressBar,
    set: Option<ProgressBar>,
}

impl Meter for BarMeter {
    fn at(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn done(&self) {
        if let Some(set) = &self.set {
            set.inc(1);
        }
    }
}

impl Drop for BarMeter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_few_for_many_files() {
        let lines = Lines::new(Vec::new());
        lines.begin("lts", 1192);
        for _ in 0..1192 {
            lines.file("x", None).done();
        }
        lines.retry("x", &Fault::Redirects, Duration::from_secs(2));
        lines.end("lts", Ending::Incomplete);
        lines.begin("squad", 1);
        lines.end("squad", Ending::Complete);
        let text = String::from_utf8(lines.out.into_inner().unwrap()).unwrap();
        assert!(text.starts_with("fetching lts: 1192 files\n"), "{text}");
        assert!(text.ends_with("2.0 s\nfetching squad: 1 file\nfetched squad\n"), "{text}");
        assert_eq!(text.lines().count(), 1 + 11 + 1 + 2, "{text}");
        assert!(text.contains("next attempt in 2.0 s"));
    }
}
