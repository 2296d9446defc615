//! Pre-training steps against PyTorch's, in turns: at the size of FlexiBERT and at that of the embedded benchmark.

use std::path::Path;
use std::process;
use std::thread::sleep;
use std::time::Instant;

use proxyrank_nn::train::{AdamW, Attention, Electra, ElectraSettings, Positions, Schedule};
use proxyrank_nn::{Head, Initialiser, MaskedToken, TokenBatch};
use proxyrank_report::number::fixed;
use proxyrank_report::{Cell, Column, Page, Table, write_atomic};
use proxyrank_schema::Reading;
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{EncoderNetwork, Network, QuarterArch, counts};
use serde::Serialize;

use crate::error::PeerError;
use crate::load::Watch;
use crate::measure::REST;
use crate::ours::{matmul_rate, write_weights};
use crate::protocol::{Sizes, Training};
use crate::sample::stratified;
use crate::spread::{Pair, Spread, median_ms, ratios};
use crate::task::Torch;
use crate::worker::Worker;

/// Weight of the discriminator's loss.
const WEIGHT: f32 = 50.0;
/// A rate at which nothing diverges in the steps that are made.
const RATE: f64 = 1e-4;
/// What losses before the first step may differ by: the generator's is the same number, the discriminator's belongs to other draws.
const TOLERANCES: [(&str, f64); 2] = [("generator", 1e-4), ("discriminator", 0.1)];

/// A size at which training is timed.
struct Size {
    title: &'static str,
    batch: usize,
    seq_len: usize,
    /// Steps in a turn, so that a turn is long against the clock.
    steps: usize,
    /// The generator's widths are divided by this.
    divisor: usize,
    /// Its hidden size is this at the least.
    least: usize,
    mask: u32,
    /// The first id that is not special.
    first: u32,
    networks: Vec<(usize, EncoderNetwork)>,
}

fn sizes(count: usize) -> Result<[Size; 2], PeerError> {
    let full = stratified(Reading::Declared, count)?;
    let full = full.into_iter().map(|sampled| (sampled.id, sampled.network)).collect();
    let small = Sampler::new(1).take(count).enumerate();
    let small = small.map(|(id, arch)| Ok((id, QuarterArch::of(&arch).network(Reading::Declared)?)));
    let small = small.collect::<Result<Vec<_>, PeerError>>()?;
    Ok([
        Size {
            title: "FlexiBERT",
            batch: 16,
            seq_len: 128,
            steps: 1,
            divisor: 4,
            least: 1,
            mask: 103,
            first: 104,
            networks: full,
        },
        Size {
            title: "embedded benchmark",
            batch: 4,
            seq_len: 40,
            steps: 20,
            divisor: 2,
            least: 32,
            mask: 4,
            first: 5,
            networks: small,
        },
    ])
}

impl Size {
    fn generator(&self, network: &EncoderNetwork) -> EncoderNetwork {
        let mut narrow = network.clone();
        narrow.hidden_size = (network.hidden_size / self.divisor).max(self.least.min(network.hidden_size));
        for layer in &mut narrow.layers {
            let last = layer.ffn_widths.len() - 1;
            for (place, width) in layer.ffn_widths.iter_mut().enumerate() {
                let end = place == 0 || place == last;
                *width = if end { narrow.hidden_size } else { *width / self.divisor };
            }
        }
        narrow
    }

    /// A batch of ids in no particular order, every seventh of them hidden.
    fn batch(&self, vocabulary: usize) -> (Vec<u32>, Vec<MaskedToken>) {
        let ordinary = vocabulary - self.first as usize;
        let id = |row: usize| self.first + u32::try_from(row * 7919 % ordinary).unwrap_or(0);
        let ids: Vec<u32> = (0..self.batch * self.seq_len).map(id).collect();
        let targets = (0..ids.len()).step_by(7).map(|row| MaskedToken { row, id: ids[row] }).collect();
        (ids, targets)
    }
}

