//! Early checkpoints that are copies of late ones.

use proxyrank_data::load::flexibert::{Task, TaskScores, TrainAblation};
use proxyrank_report::ledger::{Evidence, Finding};

use super::{Claim, Materials};
use crate::RunError;
use crate::data::dataset;

const CLAIM: Claim = Claim {
    id: "copied_checkpoints",
    title: "The training ablation's early checkpoints are copies of late ones",
    statement: "The scores at 50,000 and 100,000 steps equal those at 500,000 and 1,000,000 steps in every cell: \
                checkpoints were looked up by the beginning of their names, and model.50000 is also the beginning of \
                model.500000. So the ablation cannot show that a short training ranks like a long one.",
};

/// An early step and the late one whose name begins with it.
const COPIES: [(u64, u64); 2] = [(50_000, 500_000), (100_000, 1_000_000)];

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let files = dataset(materials.locator, "flexibert")?;
        let ablation = TrainAblation::read(files.path("data/BERT_benchmark_train_ablation.json")?)?;
        let trained: Vec<_> = ablation.entries.iter().filter(|entry| !entry.checkpoints.is_empty()).collect();
        let mut all_equal = !trained.is_empty();
        for (early, late) in COPIES {
            let (mut cells, mut equal) = (0, 0);
            for entry in &trained {
                let at = |steps| entry.checkpoints.iter().find(|c| c.steps == steps).map(|c| &c.scores);
                if let (Some(a), Some(b)) = (at(early), at(late)) {
                    cells += Task::ALL.len();
                    equal += Task::ALL.iter().filter(|task| same(a, b, **task)).count();
                }
            }
            evidence.push(Evidence::new(
                format!("cells at {early} steps equal to those at {late}"),
                format!("{equal} of {cells}, {} architectures", trained.len()),
            ));
            all_equal &= cells > 0 && equal == cells;
        }
        let (mut cells, mut equal) = (0, 0);
        for entry in &trained {
            let at = |steps| entry.checkpoints.iter().find(|c| c.steps == steps).map(|c| &c.scores);
            if let (Some(a), Some(b)) = (at(150_000), at(500_000)) {
                cells += Task::ALL.len();
                equal += Task::ALL.iter().filter(|task| same(a, b, **task)).count();
            }
        }
        evidence.push(Evidence::new(
            "for comparison, cells at 150000 steps equal to those at 500000",
            format!("{equal} of {cells}"),
        ));
        let doubled: Vec<String> = trained
            .iter()
            .filter(|entry| entry.checkpoints.iter().any(|c| c.scores.glue() > 1.5 * c.scores.mean()))
            .map(|entry| entry.id.to_string())
            .collect();
        evidence
            .push(Evidence::new("architectures with a GLUE mean that is a double sum", doubled.join(", ")));
        Ok(all_equal)
    })
}

#[expect(clippy::float_cmp, reason = "a copy is equal to the last bit")]
fn same(a: &TaskScores, b: &TaskScores, task: Task) -> bool {
    a.get(task) == b.get(task)
}
