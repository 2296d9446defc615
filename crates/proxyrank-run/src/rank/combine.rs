//! One score made of several.
//!
//! Ranks make scores of any scale comparable, at a price: a rank exists only among other architectures. A product of scores
//! belongs to one architecture alone, and asks that every factor is above zero. Each part is turned so that larger is better
//! before it is used; so is the result.

use std::fmt::Write as _;

use proxyrank_stats::average_ranks;

use super::columns::{ScoreColumn, Slot};
use crate::audit::Verdict;

/// How several scores become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// The sum of weight · rank / population.
    RankSum,
    /// The product of (rank / population)^weight, as its logarithm.
    RankProduct,
    /// The product of score^weight, as its logarithm; the weight counts negative where smaller scores are better.
    Product,
}

impl Combine {
    /// All of them with their spelling in files.
    pub const NAMES: [(&'static str, Self); 3] =
        [("rank_sum", Self::RankSum), ("rank_product", Self::RankProduct), ("product", Self::Product)];

    /// The spelling in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RankSum => "rank_sum",
            Self::RankProduct => "rank_product",
            Self::Product => "product",
        }
    }

    /// Whether a score depends on the other architectures.
    pub const fn of_ranks(self) -> bool {
        !matches!(self, Self::Product)
    }

    /// The formula with these parts, each a name and a weight.
    pub fn formula<'a>(self, parts: impl IntoIterator<Item = (&'a str, f64)>) -> String {
        let mut formula = String::new();
        for (name, weight) in parts {
            let (join, factor) = match self {
                Self::RankSum => (" + ", format!("{weight} rank({name})")),
                Self::RankProduct => (" · ", format!("rank({name})^{weight}")),
                Self::Product => (" · ", format!("{name}^{weight}")),
            };
            let factor = factor.trim_start_matches("1 ").trim_end_matches("^1");
            let join = if formula.is_empty() { "" } else { join };
            // Writing to a string cannot fail.
            let _ = write!(formula, "{join}{factor}");
        }
        formula
    }

    /// The combined score of every architecture that all parts have. A rank counts 1 for the worst, ties share it, and a score
    /// that failed ranks last; a product of a score that failed has failed.
    pub fn slots(self, terms: &[Term<'_>]) -> Result<Vec<Slot>, NotPositive> {
        let count = terms.first().map_or(0, |term| term.column.slots.len());
        let common: Vec<usize> = (0..count)
            .filter(|&place| terms.iter().all(|term| term.column.slots[place] != Slot::Absent))
            .collect();
        let mut combined = vec![Slot::Absent; count];
        for &place in &common {
            combined[place] = Slot::Score(0.0);
        }
        for term in terms {
            let added =
                if self.of_ranks() { self.rank_terms(term, &common) } else { logarithms(term, &common)? };
            for (&place, added) in common.iter().zip(added) {
                combined[place] = match (combined[place], added) {
                    (Slot::Score(sum), Some(added)) => Slot::Score(sum + term.weight * added),
                    _ => Slot::Failed,
                };
            }
        }
        Ok(combined)
    }

    fn rank_terms(self, term: &Term<'_>, common: &[usize]) -> Vec<Option<f64>> {
        let column = term.column;
        // Stored scores are finite, so nothing lies below a failed one.
        let value = |&place: &usize| {
            column.slots[place].score().map_or(f64::MIN, |score| column.direction.sign() * score)
        };
        let values: Vec<f64> = common.iter().map(value).collect();
        let share = |rank: f64| rank / common.len() as f64;
        let ranks = average_ranks(&values).unwrap_or_default().into_iter();
        ranks.map(|rank| Some(if self == Self::RankSum { share(rank) } else { share(rank).ln() })).collect()
    }
}

/// The logarithms of scores, negative where smaller scores are better.
fn logarithms(term: &Term<'_>, common: &[usize]) -> Result<Vec<Option<f64>>, NotPositive> {
    let logarithm = |&place: &usize| match term.column.slots[place].score() {
        Some(score) if score <= 0.0 => Err(NotPositive { part: term.column.label.clone(), place, score }),
        score => Ok(score.map(|score| term.column.direction.sign() * score.ln())),
    };
    common.iter().map(logarithm).collect()
}

/// A part of a combination.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a> {
    /// Its scores.
    pub column: &'a ScoreColumn,
    /// How much it counts.
    pub weight: f64,
}

