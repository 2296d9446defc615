//! Text and tasks by their names.

use proxyrank_data::corpus::Words;
use proxyrank_data::corpus::tasks::Task as ProbeTask;
use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::GlueConfig;

use super::public::Public;
use super::tasks::{Assignment, ProbeSize, probe};
use super::text::{Sequences, Tokenizer};
use crate::RunError;
use crate::watch::Watch;

/// Text to pre-train on; it decides the vocabulary and which tasks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The project's own corpus, with its words.
    Corpus {
        /// Tokens, at the least.
        tokens: usize,
    },
    /// WikiText-2, with BERT's word pieces.
    WikiText2,
}

/// Examples of a probe task where nothing is said.
const PROBE_EXAMPLES: usize = 4000;
/// Examples that a probe task is measured on.
const PROBE_DEV: usize = 2000;

impl Source {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Corpus { .. } => "corpus",
            Self::WikiText2 => "wikitext-2",
        }
    }

    /// Reads or makes the text.
    pub fn open(
        self,
        seq_len: usize,
        locator: &Locator,
        watch: &dyn Watch,
    ) -> Result<(Sequences, Tokenizer), RunError> {
        match self {
            Self::Corpus { tokens } => {
                Ok((Sequences::own(0, tokens, seq_len), Tokenizer::Words(Words::new())))
            }
            Self::WikiText2 => {
                let tokenizer = Tokenizer::word_piece(locator)?;
                let (text, warnings) = Sequences::wikitext(locator, &tokenizer, seq_len)?;
                for warning in &warnings {
                    watch.note(&format!("warning: {warning}"));
                }
                Ok((text, tokenizer))
            }
        }
    }

    /// The tasks of some names; `none` is none, and without a name they are all probe tasks, or no task of GLUE.
    pub fn tasks(
        self,
        names: &[String],
        examples: Option<usize>,
        (tokenizer, seq_len): (&Tokenizer, usize),
        locator: &Locator,
        watch: &dyn Watch,
    ) -> Result<Vec<Assignment>, RunError> {
        if names == ["none"] {
            return Ok(Vec::new());
        }
        match self {
            Self::Corpus { .. } => {
                let size =
                    ProbeSize { seed: 0, train: examples.unwrap_or(PROBE_EXAMPLES), dev: PROBE_DEV, seq_len };
                let chosen = if names.is_empty() {
                    ProbeTask::ALL.to_vec()
                } else {
                    let known = |task: &ProbeTask| task.name();
                    names.iter().map(|name| find(name, &ProbeTask::ALL, known)).collect::<Result<_, _>>()?
                };
                let encoded = |task| -> Result<Assignment, RunError> {
                    Ok(Assignment::Sequences(probe(task, tokenizer, size)?))
                };
                chosen.into_iter().map(encoded).collect()
            }
            Self::WikiText2 => {
                let open = |name: &String| public(name, examples, (tokenizer, seq_len), locator, watch);
                names.iter().map(open).collect()
            }
        }
    }
}

/// A task of GLUE, or a version of SQuAD.
fn public(
    name: &str,
    examples: Option<usize>,
    (tokenizer, seq_len): (&Tokenizer, usize),
    locator: &Locator,
    watch: &dyn Watch,
) -> Result<Assignment, RunError> {
    let task = find(name, &Public::all(), |task| task.as_str())?;
    let (task, warnings) = task.read(tokenizer, locator, (examples, seq_len))?;
    for warning in &warnings {
        watch.note(&format!("warning: {warning}"));
    }
    let [train, dev, cut] = task.counts();
    let counts = match &task {
        Assignment::Spans(_) => format!("{train} windows to learn from, {dev} questions to measure on"),
        Assignment::Sequences(_) => {
            format!("{train} examples to learn from ({cut} cut to {seq_len} tokens), {dev} to measure on")
        }
    };
    watch.note(&format!("{name}: {counts}"));
    Ok(task)
}

/// A task of GLUE by its name.
pub fn glue_config(name: &str) -> Result<GlueConfig, RunError> {
    let all = GlueConfig::ALL;
    all.into_iter().find(|config| config.as_str() == name).ok_or_else(|| {
        let known = all.map(GlueConfig::as_str).join(", ");
        RunError::Usage(format!("unknown task `{name}`; there are {known}"))
    })
}

fn find<T: Copy>(name: &str, all: &[T], called: impl Fn(&T) -> &'static str) -> Result<T, RunError> {
    all.iter().copied().find(|task| called(task) == name).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(called).collect();
        RunError::Usage(format!("unknown task `{name}`; with this text there are {}", known.join(", ")))
    })
}
