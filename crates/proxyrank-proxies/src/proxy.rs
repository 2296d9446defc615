//! The record of one proxy.

use proxyrank_schema::{
    CostClass, Device, Direction, Dtype, Input, Mode, Outcome, Params, Protocol, ProxyName, Reading, Signal,
};
use proxyrank_space::{Family, Network};

use crate::Paper;
use crate::forward::Measure;
use crate::gradient;
use crate::symbolic::Expression;

/// What a proxy is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The network that the reading builds.
    pub network: Network,
    /// Tokens in a sequence; only proxies with [`Axis::SequenceLength`] look at it.
    pub seq_len: usize,
}

/// One axis of a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Which network is built.
    Reading,
    /// What is back-propagated.
    Signal,
    /// Where token ids come from.
    Input,
    /// Sequences in a batch.
    BatchSize,
    /// Tokens in a sequence.
    SequenceLength,
    /// Dropout on or off.
    Mode,
    /// Seed of the weights.
    InitSeed,
    /// Seed of the input.
    DataSeed,
    /// Floating-point type.
    Dtype,
    /// Where it runs.
    Device,
}

/// The axes that can change a proxy's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axes(pub &'static [Axis]);

impl Axes {
    /// No axis: the score follows from the declared depth and the like.
    pub const NONE: Self = Self(&[]);
    /// The network, and nothing of the protocol besides.
    pub const NETWORK: Self = Self(&[Axis::Reading]);
    /// The network at a sequence length.
    pub const NETWORK_AT_LENGTH: Self = Self(&[Axis::Reading, Axis::SequenceLength]);
    /// The network and its initial weights. They are drawn in f32 and read in f64 whatever the network runs in.
    pub const WEIGHTS: Self = Self(&[Axis::Reading, Axis::InitSeed]);
    /// Everything that a forward pass depends on.
    pub const FORWARD: Self = Self(&[
        Axis::Reading,
        Axis::Input,
        Axis::BatchSize,
        Axis::SequenceLength,
        Axis::Mode,
        Axis::InitSeed,
        Axis::DataSeed,
        Axis::Dtype,
        Axis::Device,
    ]);

    /// Everything that a backward pass depends on.
    pub const GRADIENT: Self = Self(&[
        Axis::Reading,
        Axis::Signal,
        Axis::Input,
        Axis::BatchSize,
        Axis::SequenceLength,
        Axis::Mode,
        Axis::InitSeed,
        Axis::DataSeed,
        Axis::Dtype,
        Axis::Device,
    ]);
    /// A SynFlow pass: ones go in, so there is no input, and dropout is off.
    pub const SYNFLOW: Self =
        Self(&[Axis::Reading, Axis::SequenceLength, Axis::InitSeed, Axis::Dtype, Axis::Device]);

    /// Whether the axis is among them.
    pub fn uses(self, axis: Axis) -> bool {
        self.0.contains(&axis)
    }
}

/// One numeric parameter of a proxy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamSpec {
    /// Its name in `proxy:name=value`.
    pub name: &'static str,
    /// The value where none is given.
    pub default: f64,
    /// Smallest allowed value.
    pub low: f64,
    /// Largest allowed value.
    pub high: f64,
    /// What it does.
    pub doc: &'static str,
}

/// What the size of a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// A quantity: distances between scores mean something.
    Quantity,
    /// An order only: several keys packed into one number.
    Ordinal,
}

/// How a proxy is computed.
#[derive(Debug, Clone, Copy)]
pub enum Run {
    /// From the sizes alone.
    DataFree(fn(&Subject, &Params) -> Outcome),
    /// From a quantity that [`crate::forward::evaluate`] measures on the weights or in a forward pass.
    Forward(Measure),
    /// From a quantity that [`crate::gradient::evaluate`] takes from a backward pass.
    Gradient(gradient::Measure),
    /// From the ranks of these proxies' scores among the architectures of a benchmark; no architecture has a score of its
    /// own.
    Population(&'static [&'static str]),
    /// A formula of the network's tensors; what must be run follows from its inputs.
    Symbolic(&'static Expression),
}