/// Both sides with the same networks and the same batch.
struct Sides {
    electra: Electra,
    tokens: TokenBatch,
    hidden: TokenBatch,
    targets: Vec<MaskedToken>,
    steps: usize,
    /// Floating-point operations of a step's matrix products.
    flops: f64,
}

impl Sides {
    fn load(
        size: &Size,
        network: &EncoderNetwork,
        seed: u64,
        worker: &mut Worker,
        folder: &Path,
    ) -> Result<Self, PeerError> {
        let generator = size.generator(network);
        let settings = ElectraSettings {
            optimiser: AdamW::ELECTRA,
            schedule: Schedule { peak: RATE, warmup: 0, steps: u64::MAX },
            generator_weight: 1.0,
            discriminator_weight: WEIGHT,
            init_seed: seed,
            initial_scale: 1.0,
            positions: Positions::Drawn,
            attention: Attention::Drawn,
            noise: None,
            exit: None,
        };
        let electra = Electra::new(&generator, network, settings)?;
        let files = ["discriminator", "generator"].map(|name| folder.join(format!("{name}.safetensors")));
        write_weights(electra.discriminator(), &files[0])?;
        // The generator's weights are another seed's, as `Electra` says; its tables are the discriminator's.
        write_weights(&Initialiser::new(seed ^ (1 << 63)).encoder(&generator, Head::Generator)?, &files[1])?;
        let (ids, targets) = size.batch(network.vocab_size);
        let mut hidden = ids.clone();
        for target in &targets {
            hidden[target.row] = size.mask;
        }
        let [discriminator_weights, generator_weights] = files;
        worker.load_training(Training {
            discriminator: Sizes::from(network),
            generator: Sizes::from(&generator),
            discriminator_weights,
            generator_weights,
            batch: size.batch,
            seq_len: size.seq_len,
            ids: ids.clone(),
            hidden: hidden.clone(),
            rows: targets.iter().map(|target| target.row).collect(),
            steps: size.steps,
            discriminator_weight: WEIGHT,
            rate: RATE,
        })?;
        let macs = |network: &EncoderNetwork| {
            Ok::<_, PeerError>(counts::macs(&Network::Encoder(network.clone()), size.seq_len)?.flops() as f64)
        };
        let output = 2 * targets.len() * network.embedding_size * network.vocab_size;
        let forward = size.batch as f64 * (macs(network)? + macs(&generator)?) + output as f64;
        let wrap = |ids| TokenBatch::new(ids, size.batch, size.seq_len);
        let (tokens, hidden) = (wrap(ids)?, wrap(hidden)?);
        // A product comes back as two.
        Ok(Self { electra, tokens, hidden, targets, steps: size.steps, flops: 3.0 * forward })
    }

    /// A turn of ours: nanoseconds and the losses of the first step.
    fn ours(&mut self) -> Result<(u64, [f64; 2]), PeerError> {
        sleep(REST);
        let started = Instant::now();
        let mut first = None;
        for _ in 0..self.steps {
            let losses = self.electra.step(&self.tokens, &self.hidden, &self.targets)?;
            first.get_or_insert([losses.generator, losses.discriminator]);
        }
        let wall_ns = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Ok((wall_ns, first.unwrap_or_default()))
    }
}

/// A turn of PyTorch's, likewise.
fn torch(worker: &mut Worker) -> Result<(u64, [f64; 2]), PeerError> {
    sleep(REST);
    let timing = worker.run(Torch::Train)?;
    let loss = |name: &str| timing.scores.get(name).copied().flatten().unwrap_or(f64::NAN);
    Ok((timing.wall_ns, TOLERANCES.map(|(name, _)| loss(name))))
}

/// Before the first step both sides have the same weights, so they must find the same losses.
fn compare(ours: [f64; 2], torch: [f64; 2]) -> Result<(), PeerError> {
    for (((name, tolerance), ours), torch) in TOLERANCES.into_iter().zip(ours).zip(torch) {
        // A loss that is not a number is near nothing.
        let near = (ours - torch).abs() <= tolerance * ours.abs();
        if !near {
            return Err(PeerError::Disagree(format!(
                "the {name}'s loss is {ours} here and {torch} in PyTorch"
            )));
        }
    }
    Ok(())
}

