//! Training and what follows it, study by study.

use std::path::Path;

use proxyrank_data::fetch::Locator;
use proxyrank_prune::runner::Study;
use proxyrank_prune::supernet::VALID_SEED;

use super::material::Encoder;
use super::parts::{Part, Trained};
use super::request::PruneRequest;
use super::told::Told;
use crate::RunError;
use crate::watch::{Stop, Watch};

/// Steps between two checkpoints, which have 270 MB.
const CHECKPOINT_EVERY: u64 = 200;

/// Runs what is left of every study; gives their number.
pub fn run(
    request: &PruneRequest,
    locator: &Locator,
    results: &Path,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<usize, RunError> {
    request.check()?;
    let encoder = Encoder::open(locator)?;
    let mut finished = 0;
    for &config in &request.tasks {
        let split = (VALID_SEED, request.most_valid);
        let (mut task, warnings) = encoder.task(config, locator, request.seq_len, split)?;
        if let Some(most) = request.most_train {
            // They were shuffled when the split was made, so the first ones are random ones.
            let kept: Vec<usize> = (0..task.train.len().min(most)).collect();
            task.train = task.train.select(&kept);
        }
        for warning in &warnings {
            watch.note(&format!("warning: {warning}"));
        }
        watch.note(&format!(
            "{}: {} examples to train with, {} to search on, {} to test on",
            task.name,
            task.train.len(),
            task.valid.len(),
            task.test.len()
        ));
        let pretrained = encoder.weights(task.outputs, request.train_seed)?;
        for &strategy in &request.strategies {
            let study = Study {
                task: &task,
                pretrained: &pretrained,
                settings: request.settings(strategy, encoder.config()),
                searches: request.searches(),
                evaluations: request.evaluations,
                second: request.second,
                folder: request.place(results, config, strategy),
                checkpoint_every: CHECKPOINT_EVERY,
            };
            let told = Told::new(format!("{} {strategy}", task.name), request.evaluations, watch, stop);
            if !run_one(request, &study, &told)? {
                return Err(RunError::Stopped { after: format!("after {finished} studies") });
            }
            finished += 1;
        }
    }
    Ok(finished)
}

/// Runs what is left of a study and says whether it is done.
fn run_one(request: &PruneRequest, study: &Study<'_>, told: &Told<'_>) -> Result<bool, RunError> {
    let weights = if request.parts.contains(&Part::Search) {
        study.run(told)?.map(|outcome| outcome.weights)
    } else {
        study.supernet(told)?.map(|(weights, _)| weights)
    };
    let Some(weights) = weights else { return Ok(false) };
    let (task, pretrained, folder) = (study.task, study.pretrained, study.folder.clone());
    let (settings, checkpoint_every) = (&study.settings, study.checkpoint_every);
    let trained = Trained { task, pretrained, supernet: &weights, settings, folder, checkpoint_every };
    for part in request.parts_of(study.settings.strategy) {
        if !trained.run(part, &request.beside, told)? {
            return Ok(false);
        }
    }
    Ok(true)
}
