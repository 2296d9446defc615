//! Sub-networks that are each fine-tuned from the pre-trained weights: what a super-network saves.

use std::path::PathBuf;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::claim::claim;
use super::journal::Journal;
use super::{Follow, Kept};
use crate::PruneError;
use crate::encoder::Weights;
use crate::hash::sha256_of_numbers;
use crate::pareto::{Point, RankRule};
use crate::random::{Purpose, stream};
use crate::search::{Asha, Decision};
use crate::space::{Genes, Sampler, Space, SpaceKind};
use crate::supernet::{Settings, Strategy, SuperNet, Task, evaluate};

/// Epochs of the first rung, and by what each further one is larger.
const RUNGS: (u32, u32) = (1, 3);

/// Which sub-networks are trained, all of the SMALL space with lower bounds of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Random ones, evenly drawn, which MO-ASHA stops after an epoch or goes on with: standard NAS of Klein et al. 2024.
    Random {
        /// Seed of the draws.
        seed: u64,
    },
    /// The lowest layers, from all but one down to none, each to the end (layer dropping with fine-tuning, Sajjad et al. 2023).
    Bottom,
}

impl Who {
    /// The names of all kinds' files.
    pub const NAMES: [&str; 2] = [Self::Bottom.as_str(), Self::Random { seed: 0 }.as_str()];

    /// The name of the files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random { .. } => "standard_nas",
            Self::Bottom => "dropped_layers",
        }
    }
}

/// What trials have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialHeader {
    /// Version of these files.
    pub schema: u32,
    /// SHA-256 of the weights that every trial begins with.
    pub weights_sha256: String,
    /// Which sub-networks.
    pub who: Who,
    /// How each is trained; the sub-network itself stands in the records.
    pub settings: Settings,
}

/// A trial after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// The trial, from 0.
    pub trial: usize,
    /// Epochs so far.
    pub epoch: u32,
    /// The sub-network.
    pub genes: Genes,
    /// What it keeps.
    #[serde(flatten)]
    pub kept: Kept,
    /// Error on the validation part.
    pub error: f64,
    /// Share of the whole network's parameters, the second objective.
    pub second: f64,
    /// Error on the official validation split.
    pub test: f64,
    /// Whether it goes on.
    pub decision: Decision,
    /// Seconds of the training steps since the last record, or since this process went on with the trial.
    pub seconds: f64,
}

impl TrialRecord {
    /// Both objectives.
    pub const fn point(&self) -> Point {
        [self.error, self.second]
    }
}

/// Sub-networks that are trained one by one, in order; the schedule is that of one worker.
#[derive(Debug)]
pub struct Trials<'a> {
    /// The task.
    pub task: &'a Task,
    /// Pre-trained weights with a fresh classifier.
    pub pretrained: &'a Weights,
    /// Which sub-networks.
    pub who: Who,
    /// How many of the random ones; more than were asked for before go on where those ended.
    pub trials: usize,
    /// How each is trained: epochs, batch, rate, seed. Space, strategy and sub-network are set here.
    pub settings: Settings,
    /// Where records and the running trial's checkpoint are written.
    pub folder: PathBuf,
    /// Steps between two checkpoints.
    pub checkpoint_every: u64,
}

/// Where a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Finished,
    Stopped,
}

/// What was written, and what follows from it.
struct State {
    journal: Journal,
    records: Vec<TrialRecord>,
    asha: Asha,
}

impl State {
    /// The last decision about a trial.
    fn decision(&self, trial: usize) -> Option<Decision> {
        self.records.iter().rfind(|record| record.trial == trial).map(|record| record.decision)
    }
}

