//! Charts: plain data in, a PNG and an SVG out.
//!
//! Each chart is a struct of public fields with a `draw` method; nothing else is configurable, so all charts of a
//! report look alike. plotters rasterises and writes the files. The layout is done here, in floating-point pixels of
//! a page that is 1600 wide: text is measured with the embedded font's own metrics, so both formats get the same
//! picture on any machine, whatever fonts it has, and two drawings of the same data are the same bytes.
//!
//! - [`scatter`], [`intervals`], [`heatmap`], [`scorecard`], [`cost`], [`spread`], [`curves`], [`cloud`], [`magnitudes`],
//!   [`layered`]:
//!   one chart each;
//! - `inline`: two of them as small SVGs for web pages;
//! - `canvas`, `surface`, `output`, `png`: shapes and text, what plotters is told, and the two files;
//! - `font`, `palette`, `scale`, `duration`, `axis`, `labels`, `seriation`: parts with rules of their own;
//! - `class`, `legend`, `references`, `rows`, `column`: what several charts draw alike.
//!
//! Values that are not finite are left out. Charts of many values per proxy or line count them in the subtitle, so that
//! none is missed unseen. With nothing left to draw the error is [`ChartError::Empty`].

mod axis;
mod canvas;
mod class;
pub mod cloud;
mod column;
pub mod cost;
pub mod curves;
mod duration;
mod error;
mod font;
pub mod heatmap;
mod inline;
pub mod intervals;
mod labels;
pub mod layered;
mod legend;
pub mod magnitudes;
mod output;
mod palette;
mod png;
mod references;
mod rows;
mod scale;
pub mod scatter;
pub mod scorecard;
mod seriation;
pub mod spread;
mod surface;

pub use cloud::Cloud;
pub use cost::CostScatter;
pub use curves::Curves;
pub use error::ChartError;
pub use heatmap::Heatmap;
pub use inline::InlineScatter;
pub use intervals::TauIntervals;
pub use layered::Layered;
pub use magnitudes::Magnitudes;
pub use references::ReferenceLine;
pub use scale::AxisScale;
pub use scatter::Scatter;
pub use scorecard::Scorecard;
pub use spread::SeedSpread;