/// What was measured at one size.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    size: &'static str,
    networks: usize,
    tokens: usize,
    /// How many times faster we are.
    ratio: Spread,
    /// A step; the mean over networks of the median over rounds.
    ours_ms: f64,
    torch_ms: f64,
    /// Of matrix products alone.
    ours_gflops: f64,
    torch_gflops: f64,
}

/// All sizes.
#[derive(Debug, Serialize)]
pub(crate) struct TrainingReport {
    cpu: String,
    threads: usize,
    torch: String,
    rounds: usize,
    our_matmul_gflops: f64,
    torch_matmul_gflops: f64,
    foreign_share: Option<f64>,
    lines: Vec<Line>,
}

/// What does not change from size to size.
pub(crate) struct Plan {
    pub(crate) cpu: String,
    pub(crate) threads: usize,
    pub(crate) torch: String,
    pub(crate) networks: usize,
    pub(crate) rounds: usize,
    pub(crate) seed: u64,
}

/// Times both sides.
pub(crate) fn measure(
    plan: Plan,
    worker: &mut Worker,
    folder: &Path,
    mut each: impl FnMut(&str, usize),
) -> Result<TrainingReport, PeerError> {
    let watch = Watch::start([process::id(), worker.id()]);
    let (mut our_matmul, mut torch_matmul) = (0.0_f64, 0.0_f64);
    let mut lines = Vec::new();
    for size in sizes(plan.networks)? {
        let mut pairs = Vec::new();
        let (mut ours_ms, mut torch_ms, mut flops) = (0.0, 0.0, 0.0);
        for (id, network) in &size.networks {
            each(size.title, *id);
            our_matmul = our_matmul.max(matmul_rate());
            let rate = worker.run(Torch::Matmul)?.scores.get("gflops").copied().flatten();
            torch_matmul = torch_matmul.max(rate.unwrap_or(0.0));
            let mut sides = Sides::load(&size, network, plan.seed, worker, folder)?;
            // The first turn warms both up, and shows that they do the same.
            compare(sides.ours()?.1, torch(worker)?.1)?;
            let mut turns = Vec::new();
            for round in 0..plan.rounds {
                let pair = if round.is_multiple_of(2) {
                    let ours_ns = sides.ours()?.0;
                    Pair { ours_ns, torch_ns: torch(worker)?.0 }
                } else {
                    let torch_ns = torch(worker)?.0;
                    Pair { ours_ns: sides.ours()?.0, torch_ns }
                };
                turns.push(pair);
            }
            let nothing = PeerError::Nothing { what: "the number of rounds" };
            ours_ms += median_ms(turns.iter().map(|pair| pair.ours_ns)).ok_or(nothing)?;
            torch_ms += median_ms(turns.iter().map(|pair| pair.torch_ns)).unwrap_or(f64::NAN);
            flops += sides.flops * size.steps as f64;
            pairs.extend(turns);
        }
        let turns = (size.networks.len() * size.steps) as f64;
        lines.push(Line {
            size: size.title,
            networks: size.networks.len(),
            tokens: size.batch * size.seq_len,
            ratio: ratios(&pairs).ok_or(PeerError::Nothing { what: "the number of networks" })?,
            ours_ms: ours_ms / turns,
            torch_ms: torch_ms / turns,
            ours_gflops: flops / ours_ms / 1e6,
            torch_gflops: flops / torch_ms / 1e6,
        });
    }
    Ok(TrainingReport {
        cpu: plan.cpu,
        threads: plan.threads,
        torch: plan.torch,
        rounds: plan.rounds,
        our_matmul_gflops: our_matmul,
        torch_matmul_gflops: torch_matmul,
        foreign_share: watch.foreign_share(),
        lines,
    })
}

