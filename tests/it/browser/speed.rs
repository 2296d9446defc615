//! How long pages take to load: a measurement for people, not a check.

use std::path::Path;

use super::Tab;

/// How often each page is opened; the first time, which fills the browser's own caches, does not count.
const TIMES: usize = 12;

/// Milliseconds from the beginning of a navigation, as the page's own Navigation Timing has them.
pub(crate) struct Loading {
    /// Until the document was parsed and its scripts had run (`DOMContentLoaded`).
    pub(crate) content: f64,
    /// Until everything that it names was there (`load`).
    pub(crate) load: f64,
}

/// Medians over several visits, each with an empty cache and from an empty page.
pub(crate) fn loading(tab: &mut Tab, file: &Path) -> Loading {
    let (mut content, mut load) = (Vec::new(), Vec::new());
    for visit in 0..TIMES {
        tab.leave();
        tab.open(file);
        if visit > 0 {
            let entry = "performance.getEntriesByType('navigation')[0]";
            content.push(tab.number(&format!("{entry}.domContentLoadedEventEnd")));
            load.push(tab.number(&format!("{entry}.loadEventStart")));
        }
    }
    Loading { content: median(&mut content), load: median(&mut load) }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
