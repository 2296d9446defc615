//! SQuAD: a question and a paragraph, answered by a piece of the paragraph or, in version 2, by none.
//!
//! A paragraph that is too long is read in overlapping windows. In training a window whose piece of the paragraph does not
//! hold the answer has the span of `[CLS]` alone. In measuring, the best span of all windows is the answer: start not after end, at most
//! thirty pieces, both ends in the paragraph, the largest sum of the two outputs. In version 2 no answer is given where the
//! smallest sum at `[CLS]` exceeds that by the threshold, 0 here.

use std::ops::Range;

use proxyrank_data::batch::{SpecialTokens, WordPiece};
use proxyrank_data::fetch::Locator;
use proxyrank_data::load::text::{SquadRow, SquadVersion, squad};
use proxyrank_nn::TokenBatch;
use proxyrank_nn::train::{Targets, Tuner};
use proxyrank_stats::{exact_match, word_f1};
use rayon::prelude::*;

use super::order::{Order, derive};
use super::progress::Progress;
use super::tune::Tuning;
use crate::RunError;
use crate::data::dataset;
use crate::watch::{Stop, Watch};

/// Pieces of the question that are read.
const LONGEST_QUESTION: usize = 64;
/// Pieces of the longest answer.
const LONGEST_ANSWER: usize = 30;
/// Sum at `[CLS]` over that of the best span from which on no answer is given.
const NULL_THRESHOLD: f32 = 0.0;
/// Windows that are measured at a time.
const MEASURED: usize = 32;

/// A part of a paragraph behind its question.
#[derive(Debug, Clone, PartialEq)]
struct Window {
    /// Which question.
    question: usize,
    /// Padded.
    ids: Vec<u32>,
    /// Tokens of the sequence that belong to the paragraph, and where in it each stands, in characters.
    first: usize,
    places: Vec<Range<usize>>,
    /// First and last token of the answer; 0 and 0 where it is not here.
    span: [u32; 2],
}

/// Questions with their windows.
#[derive(Debug, Clone)]
pub struct SpanTask {
    /// Its name.
    pub name: &'static str,
    /// Whether a question may have no answer.
    pub may_be_empty: bool,
    seq_len: usize,
    train: Vec<Window>,
    dev: Vec<Window>,
    questions: Vec<SquadRow>,
}

impl SpanTask {
    /// What is measured; the first one is the task's score.
    pub const MEASURES: [&'static str; 2] = ["exact match", "F1"];

    /// Reads a version of SQuAD, at most so many questions to learn from; also what is wrong with the files.
    pub fn read(
        version: SquadVersion,
        pieces: &WordPiece,
        locator: &Locator,
        (most, seq_len): (Option<usize>, usize),
    ) -> Result<(Self, Vec<String>), RunError> {
        let (name, set, folder) = match version {
            SquadVersion::V1 => ("squad", "squad", "plain_text"),
            SquadVersion::V2 => ("squad_v2", "squad_v2", "squad_v2"),
        };
        if seq_len < LONGEST_QUESTION + 32 {
            return Err(RunError::Usage(format!(
                "{name}: sequences of {seq_len} tokens leave no room for a paragraph; take at least {}",
                LONGEST_QUESTION + 32
            )));
        }
        let files = dataset(locator, set)?;
        let read = |split: &str| -> Result<Vec<SquadRow>, RunError> {
            Ok(squad(files.path(&format!("{folder}/{split}-00000-of-00001.parquet"))?, version)?
                .read_all()?)
        };
        let mut train = read("train")?;
        train.truncate(most.unwrap_or(usize::MAX));
        let questions = read("validation")?;
        let windows = |rows: &[SquadRow]| -> Result<Vec<Window>, RunError> {
            let of_row = |(index, row): (usize, &SquadRow)| windows(index, row, pieces, seq_len);
            let all: Vec<Vec<Window>> = rows.par_iter().enumerate().map(of_row).collect::<Result<_, _>>()?;
            Ok(all.into_iter().flatten().collect())
        };
        let (train, dev) = (windows(&train)?, windows(&questions)?);
        let may_be_empty = version == SquadVersion::V2;
        Ok((Self { name, may_be_empty, seq_len, train, dev, questions }, files.warnings()))
    }

    /// Windows to learn from, and questions to measure on.
    pub fn counts(&self) -> (usize, usize) {
        (self.train.len(), self.questions.len())
    }

    /// What answers to the questions are worth, from 0 to 1, by [`Self::MEASURES`].
    pub(super) fn judge(&self, answer: impl Fn(usize, &SquadRow) -> String) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for (index, row) in self.questions.iter().enumerate() {
            let answer = answer(index, row);
            let right: Vec<&str> = row.answers.iter().map(|answer| answer.text.as_str()).collect();
            sums[0] += exact_match(&answer, &right);
            sums[1] += word_f1(&answer, &right);
        }
        sums.map(|sum| sum / self.questions.len().max(1) as f64)
    }
}

