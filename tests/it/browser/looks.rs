//! How pages look: whatever they show, nothing runs over the edge, text can be read, and everything has a name.

use std::path::{Path, PathBuf};

use super::Tab;

/// Opens pages of a folder at two widths in both themes and fails on whatever cannot be read. `PROXYRANK_SCREENSHOTS` names
/// a folder for pictures of all of them.
pub(crate) fn looks(tab: &mut Tab, folder: &Path, pages: &[&str]) {
    let pictures = std::env::var_os("PROXYRANK_SCREENSHOTS").map(PathBuf::from);
    for theme in ["light", "dark"] {
        tab.prefer(theme);
        for width in [390, 1280] {
            tab.resize(width, 900);
            for page in pages {
                tab.open(&folder.join(page));
                let place = format!("{page}, {theme}, {width} pixels");
                let over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(tab.count(over), 0, "{place}");
                let pale = tab.texts(PALE);
                assert!(pale.is_empty(), "{place}: too little contrast: {pale:?}");
                let nameless = tab.texts(NAMELESS);
                assert!(nameless.is_empty(), "{place}: without a name: {nameless:?}");
                if let Some(folder) = &pictures {
                    let name = page.trim_end_matches(".html").replace('/', "-");
                    tab.picture(&folder.join(format!("{name}-{theme}-{width}.png")));
                }
            }
        }
    }
}

/// Texts whose contrast with what lies behind them is below 4.5 to 1, which many find hard to read.
const PALE: &str = r"(() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (it) => { for (; it; it = it.parentElement) { const c = rgb(getComputedStyle(it).backgroundColor); if (c[3] > 250) return c; } return [255, 255, 255, 255]; };
  const found = [];
  for (const it of document.querySelectorAll('p, a, li, dd, dt, h1, h2, small, td, th, button, label, caption, summary, figcaption, code')) {
    if (!it.checkVisibility() || !it.textContent.trim()) continue;
    const [a, b] = [light(rgb(getComputedStyle(it).color)), light(behind(it))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${it.tagName}.${it.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)];
})()";

/// Fields, buttons and pictures that a screen reader could not name.
const NAMELESS: &str = r"[...document.querySelectorAll('input, select, button, a, svg, [role=region]')]
  .filter((it) => !(it.labels?.length || it.textContent.trim() || it.getAttribute('aria-label')))
  .map((it) => it.outerHTML.slice(0, 80))";
