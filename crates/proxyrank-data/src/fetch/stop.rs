//! Why a download in hand should end: a person asked for it, or another file of its set failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::Fault;

/// Watched by every thread of a fetch, between files, while it waits and while bytes arrive.
#[derive(Debug)]
pub(crate) struct Stop {
    /// Raised from outside.
    asked: Arc<AtomicBool>,
    /// Raised by the first failure of this fetch.
    failed: AtomicBool,
}

impl Stop {
    /// A signal that is up as soon as `asked` is.
    pub(crate) const fn new(asked: Arc<AtomicBool>) -> Self {
        Self { asked, failed: AtomicBool::new(false) }
    }

    /// Raised by a file that failed for good.
    pub(crate) fn raise(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// Whether a person asked.
    pub(crate) fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether to end, for whatever reason.
    pub(crate) fn is_up(&self) -> bool {
        self.asked() || self.failed.load(Ordering::Relaxed)
    }

    /// An error once there is a reason to end.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.is_up() { Err(Fault::Abandoned) } else { Ok(()) }
    }
}