/// The windows of one question.
fn windows(
    question: usize,
    row: &SquadRow,
    pieces: &WordPiece,
    seq_len: usize,
) -> Result<Vec<Window>, RunError> {
    let special = SpecialTokens::BERT;
    let read = |text: &str| {
        pieces.pieces(text).map_err(|message| RunError::Usage(format!("question {}: {message}", row.id)))
    };
    let asked = read(&row.question)?.into_iter().map(|(id, _)| id).take(LONGEST_QUESTION);
    let asked: Vec<u32> = asked.collect();
    let paragraph = read(&row.context)?;
    let room = seq_len - asked.len() - 3;
    let answer = row.answers.first().map(|answer| {
        let start = answer.start_char as usize;
        start..start + answer.text.chars().count()
    });
    let mut windows = Vec::new();
    let mut start = 0;
    loop {
        let end = (start + room).min(paragraph.len());
        let part = &paragraph[start..end];
        let first = asked.len() + 2;
        let mut ids = vec![special.classify];
        ids.extend(&asked);
        ids.push(special.separate);
        ids.extend(part.iter().map(|(id, _)| *id));
        ids.push(special.separate);
        ids.resize(seq_len, special.pad);
        let span = answer
            .as_ref()
            .and_then(|answer| within(part, answer))
            .map_or([0, 0], |[from, to]| [from, to].map(|place| u32::try_from(first + place).unwrap_or(0)));
        let places = part.iter().map(|(_, place)| place.clone()).collect();
        windows.push(Window { question, ids, first, places, span });
        if end == paragraph.len() {
            return Ok(windows);
        }
        start += (room / 2).max(1);
    }
}

/// First and last piece of an answer, if all of it is there.
fn within(part: &[(u32, Range<usize>)], answer: &Range<usize>) -> Option<[usize; 2]> {
    let first = part.iter().position(|(_, place)| place.end > answer.start)?;
    let last = part.iter().rposition(|(_, place)| place.start < answer.end)?;
    let whole = part[first].1.start <= answer.start && part[last].1.end >= answer.end;
    (whole && first <= last).then_some([first, last])
}

impl Tuning<'_, SpanTask> {
    /// Trains to the end and measures: exact match and F1 on the whole development split, from 0 to 1, and the mean loss of the
    /// last tenth of the steps.
    pub fn run_spans(&self, watch: &dyn Watch, stop: &Stop) -> Result<([f64; 2], f64), RunError> {
        let task = self.task;
        let seed = derive(self.seed, task.name, 0);
        let settings = self.recipe.settings(
            self.network.layers.len(),
            task.train.len(),
            seed,
            SpecialTokens::BERT.separate,
        );
        let mut tuner = Tuner::new(self.network, 2, self.trained, settings)?;
        let mut order = Order::new(derive(seed, "examples", 0), task.train.len());
        let steps = settings.schedule.steps;
        let mut progress = Progress::new(task.name, steps, 0);
        let (mut sum, mut count) = (0.0, 0_u64);
        while tuner.steps() < steps {
            if stop.asked() {
                return Err(RunError::Stopped { after: format!("in fine-tuning on {}", task.name) });
            }
            let chosen = order.batch(tuner.steps(), self.recipe.batch);
            let ids = chosen.iter().flat_map(|index| &task.train[*index].ids).copied().collect();
            let spans: Vec<[u32; 2]> = chosen.iter().map(|index| task.train[*index].span).collect();
            let batch = TokenBatch::new(ids, chosen.len(), task.seq_len)?;
            let loss = tuner.step(&batch, Targets::Spans(&spans))?;
            let done = tuner.steps();
            if 10 * done > 9 * steps {
                (sum, count) = (sum + loss, count + 1);
            }
            let tokens = (chosen.len() * task.seq_len) as u64;
            progress.step(watch, done, tokens, || format!("loss {loss:.4}"));
        }
        Ok((self.measure_spans(&tuner)?, sum / count.max(1) as f64))
    }

    fn measure_spans(&self, tuner: &Tuner) -> Result<[f64; 2], RunError> {
        let task = self.task;
        let mut best: Vec<Best> = vec![Best::default(); task.questions.len()];
        for windows in task.dev.chunks(MEASURED) {
            let ids = windows.iter().flat_map(|window| &window.ids).copied().collect();
            let batch = TokenBatch::new(ids, windows.len(), task.seq_len)?;
            let outputs = tuner.outputs(&batch, true)?;
            for (window, outputs) in windows.iter().zip(outputs.chunks_exact(2 * task.seq_len)) {
                best[window.question].look(window, outputs);
            }
        }
        Ok(task.judge(|index, row| best[index].answer(&row.context, task.may_be_empty)))
    }
}

