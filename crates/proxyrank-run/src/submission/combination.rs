//! A formula of proxies that are stored: no code, no file of scores.

use proxyrank_proxies::{Axis, ProxyCall};
use proxyrank_schema::{CostClass, Direction, Protocol, Reading, Signal, UnknownName};

use super::keys::Keys;
use super::recipe::{read_call, shown};
use crate::benchmark::BenchmarkInfo;
use crate::rank::{Combine, Made, NotPositive, Origin, ScoreColumn, Slot, Term, audit, current, wall_ns};
use crate::standard;

/// A sum or product of other proxies.
#[derive(Debug, Clone)]
pub struct Combination {
    /// How the parts become one.
    pub combine: Combine,
    /// The parts, two or more.
    pub parts: Vec<Part>,
}

/// One part of a combination.
#[derive(Debug, Clone)]
pub struct Part {
    /// The proxy with its parameters.
    pub call: ProxyCall,
    /// What it back-propagates; `none` for a proxy that does not.
    pub signal: Signal,
    /// How much it counts.
    pub weight: f64,
}

impl Part {
    /// How it is called in lists.
    pub fn label(&self) -> String {
        match self.signal {
            Signal::None => shown(&self.call),
            signal => format!("{} ({signal})", shown(&self.call)),
        }
    }

    /// The protocol of its scores in the tables of a benchmark.
    pub fn protocol(&self, info: &BenchmarkInfo, reading: Reading) -> Protocol {
        self.call.proxy.protocol(&standard::protocol(info, reading, self.signal))
    }
}

/// Why a combination stands in no table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum NotMade {
    /// Parts whose scores are not stored, by their places in the list.
    NotStored(Vec<usize>),
    /// A factor of a product is not positive.
    NotPositive(NotPositive),
}

/// Reads `combine` and `parts`.
pub(super) fn read_combination(
    keys: &Keys<'_>,
    benchmark: Option<&'static BenchmarkInfo>,
    direction: Option<Direction>,
    class: Option<CostClass>,
) -> Option<Combination> {
    if direction == Some(Direction::LowerIsBetter) {
        keys.refuse(
            "direction",
            "must be higher_is_better: every part is turned so that larger is better, and so is the sum",
        );
    }
    let combine: Option<Named> = keys.required("combine", "rank_sum, rank_product or product");
    if !keys.has("parts") {
        keys.missing("parts", "two proxies or more, each begun by [[parts]]");
    }
    let tables = keys.tables("parts")?;
    if tables.len() < 2 {
        keys.refuse("parts", "needs two proxies or more");
    }
    let count = tables.len();
    let parts: Vec<Part> = tables.iter().filter_map(|keys| part(keys, benchmark)).collect();
    let dearest = parts.iter().max_by_key(|part| part.call.proxy.class);
    if let (Some(class), Some(part)) = (class, dearest.filter(|_| parts.len() == count)) {
        let proxy = part.call.proxy;
        if class != proxy.class {
            keys.refuse(
                "class",
                format!("is {class}, and the dearest part, {}, is {}", proxy.name, proxy.class),
            );
        }
    }
    for (place, part) in parts.iter().enumerate() {
        if parts[..place].iter().any(|other| other.label() == part.label()) {
            keys.refuse("parts", format!("{} is there twice; give it one weight", part.label()));
        }
    }
    Some(Combination { combine: combine?.0, parts }).filter(|found| found.parts.len() == count)
}

/// A way to combine, as it is spelt.
struct Named(Combine);

impl std::str::FromStr for Named {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Combine::NAMES.iter().find(|(name, _)| *name == text);
        found.map(|(_, combine)| Self(*combine)).ok_or_else(|| UnknownName {
            what: "way to combine",
            given: text.to_owned(),
            allowed: Combine::NAMES.map(|(name, _)| name).join(", "),
        })
    }
}

fn part(keys: &Keys<'_>, benchmark: Option<&'static BenchmarkInfo>) -> Option<Part> {
    let call = read_call(keys, benchmark);
    let signal: Option<Signal> = keys.named("signal");
    let weight = if keys.has("weight") { keys.number("weight") } else { Some(1.0) };
    if weight == Some(0.0) {
        keys.refuse("weight", "is 0; leave the part out instead");
    }
    if let Some(call) = &call {
        let given = signal.is_some_and(|signal| signal != Signal::None);
        let name = call.proxy.name;
        match (call.proxy.axes.uses(Axis::Signal), given) {
            (true, false) => {
                keys.missing("signal", &format!("{name} back-propagates one: rtd, mlm, gaussian or ones"));
            }
            (false, true) => keys.refuse("signal", format!("{name} back-propagates nothing")),
            _ => {}
        }
    }
    keys.finish();
    Some(Part { call: call?, signal: signal.unwrap_or(Signal::None), weight: weight? })
}

impl Combination {
    /// The formula in plain text.
    pub fn formula(&self) -> String {
        let labels: Vec<String> = self.parts.iter().map(Part::label).collect();
        self.combine.formula(labels.iter().map(String::as_str).zip(self.parts.iter().map(|part| part.weight)))
    }

    /// Its scores under a reading, made of columns of the same; `named` has everything else.
    pub(super) fn column(
        &self,
        info: &BenchmarkInfo,
        reading: Reading,
        columns: &[ScoreColumn],
        named: ScoreColumn,
    ) -> Result<ScoreColumn, NotMade> {
        let found: Vec<Option<&ScoreColumn>> = self
            .parts
            .iter()
            .map(|part| current(columns, &part.call, &part.protocol(info, reading)))
            .collect();
        let lacking: Vec<usize> = (0..found.len()).filter(|&place| found[place].is_none()).collect();
        if !lacking.is_empty() {
            return Err(NotMade::NotStored(lacking));
        }
        let weights = self.parts.iter().map(|part| part.weight);
        let terms: Vec<Term<'_>> = found
            .into_iter()
            .flatten()
            .zip(weights)
            .map(|(column, weight)| Term { column, weight })
            .collect();
        let slots: Vec<Slot> = self.combine.slots(&terms).map_err(NotMade::NotPositive)?;
        let made = if self.combine.of_ranks() { Made::OfRanks } else { Made::OfScores };
        Ok(ScoreColumn {
            slots,
            wall_ns: wall_ns(&terms),
            audit: audit(&terms),
            origin: Origin::Submission(made),
            ..named
        })
    }
}
