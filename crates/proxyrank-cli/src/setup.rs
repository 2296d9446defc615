//! From global options to the things that commands work with.

use std::path::Path;
use std::sync::Arc;

use proxyrank_data::fetch::{Locator, LocatorOptions, Mirror, Network};
use proxyrank_run::RunError;
use proxyrank_run::papers::Stores;
use proxyrank_run::reproduce::Workshop;
use proxyrank_run::watch::{Stop, Watch};

use crate::args::Global;
use crate::exit::STOPPED;
use crate::output::say;
use crate::watch;

/// What every command works with.
pub(crate) struct Setup {
    pub(crate) locator: Locator,
    pub(crate) stores: Stores,
    pub(crate) watch: Box<dyn Watch>,
    pub(crate) stop: Stop,
}

/// Reads options and environment; a flag comes before a variable.
pub(crate) fn locator_options(global: &Global) -> anyhow::Result<LocatorOptions> {
    let mut options = LocatorOptions::from_env()?;
    if let Some(mirror) = global.mirror.as_deref().filter(|mirror| !mirror.is_empty()) {
        options.mirror = Some(Mirror::parse(mirror));
    }
    if global.offline {
        options.network = Network::Offline;
    }
    Ok(options)
}

impl Setup {
    /// Prepares threads, data, results, progress and Ctrl-C.
    pub(crate) fn new(global: &Global) -> anyhow::Result<Self> {
        Self::with(global, locator_options(global)?)
    }

    /// The same with options of one's own.
    pub(crate) fn with(global: &Global, options: LocatorOptions) -> anyhow::Result<Self> {
        // Zero lets rayon take every core, or what RAYON_NUM_THREADS says.
        rayon::ThreadPoolBuilder::new().num_threads(usize::from(global.threads)).build_global()?;
        let watch = watch::choose(global);
        let downloads: Arc<_> = watch.downloads();
        let stop = on_interrupt()?;
        let locator = Locator::new(options, downloads).map_err(RunError::from)?.with_stop(stop.flag());
        let stores = Stores::open(global.results());
        Ok(Self { locator, stores, watch, stop })
    }

    /// What a reproduction or a report works with.
    pub(crate) fn workshop(&self, out: &Path) -> Workshop<'_> {
        Workshop {
            locator: &self.locator,
            stores: &self.stores,
            out: out.to_owned(),
            watch: self.watch.as_ref(),
            stop: &self.stop,
        }
    }
}

/// The first Ctrl-C asks to stop after the work in hand, the second ends the process.
fn on_interrupt() -> anyhow::Result<Stop> {
    let stop = Stop::default();
    let asked = stop.clone();
    ctrlc::set_handler(move || {
        if asked.ask() {
            std::process::exit(STOPPED.into());
        }
        say("stopping after the work in hand; Ctrl-C again ends at once, and what is finished is kept");
    })?;
    Ok(stop)
}
