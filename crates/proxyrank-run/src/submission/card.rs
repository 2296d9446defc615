//! The card of a submission, `submission.toml`: who made it, what it is, and what its scores belong to.

use std::str::FromStr;

use proxyrank_proxies::published::published;
use proxyrank_proxies::{ProxyCall, find as find_proxy};
use proxyrank_schema::{
    BenchmarkId, CostClass, Device, Direction, Dtype, Input, Mode, Protocol, ProxyName, Reading, Signal,
    UnknownName,
};

use super::combination::{Combination, read_combination};
use super::fault::Faults;
use super::keys::{Keys, Reader};
use super::recipe::read_recipe;
use crate::benchmark::{BenchmarkInfo, find};

/// The file name of a card.
pub const CARD: &str = "submission.toml";

/// What a card says.
#[derive(Debug, Clone)]
pub struct Card {
    /// The name in tables.
    pub name: ProxyName,
    /// A short title.
    pub title: String,
    /// Who made it.
    pub authors: Vec<String>,
    /// Address of the paper or the code.
    pub source: String,
    /// Under which licence the scores or the formula may be used.
    pub licence: String,
    /// Which end of the score is the good one.
    pub direction: Direction,
    /// What computing it costs.
    pub class: CostClass,
    /// It rises when scores change.
    pub version: u32,
    /// The formula in plain text, where the card has one.
    pub formula: Option<String>,
    /// What speaks against it, by its authors' own account.
    pub faults: Vec<String>,
    /// Which labels were seen.
    pub labels: LabelsSeen,
    /// The benchmark that it is for; a combination may be for every one.
    pub benchmark: Option<&'static BenchmarkInfo>,
    /// The conditions of the scores. The reading `none` stands for every one.
    pub protocol: Protocol,
    /// What is submitted.
    pub content: Content,
}

/// Labels of the benchmark that a formula was fitted to, or chosen by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelsSeen {
    /// Of how many architectures.
    pub seen: usize,
    /// What was done with them.
    pub how: String,
}

/// What is submitted.
#[derive(Debug, Clone)]
pub enum Content {
    /// A table of scores.
    Scores {
        /// Its file, beside the card.
        file: String,
        /// The proxy of this program that gives the same scores, if there is one.
        recipe: Option<ProxyCall>,
    },
    /// A formula of stored scores.
    Combination(Combination),
}

/// The kinds of submissions, as they are spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContentKind {
    Scores,
    Combination,
}

impl FromStr for ContentKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "scores" => Ok(Self::Scores),
            "combination" => Ok(Self::Combination),
            _ => Err(UnknownName {
                what: "kind",
                given: text.to_owned(),
                allowed: "scores, combination".to_owned(),
            }),
        }
    }
}

/// Keys that only one kind of submission has.
const OWN_KEYS: [(&str, ContentKind, &str); 4] = [
    ("scores", ContentKind::Scores, "scores"),
    ("recompute", ContentKind::Scores, "scores"),
    ("combine", ContentKind::Combination, "combination"),
    ("parts", ContentKind::Combination, "combination"),
];

/// Keys of a protocol that only scores have.
const SCORE_AXES: [&str; 8] =
    ["signal", "input", "batch_size", "seq_len", "mode", "init_seed", "data_seed", "dtype"];

/// Reads a card; `file` names it in faults. Without a card there is at least one fault for which it is refused.
pub(super) fn read_card(file: &str, text: &str) -> (Option<Card>, Faults) {
    let reader = Reader::new(file, text);
    let table = reader.table();
    let card = card(&reader.keys(table.get_ref()));
    let faults = reader.faults();
    (card.filter(|_| !faults.refused()), faults)
}

fn card(keys: &Keys<'_>) -> Option<Card> {
    let name = name(keys);
    let title = keys.text("title", "a few words for tables and cards");
    let authors = authors(keys);
    let source = source(keys);
    let licence = keys.text("licence", "under which others may use it, such as CC-BY-4.0");
    let direction = keys.required("direction", "higher_is_better or lower_is_better");
    let class: Option<CostClass> = keys.required(
        "class",
        "what it costs: data_free, weights, forward, gradient, per_sample or second_order",
    );
    let version = version(keys);
    let formula = keys.optional_text("formula", "the formula in plain text");
    let faults = keys.texts("faults").unwrap_or_default();
    let labels = labels(keys);
    let kind: Option<ContentKind> = keys.required("kind", "scores or combination");
    for (key, owner, named) in OWN_KEYS {
        if keys.has(key) && kind.is_some_and(|kind| kind != owner) {
            keys.refuse(key, format!("belongs to a card with kind = \"{named}\""));
        }
    }
    let (benchmark, protocol) = conditions(keys, kind);
    let reads_tokens = class.is_some_and(|class| class > CostClass::Weights && class < CostClass::Published);
    if kind == Some(ContentKind::Scores) && reads_tokens && protocol.input == Input::None {
        keys.warn(
            "protocol",
            "gives no input, batch size and length; without them nobody can compute the scores again",
        );
    }
    let content = match kind {
        Some(ContentKind::Scores) => scores(keys, benchmark, &protocol),
        Some(ContentKind::Combination) => {
            read_combination(keys, benchmark, direction, class).map(Content::Combination)
        }
        None => None,
    };
    keys.finish();
    Some(Card {
        name: name?,
        title: title?,
        authors: authors?,
        source: source?,
        licence: licence?,
        direction: direction?,
        class: class?,
        version: version?,
        formula,
        faults,
        labels: labels?,
        benchmark,
        protocol,
        content: content?,
    })
}

