//! One proxy of one ranking through every test.

use proxyrank_schema::{CostClass, Reading};
use proxyrank_stats::{Ceiling, Comparison, Estimate, ProxyStatistics};

use super::outcome::{Ending, Fate, Outcome};
use super::recomputed;
use super::test::Test;
use crate::RunError;
use crate::papers::Stock;
use crate::rank::{GIVEN, RULES, Ranking};
use crate::studies::SeededTaus;

/// A proxy with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// How tables call it.
    pub label: String,
    /// What it costs.
    pub class: CostClass,
    /// Whether it is one of the baselines.
    pub is_baseline: bool,
    /// Its tau-b; none for a score that is the same everywhere.
    pub tau_b: Option<Estimate>,
    /// One for each of [`Test::ALL`], in that order.
    pub outcomes: Vec<Outcome>,
}

impl Trial {
    /// What became of it in a test.
    pub fn ending(&self, test: Test) -> Ending {
        let place = Test::ALL.iter().position(|&known| known == test);
        place.and_then(|place| self.outcomes.get(place)).map_or(Ending::NotMade, |outcome| outcome.ending)
    }

    /// What its tests come to.
    pub fn fate(&self) -> Fate {
        Fate::of(self.outcomes.iter().map(|outcome| outcome.ending))
    }

    /// The same without some tests.
    pub fn fate_without(&self, left_out: &[Test]) -> Fate {
        Fate::of(Test::ALL.iter().filter(|test| !left_out.contains(test)).map(|&test| self.ending(test)))
    }

    /// How many tests it passed.
    pub fn passed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.ending == Ending::Passed).count()
    }
}

/// Every proxy of a ranking through every test, in the ranking's order.
pub fn trials(stock: &Stock, ranking: &Ranking, ceiling: Option<&Ceiling>) -> Result<Vec<Trial>, RunError> {
    let seeds = SeededTaus::of(stock, ranking.options.reading)?;
    let court = Court { stock, ranking, ceiling, seeds };
    Ok((0..ranking.columns.len()).map(|index| court.try_one(index)).collect())
}

/// Everything that tests look at.
struct Court<'a> {
    stock: &'a Stock,
    ranking: &'a Ranking,
    ceiling: Option<&'a Ceiling>,
    seeds: SeededTaus,
}

impl Court<'_> {
    fn try_one(&self, index: usize) -> Trial {
        let column = &self.ranking.columns[index];
        Trial {
            label: column.label.clone(),
            class: column.class,
            is_baseline: column.is_baseline(),
            tau_b: self.ranking.analysis.proxies[index].tau_b,
            outcomes: Test::ALL.iter().map(|&test| self.outcome(index, test)).collect(),
        }
    }

    fn outcome(&self, index: usize, test: Test) -> Outcome {
        let column = &self.ranking.columns[index];
        let statistics = &self.ranking.analysis.proxies[index];
        let reading: Reading = self.ranking.options.reading;
        let given = |place: usize| move |s: &ProxyStatistics| s.given.get(place).copied().flatten();
        match test {
            Test::Depth => self.above_zero(index, given(0), &format!("networks by {} alone", GIVEN[0].0)),
            Test::Width => self.above_zero(index, given(1), &format!("networks by {} alone", GIVEN[1].0)),
            Test::Size => self.above_zero(index, |s| s.partial_tau, "networks by #params alone"),
            Test::Cell => {
                self.above_zero(index, |s| s.within_cell, "no two networks of equal depth and width")
            }
            Test::ClosePairs => {
                self.above_zero(index, |s| s.close_pairs, "no two networks of about equal size")
            }
            Test::Ceiling => self.ceiling(statistics),
            Test::Seeds => recomputed::seeds(self.stock, reading, column, statistics.tau_b, &self.seeds),
            Test::Float64 => recomputed::float64(self.stock, reading, column),
            Test::TimesRule => self.rule(index, 0),
            Test::SortRule => self.rule(index, 1),
        }
    }

    /// Whether a statistic's interval lies above 0. One that no proxy has cannot be had on this benchmark; one that this proxy
    /// lacks says that its score has nothing to give there: `alone` says what it orders instead.
    fn above_zero(
        &self,
        index: usize,
        pick: impl Fn(&ProxyStatistics) -> Option<Estimate>,
        alone: &str,
    ) -> Outcome {
        let all = &self.ranking.analysis.proxies;
        if let Some(estimate) = pick(&all[index]) {
            return Outcome::estimate(Ending::of(estimate.low > 0.0), estimate);
        }
        if all[index].tau_b.is_none() {
            return Outcome::because(Ending::Failed, CONSTANT);
        }
        if all.iter().all(|statistics| pick(statistics).is_none()) {
            return Outcome::because(
                Ending::NotMade,
                "the networks of this benchmark leave nothing to compare",
            );
        }
        Outcome::because(Ending::Failed, format!("the score orders {alone}"))
    }

    fn ceiling(&self, statistics: &ProxyStatistics) -> Outcome {
        let Some(ceiling) = self.ceiling.map(|ceiling| ceiling.tau) else {
            return Outcome::because(
                Ending::NotMade,
                "nothing in this benchmark was trained twice, so the noise of its labels is unknown",
            );
        };
        if statistics.tau_b.is_none() {
            return Outcome::because(Ending::Failed, CONSTANT);
        }
        let tau = statistics.tau_a;
        // Each end is divided by the end of the ceiling that makes the interval wider.
        let share = Estimate {
            point: tau.point / ceiling.point,
            low: tau.low / if tau.low < 0.0 { ceiling.low } else { ceiling.high },
            high: tau.high / if tau.high < 0.0 { ceiling.high } else { ceiling.low },
            n: tau.n,
        };
        Outcome::estimate(Ending::of(share.high >= 1.0), share)
    }

    fn rule(&self, index: usize, rule: usize) -> Outcome {
        if self.ranking.analysis.proxies[index].tau_b.is_none() {
            return Outcome::because(Ending::Failed, CONSTANT);
        }
        let Some(comparison) = against(&self.ranking.analysis.rivalry.by_tau_b, index, rule) else {
            let reason = format!("{} is the same for all networks", RULES[rule].0);
            return Outcome::because(Ending::NotMade, reason);
        };
        Outcome::estimate(Ending::of(self.beats(comparison)), comparison.difference)
    }

    fn beats(&self, comparison: &Comparison) -> bool {
        beats(comparison, self.ranking.options.bootstrap.confidence)
    }
}

/// Whether a proxy is significantly better than a rule.
pub(super) fn beats(comparison: &Comparison, confidence: f64) -> bool {
    comparison.difference.point > 0.0 && comparison.p_holm < 1.0 - confidence
}

/// The comparison of a proxy with a rule.
pub(super) fn against(comparisons: &[Comparison], proxy: usize, rule: usize) -> Option<&Comparison> {
    comparisons.iter().find(|comparison| (comparison.a, comparison.b) == (proxy, rule))
}

pub(super) const CONSTANT: &str = "the score is the same for all networks";
