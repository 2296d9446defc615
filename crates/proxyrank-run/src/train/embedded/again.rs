//! A row trained again, and the rows that are compiled in.

use std::collections::BTreeSet;

use super::material::Material;
use super::plan::{ARCHITECTURES, architectures};
use super::recipe::EmbeddedRecipe;
use crate::RunError;
use crate::train::rows::{Row, parse};
use crate::watch::Stop;

/// The rows as they are committed.
const ROWS: &str = include_str!("../../../../../datasets/embedded/rows.jsonl");

/// How a row that was trained again compares with the one that is compiled in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Comparison {
    /// There is none, or it was trained by another recipe.
    Unknown,
    /// Every score, loss and point of the curve is the same, bit for bit.
    Equal,
    /// Not all are.
    Different {
        /// Largest difference of a score, in points.
        largest: f64,
    },
}

/// Trains the row `ARCHITECTURE/SEED` again.
pub fn recreate(word: &str, recipe: EmbeddedRecipe, stop: &Stop) -> Result<(Row, Comparison), RunError> {
    let archs = architectures();
    let parsed = word.split_once('/').and_then(|(arch, seed)| {
        let arch: usize = arch.parse().ok()?;
        Some((arch, archs.get(arch)?, seed.parse().ok()?))
    });
    let (place, arch, seed) = parsed.ok_or_else(|| {
        RunError::Usage(format!(
            "`{word}` names no row: write ARCHITECTURE/SEED with an architecture from 0 to {}",
            archs.len() - 1
        ))
    })?;
    let row = Material::new(recipe)?.row(&place.to_string(), arch, seed, stop)?;
    let known = committed()?.into_iter().find(|known| {
        (&known.arch_id, known.train_seed, &known.recipe) == (&row.arch_id, row.train_seed, &row.recipe)
    });
    let comparison = match known {
        None => Comparison::Unknown,
        Some(known) if known.without_times() == row.without_times() => Comparison::Equal,
        Some(known) => {
            let differences = row.scores.iter().map(|(name, score)| {
                known.scores.get(name).map_or(f64::INFINITY, |known| (score - known).abs())
            });
            Comparison::Different { largest: differences.fold(0.0, f64::max) }
        }
    };
    Ok((row, comparison))
}

/// The rows that are compiled in.
pub fn committed() -> Result<Vec<Row>, RunError> {
    parse(ROWS).map_err(|reason| RunError::Usage(format!("the embedded benchmark's rows: {reason}")))
}

/// The rows that labels are made of: all that are compiled in, once every architecture has one. A set with holes would be another
/// benchmark, whose architectures change with every row.
pub fn ground_truth() -> Result<Vec<Row>, RunError> {
    let rows = committed()?;
    let trained: BTreeSet<&str> = rows.iter().map(|row| row.arch_id.as_str()).collect();
    Ok(if trained.len() < ARCHITECTURES { Vec::new() } else { rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::embedded::schedule;

    #[test]
    fn committed_rows_are_of_the_benchmarks_recipe_and_plan() {
        let recipe = EmbeddedRecipe::standard().fingerprint();
        let plan = schedule();
        for row in committed().unwrap() {
            assert_eq!(row.recipe, recipe, "architecture {}", row.arch_id);
            let place: usize = row.arch_id.parse().unwrap();
            assert!(plan.contains(&(place, row.train_seed)), "{place}/{}", row.train_seed);
            assert!(row.scores.values().all(|score| score.is_finite()));
        }
    }

    #[test]
    fn labels_exist_once_every_architecture_has_a_training() {
        let rows = committed().unwrap();
        let trained: BTreeSet<&str> = rows.iter().map(|row| row.arch_id.as_str()).collect();
        let truth = ground_truth().unwrap();
        assert_eq!(truth.len(), if trained.len() < ARCHITECTURES { 0 } else { rows.len() });
    }

    #[test]
    fn what_names_no_row_is_refused() {
        for word in ["17", "96/0", "x/1", "1/x"] {
            let error = recreate(word, EmbeddedRecipe::standard(), &Stop::default()).unwrap_err();
            assert!(error.to_string().contains("ARCHITECTURE/SEED"), "{error}");
        }
    }
}
