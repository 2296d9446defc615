//! Carrying out the study.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::GlueConfig;
use proxyrank_nn::TokenBatch;
use proxyrank_nn::distil::{Adam, Classifier, Projections, cross_entropy, distillation, rate};
use proxyrank_search::lpzero::random::Dice;
use proxyrank_search::wpca::knapsack;
use proxyrank_search::wpca::objective::Objective;
use proxyrank_search::wpca::supernet::{Eta, Supernet};
use proxyrank_search::wpca::table::{CountTable, sweeps};
use proxyrank_space::wpca::{WpcaArch, WpcaBlock, WpcaKind, WpcaShape, WpcaSpace, draw};
use serde::{Deserialize, Serialize};

use super::data::{Task, Texts, task};
use crate::RunError;
use crate::watch::{Stop, Watch};

/// A study.
#[derive(Debug, Clone, PartialEq)]
pub struct DistilRequest {
    /// A task with classes.
    pub config: GlueConfig,
    /// Steps of the teacher.
    pub teacher_steps: usize,
    /// Steps of each student.
    pub steps: usize,
    /// Trainings of each kind of student, from seeds 0, 1, ...
    pub seeds: u64,
}

/// Sizes that make training a matter of minutes.
const LAYERS: usize = 4;
const SEQ_LEN: usize = 24;
const BATCH: usize = 32;
/// Occurrences that make a word one of its own.
const LEAST: usize = 3;
/// Peaks of the learning rate.
const TEACHER_RATE: f64 = 1e-3;
const STUDENT_RATE: f64 = 2e-3;
/// Texts that W-PCA is counted on.
const COUNTED: usize = 64;
/// The share of random networks that the paper's limit leaves; the limit here leaves as many.
const LEGAL: f64 = 0.223;
/// How far a network of equal size may be from it, as a share.
const MATCHED: f64 = 0.005;

fn shape(vocab_size: usize, hidden: usize, classes: usize) -> WpcaShape {
    WpcaShape {
        vocab_size,
        max_positions: SEQ_LEN,
        token_types: 2,
        embedding: hidden / 2,
        hidden,
        inner: hidden / 4,
        heads: 4,
        step: hidden / 4,
        classes,
    }
}

/// One training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distilled {
    /// What it is a case of.
    pub kind: String,
    /// The seed of weights and order.
    pub seed: u64,
    /// The network.
    pub architecture: String,
    /// Its parameters.
    pub parameters: u64,
    /// Its W-PCA.
    pub w_pca: f64,
    /// Share of the dev set that it has right at the end.
    pub accuracy: f64,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct DistilResult {
    /// Every training, kind by kind.
    pub trained: Vec<Distilled>,
    /// The teacher's accuracy.
    pub teacher: f64,
    /// That of always saying the most frequent class.
    pub majority: f64,
    /// Texts of the two splits.
    pub texts: (usize, usize),
    /// Words.
    pub vocabulary: usize,
    /// The limit of parameters.
    pub limit: u64,
}

/// Kinds of students.
const KINDS: [&str; 3] = ["found by W-PCA", "random, as large", "uniform"];

/// A line of the file of finished trainings.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    protocol: String,
    teacher: f64,
    trained: Distilled,
}

