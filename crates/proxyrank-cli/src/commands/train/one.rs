//! `train`: one network of a benchmark.

use std::path::Path;
use std::time::Duration;

use proxyrank_run::RunError;
use proxyrank_run::benchmark::{Benchmark, resolve};
use proxyrank_run::train::embedded::EmbeddedRecipe;
use proxyrank_run::train::inputs::Source;
use proxyrank_run::train::recipe::{PretrainRecipe, TuneRecipe};
use proxyrank_run::train::single::Single;
use proxyrank_schema::ArchId;

use crate::args::{Global, OneArgs, TextArg};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &OneArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let (locator, watch) = (&setup.locator, setup.watch.as_ref());
    let info = resolve(&args.benchmark)?;
    let reading = info.reading(args.reading).map_err(RunError::from)?;
    let id = ArchId::new(args.arch.as_deref().unwrap_or_default());
    let network = Benchmark::encoder(info, &id, reading, locator)?;
    let recipe = args.recipe.as_deref().map(recipe).transpose()?;
    let (pretrain, tune) = match &recipe {
        Some(recipe) => (recipe.pretrain.clone(), recipe.tune.clone()),
        None => options(args, info.seq_len as usize),
    };
    let seq_len = pretrain.seq_len;
    let source = match args.text {
        TextArg::Corpus => Source::Corpus {
            tokens: recipe.as_ref().map_or(args.corpus_tokens, |recipe| recipe.corpus_tokens),
        },
        TextArg::WikiText2 => Source::WikiText2,
    };
    let what = format!("{}, architecture {id}, {reading}, on {}", info.id, source.name());
    let single = Single {
        what: what.clone(),
        network,
        pretrain,
        tune,
        seed: args.seed,
        checkpoint_every: Duration::from_secs(args.checkpoint_every),
    };
    if args.dry_run {
        let recipe = &single.pretrain;
        let tokens = recipe.steps * (recipe.batch * seq_len) as u64;
        output::text(&format!("{what}: {} steps, {tokens} tokens; {recipe:?}", recipe.steps))?;
        return Ok(Outcome::Done);
    }
    let (text, tokenizer) = source.open(seq_len, locator, watch)?;
    // A recipe counts the examples of probe tasks; those of GLUE are as many as there are.
    let probes = recipe.filter(|_| args.text == TextArg::Corpus).map(|recipe| recipe.tasks.train);
    let tasks = source.tasks(&args.tasks, args.examples.or(probes), (&tokenizer, seq_len), locator, watch)?;
    let record = single.run((&text, &tokenizer), &tasks, &args.out, watch, &setup.stop)?;
    if global.json {
        output::value(&record)?;
    } else {
        let mut lines = vec![what];
        for (task, scores) in &record.scores {
            let scores: Vec<String> =
                scores.iter().map(|(name, score)| format!("{name} {score:.4}")).collect();
            lines.push(format!("{task:<15}{}", scores.join(", ")));
        }
        output::text(&lines.join("\n"))?;
    }
    Ok(Outcome::Done)
}

/// The recipe of the embedded benchmark, or of a file.
fn recipe(file: &Path) -> Result<EmbeddedRecipe, RunError> {
    if file.as_os_str() == "embedded" { Ok(EmbeddedRecipe::standard()) } else { EmbeddedRecipe::read(file) }
}

/// How the options say to pre-train and to fine-tune; sequences are as long as the benchmark's where nothing is said.
fn options(args: &OneArgs, benchmark_len: usize) -> (PretrainRecipe, TuneRecipe) {
    let seq_len = args.seq_len.map_or(benchmark_len, |length| length as usize);
    let electra = PretrainRecipe::electra(args.steps, args.batch as usize, seq_len);
    let pretrain = PretrainRecipe {
        rate: args.lr,
        warmup: args.warmup.unwrap_or(electra.warmup),
        generator_divisor: usize::from(args.generator_divisor),
        initial_scale: args.initial_scale,
        ..electra
    };
    let tune = TuneRecipe {
        epochs: args.epochs,
        rate: args.task_lr,
        layer_factor: args.layer_factor,
        ..TuneRecipe::FLEXIBERT
    };
    (pretrain, tune)
}