fn name(keys: &Keys<'_>) -> Option<ProxyName> {
    let name = keys.text("name", "how it is called in tables")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_lowercase()) || name.len() > 64 {
        keys.refuse("name", "must be snake case of 64 characters at the most: small letters, digits, `_`, and `.` before a variant");
    } else if find_proxy(&name).is_ok() || published().any(|p| p.name == name) {
        keys.refuse("name", format!("`{name}` is the name of a proxy that stands in the tables already"));
    }
    Some(ProxyName::new(name))
}

fn authors(keys: &Keys<'_>) -> Option<Vec<String>> {
    if !keys.has("authors") {
        keys.missing("authors", "a list of at least one name");
    }
    let authors = keys.texts("authors")?;
    if authors.is_empty() || authors.iter().any(String::is_empty) {
        keys.refuse("authors", "needs at least one name, and none that is empty");
    }
    Some(authors)
}

fn source(keys: &Keys<'_>) -> Option<String> {
    let source = keys.text("source", "the address of the paper or the code, beginning with https://")?;
    let address = source.strip_prefix("https://").or_else(|| source.strip_prefix("http://"));
    if address.is_none_or(|rest| !rest.contains('.') || rest.contains(char::is_whitespace)) {
        keys.refuse("source", format!("`{source}` is no address; it begins with https://"));
    }
    Some(source)
}

fn version(keys: &Keys<'_>) -> Option<u32> {
    let version = if keys.has("version") { u32::try_from(keys.count("version")?).ok() } else { Some(1) };
    if version.is_none_or(|version| version == 0) {
        keys.refuse("version", "must be a number from 1; raise it when scores change");
    }
    version
}

fn labels(keys: &Keys<'_>) -> Option<LabelsSeen> {
    const WHAT: &str = "a table with `seen`, the number of architectures whose labels were used, and `how`";
    if !keys.has("labels") {
        keys.missing("labels", WHAT);
    }
    let keys = keys.table("labels")?;
    if !keys.has("seen") {
        keys.missing(
            "seen",
            "the number of architectures whose labels the formula was fitted to or chosen by; 0 for none",
        );
    }
    let seen = keys.count("seen").map(|seen| usize::try_from(seen).unwrap_or(usize::MAX));
    let how = keys.text("how", "what was done with labels, or that none were used");
    keys.finish();
    Some(LabelsSeen { seen: seen?, how: how? })
}

/// The benchmark and the protocol. What is missing or wrong stands at `none` and is noted.
fn conditions(keys: &Keys<'_>, kind: Option<ContentKind>) -> (Option<&'static BenchmarkInfo>, Protocol) {
    let nothing = (None, Protocol::none());
    let scores = kind == Some(ContentKind::Scores);
    if !keys.has("protocol") {
        if scores {
            keys.missing(
                "protocol",
                "a table with `benchmark`, `reading`, and the signal, input, ... of the scores",
            );
        }
        return nothing;
    }
    let Some(keys) = keys.table("protocol") else { return nothing };
    let benchmark = if scores {
        keys.text("benchmark", "the benchmark; `proxyrank ls benchmarks` names them")
    } else {
        keys.optional_text("benchmark", "the benchmark")
    };
    let benchmark = benchmark.and_then(|name| match find(&BenchmarkId::new(name)) {
        Ok(info) => Some(info),
        Err(error) => {
            keys.refuse("benchmark", error.to_string());
            None
        }
    });
    let reading: Option<Reading> = if scores {
        keys.required(
            "reading",
            "which networks the scores belong to; `none` if the score does not look at them",
        )
    } else {
        keys.named("reading")
    };
    if let (Some(info), Some(reading)) = (benchmark, reading)
        && reading != Reading::None
        && let Err(error) = info.reading(Some(reading))
    {
        keys.refuse("reading", error.to_string());
    }
    let reading = reading.unwrap_or(Reading::None);
    if kind == Some(ContentKind::Combination) {
        for key in SCORE_AXES.into_iter().filter(|key| keys.has(key)) {
            keys.refuse(
                key,
                "belongs to scores; a combination is made of those stored under the standard protocol",
            );
        }
    }
    let protocol = if scores { axes(&keys, reading) } else { Protocol { reading, ..Protocol::none() } };
    keys.finish();
    (benchmark, protocol)
}

/// The axes of a protocol besides the reading; one that is not given stands at `none` or 0.
fn axes(keys: &Keys<'_>, reading: Reading) -> Protocol {
    let small = |key| {
        let count = keys.count(key).unwrap_or_default();
        u32::try_from(count).unwrap_or_else(|_| {
            keys.refuse(key, "is too large");
            0
        })
    };
    Protocol {
        signal: keys.named("signal").unwrap_or(Signal::None),
        input: keys.named("input").unwrap_or(Input::None),
        batch_size: small("batch_size"),
        seq_len: small("seq_len"),
        mode: keys.named("mode").unwrap_or(Mode::None),
        init_seed: keys.count("init_seed").unwrap_or_default(),
        data_seed: keys.count("data_seed").unwrap_or_default(),
        dtype: keys.named("dtype").unwrap_or(Dtype::None),
        device: keys
            .optional_text("device", "cpu, cuda:0, or the name of the device")
            .map_or_else(Device::none, Device),
        reading,
    }
}

fn scores(
    keys: &Keys<'_>,
    benchmark: Option<&'static BenchmarkInfo>,
    protocol: &Protocol,
) -> Option<Content> {
    let file = keys.text("scores", "the name of the CSV or Parquet file beside the card");
    if let Some(file) = &file
        && (file.contains(['/', '\\']) || file == "..")
    {
        keys.refuse("scores", "must be the name of a file beside the card, without a folder");
    }
    let recipe = keys.table("recompute").and_then(|keys| read_recipe(&keys, benchmark, protocol));
    Some(Content::Scores { file: file?, recipe })
}