/// The best span of the windows of a question so far.
#[derive(Debug, Clone)]
struct Best {
    score: f32,
    /// In characters of the paragraph.
    place: Range<usize>,
    /// Smallest sum at `[CLS]`.
    empty: f32,
}

impl Default for Best {
    fn default() -> Self {
        Self { score: f32::NEG_INFINITY, place: 0..0, empty: f32::INFINITY }
    }
}

impl Best {
    /// Looks at the outputs (tokens, 2) of a window.
    fn look(&mut self, window: &Window, outputs: &[f32]) {
        let at = |token: usize, end: usize| outputs[2 * token + end];
        self.empty = self.empty.min(at(0, 0) + at(0, 1));
        let tokens = window.places.len();
        for start in 0..tokens {
            for end in start..tokens.min(start + LONGEST_ANSWER) {
                let score = at(window.first + start, 0) + at(window.first + end, 1);
                if score > self.score {
                    (self.score, self.place) = (score, window.places[start].start..window.places[end].end);
                }
            }
        }
    }

    /// The words of the paragraph, or none.
    fn answer(&self, context: &str, may_be_empty: bool) -> String {
        if may_be_empty && self.empty - self.score > NULL_THRESHOLD {
            return String::new();
        }
        context.chars().skip(self.place.start).take(self.place.len()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window() -> Window {
        let places = vec![0..3, 4..9, 10..12, 12..15];
        Window { question: 0, ids: vec![0; 10], first: 4, places, span: [0, 0] }
    }

    /// Outputs of ten tokens, zero but for some.
    fn outputs(some: &[(usize, usize, f32)]) -> Vec<f32> {
        let mut outputs = vec![0.0; 20];
        for &(token, end, value) in some {
            outputs[2 * token + end] = value;
        }
        outputs
    }

    #[test]
    fn the_best_span_starts_before_it_ends_and_lies_in_the_paragraph() {
        let mut best = Best::default();
        // The largest outputs stand outside the paragraph, or in the wrong order.
        best.look(&window(), &outputs(&[(2, 0, 9.0), (9, 1, 9.0), (6, 0, 3.0), (5, 1, 5.0), (7, 1, 2.5)]));
        assert_eq!((best.place.clone(), best.score), (10..15, 5.5));
        assert_eq!(best.answer("The noisy owlets sleep", false), "owlet");
        // Another window has a better one, and less at [CLS].
        best.look(&window(), &outputs(&[(0, 0, -1.0), (4, 0, 4.0), (4, 1, 4.0)]));
        assert_eq!((best.place.clone(), best.empty), (0..3, -1.0));
        best.empty = 8.5;
        assert_eq!(best.answer("The noisy owlets sleep", true), "");
        assert_eq!(best.answer("The noisy owlets sleep", false), "The");
    }

    #[test]
    fn an_answer_is_found_where_all_of_it_is() {
        let part: Vec<(u32, Range<usize>)> = window().places.into_iter().map(|place| (7, place)).collect();
        assert_eq!(within(&part, &(4..12)), Some([1, 2]));
        assert_eq!(within(&part, &(5..8)), Some([1, 1]), "an answer inside a piece takes the piece");
        assert_eq!(within(&part, &(10..20)), None);
        assert_eq!(within(&part[1..], &(0..9)), None);
    }
}
