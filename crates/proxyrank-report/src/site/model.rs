//! What a site is made from.

use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

use crate::chart::{CostScatter, Heatmap, Scatter};
use crate::ledger::Ledger;
use crate::table::{Emphasis, Table};

/// Everything that the site shows.
#[derive(Debug, Clone)]
pub struct Site {
    /// One table for each benchmark and reading; the first is the one that the front page speaks of.
    pub boards: Vec<Board>,
    /// One card for each proxy that stands in a table, in the order of listings.
    pub cards: Vec<Card>,
    /// The published numbers with their verdicts.
    pub ledger: Ledger,
    /// What made the site, such as `proxyrank 0.1.0`.
    pub generator: String,
    /// Address of the source code.
    pub repository: String,
}

/// One benchmark under one reading.
#[derive(Debug, Clone)]
pub struct Board {
    /// Stable name, of which file names are made.
    pub id: String,
    /// The benchmark's title.
    pub title: String,
    /// Which networks were built.
    pub reading: String,
    /// The same in words.
    pub reading_words: String,
    /// What proxies are judged by.
    pub metric: String,
    /// How many architectures.
    pub architectures: usize,
    /// The table, best first. Its first column, `proxy`, holds the labels of `entries`.
    pub table: Table,
    /// One for each row of the table.
    pub entries: Vec<Entry>,
    /// Simple rules that every proxy is held against; the first is the one to beat.
    pub rules: Vec<Rule>,
    /// The best tau-b that label noise allows.
    pub ceiling: Option<Estimate>,
    /// How that was found.
    pub ceilings: Option<Table>,
    /// Cost against correlation, where anything costs something.
    pub cost: Option<CostScatter>,
    /// How alike proxies rank.
    pub alike: Heatmap,
    /// The commands that make the table.
    pub commands: Vec<String>,
}

/// What a row of a board is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its label.
    pub label: String,
    /// The proxy's name, which is the name of its card.
    pub card: String,
    /// The proxy's title.
    pub title: String,
    /// What it costs.
    pub class: CostClass,
    /// How it fares against each of the board's rules.
    pub versus: Vec<Versus>,
}

/// A simple rule to be beaten.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its label in the table.
    pub label: String,
    /// What it does, in a line for each step.
    pub lines: Vec<String>,
    /// Its tau-b.
    pub tau: Option<Estimate>,
}

/// How a proxy fares against a rule by tau-b: paired bootstrap, corrected for all comparisons of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versus {
    /// Significantly better.
    Better,
    /// No significant difference.
    Even,
    /// Significantly worse.
    Worse,
    /// It is the rule.
    Itself,
    /// It has no tau-b.
    Undefined,
}

impl Versus {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Even => "even",
            Self::Worse => "worse",
            Self::Itself => "the rule",
            Self::Undefined => "no tau-b",
        }
    }
}

/// How many scores, baselines apart, fare how against a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Significantly better.
    pub better: usize,
    /// Not to be told apart.
    pub even: usize,
    /// Significantly worse, or without a tau-b.
    pub worse: usize,
}

impl Tally {
    /// All of them.
    pub const fn total(self) -> usize {
        self.better + self.even + self.worse
    }
}

impl Board {
    /// How the scores that are no baselines fare against the first rule.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (entry, row) in self.entries.iter().zip(self.table.rows()) {
            match entry.versus.first() {
                Some(_) if row.emphasis == Emphasis::Baseline => {}
                Some(Versus::Better) => tally.better += 1,
                Some(Versus::Even) => tally.even += 1,
                Some(Versus::Worse | Versus::Undefined) => tally.worse += 1,
                Some(Versus::Itself) | None => {}
            }
        }
        tally
    }
}

/// What is known of one proxy.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it costs.
    pub class: CostClass,
    /// Which end of the score is the good one, in words.
    pub direction: String,
    /// The families of networks that it is defined for.
    pub families: Vec<String>,
    /// The formula in plain text.
    pub formula: Option<String>,
    /// The paper that proposes it.
    pub paper: Option<Reference>,
    /// The code that computes it.
    pub code: Option<Code>,
    /// Where released scores come from, one line for each file.
    pub released: Vec<Released>,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// What speaks against it.
    pub faults: Vec<String>,
    /// Cards that belong to it: released scores of the same proxy, or the proxy that they are scores of.
    pub relatives: Vec<String>,
    /// Tau-b with each ground truth.
    pub targets: Vec<Table>,
    /// How much depends on the seed.
    pub seeds: Option<Table>,
    /// Score against ground truth.
    pub plots: Vec<Plot>,
    /// The command that computes it.
    pub command: Option<String>,
    /// Who submitted it, if somebody did.
    pub submission: Option<Submitted>,
}

/// What the authors of a submission say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Their names.
    pub authors: Vec<String>,
    /// Address of the paper or the code.
    pub source: String,
    /// Under which licence it may be used.
    pub licence: String,
    /// Which labels were seen, and how.
    pub labels: String,
    /// What the scores belong to.
    pub conditions: String,
    /// The card, from the root of the repository.
    pub card: String,
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Authors and year in short.
    pub citation: String,
    /// Title.
    pub title: String,
    /// Where it appeared.
    pub venue: String,
    /// Its address.
    pub address: Option<String>,
}

/// A source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The file, from the root of the repository.
    pub path: String,
    /// Version of the implementation.
    pub version: u32,
}

/// A file of released scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The benchmark.
    pub benchmark: String,
    /// Owner and name of the repository.
    pub repository: String,
    /// The file.
    pub file: String,
    /// Which part of it.
    pub part: String,
    /// The conditions under which the scores were computed.
    pub conditions: String,
}

/// A parameter of a proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Default value.
    pub default: f64,
    /// Smallest value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
    /// What it does.
    pub doc: String,
}

/// A scatter plot on a card.
#[derive(Debug, Clone)]
pub struct Plot {
    /// The board that it belongs to.
    pub board: String,
    /// The label of the row.
    pub label: String,
    /// The chart.
    pub chart: Scatter,
}