/// One proxy.
#[derive(Debug, Clone, Copy)]
pub struct Proxy {
    /// Its name in files and on the command line.
    pub name: &'static str,
    /// A short title for tables.
    pub title: &'static str,
    /// The formula, in plain text.
    pub formula: &'static str,
    /// The paper that proposes it; none for a plain baseline.
    pub paper: Option<&'static Paper>,
    /// Which end of the score is the good one.
    pub direction: Direction,
    /// What the size of a score means.
    pub scale: Scale,
    /// What must be run.
    pub class: CostClass,
    /// The families for which it is defined.
    pub families: &'static [Family],
    /// What its score depends on.
    pub axes: Axes,
    /// Its parameters.
    pub params: &'static [ParamSpec],
    /// Version of the implementation; it rises when scores change.
    pub version: u32,
    /// What a reader of its scores must know against it.
    pub faults: &'static [&'static str],
    /// The computation.
    pub run: Run,
}

impl Proxy {
    /// A plain baseline: a closed form of the network, defined for every family, larger being better.
    ///
    /// Records are written as this with the fields that differ.
    pub const fn data_free(
        name: &'static str,
        title: &'static str,
        formula: &'static str,
        run: fn(&Subject, &Params) -> Outcome,
    ) -> Self {
        Self {
            name,
            title,
            formula,
            paper: None,
            direction: Direction::HigherIsBetter,
            scale: Scale::Quantity,
            class: CostClass::DataFree,
            families: Family::ALL,
            axes: Axes::NETWORK,
            params: &[],
            version: 1,
            faults: &[],
            run: Run::DataFree(run),
        }
    }

    /// A proxy of encoders that reads a forward pass, larger being better.
    pub const fn forward(
        name: &'static str,
        title: &'static str,
        formula: &'static str,
        measure: Measure,
    ) -> Self {
        Self {
            name,
            title,
            formula,
            paper: None,
            direction: Direction::HigherIsBetter,
            scale: Scale::Quantity,
            class: CostClass::Forward,
            families: &[Family::Encoder],
            axes: Axes::FORWARD,
            params: &[],
            version: 1,
            faults: &[],
            run: Run::Forward(measure),
        }
    }

    /// A proxy of encoders that reads a backward pass, larger being better.
    pub const fn gradient(
        name: &'static str,
        title: &'static str,
        formula: &'static str,
        measure: gradient::Measure,
    ) -> Self {
        Self {
            name,
            title,
            formula,
            paper: None,
            direction: Direction::HigherIsBetter,
            scale: Scale::Quantity,
            class: CostClass::Gradient,
            families: &[Family::Encoder],
            axes: Axes::GRADIENT,
            params: &[],
            version: 1,
            faults: &[],
            run: Run::Gradient(measure),
        }
    }

