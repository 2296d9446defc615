//! One set, put together from its files.

use std::collections::BTreeMap;
use std::path::Path;

use proxyrank_schema::ArchId;
use proxyrank_space::DecoderArch;
use rayon::prelude::*;

use super::catalogue::SetInfo;
use super::config;
use super::folder::{self, CONFIG, Files, Summary};
use super::id::LtsId;
use super::summary::{self, Perplexity, StoredParameters};
use crate::load::error::{LoadError, Place};

/// Numbers by measure and architecture.
type Measures = BTreeMap<String, BTreeMap<String, f64>>;

/// One trained decoder.
#[derive(Debug, Clone, PartialEq)]
pub struct LtsEntry {
    /// Its identifier.
    pub id: LtsId,
    /// Its configuration.
    pub architecture: DecoderArch,
    /// The parameter counts that the authors stored.
    pub stored_parameters: StoredParameters,
    /// What it reached; `None` for a run that was not finished.
    pub perplexity: Option<Perplexity>,
    /// Measured latency on the set's device, in the source's unit (not stated; milliseconds make sense of the values).
    pub latency: Option<f64>,
    /// Measured peak memory on the set's device, in the source's unit (not stated; megabytes make sense of the values).
    pub memory: Option<f64>,
}

/// A set of trained decoders.
#[derive(Debug, Clone, PartialEq)]
pub struct LtsSet {
    /// Which set it is.
    pub info: SetInfo,
    /// Its architectures in natural order.
    pub entries: Vec<LtsEntry>,
    /// Architectures without a perplexity.
    pub missing_perplexity: Vec<ArchId>,
    /// Released scores, by measure and architecture. Not every measure has one for each architecture.
    pub published: Measures,
    /// Released costs in floating-point operations, by measure and architecture; a measure may have none.
    pub costs: Measures,
}

impl LtsSet {
    /// Reads a set from its folder.
    pub fn read(folder: &Path, info: &SetInfo) -> Result<Self, LoadError> {
        Self::assemble(folder, info, &folder::read(folder)?)
    }

    fn assemble(root: &Path, info: &SetInfo, files: &Files) -> Result<Self, LoadError> {
        // Parsing the configurations takes nearly all of the time. Results are gathered before the first error is
        // looked for, so that the error does not depend on which thread was faster.
        let parse = |(id, bytes): (&LtsId, &Vec<u8>)| {
            let file = root.join(id.folder()).join(CONFIG);
            config::parse(&file, bytes, info.family).map(|architecture| (*id, architecture))
        };
        let parsed: Vec<_> = files.configs.par_iter().map(parse).collect();
        let architectures: BTreeMap<_, _> = parsed.into_iter().collect::<Result<_, _>>()?;
        if architectures.is_empty() {
            return Err(LoadError::missing(root, Place::File, "every architecture's folder"));
        }
        let summaries = Summaries::parse(root, &files.summaries, &architectures)?;
        let (mut entries, mut missing_perplexity) = (Vec::new(), Vec::new());
        for (id, architecture) in architectures {
            let stored_parameters = *summaries.parameters.get(&id).ok_or_else(|| {
                LoadError::missing(&root.join("params_summary.yaml"), Place::File, format!("`{id}`"))
            })?;
            let perplexity = summaries.perplexities.get(&id).copied();
            if perplexity.is_none() {
                missing_perplexity.push(id.arch_id());
            }
            entries.push(LtsEntry {
                id,
                architecture,
                stored_parameters,
                perplexity,
                latency: summaries.latencies.get(&id).copied(),
                memory: summaries.memory.get(&id).copied(),
            });
        }
        let Summaries { published, costs, .. } = summaries;
        Ok(Self { info: *info, entries, missing_perplexity, published, costs })
    }

    /// The entry of one architecture.
    pub fn entry(&self, id: LtsId) -> Option<&LtsEntry> {
        self.entries.binary_search_by_key(&id, |entry| entry.id).ok().map(|index| &self.entries[index])
    }
}

/// The keys of a summary, whatever its values are.
type Keys<'a> = Box<dyn Iterator<Item = &'a LtsId> + 'a>;

/// The summaries of a set, every key checked against its architectures.
#[derive(Default)]
struct Summaries {
    parameters: BTreeMap<LtsId, StoredParameters>,
    perplexities: BTreeMap<LtsId, Perplexity>,
    latencies: BTreeMap<LtsId, f64>,
    memory: BTreeMap<LtsId, f64>,
    published: Measures,
    costs: Measures,
}

impl Summaries {
    fn parse(
        root: &Path,
        files: &[(String, Summary, Vec<u8>)],
        architectures: &BTreeMap<LtsId, DecoderArch>,
    ) -> Result<Self, LoadError> {
        for (wanted, name) in
            [(Summary::Parameters, "params_summary.yaml"), (Summary::Perplexity, "ppl_summary.yaml")]
        {
            if !files.iter().any(|(_, summary, _)| *summary == wanted) {
                return Err(LoadError::missing(root, Place::File, format!("`{name}`")));
            }
        }
        let mut this = Self::default();
        for (name, summary, bytes) in files {
            let file = root.join(name);
            let known = |mut keys: Keys<'_>| match keys.find(|id| !architectures.contains_key(id)) {
                None => Ok(()),
                Some(id) => Err(LoadError::unexpected(&file, Place::File, "architectures of this set", id)),
            };
            match summary {
                Summary::Parameters => {
                    this.parameters = summary::parameters(&file, bytes)?;
                    known(Box::new(this.parameters.keys()))?;
                }
                Summary::Perplexity => {
                    this.perplexities = summary::perplexities(&file, bytes)?;
                    known(Box::new(this.perplexities.keys()))?;
                }
                Summary::Latency => {
                    this.latencies = summary::positive_numbers(&file, bytes)?;
                    known(Box::new(this.latencies.keys()))?;
                }
                Summary::Memory => {
                    this.memory = summary::positive_numbers(&file, bytes)?;
                    known(Box::new(this.memory.keys()))?;
                }
                Summary::Scores(measure) | Summary::Costs(measure) => {
                    let numbers = summary::numbers(&file, bytes)?;
                    known(Box::new(numbers.keys()))?;
                    let numbers = numbers.into_iter().map(|(id, value)| (id.to_string(), value)).collect();
                    let scores = matches!(summary, Summary::Scores(_));
                    let measures = if scores { &mut this.published } else { &mut this.costs };
                    if measures.insert(measure.clone(), numbers).is_some() {
                        return Err(LoadError::duplicate(&file, Place::File, format!("measure `{measure}`")));
                    }
                }
            }
        }
        Ok(this)
    }
}
