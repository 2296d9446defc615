//! `train`: one network of a benchmark.

use std::time::Duration;

use proxyrank_run::RunError;
use proxyrank_run::benchmark::{Benchmark, resolve};
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
    let seq_len = args.seq_len.unwrap_or(info.seq_len) as usize;
    let source = match args.text {
        TextArg::Corpus => Source::Corpus { tokens: args.corpus_tokens },
        TextArg::WikiText2 => Source::WikiText2,
    };
    let what = format!("{}, architecture {id}, {reading}, on {}", info.id, source.name());
    let electra = PretrainRecipe::electra(args.steps, args.batch as usize, seq_len);
    let single = Single {
        what: what.clone(),
        network,
        pretrain: PretrainRecipe {
            rate: args.lr,
            warmup: args.warmup.unwrap_or(electra.warmup),
            generator_divisor: usize::from(args.generator_divisor),
            initial_scale: args.initial_scale,
            ..electra
        },
        tune: TuneRecipe {
            epochs: args.epochs,
            rate: args.task_lr,
            layer_factor: args.layer_factor,
            ..TuneRecipe::FLEXIBERT
        },
        seed: args.seed,
        checkpoint_every: Duration::from_secs(args.checkpoint_every),
    };
    if args.dry_run {
        let tokens = args.steps * u64::from(args.batch) * seq_len as u64;
        output::text(&format!("{what}: {} steps, {tokens} tokens; {:?}", args.steps, single.pretrain))?;
        return Ok(Outcome::Done);
    }
    let (text, tokenizer) = source.open(seq_len, locator, watch)?;
    let tasks = source.tasks(&args.tasks, args.examples, (&tokenizer, seq_len), locator, watch)?;
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