/// Trains whatever `folder` does not hold yet.
pub fn run_study(
    request: &DistilRequest,
    locator: &Locator,
    folder: &Path,
    watch: &dyn Watch,
    stop: &Stop,
) -> Result<DistilResult, RunError> {
    let Some(classes) = request.config.classes().map(usize::from) else {
        return Err(RunError::Usage(format!(
            "{} has no classes; take another task",
            request.config.as_str()
        )));
    };
    let task = task(locator, request.config, SEQ_LEN, LEAST)?;
    task.warnings.iter().for_each(|warning| watch.note(warning));
    let student = Students::new(shape(task.vocabulary, 48, classes), &task)?;
    let path = folder.join("distilled.jsonl");
    let protocol = format!("1 {request:?} {}", task.train.labels.len());
    let protocol = protocol.replace(&format!("seeds: {}", request.seeds), "");
    let mut lines = read(&path, &protocol)?;
    let all = KINDS.len() * usize::try_from(request.seeds).unwrap_or(0);
    let progress = watch.task("distil", all);
    let mut teacher: Option<(Classifier, f64)> = None;
    for seed in 0..request.seeds {
        for kind in KINDS {
            if lines.iter().any(|line| line.trained.kind == kind && line.trained.seed == seed) {
                continue;
            }
            if stop.asked() {
                return Err(RunError::Stopped { after: format!("after {} trainings", lines.len()) });
            }
            let (classifier, accuracy) = match &teacher {
                Some(trained) => trained,
                None => teacher.insert(teach(request, classes, &task, watch)?),
            };
            let arch = student.network(kind, seed);
            let network = Classifier::new::<f32>(&student.space.shape, &arch, classes, seed)?;
            learn(&network, classifier, request.steps, &task.train, seed)?;
            let trained = Distilled {
                kind: kind.to_owned(),
                seed,
                parameters: student.space.parameters(&arch),
                w_pca: student.w_pca(&arch)?,
                architecture: arch.to_string(),
                accuracy: accuracy_of(&network, &task.dev)?,
            };
            let line = Line { protocol: protocol.clone(), teacher: *accuracy, trained };
            append(&path, &line)?;
            lines.push(line);
            progress.at(lines.len());
        }
    }
    let mut trained: Vec<Distilled> = lines.iter().map(|line| line.trained.clone()).collect();
    trained.retain(|one| one.seed < request.seeds);
    let place = |one: &Distilled| KINDS.iter().position(|kind| *kind == one.kind);
    trained.sort_by_key(|one| (place(one), one.seed));
    let count = |class: u32| task.dev.labels.iter().filter(|&&label| label == class).count();
    let most = (0..4).map(count).max().unwrap_or(0);
    Ok(DistilResult {
        trained,
        teacher: lines.first().map_or(f64::NAN, |line| line.teacher),
        majority: most as f64 / task.dev.labels.len() as f64,
        texts: (task.train.labels.len(), task.dev.labels.len()),
        vocabulary: task.vocabulary,
        limit: student.space.limit,
    })
}

/// The students' space with its scores.
struct Students {
    space: WpcaSpace,
    supernet: Supernet,
    found: WpcaArch,
}

impl Students {
    fn new(shape: WpcaShape, task: &Task) -> Result<Self, RunError> {
        let open = WpcaSpace { shape, layers: LAYERS, limit: u64::MAX };
        let mut dice = Dice::new(0, 0);
        let mut sizes: Vec<u64> =
            (0..10_000).map(|_| open.parameters(&draw::random(LAYERS, &mut |n| dice.below(n)))).collect();
        sizes.sort_unstable();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
        let place = (LEGAL * sizes.len() as f64) as usize;
        let space = WpcaSpace { limit: sizes[place], ..open };
        let batch = TokenBatch::new(task.train.first(COUNTED), COUNTED, SEQ_LEN)?;
        let supernet = Supernet::new(space, Eta::PAPER, 0, &batch)?;
        let archs = sweeps(LAYERS, 5, 0);
        let counts = supernet.components(&archs)?;
        let table = CountTable::new(LAYERS, archs.iter().zip(counts.iter().map(Vec::as_slice)));
        let best = knapsack::best(&space, &table, Objective::WPca, 20);
        let best: Vec<WpcaArch> = best.into_iter().map(|best| best.arch).collect();
        let counts = supernet.components(&best)?;
        let score = |(arch, counts): (&WpcaArch, &Vec<f64>)| {
            Objective::WPca.score(counts.iter().sum(), space.parameters(arch))
        };
        let scores = best.iter().zip(&counts).map(score);
        let top = scores.enumerate().max_by(|one, other| one.1.total_cmp(&other.1));
        let found = top.and_then(|(place, _)| best.get(place)).cloned();
        let found = found.ok_or_else(|| RunError::Usage("no network is that small".to_owned()))?;
        Ok(Self { space, supernet, found })
    }

    fn w_pca(&self, arch: &WpcaArch) -> Result<f64, RunError> {
        let counts = self.supernet.components(std::slice::from_ref(arch))?;
        Ok(Objective::WPca.score(counts.iter().flatten().sum(), self.space.parameters(arch)))
    }

