//! Every proxy in one registry: what it is called, where it comes from, what it needs, and the code that computes it.
//!
//! One proxy is one file under [`proxies`], with its formula, its source, its direction, what is wrong with it, and a
//! test. [`REGISTRY`] lists them, and [`registry::all`] formulas behind them; listings, documentation and tables are generated
//! from that one list, so a proxy cannot be computed without being documented.
//!
//! - [`proxy`] has the record itself, and what a proxy is computed from;
//! - [`call`] parses `zerolm_xavier:alpha=0.15` into a proxy with complete parameters;
//! - [`model`] says what encoders and decoders do not have in common;
//! - [`mod@published`] lists the score columns and files that others released;
//! - [`papers`] has the bibliography;
//! - [`forward`] runs a network once for all proxies that need one;
//! - [`gradient`] does the same with a backward pass, second derivatives and a SynFlow pass;
//! - [`symbolic`] is the language of proxies that are formulas, and how a TOML file becomes one;
//! - [`shapes`] and [`spectral`] hold the arithmetic that several data-free proxies share.

pub mod call;
mod clock;
mod eigen;
pub mod forward;
pub mod gradient;
pub mod model;
mod noise;
pub mod papers;
pub mod proxies;
pub mod proxy;
pub mod published;
pub mod registry;
pub mod shapes;
pub mod spectral;
pub mod symbolic;

#[cfg(test)]
mod testing;
#[cfg(test)]
pub mod worked_example;

pub use call::{CallError, ProxyCall};
pub use papers::Paper;
pub use proxy::{Axes, Axis, ParamSpec, Proxy, Run, Scale, Subject};
pub use published::{PUBLISHED, PublishedProxy, published};
pub use registry::{REGISTRY, UnknownProxy, closest, find};

#[cfg(test)]
mod tests {
    /// The example is compiled and tested here, where its `crate::` means what it will mean to whoever copies it.
    #[test]
    fn the_worked_example_is_the_one_that_contributors_read() {
        let guide = include_str!("../../../CONTRIBUTING.md");
        assert!(
            guide.contains(include_str!("worked_example.rs")),
            "copy worked_example.rs into CONTRIBUTING.md"
        );
    }
}
