//! What is written down: a page for people, and every single time for programs.

use std::path::Path;

use proxyrank_report::number::fixed;
use proxyrank_report::{Cell, Column, Page, Table, write_atomic};
use serde::Serialize;

use crate::agreement::{Agreement, Rule};
use crate::error::PeerError;
use crate::measure::{Measured, Turn};
use crate::protocol::Peer;
use crate::spread::{Pair, Spread, median_ms, ratios};
use crate::task::{Ours, PROXIES, Torch};

/// How it was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Setting {
    pub(crate) cpu: String,
    pub(crate) threads: usize,
    pub(crate) reading: String,
    pub(crate) seed: u64,
    pub(crate) networks: usize,
    pub(crate) rounds: usize,
    pub(crate) batch: usize,
    pub(crate) seq_len: usize,
    pub(crate) peer: Peer,
    /// Variables that change how either side's threads wait or memory is kept.
    pub(crate) environment: Vec<(String, String)>,
}

/// One line of the comparison.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    task: Torch,
    /// How many times faster we are.
    ratio: Spread,
    /// The same in processor time, its median; 0 where the system does not tell.
    cpu_ratio: f64,
    /// Mean over networks of the median over rounds.
    ours_ms: f64,
    torch_ms: f64,
    /// Of matrix products alone, where these are nearly all of the work.
    ours_gflops: Option<f64>,
    torch_gflops: Option<f64>,
}

impl Line {
    /// The line of one of PyTorch's tasks; none if it was not timed.
    fn of(task: Torch, passes: Option<f64>, turns: &[Turn]) -> Option<Self> {
        let turns: Vec<&Turn> = turns.iter().filter(|turn| turn.task == task).collect();
        let wall: Vec<Pair> = turns.iter().map(|turn| turn.wall).collect();
        let cpu: Vec<Pair> = turns.iter().map(|turn| turn.cpu).collect();
        let mut ids: Vec<usize> = turns.iter().map(|turn| turn.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let (mut ours_ms, mut torch_ms, mut gigaflops) = (0.0, 0.0, 0.0);
        for id in &ids {
            let of_network = || turns.iter().filter(|turn| turn.id == *id);
            ours_ms += median_ms(of_network().map(|turn| turn.wall.ours_ns))?;
            torch_ms += median_ms(of_network().map(|turn| turn.wall.torch_ns))?;
            gigaflops += of_network().next()?.gigaflops;
        }
        let rate = |total_ms: f64| passes.map(|passes| passes * gigaflops / total_ms * 1e3);
        let count = ids.len() as f64;
        Some(Self {
            task,
            ratio: ratios(&wall)?,
            cpu_ratio: ratios(&cpu)?.median,
            ours_ms: ours_ms / count,
            torch_ms: torch_ms / count,
            ours_gflops: rate(ours_ms),
            torch_gflops: rate(torch_ms),
        })
    }
}

/// All of it.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    setting: Setting,
    our_matmul_gflops: f64,
    torch_matmul_gflops: f64,
    waiting_side_processors: f64,
    foreign_share: Option<f64>,
    lines: Vec<Line>,
    agreement: &'a Agreement,
    turns: &'a [Turn],
}

impl<'a> Report<'a> {
    pub(crate) fn new(setting: Setting, measured: &'a Measured) -> Self {
        let tasks = Ours::ALL
            .into_iter()
            .flat_map(|ours| ours.opponents().iter().map(move |&opponent| (opponent, ours.forward_passes())));
        let lines = tasks.filter_map(|(task, passes)| Line::of(task, passes, &measured.turns));
        Self {
            setting,
            our_matmul_gflops: measured.our_matmul,
            torch_matmul_gflops: measured.torch_matmul,
            waiting_side_processors: measured.idle.processors(),
            foreign_share: measured.foreign_share,
            lines: lines.collect(),
            agreement: &measured.agreement,
            turns: &measured.turns,
        }
    }

