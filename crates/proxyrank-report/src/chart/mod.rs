//! Charts: plain data in, a PNG and an SVG out.
//!
//! Each chart is a struct of public fields with a `draw` method; nothing else is configurable, so all charts of a
//! report look alike. plotters rasterises and writes the files. The layout is done here, in floating-point pixels of
//! a page that is 1600 wide: text is measured with the embedded font's own metrics, so both formats get the same
//! picture on any machine, whatever fonts it has, and two drawings of the same data are the same bytes.
//!
//! - [`scatter`], [`intervals`], [`heatmap`]: one chart each;
//! - `canvas`, `surface`, `output`: shapes and text, what plotters is told, and the two files;
//! - `font`, `palette`, `scale`, `axis`, `labels`, `seriation`: the parts that charts share or that deserve their own tests.

mod axis;
mod canvas;
mod error;
mod font;
pub mod heatmap;
pub mod intervals;
mod labels;
mod output;
mod palette;
mod scale;
pub mod scatter;
mod seriation;
mod surface;

pub use error::ChartError;
pub use heatmap::Heatmap;
pub use intervals::TauIntervals;
pub use scale::AxisScale;
pub use scatter::Scatter;
