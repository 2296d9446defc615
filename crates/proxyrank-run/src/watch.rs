//! How a person follows a run. The library knows only these two traits; the command line picks bars, lines or silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proxyrank_data::fetch::{Progress, Quiet};

/// Follows a run.
pub trait Watch: Send + Sync {
    /// A remark, such as a warning about the data.
    fn note(&self, text: &str);
    /// Work of a known size begins; dropping the task ends it.
    fn task(&self, title: &str, total: usize) -> Box<dyn Task>;
    /// Who follows downloads.
    fn downloads(&self) -> Arc<dyn Progress>;
}

/// Follows one piece of work.
pub trait Task: Send + Sync {
    /// So many units are done in all.
    fn at(&self, done: usize);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn note(&self, _text: &str) {}

    fn task(&self, _title: &str, _total: usize) -> Box<dyn Task> {
        Box::new(Self)
    }

    fn downloads(&self) -> Arc<dyn Progress> {
        Arc::new(Quiet)
    }
}

impl Task for Silent {
    fn at(&self, _done: usize) {}
}

/// A flag that asks long work to stop after the unit in hand (Ctrl-C).
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks to stop; returns whether it had been asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// The flag itself, for those who must look at it on their own.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Whether somebody asked.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