    /// Writes `peer.md` and `peer.json` into a folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), PeerError> {
        self.page().write(&folder.join("peer.md"))?;
        let json = serde_json::to_string_pretty(self).map_err(PeerError::Json)? + "\n";
        Ok(write_atomic(&folder.join("peer.json"), json.as_bytes())?)
    }

    pub(crate) fn page(&self) -> Page {
        let Setting { cpu, threads, reading, networks, rounds, batch, seq_len, peer, environment, .. } =
            &self.setting;
        let mut page = Page::new("Against PyTorch");
        page.text(&format!(
            "{cpu}, {threads} threads, PyTorch {} on Python {}. {networks} FlexiBERT networks ({reading}), evenly over \
             the benchmark's sizes, {batch} x {seq_len} tokens, f32, {rounds} rounds; both programs in turns on the same weights \
             and tokens. A ratio is PyTorch's time by ours in the same turn: above 1 we are faster.",
            peer.torch, peer.python
        ));
        page.bare_table(&self.times());
        let foreign = match self.foreign_share {
            Some(share) => format!("Other processes used {}% of the processors.", fixed(100.0 * share, 1)),
            None => "The system does not tell what other processes used.".to_owned(),
        };
        page.text(&format!(
            "Best matrix product of 1024 rows and columns: {} GFLOP/s here, {} in PyTorch; shares are of the better. {foreign} \
             The side that waited kept {} processors busy.",
            fixed(self.our_matmul_gflops, 0),
            fixed(self.torch_matmul_gflops, 0),
            fixed(self.waiting_side_processors, 3)
        ));
        for (name, value) in environment {
            page.text(&format!("{name}={value}"));
        }
        page.heading("The same numbers");
        page.text(&format!(
            "{} scores and the loss, on the same weights and tokens; the largest relative difference over all networks and rounds.",
            PROXIES.len() + 1
        ));
        page.bare_table(&agreement_table(self.agreement));
        page
    }

    fn times(&self) -> Table {
        let columns = vec![
            Column::text("work", "Work"),
            Column::number("ratio", "Ratio, median", 2),
            Column::text("quartiles", "Quartiles"),
            Column::text("range", "Range"),
            Column::number("cpu_ratio", "Processor time, ratio", 2),
            Column::number("ours_ms", "Ours, ms a network", 0),
            Column::number("torch_ms", "PyTorch, ms", 0),
            Column::text("ours_rate", "Ours, GFLOP/s"),
            Column::text("torch_rate", "PyTorch, GFLOP/s"),
        ];
        let mut table = Table::new("peer", "Against PyTorch", columns);
        let best = self.our_matmul_gflops.max(self.torch_matmul_gflops);
        let rate = |rate: Option<f64>| {
            let shown = |rate: f64| format!("{} ({}%)", fixed(rate, 0), fixed(100.0 * rate / best, 0));
            Cell::text(rate.map(shown).unwrap_or_default())
        };
        for line in &self.lines {
            let Spread { smallest, first_quartile, median, third_quartile, largest, .. } = line.ratio;
            let range = |low, high| Cell::text(format!("{} to {}", fixed(low, 2), fixed(high, 2)));
            table.push(vec![
                Cell::text(line.task.label()),
                Cell::number(median),
                range(first_quartile, third_quartile),
                range(smallest, largest),
                Cell::number(line.cpu_ratio),
                Cell::number(line.ours_ms),
                Cell::number(line.torch_ms),
                rate(line.ours_gflops),
                rate(line.torch_gflops),
            ]);
        }
        table
    }
}

/// Scores by how far apart the two sides are.
pub(crate) fn agreement_table(agreement: &Agreement) -> Table {
    let columns = vec![
        Column::text("score", "Score"),
        Column::text("difference", "Largest relative difference"),
        Column::text("remark", "Remark"),
    ];
    let mut table = Table::new("agreement", "The same numbers", columns);
    for (name, difference) in agreement.differences() {
        let remark = match Rule::of(name) {
            Rule::Same => "",
            Rule::Count => "a count: rounding moves the share of a component",
            Rule::Cancels => "terms cancel: relative to SNIP, which is their size",
            Rule::Noise => "rounding noise on both sides: not compared",
        };
        let shown = match Rule::of(name) {
            Rule::Noise => String::new(),
            _ => format!("{difference:.0e}"),
        };
        table.push(vec![Cell::text(name), Cell::text(shown), Cell::text(remark)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(id: usize, round: usize, ours_ms: u64, torch_ms: u64) -> Turn {
        let wall = Pair { ours_ns: ours_ms * 1_000_000, torch_ns: torch_ms * 1_000_000 };
        Turn { id, gigaflops: 10.0, round, task: Torch::ForwardBackward, wall, cpu: wall }
    }

    #[test]
    fn times_are_means_over_networks_of_medians_over_rounds() {
        let turns = [turn(3, 0, 100, 200), turn(3, 1, 100, 100), turn(3, 2, 900, 900), turn(5, 0, 300, 900)];
        let line = Line::of(Torch::ForwardBackward, Some(3.0), &turns).unwrap();
        assert!((line.ours_ms - 200.0).abs() < 1e-9 && (line.torch_ms - 550.0).abs() < 1e-9);
        assert!((line.ratio.median - 1.5).abs() < 1e-9);
        // Two networks of 3 x 10 GFLOP in 400 ms.
        assert!((line.ours_gflops.unwrap() - 150.0).abs() < 1e-9);
        assert!(Line::of(Torch::Forward, None, &turns).is_none());
    }

    #[test]
    fn a_page_says_what_was_compared_and_how() {
        let peer = Peer { torch: "9.9".into(), python: "3.99".into(), threads: 2 };
        let setting = Setting {
            cpu: "Some CPU".into(),
            threads: 2,
            reading: "as_trained".into(),
            seed: 0,
            networks: 1,
            rounds: 1,
            batch: 16,
            seq_len: 128,
            peer,
            environment: vec![("OMP_WAIT_POLICY".into(), "passive".into())],
        };
        let turns = vec![turn(3, 0, 100, 250)];
        let measured = Measured { turns, our_matmul: 400.0, torch_matmul: 300.0, ..Measured::default() };
        let text = Report::new(setting, &measured).page().markdown();
        for wanted in ["Some CPU", "PyTorch 9.9", "| 2.50 |", "300 (75%)", "OMP_WAIT_POLICY=passive"] {
            assert!(text.contains(wanted), "{wanted} is not in:\n{text}");
        }
    }
}