/// What the parts take together: one after the other, so what they share is counted more than once.
pub(crate) fn wall_ns(terms: &[Term<'_>]) -> Option<u64> {
    terms.iter().map(|term| term.column.wall_ns).sum()
}

/// A combination is no sounder than its least sound part.
pub(crate) fn audit(terms: &[Term<'_>]) -> Option<Verdict> {
    let audits: Option<Vec<Verdict>> = terms.iter().map(|term| term.column.audit).collect();
    audits.and_then(|audits| audits.into_iter().max())
}

/// A score that no product can hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{part} is {score}, and a product needs scores above 0; `rank_product` takes any")]
pub struct NotPositive {
    /// Of which part.
    pub part: String,
    /// The architecture, by its place in the benchmark.
    pub place: usize,
    /// The score.
    pub score: f64,
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Direction;

    use super::super::columns::testing::column;
    use super::*;

    fn points(slots: &[Slot]) -> Vec<Option<f64>> {
        slots.iter().map(|slot| slot.score()).collect()
    }

    fn terms<'a>(columns: &'a [ScoreColumn], weights: &[f64]) -> Vec<Term<'a>> {
        columns.iter().zip(weights).map(|(column, &weight)| Term { column, weight }).collect()
    }

    #[test]
    fn ranks_add_up_by_weight_and_a_failed_score_ranks_last() {
        let mut smaller = column("b", &[Some(4.0), None, Some(2.0), Some(3.0)]);
        smaller.direction = Direction::LowerIsBetter;
        let columns = [column("a", &[Some(1.0), Some(5.0), Some(5.0), Some(9.0)]), smaller];
        let slots = Combine::RankSum.slots(&terms(&columns, &[1.0, 2.0])).unwrap();
        // Ranks 1, 2.5, 2.5, 4 and 2, 1, 4, 3.
        assert_eq!(points(&slots), [5.0, 4.5, 10.5, 10.0].map(|sum| Some(sum / 4.0)));
        let product = Combine::RankProduct.slots(&terms(&columns, &[1.0, 1.0])).unwrap();
        let wanted = [2.0, 2.5, 10.0, 12.0].map(|product: f64| (product / 16.0).ln());
        for (slot, wanted) in product.iter().zip(wanted) {
            assert!((slot.score().unwrap() - wanted).abs() < 1e-14);
        }
    }

    #[test]
    fn a_product_needs_no_population_but_scores_above_zero() {
        let mut smaller = column("b", &[Some(2.0), Some(4.0), None]);
        smaller.direction = Direction::LowerIsBetter;
        let mut columns = [column("a", &[Some(8.0), Some(1.0), Some(1.0)]), smaller];
        let slots = Combine::Product.slots(&terms(&columns, &[2.0, 1.0])).unwrap();
        assert!((slots[0].score().unwrap() - 32.0_f64.ln()).abs() < 1e-14);
        assert!((slots[1].score().unwrap() + 4.0_f64.ln()).abs() < 1e-14);
        assert_eq!(slots[2], Slot::Failed);
        columns[0].slots[1] = Slot::Score(0.0);
        let error = Combine::Product.slots(&terms(&columns, &[2.0, 1.0])).unwrap_err();
        assert_eq!((error.place, error.to_string().starts_with("a is 0, ")), (1, true));
    }

    #[test]
    fn architectures_that_a_part_lacks_are_no_part_of_the_population() {
        let mut columns = [column("a", &[Some(1.0), Some(2.0), Some(3.0)]), column("b", &[Some(1.0); 3])];
        columns[1].slots[0] = Slot::Absent;
        let slots = Combine::RankSum.slots(&terms(&columns, &[1.0, 1.0])).unwrap();
        assert_eq!(points(&slots), [None, Some(1.25), Some(1.75)]);
        assert_eq!(slots[0], Slot::Absent);
    }

    #[test]
    fn formulas_leave_out_ones() {
        let parts = [("nsc", 1.0), ("flops", 0.5)];
        let formulas = Combine::NAMES.map(|(_, combine)| combine.formula(parts));
        assert_eq!(
            formulas,
            ["rank(nsc) + 0.5 rank(flops)", "rank(nsc) · rank(flops)^0.5", "nsc · flops^0.5"]
        );
        assert!(Combine::NAMES.iter().all(|(name, combine)| combine.as_str() == *name));
    }
}
