//! Hooks that were never removed, and so counted again and again.

use proxyrank_data::load::score_table::{FLEXIBERT_ABLATION, FLEXIBERT_METRICS, ScoreTable};
use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_space::Architecture;

use super::{Claim, Materials};
use crate::RunError;
use crate::data::dataset;

const CLAIM: Claim = Claim {
    id: "hook_inflation",
    title: "Un-normalised metrics grow with the number of earlier evaluations",
    statement: "Hooks stay registered from one evaluation to the next. In both ablations head confidence and softmax \
                confidence at the tenth repetition are ten times those at the first. In the main file every GELU output \
                is counted once for each layer of every network built so far in the session, so activation distance \
                measures the row number; only the normalised columns can be used.",
};

/// Largest relative deviation from a whole multiple that rounding explains.
const ROUNDING: f64 = 1e-5;
/// The session that wrote the main file was restarted before this row.
const RESTART: usize = 365;

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let files = dataset(materials.locator, "flexibert")?;
        let mut linear = true;
        for name in ["batch", "initialization"] {
            let table = ScoreTable::read(
                files.path(&format!("data/BERT_{name}_ablation.csv"))?,
                &FLEXIBERT_ABLATION,
            )?;
            for column in ["Head Confidence", "Head Softmax Confidence"] {
                let growth = growth(&table, column);
                linear &= (growth - 10.0).abs() < 0.2;
                evidence.push(Evidence::new(
                    format!("{name} ablation, {column}: tenth repetition over first, mean"),
                    format!("{growth:.3}"),
                ));
            }
        }
        let stock = materials.stock("flexibert")?;
        let table = ScoreTable::read(files.path("data/BERT_results_activation.csv")?, &FLEXIBERT_METRICS)?;
        let architectures: Vec<&Architecture> =
            stock.benchmark.entries.iter().map(|e| &e.architecture).collect();
        let (explained, before) = multiplicities(&table, &architectures);
        evidence.push(Evidence::new(
            "layers hooked before row 0, inferred",
            before.map_or_else(|| "not a whole number".to_owned(), |layers| layers.to_string()),
        ));
        evidence.push(Evidence::new(
            "rows whose activation distance is the normalised one times GELU calls times layers built so far",
            format!("{explained} of {}", table.len()),
        ));
        Ok(linear && explained == table.len())
    })
}

/// Mean over the networks of the last repetition's value over the first's.
fn growth(table: &ScoreTable, column: &str) -> f64 {
    let values = table.column(column).unwrap_or_default();
    let ratios: Vec<f64> = values.chunks_exact(10).map(|block| block[9] / block[0]).collect();
    ratios.iter().sum::<f64>() / ratios.len() as f64
}

/// How many rows are explained by hooks of all earlier layers, and how many layers were hooked before the first row.
fn multiplicities(table: &ScoreTable, architectures: &[&Architecture]) -> (usize, Option<u64>) {
    let (Some(sum), Some(mean)) =
        (table.column("Activation Distance"), table.column("Activation Distance Normalized"))
    else {
        return (0, None);
    };
    let calls = |architecture: &Architecture| match architecture {
        Architecture::Flexibert(arch) => arch.layers.iter().map(|layer| layer.ffn_count).sum::<usize>(),
        Architecture::Quarter(_) | Architecture::Decoder(_) => 0,
    };
    // The mean is over all collected outputs, so sum over mean counts them.
    let hooks = |row: usize| sum[row] / mean[row] / calls(architectures[row]) as f64;
    let first = hooks(0) - architectures[0].depth() as f64;
    let before = first.round();
    if (first - before).abs() > 0.01 || before < 0.0 {
        return (0, None);
    }
    let mut layers = before;
    let mut explained = 0;
    for (row, architecture) in architectures.iter().enumerate().take(table.len()) {
        if row == RESTART {
            layers = 0.0;
        }
        layers += architecture.depth() as f64;
        explained += usize::from((hooks(row) / layers - 1.0).abs() < ROUNDING);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small whole number, checked above"
    )]
    let before = before as u64;
    (explained, Some(before))
}