impl Trials<'_> {
    /// What is left to do, and everything that is done; nothing if it was stopped. A kill loses no more than the steps since the last
    /// checkpoint, and what comes out has the bits of a run without one.
    pub fn run(&self, follow: &dyn Follow) -> Result<Option<Vec<TrialRecord>>, PruneError> {
        let name = self.who.as_str();
        let settings = self.settings_of(None);
        let weights_sha256 = sha256_of_numbers(&self.pretrained.values);
        let header = TrialHeader { schema: 1, weights_sha256, who: self.who, settings };
        claim(&self.folder.join(format!("{name}.json")), &header)?;
        let (journal, records) = Journal::open::<TrialRecord>(self.folder.join(format!("{name}.jsonl")))?;
        let mut asha = self.schedule();
        for record in &records {
            asha.report(record.epoch, record.point());
        }
        let mut state = State { journal, records, asha };
        let candidates = self.candidates();
        for (trial, genes) in candidates.iter().enumerate() {
            // A kill between the last record and this leaves the checkpoint behind.
            if state.decision(trial) == Some(Decision::Stop) {
                self.discard(trial)?;
                continue;
            }
            if self.train(trial, genes, &mut state, follow)? == End::Stopped {
                return Ok(None);
            }
            self.discard(trial)?;
            follow.progressed("trials", trial + 1, candidates.len());
        }
        Ok(Some(state.records))
    }

    fn space(&self) -> Space {
        let shape = self.pretrained.config.shape();
        Space { from_zero: true, ..Space::new(SpaceKind::Small, shape) }
    }

    fn settings_of(&self, only: Option<Genes>) -> Settings {
        Settings {
            space: self.space(),
            strategy: Strategy::Standard,
            count: Strategy::Standard.usual_count(),
            only,
            ..self.settings.clone()
        }
    }

    fn most(&self) -> u32 {
        u32::try_from(self.settings.epochs).unwrap_or(u32::MAX)
    }

    fn schedule(&self) -> Asha {
        let first = match self.who {
            Who::Random { .. } => RUNGS.0,
            // Without a rung everything goes on to the end.
            Who::Bottom => 0,
        };
        Asha::new(first, RUNGS.1, self.most(), RankRule::default())
    }

    fn candidates(&self) -> Vec<Genes> {
        let space = self.space();
        match self.who {
            Who::Random { seed } => {
                let draw = |trial: usize| {
                    space.sample(Sampler::Config, &mut stream(seed, Purpose::Candidates, trial as u64))
                };
                (0..self.trials).map(draw).collect()
            }
            Who::Bottom => {
                let full = space.full();
                let bottom = |layers: u32| Genes([&[layers], &full.0[1..]].concat());
                (0..full.0[0]).rev().map(bottom).collect()
            }
        }
    }

    fn checkpoint(&self, trial: usize) -> PathBuf {
        self.folder.join(format!("{}-{trial}.safetensors", self.who.as_str()))
    }

    /// Removes a trial's checkpoint, if there is one.
    fn discard(&self, trial: usize) -> Result<(), PruneError> {
        let path = self.checkpoint(trial);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(PruneError::File { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Trains a sub-network until it is told to stop.
    fn train(
        &self,
        trial: usize,
        genes: &Genes,
        state: &mut State,
        follow: &dyn Follow,
    ) -> Result<End, PruneError> {
        let file = self.checkpoint(trial);
        let settings = self.settings_of(Some(genes.clone()));
        let of_epoch = settings.steps_of_epoch(self.task.train.len());
        let mut run = SuperNet::resume(settings, self.pretrained.clone(), &self.task.train, &file)?;
        let (mut unsaved, mut seconds) = (0, 0.0);
        loop {
            let step = run.step_number();
            if step > 0 && step.is_multiple_of(of_epoch) {
                let epoch = u32::try_from(step / of_epoch).unwrap_or(u32::MAX);
                let is_known =
                    state.records.iter().any(|record| record.trial == trial && record.epoch == epoch);
                if !is_known {
                    // First the weights, so that what is recorded need not be trained again.
                    run.save(&file)?;
                    unsaved = 0;
                    self.record((trial, epoch, seconds), genes, &run, state)?;
                    seconds = 0.0;
                }
                // The last epoch always says so.
                if state.decision(trial) == Some(Decision::Stop) {
                    return Ok(End::Finished);
                }
            }
            if follow.stopped() {
                run.save(&file)?;
                return Ok(End::Stopped);
            }
            let start = Instant::now();
            let loss = run.step()?;
            seconds += start.elapsed().as_secs_f64();
            follow.trained(run.step_number(), run.steps(), loss);
            unsaved += 1;
            if unsaved >= self.checkpoint_every {
                run.save(&file)?;
                unsaved = 0;
            }
        }
    }

    /// Evaluates a trial after an epoch, asks whether it goes on, and writes that down.
    fn record(
        &self,
        (trial, epoch, seconds): (usize, u32, f64),
        genes: &Genes,
        run: &SuperNet<'_>,
        state: &mut State,
    ) -> Result<(), PruneError> {
        let masks = self.space().masks(genes)?;
        let size = self.pretrained.config.size(self.task.outputs);
        let error = |examples| {
            Ok::<f64, PruneError>(evaluate(run.weights(), &masks, examples, self.task.metric)?.error)
        };
        let (error, test) = (error(&self.task.valid)?, error(&self.task.test)?);
        let second = size.relative(&masks);
        let record = TrialRecord {
            trial,
            epoch,
            genes: genes.clone(),
            kept: Kept::of(&size, &masks),
            error,
            second,
            test,
            decision: state.asha.report(epoch, [error, second]),
            seconds,
        };
        state.journal.add(&record)?;
        state.records.push(record);
        Ok(())
    }
}
