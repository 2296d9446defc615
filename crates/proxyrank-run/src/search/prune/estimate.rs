//! What a request would take, before anything is read or downloaded.

use std::fmt;
use std::time::Duration;

use proxyrank_data::load::text::GlueConfig;
use proxyrank_data::manifest::manifest;
use proxyrank_prune::space::{BlockShape, SpaceKind};
use proxyrank_prune::supernet::Strategy;

use super::parts::Part;
use super::request::PruneRequest;
use crate::RunError;

/// Processor seconds of a token on its way through the whole network: `docs/pruning.md`, Measured.
const FORWARD: f64 = 3.4e-4;
/// The same there and back, from a training step.
const TRAINING: f64 = 1.25e-3;
/// Tokens of a text there.
const TOKENS: f64 = 63.0;
/// How much of the whole network a mean sub-network of keep ratios takes.
const RATIOS: f64 = 0.65;

/// Part of the evaluations that a search chooses at some size, which are tested: assumed, for no study of full length was run yet.
const TESTED: f64 = 0.25;

/// How much there is to do, at the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Super-networks.
    pub studies: usize,
    /// Evaluations of searches.
    pub evaluations: usize,
    /// Sub-networks that baselines make.
    pub baselines: usize,
    /// Sub-networks that proxies score.
    pub scored: usize,
    /// Pairs of keep ratios and errors.
    pub pairs: usize,
    /// Sub-networks that are fine-tuned one by one.
    pub trials: usize,
    /// Processor time on the machine of `docs/pruning.md`; divide by the number of cores for the time that passes.
    pub processor: Duration,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { studies, evaluations, baselines, scored, pairs, trials, processor } = self;
        write!(
            f,
            "{studies} super-networks; at the most {evaluations} evaluations of searches, {baselines} baselines, {scored} sub-networks with \
             proxies, {pairs} pairs of keep ratios and errors, and {trials} sub-networks fine-tuned one by one.\n{} of processor time if nothing is there yet, by the rates in docs/pruning.md; \
             on two cores half of that passes.",
            humantime::format_duration(*processor)
        )
    }
}

/// How much of the whole network a random sub-network takes, as measured.
const fn part_of_whole(space: SpaceKind) -> f64 {
    match space {
        SpaceKind::Small => 0.21,
        SpaceKind::Layer => 0.37,
        SpaceKind::Medium | SpaceKind::Large => 0.51,
    }
}

/// Passes there and back of a training step, in units of the whole network's.
fn passes(strategy: Strategy, sub: f64) -> f64 {
    let random = strategy.usual_count() as f64 * sub;
    match strategy {
        Strategy::Standard => 1.0,
        Strategy::Random => random,
        // The whole network in half of the steps.
        Strategy::LinearRandom => 0.5 * (1.0 + random),
        // The teacher's pass, only there, in the other half.
        Strategy::Kd => 0.5 * (1.0 + random + FORWARD / TRAINING),
        Strategy::Sandwich | Strategy::OneShot => 1.0 + random,
    }
}

impl PruneRequest {
    /// Counts what would be done if nothing were there yet. An error where the request cannot be run.
    pub fn plan(&self) -> Result<Plan, RunError> {
        self.check()?;
        let mut plan = Plan {
            studies: 0,
            evaluations: 0,
            baselines: 0,
            scored: 0,
            pairs: 0,
            trials: 0,
            processor: Duration::ZERO,
        };
        let sub = part_of_whole(self.space);
        let mut seconds = 0.0;
        for &task in &self.tasks {
            let (train, test) = rows(task)?;
            let valid = (0.3 * train).min(self.most_valid.map_or(f64::INFINITY, |most| most as f64));
            let train = (0.7 * train).min(self.most_train.map_or(f64::INFINITY, |most| most as f64));
            for &strategy in &self.strategies {
                plan.studies += 1;
                seconds += self.epochs as f64 * train * TOKENS * TRAINING * passes(strategy, sub);
                for part in self.parts_of(strategy) {
                    seconds += TOKENS * self.add(part, &mut plan, (train, valid, test), sub);
                }
            }
        }
        plan.processor = Duration::from_secs_f64(seconds.round());
        Ok(plan)
    }

