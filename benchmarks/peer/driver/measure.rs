//! The measurement: both sides in turns, network by network, round by round.

use std::process;
use std::thread::sleep;
use std::time::Duration;

use serde::Serialize;

use crate::agreement::Agreement;
use crate::error::PeerError;
use crate::load::{Watch, process_ns};
use crate::ours::{Bench, Loaded, matmul_rate};
use crate::protocol::Timing;
use crate::sample::Sampled;
use crate::spread::Pair;
use crate::task::{Ours, Torch};
use crate::worker::Worker;

/// Rest before each turn: threads of an OpenMP pool spin for some milliseconds after their work before they sleep.
pub(crate) const REST: Duration = Duration::from_millis(20);

/// One piece of work, done by both.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Turn {
    /// The network's number in the benchmark.
    pub(crate) id: usize,
    pub(crate) gigaflops: f64,
    pub(crate) round: usize,
    pub(crate) task: Torch,
    pub(crate) wall: Pair,
    /// Processor time of all threads; zeros where the system does not tell.
    pub(crate) cpu: Pair,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) turns: Vec<Turn>,
    pub(crate) agreement: Agreement,
    /// Best rate of a matrix product on each side, in GFLOP/s.
    pub(crate) our_matmul: f64,
    pub(crate) torch_matmul: f64,
    /// Processor time that the waiting side used, by the time of the other's turns.
    pub(crate) idle: Idle,
    /// The share of all processor time that went to neither side; none where the system does not tell.
    pub(crate) foreign_share: Option<f64>,
}

/// What the sides used while they should have waited.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Idle {
    waiting_ns: u64,
    elapsed_ns: u64,
}

impl Idle {
    fn add(&mut self, waiting_ns: u64, elapsed_ns: u64) {
        self.waiting_ns += waiting_ns;
        self.elapsed_ns += elapsed_ns;
    }

    /// Processors that the waiting side kept busy on average.
    pub(crate) fn processors(self) -> f64 {
        self.waiting_ns as f64 / self.elapsed_ns.max(1) as f64
    }
}

/// The two sides, and where weights are handed over.
pub(crate) struct Sides<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) worker: &'a mut Worker,
    pub(crate) folder: &'a std::path::Path,
}

/// What one turn gave on one side.
struct Done {
    timing: Timing,
    /// Processor time of this side.
    working_ns: u64,
    /// Processor time of the other side meanwhile.
    waiting_ns: u64,
}

/// Processor time of a process while something is done.
struct Meter {
    process: u32,
    before: Option<u64>,
}

impl Meter {
    fn start(process: u32) -> Self {
        Self { process, before: process_ns(process) }
    }

    fn stop(self) -> u64 {
        process_ns(self.process).zip(self.before).map_or(0, |(after, before)| after.saturating_sub(before))
    }
}

impl<'a> Sides<'a> {
    /// Brings a network to both sides.
    fn load(&mut self, sampled: &Sampled) -> Result<Loaded<'a>, PeerError> {
        let loaded = self.bench.load(&sampled.network)?;
        let problem = loaded.problem(&self.folder.join("weights.safetensors"))?;
        let parameters = self.worker.load(problem)?;
        if parameters == loaded.parameters() {
            Ok(loaded)
        } else {
            let counts = (loaded.parameters(), parameters);
            Err(PeerError::Disagree(format!("{} parameters against {}", counts.0, counts.1)))
        }
    }

    fn ours(&mut self, loaded: &mut Loaded<'_>, task: Ours) -> Result<Done, PeerError> {
        sleep(REST);
        let (working, waiting) = (Meter::start(process::id()), Meter::start(self.worker.id()));
        let timing = loaded.run(task)?;
        Ok(Done { timing, working_ns: working.stop(), waiting_ns: waiting.stop() })
    }

    fn torch(&mut self, task: Torch) -> Result<Done, PeerError> {
        sleep(REST);
        let (working, waiting) = (Meter::start(self.worker.id()), Meter::start(process::id()));
        let timing = self.worker.run(task)?;
        Ok(Done { timing, working_ns: working.stop(), waiting_ns: waiting.stop() })
    }

    /// Runs everything once on a network, for the scores, and to warm up.
    pub(crate) fn check(&mut self, sampled: &Sampled, agreement: &mut Agreement) -> Result<(), PeerError> {
        let mut loaded = self.load(sampled)?;
        for task in Ours::ALL {
            let ours = self.ours(&mut loaded, task)?;
            for &opponent in task.opponents() {
                agreement.add(&ours.timing.scores, &self.torch(opponent)?.timing.scores);
            }
        }
        agreement.complaint().map_or(Ok(()), |complaint| Err(PeerError::Disagree(complaint)))
    }

    /// Times everything on every network; `each` hears which is next.
    pub(crate) fn measure(
        &mut self,
        sample: &[Sampled],
        rounds: usize,
        mut each: impl FnMut(usize, &Sampled),
    ) -> Result<Measured, PeerError> {
        let mut measured = Measured::default();
        let watch = Watch::start([process::id(), self.worker.id()]);
        for (position, sampled) in sample.iter().enumerate() {
            each(position, sampled);
            self.rates(&mut measured)?;
            let mut loaded = self.load(sampled)?;
            // Memory of this network's sizes, on both sides.
            self.ours(&mut loaded, Ours::ForwardBackward)?;
            self.torch(Torch::ForwardBackward)?;
            for round in 0..rounds {
                for task in Ours::ALL {
                    self.turn(&mut measured, sampled, &mut loaded, (round, task))?;
                }
            }
        }
        measured.foreign_share = watch.foreign_share();
        let complaint = measured.agreement.complaint();
        complaint.map_or(Ok(measured), |complaint| Err(PeerError::Disagree(complaint)))
    }

    fn turn(
        &mut self,
        measured: &mut Measured,
        sampled: &Sampled,
        loaded: &mut Loaded<'_>,
        (round, task): (usize, Ours),
    ) -> Result<(), PeerError> {
        // Who begins changes from round to round, so that neither always finds the caches as the other left them.
        let first = if round.is_multiple_of(2) { Some(self.ours(loaded, task)?) } else { None };
        let opponents = task.opponents().iter().map(|&opponent| Ok((opponent, self.torch(opponent)?)));
        let opponents: Vec<(Torch, Done)> = opponents.collect::<Result<_, PeerError>>()?;
        let ours = match first {
            Some(ours) => ours,
            None => self.ours(loaded, task)?,
        };
        measured.idle.add(ours.waiting_ns, ours.timing.wall_ns);
        for (opponent, torch) in opponents {
            measured.idle.add(torch.waiting_ns, torch.timing.wall_ns);
            measured.agreement.add(&ours.timing.scores, &torch.timing.scores);
            let wall = Pair { ours_ns: ours.timing.wall_ns, torch_ns: torch.timing.wall_ns };
            let cpu = Pair { ours_ns: ours.working_ns, torch_ns: torch.working_ns };
            let Sampled { id, gigaflops, .. } = *sampled;
            measured.turns.push(Turn { id, gigaflops, round, task: opponent, wall, cpu });
        }
        Ok(())
    }

    fn rates(&mut self, measured: &mut Measured) -> Result<(), PeerError> {
        measured.our_matmul = measured.our_matmul.max(matmul_rate());
        let torch = self.worker.run(Torch::Matmul)?.scores;
        let torch = torch.get("gflops").copied().flatten().unwrap_or(0.0);
        measured.torch_matmul = measured.torch_matmul.max(torch);
        Ok(())
    }
}
