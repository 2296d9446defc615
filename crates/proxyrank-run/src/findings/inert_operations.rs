//! Operation types that were never built.

use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_space::{Architecture, FlexibertArch, Operation};
use proxyrank_stats::nested_f_test;

use super::{Claim, Materials};
use crate::RunError;
use crate::benchmark::Benchmark;
use crate::ceiling::is_outlier;

const CLAIM: Claim = Claim {
    id: "inert_operations",
    title: "The operation type of a layer has no effect on the labels",
    statement: "The training code compares operation names by identity, which never holds for names read from a file, so \
                every layer became plain self-attention. The labels agree: once hidden size, depth, heads and FFN sizes at \
                each position are known, thirty indicators of the operations explain nothing more (F test). Whatever a \
                proxy sees in the operations is noise with respect to these labels.",
};

/// Positions of a layer: two in shallow networks, four in deep ones, fitted apart.
const POSITIONS: usize = 6;
/// Significance level of the tests.
const ALPHA: f64 = 0.01;

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let benchmark = &materials.stock("flexibert")?.benchmark;
        let mut inert = true;
        for (outliers, wording) in [(true, "all architectures"), (false, "without failed tasks")] {
            let kept: Vec<usize> = (0..benchmark.entries.len())
                .filter(|&i| outliers || !is_outlier(&benchmark.entries[i].truth))
                .collect();
            let (base, operations) = features(benchmark, &kept);
            for metric in ["glue", "mnli", "qqp", "sst"] {
                let labels: Vec<f64> = kept.iter().map(|&i| benchmark.entries[i].truth[metric]).collect();
                let test = nested_f_test(&labels, &base, &operations)
                    .map_err(RunError::stats(format!("operations and {metric}")))?;
                inert &= test.p_value > ALPHA;
                evidence.push(Evidence::new(
                    format!("{metric}, {wording}: R2 without and with operations, F, p"),
                    format!(
                        "{:.4}, {:.4}, F({}, {}) = {:.2}, p = {:.2}",
                        test.r2_base, test.r2_full, test.freedom.0, test.freedom.1, test.f, test.p_value
                    ),
                ));
            }
        }
        Ok(inert)
    })
}

/// Sizes at each position, and indicators of the operation at each position.
fn features(benchmark: &Benchmark, kept: &[usize]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let archs: Vec<&FlexibertArch> = kept
        .iter()
        .filter_map(|&i| match &benchmark.entries[i].architecture {
            Architecture::Flexibert(arch) => Some(arch),
            Architecture::Quarter(_) | Architecture::Decoder(_) => None,
        })
        .collect();
    let series = |value: &dyn Fn(&FlexibertArch) -> bool| -> Vec<f64> {
        archs.iter().map(|arch| f64::from(u8::from(value(arch)))).collect()
    };
    let wide = |arch: &FlexibertArch| arch.hidden_size == 256;
    let deep = |arch: &FlexibertArch| arch.layers.len() == 4;
    let mut base = vec![series(&wide), series(&deep), series(&|arch| wide(arch) && deep(arch))];
    let mut operations = Vec::new();
    for position in 0..POSITIONS {
        let layer = move |arch: &FlexibertArch| {
            let index = if deep(arch) { position.checked_sub(2)? } else { position };
            arch.layers.get(index).copied()
        };
        base.push(series(&|arch| layer(arch).is_some_and(|l| l.heads == 4)));
        base.push(series(&|arch| layer(arch).is_some_and(|l| l.ffn_count == 3)));
        base.push(series(&|arch| layer(arch).is_some_and(|l| l.ffn_count == 3 && l.ffn_width == 1024)));
        for operation in &Operation::ALL[1..] {
            operations.push(series(&|arch| layer(arch).is_some_and(|l| l.operation == *operation)));
        }
    }
    (base, operations)
}
