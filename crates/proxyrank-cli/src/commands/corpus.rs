//! `corpus`: text and tasks of our own.

use proxyrank_data::corpus::measure::{Baseline, CorpusStatistics, baselines, statistics};
use proxyrank_data::corpus::tasks::{Example, Label, Split, Task};
use proxyrank_data::corpus::{Amount, Words, documents, first_documents, write, written};
use serde_json::json;

use crate::args::{CorpusArgs, Global};
use crate::exit::Outcome;
use crate::output;

/// Documents of a sample.
const SAMPLE_DOCUMENTS: usize = 3;
/// Examples of each task of a sample.
const SAMPLE_EXAMPLES: usize = 6;

pub(super) fn run(global: &Global, args: &CorpusArgs) -> anyhow::Result<Outcome> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(global.threads.into()).build()?;
    threads.install(|| if args.sample { sample(global, args) } else { make(global, args) })
}

fn sample(global: &Global, args: &CorpusArgs) -> anyhow::Result<Outcome> {
    let texts: Vec<String> =
        documents(args.seed).take(SAMPLE_DOCUMENTS).map(|document| document.text()).collect();
    let examples = |task: Task| task.examples(Split::Dev, args.seed, SAMPLE_EXAMPLES);
    if global.json {
        let tasks: serde_json::Map<String, serde_json::Value> = Task::ALL
            .into_iter()
            .map(|task| (task.name().to_owned(), examples(task).iter().map(example).collect()))
            .collect();
        output::value(&json!({ "documents": texts, "tasks": tasks }))?;
    } else {
        let mut blocks = texts;
        for task in Task::ALL {
            let lines = examples(task).into_iter().map(|example| {
                let second =
                    example.second.map(|words| format!(" | {}", written(&words))).unwrap_or_default();
                format!("  {}  {}{second}\n", label(example.label), written(&example.first))
            });
            blocks.push(std::iter::once(format!("{}\n", task.name())).chain(lines).collect());
        }
        let text = blocks.join("\n");
        output::text(&text)?;
    }
    Ok(Outcome::Done)
}

fn example(example: &Example) -> serde_json::Value {
    let second = example.second.as_deref().map(written);
    json!({ "first": written(&example.first), "second": second, "label": label(example.label) })
}

fn label(label: Label) -> String {
    match label {
        Label::Class(class) => class.to_string(),
        Label::Score(score) => format!("{score:.1}"),
    }
}

fn make(global: &Global, args: &CorpusArgs) -> anyhow::Result<Outcome> {
    let documents = first_documents(args.seed, args.tokens);
    let found = statistics(&documents, &Words::new());
    let scores: Vec<Baseline> = if args.baselines {
        Task::ALL.into_iter().flat_map(|task| baselines(task, args.seed, args.train, args.dev)).collect()
    } else {
        Vec::new()
    };
    let amount = Amount { train: args.train, dev: args.dev };
    let files = match &args.out {
        Some(folder) => write(folder, args.seed, &documents, amount)?,
        None => Vec::new(),
    };
    if global.json {
        let files = files.iter().map(|f| json!({ "path": f.path, "bytes": f.bytes, "sha256": f.sha256 }));
        output::value(&json!({
            "seed": args.seed,
            "statistics": rows(&found).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<serde_json::Map<_, _>>(),
            "baselines": scores.iter().map(|b| json!({ "task": b.task.name(), "measure": b.measure.name(), "majority": b.majority, "words": b.words })).collect::<Vec<_>>(),
            "files": files.collect::<Vec<_>>(),
        }))?;
        return Ok(Outcome::Done);
    }
    let mut lines: Vec<String> =
        rows(&found).into_iter().map(|(name, value)| format!("{name:<52}{value:>14}")).collect();
    if !scores.is_empty() {
        lines.push(format!("\n{:<15}{:<22}{:>10}{:>16}", "task", "measure", "constant", "counts of words"));
        lines.extend(scores.iter().map(|b| {
            format!("{:<15}{:<22}{:>10.3}{:>16.3}", b.task.name(), b.measure.name(), b.majority, b.words)
        }));
    }
    lines.extend(files.iter().map(|file| format!("wrote {} ({} bytes)", file.path.display(), file.bytes)));
    output::text(&lines.join("\n"))?;
    Ok(Outcome::Done)
}

fn rows(found: &CorpusStatistics) -> Vec<(&'static str, String)> {
    let percent = |share: f64| format!("{:.1}%", 100.0 * share);
    let mut rows = vec![
        ("documents", found.documents.to_string()),
        ("sentences", found.sentences.to_string()),
        ("tokens", found.tokens.to_string()),
        ("vocabulary, special tokens included", found.vocabulary.to_string()),
        ("words that occur", found.words_seen.to_string()),
        ("share of the hundred commonest words", percent(found.top_hundred_share)),
        ("mean sentence, tokens", format!("{:.2}", found.mean_sentence)),
        ("distinct sentences", percent(found.distinct_share)),
        ("sentences with a clause inside a clause", percent(found.nested_share)),
    ];
    let names = ["unigrams, bits a token", "bigrams", "trigrams", "4-grams"];
    rows.extend(names.into_iter().zip(&found.bits).map(|(name, bits)| (name, format!("{bits:.3}"))));
    rows.push(("trigrams with a memory of the document", format!("{:.3}", found.trigram_with_memory_bits)));
    rows
}