    /// Counts a part and gives processor seconds for texts of one token.
    fn add(&self, part: Part, plan: &mut Plan, (train, valid, test): (f64, f64, f64), sub: f64) -> f64 {
        let numbers = &self.beside;
        match part {
            Part::Search => {
                let count = self.searches().len() * self.evaluations;
                plan.evaluations += count;
                count as f64 * (valid + TESTED * test) * FORWARD * sub
            }
            Part::Baselines => {
                let count = 1 + numbers.shares.len() * (proxyrank_prune::runner::Baseline::ALL.len() - 1);
                plan.baselines += count;
                let examples = train.min(numbers.importance_examples as f64);
                examples * TRAINING + count as f64 * (valid + test) * FORWARD
            }
            Part::Proxies => {
                plan.scored += numbers.subnets;
                // On both weights: forward to look, and there and back.
                let scoring = 2.0 * numbers.probe_examples as f64 * (FORWARD + TRAINING);
                numbers.subnets as f64 * sub * (valid * FORWARD + scoring)
            }
            Part::Ratios => {
                plan.pairs += numbers.pairs;
                let picks = (numbers.shares.len() * (3 + numbers.proposals) + 1) as f64;
                FORWARD * RATIOS * (numbers.pairs as f64 * valid + picks * (valid + test))
            }
            Part::Layers => {
                let layers = BlockShape::MINILM_L6.layers;
                plan.trials += layers;
                // From all but one down to none: half of the whole network, less half a layer.
                let wholes = (layers - 1) as f64 / 2.0;
                self.epochs as f64 * wholes * (train * TRAINING + (valid + test) * FORWARD)
            }
            Part::Nas => {
                plan.trials += numbers.trials;
                // About one in three goes on behind the first epoch.
                let epochs = 1.0 + (self.epochs - 1) as f64 / 3.0;
                let small = part_of_whole(SpaceKind::Small);
                numbers.trials as f64 * epochs * small * (train * TRAINING + (valid + test) * FORWARD)
            }
        }
    }
}

/// Rows of a task's training and development splits, as the manifest has them.
fn rows(task: GlueConfig) -> Result<(f64, f64), RunError> {
    let manifest = manifest("glue")?;
    let of = |split: &str| {
        let path = format!("{}/{split}-00000-of-00001.parquet", task.as_str());
        let file = manifest.files.iter().find(|file| file.path.as_str() == path);
        let rows = file.and_then(|file| file.check.complete_rows());
        rows.map(|rows| rows as f64).ok_or_else(|| {
            RunError::Usage(format!("the manifest of glue does not say how many rows {path} has"))
        })
    };
    Ok((of("train")?, of(super::material::dev_split(task))?))
}

#[cfg(test)]
mod tests {
    use proxyrank_prune::runner::Second;
    use proxyrank_prune::search::Method;
    use proxyrank_prune::space::Sampler;

    use super::super::Beside;
    use super::*;

    fn request(parts: Vec<Part>, strategies: Vec<Strategy>) -> PruneRequest {
        PruneRequest {
            tasks: vec![GlueConfig::Rte, GlueConfig::Mnli],
            strategies,
            space: SpaceKind::Small,
            sampler: Sampler::Structured,
            epochs: 3,
            batch: 8,
            rate: 2e-5,
            seq_len: 128,
            train_seed: 0,
            methods: vec![Method::Random, Method::Ehvi],
            seeds: 3,
            evaluations: 50,
            most_train: None,
            most_valid: Some(400),
            second: Second::Parameters,
            parts,
            beside: Beside {
                shares: vec![0.9, 0.5],
                importance_examples: 2048,
                subnets: 200,
                probe_examples: 16,
                pairs: 525,
                proposals: 5,
                trials: 20,
                seed: 0,
            },
        }
    }

    #[test]
    fn everything_is_counted_and_takes_longer_than_a_part() {
        let strategies = vec![Strategy::Standard, Strategy::OneShot];
        let all = request(Part::ALL.to_vec(), strategies.clone()).plan().unwrap();
        assert_eq!((all.studies, all.evaluations), (4, 4 * 2 * 3 * 50));
        // Baselines on the two standard networks: seven at two sizes, and the whole.
        assert_eq!((all.baselines, all.scored, all.pairs), (2 * 15, 4 * 200, 4 * 525));
        // Six sizes of fewer layers and twenty random networks on each task.
        assert_eq!(all.trials, 2 * 26);
        let mut sum = Duration::ZERO;
        let trained = |parts| request(parts, strategies.clone()).plan().unwrap().processor;
        for part in Part::ALL {
            let one = trained(vec![part]);
            assert!(one < all.processor, "{part}");
            sum += one;
        }
        assert!(sum > all.processor, "training counts once");
    }

    #[test]
    fn what_cannot_be_run_is_said_before_it_is_begun() {
        let error = |request: PruneRequest| request.plan().unwrap_err().to_string();
        let found = error(request(vec![Part::Baselines], vec![Strategy::OneShot]));
        assert!(found.contains("add `standard` to --strategies"), "{found}");
        let mut wrong = request(vec![Part::Ratios], vec![Strategy::OneShot]);
        wrong.beside.shares = vec![0.5, 1.5];
        let found = error(wrong);
        assert!(found.contains("--shares: 1.5"), "{found}");
        assert!(error(request(Vec::new(), vec![Strategy::OneShot])).contains("--parts"));
    }
}