impl TrainingReport {
    /// Writes `training.md` and `training.json` into a folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), PeerError> {
        self.page().write(&folder.join("training.md"))?;
        let json = serde_json::to_string_pretty(self).map_err(PeerError::Json)? + "\n";
        Ok(write_atomic(&folder.join("training.json"), json.as_bytes())?)
    }

    pub(crate) fn page(&self) -> Page {
        let mut page = Page::new("Pre-training against PyTorch");
        page.text(&format!(
            "{}, {} threads, PyTorch {}; steps of replaced-token detection (generator, drawn tokens, discriminator, clipping, AdamW) on the same \
             weights and tokens, in turns, {} rounds. A ratio is PyTorch's time by ours in the same turn: above 1 we are faster.",
            self.cpu, self.threads, self.torch, self.rounds
        ));
        let columns = vec![
            Column::text("size", "Size"),
            Column::number("networks", "Networks", 0),
            Column::number("tokens", "Tokens a step", 0),
            Column::number("ratio", "Ratio, median", 2),
            Column::text("quartiles", "Quartiles"),
            Column::text("range", "Range"),
            Column::number("ours_ms", "Ours, ms a step", 2),
            Column::number("torch_ms", "PyTorch, ms", 2),
            Column::number("rate", "Ours, tokens/s", 0),
            Column::text("ours_rate", "Ours, GFLOP/s"),
            Column::text("torch_rate", "PyTorch, GFLOP/s"),
        ];
        let mut table = Table::new("training", "Pre-training against PyTorch", columns);
        let best = self.our_matmul_gflops.max(self.torch_matmul_gflops);
        let share =
            |rate: f64| Cell::text(format!("{} ({}%)", fixed(rate, 0), fixed(100.0 * rate / best, 0)));
        let range = |low, high| Cell::text(format!("{} to {}", fixed(low, 2), fixed(high, 2)));
        for line in &self.lines {
            let Spread { smallest, first_quartile, median, third_quartile, largest, .. } = line.ratio;
            table.push(vec![
                Cell::text(line.size),
                Cell::count(line.networks as u64),
                Cell::count(line.tokens as u64),
                Cell::number(median),
                range(first_quartile, third_quartile),
                range(smallest, largest),
                Cell::number(line.ours_ms),
                Cell::number(line.torch_ms),
                Cell::number(line.tokens as f64 / line.ours_ms * 1e3),
                share(line.ours_gflops),
                share(line.torch_gflops),
            ]);
        }
        page.bare_table(&table);
        let foreign = match self.foreign_share {
            Some(share) => format!("Other processes used {}% of the processors.", fixed(100.0 * share, 1)),
            None => "The system does not tell what other processes used.".to_owned(),
        };
        page.text(&format!(
            "Best matrix product of 1024 rows and columns: {} GFLOP/s here, {} in PyTorch; shares are of the better, matrix products alone \
             counted. {foreign}",
            fixed(self.our_matmul_gflops, 0),
            fixed(self.torch_matmul_gflops, 0)
        ));
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_that_differ_or_are_no_numbers_stop_the_comparison() {
        assert!(compare([7.0, 0.7], [7.0001, 0.68]).is_ok());
        assert!(compare([7.0, 0.7], [7.1, 0.7]).unwrap_err().to_string().contains("generator"));
        assert!(compare([7.0, 0.7], [7.0, 0.3]).is_err());
        assert!(compare([7.0, 0.7], [f64::NAN, 0.7]).is_err());
    }

    #[test]
    fn our_side_trains_at_both_sizes() {
        for size in sizes(2).unwrap() {
            let (_, network) = &size.networks[0];
            let generator = size.generator(network);
            assert!(generator.hidden_size <= network.hidden_size);
            let (ids, targets) = size.batch(network.vocab_size);
            assert_eq!(ids.len(), size.batch * size.seq_len);
            assert!(ids.iter().all(|id| *id >= size.first && (*id as usize) < network.vocab_size));
            assert_eq!(targets.len(), ids.len().div_ceil(7));
        }
    }
}