    /// The network of a kind; random ones are others for each seed.
    fn network(&self, kind: &str, seed: u64) -> WpcaArch {
        let wanted = self.space.parameters(&self.found) as f64;
        if kind == KINDS[0] {
            self.found.clone()
        } else if kind == KINDS[1] {
            let mut dice = Dice::new(seed, 0);
            loop {
                let arch = draw::random(LAYERS, &mut |n| dice.below(n));
                let off = (self.space.parameters(&arch) as f64 / wanted - 1.0).abs();
                // The network found is as large as itself, so there is one.
                if self.space.allows(&arch) && off <= MATCHED {
                    return arch;
                }
            }
        } else {
            let uniform = WpcaBlock::all().map(|block| WpcaArch::uniform(block, LAYERS));
            let legal = uniform.filter(|arch| self.space.allows(arch));
            legal.max_by_key(|arch| self.space.parameters(arch)).unwrap_or_else(|| self.found.clone())
        }
    }
}

/// The places of a batch, drawn anew for every step.
fn places(texts: &Texts, dice: &mut Dice) -> Vec<usize> {
    (0..BATCH).map(|_| dice.below(texts.labels.len())).collect()
}

/// A network of wide BERT blocks twice as wide, and its accuracy.
fn teach(
    request: &DistilRequest,
    classes: usize,
    task: &Task,
    watch: &dyn Watch,
) -> Result<(Classifier, f64), RunError> {
    let arch = WpcaArch::uniform(WpcaBlock::of(WpcaKind::Bert, 5), LAYERS);
    let teacher = Classifier::new::<f32>(&shape(task.vocabulary, 96, classes), &arch, classes, 0)?;
    let mut adam = Adam::new(teacher.parameters());
    let mut dice = Dice::new(0, 0);
    let progress = watch.task("train the teacher", request.teacher_steps);
    for step in 0..request.teacher_steps {
        let (batch, labels) = task.train.batch(&places(&task.train, &mut dice));
        let loss = cross_entropy(&teacher.forward(&batch)?.logits, &labels)?;
        let gradients = loss.backward().map_err(proxyrank_nn::NnError::from)?;
        adam.step(&gradients, rate(TEACHER_RATE, step, request.teacher_steps))?;
        progress.at(step + 1);
    }
    let accuracy = accuracy_of(&teacher, &task.dev)?;
    Ok((teacher, accuracy))
}

fn learn(
    student: &Classifier,
    teacher: &Classifier,
    steps: usize,
    texts: &Texts,
    seed: u64,
) -> Result<(), RunError> {
    let projections = Projections::new::<f32>(student.shape(), teacher.shape().hidden, seed)?;
    // The projection of a kind of block that the network has not gets no gradient.
    let has = |kind| student.arch().count(kind) > 0;
    let used = projections.parameters().iter().filter(|(path, _)| {
        (has(WpcaKind::Bert) || !path.contains("bert")) && (has(WpcaKind::Mobile) || !path.contains("mobile"))
    });
    let mut adam = Adam::new(student.parameters().iter().chain(used));
    let mut dice = Dice::new(seed, 0);
    for step in 0..steps {
        let (batch, _) = texts.batch(&places(texts, &mut dice));
        let loss = distillation(student, &projections, &student.forward(&batch)?, &teacher.forward(&batch)?)?;
        let gradients = loss.backward().map_err(proxyrank_nn::NnError::from)?;
        adam.step(&gradients, rate(STUDENT_RATE, step, steps))?;
    }
    Ok(())
}

fn accuracy_of(network: &Classifier, texts: &Texts) -> Result<f64, RunError> {
    let all: Vec<usize> = (0..texts.labels.len()).collect();
    let mut right = 0;
    for places in all.chunks(4 * BATCH) {
        let (batch, labels) = texts.batch(places);
        right += network.right(&batch, &labels)?;
    }
    Ok(right as f64 / all.len().max(1) as f64)
}

/// The finished trainings of a protocol; a line that is cut short is none.
fn read(path: &Path, protocol: &str) -> Result<Vec<Line>, RunError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::read(path)(error)),
    };
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    Ok(lines.filter(|line| line.protocol == protocol).collect())
}

fn append(path: &Path, line: &Line) -> Result<(), RunError> {
    let fails = RunError::read(path);
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        // A line that a killed process left unfinished is ended first.
        writeln!(file, "\n{}", serde_json::to_string(line).unwrap_or_default())?;
        file.sync_data()
    };
    write().map_err(fails)
}