    /// A proxy of encoders that is made of other proxies' ranks, larger being better.
    pub const fn population(
        name: &'static str,
        title: &'static str,
        formula: &'static str,
        components: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            title,
            formula,
            paper: None,
            direction: Direction::HigherIsBetter,
            scale: Scale::Quantity,
            class: CostClass::DataFree,
            families: &[Family::Encoder],
            axes: Axes::NETWORK,
            params: &[],
            version: 1,
            faults: &[],
            run: Run::Population(components),
        }
    }

    /// Its name as an identifier.
    pub fn id(&self) -> ProxyName {
        ProxyName::new(self.name)
    }

    /// Whether it is defined for a family.
    pub fn supports(&self, family: Family) -> bool {
        self.families.contains(&family)
    }

    /// Its parameters at their defaults, every one written out, so that a default and the same value given by hand are
    /// one key. Of a formula the parameter is the formula itself: an edited file does not inherit stored scores.
    pub fn default_params(&self) -> Params {
        let numbers = self.params.iter().map(|spec| (spec.name, spec.default.into()));
        let formula = matches!(self.run, Run::Symbolic(_)).then(|| ("expression", self.formula.into()));
        // Numbers and texts are scalars, which is all that the constructor can object to.
        Params::new(numbers.chain(formula)).unwrap_or_else(|_| Params::none())
    }

    /// The value of one of its parameters; the default where it is missing.
    pub(crate) fn param(params: &Params, spec: &ParamSpec) -> f64 {
        params.number(spec.name).unwrap_or(spec.default)
    }

    /// The part of a protocol that this proxy depends on; every other axis becomes `none` or 0.
    ///
    /// A proxy without [`Axis::Reading`] scores the same under every reading; any network of the architecture will do.
    pub fn protocol(&self, wanted: &Protocol) -> Protocol {
        let uses = |axis| self.axes.uses(axis);
        Protocol {
            reading: if uses(Axis::Reading) { wanted.reading } else { Reading::None },
            signal: if uses(Axis::Signal) { wanted.signal } else { Signal::None },
            input: if uses(Axis::Input) { wanted.input } else { Input::None },
            batch_size: if uses(Axis::BatchSize) { wanted.batch_size } else { 0 },
            seq_len: if uses(Axis::SequenceLength) { wanted.seq_len } else { 0 },
            mode: if uses(Axis::Mode) { wanted.mode } else { Mode::None },
            init_seed: if uses(Axis::InitSeed) { wanted.init_seed } else { 0 },
            data_seed: if uses(Axis::DataSeed) { wanted.data_seed } else { 0 },
            dtype: if uses(Axis::Dtype) { wanted.dtype } else { Dtype::None },
            device: if uses(Axis::Device) { wanted.device.clone() } else { Device::none() },
        }
    }

    /// Computes the score from sizes alone; a family for which the proxy is not defined gives `unsupported`.
    ///
    /// A proxy that needs a network gives an error: it is scored by [`crate::gradient::evaluate`].
    pub fn score(&self, subject: &Subject, params: &Params) -> Outcome {
        let family = subject.network.family();
        if !self.supports(family) {
            let families: Vec<&str> = self.families.iter().map(|family| family.as_str()).collect();
            return Outcome::unsupported(format!(
                "{} is defined for {}, not for {family}",
                self.name,
                families.join(", ")
            ));
        }
        match self.run {
            Run::DataFree(run) => run(subject, params),
            Run::Population(components) => Outcome::error(format!(
                "{} is made of ranks and needs the scores of {} on a whole benchmark; `proxyrank rank` shows it",
                self.name,
                components.join(", ")
            )),
            Run::Forward(_) | Run::Gradient(_) | Run::Symbolic(_) => {
                Outcome::error(format!("{} needs a network to run, and was given only sizes", self.name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Status;

    use super::*;
    use crate::{proxies, testing};

    fn wanted() -> Protocol {
        Protocol {
            reading: Reading::Declared,
            seq_len: 128,
            batch_size: 16,
            init_seed: 7,
            ..Protocol::none()
        }
    }

    #[test]
    fn unused_axes_are_erased() {
        let none = Protocol::none();
        assert_eq!(proxies::NUM_LAYERS.protocol(&wanted()), none);
        let network = Protocol { reading: Reading::Declared, ..none.clone() };
        assert_eq!(proxies::NUM_PARAMETERS.protocol(&wanted()), network);
        assert_eq!(proxies::FLOPS.protocol(&wanted()), Protocol { seq_len: 128, ..network });
    }

    #[test]
    fn a_foreign_family_is_unsupported_with_a_reason() {
        let outcome =
            proxies::DECODER_PARAMS.score(&testing::flexibert(0, Reading::Declared), &Params::none());
        assert_eq!(outcome.status, Status::Unsupported);
        assert_eq!(outcome.detail, "decoder_params is defined for gpt2, transformer_xl, not for encoder");
    }

    #[test]
    fn defaults_are_written_out() {
        assert_eq!(proxies::ZEROLM_XAVIER.default_params().to_string(), "alpha=1.0");
        assert!(proxies::NUM_LAYERS.default_params().is_empty());
    }
}
