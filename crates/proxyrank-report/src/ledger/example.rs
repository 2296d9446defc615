//! A small ledger with one of everything.

use std::collections::BTreeMap;

use super::{Claim, Evidence, Finding, FindingVerdict, Ledger, Provenance, Source, Stage, StageResult};

fn claim(id: &str, what: &str, published: Option<f64>, provenance: Provenance) -> Claim {
    Claim {
        id: id.into(),
        table: "flexibert-metrics".into(),
        paper: "Serianni and Kalita 2023".into(),
        what: what.into(),
        proxy: None,
        published,
        source: Source { place: "notebook, column rho".into(), provenance },
        tolerance: 0.0005,
        digits: 3,
        stages: BTreeMap::new(),
    }
}

/// A ledger in which each verdict, provenance and kind of entry occurs.
pub(crate) fn ledger() -> Ledger {
    let mut tau = claim("metrics/params/tau", "Kendall τ-b of #params", Some(0.454), Provenance::Printed);
    tau.record(Stage::Replayed, tau.judge(Some(0.4544)));
    tau.record(Stage::RecomputedReleased, tau.judge(Some(0.454_393)));
    tau.record(Stage::RecomputedAsTrained, tau.judge(Some(0.5727)));
    let mut rho = claim("metrics/params/rho", "Spearman ρ of #params", Some(0.59), Provenance::SecondHand);
    rho.digits = 2;
    rho.tolerance = 0.005;
    rho.record(Stage::Replayed, rho.judge(Some(0.6525)).because("the printed number is Pearson's r"));
    rho.record(Stage::RecomputedReleased, StageResult::missing("BERT_benchmark.json is not here"));
    let mut nsc = claim("nsc/rho", "Spearman ρ of NSC", None, Provenance::Recomputed);
    nsc.table = "nsc".into();
    nsc.record(Stage::Replayed, nsc.judge(Some(0.777)));
    nsc.record(Stage::RecomputedDeclared, StageResult::not_yet("the form with merged projections"));
    let finding = |id: &str, verdict, evidence: &[(&str, &str)]| Finding {
        id: id.into(),
        title: "Parameter counts are those of other networks".into(),
        statement:
            "The published column counts networks of hidden size 256, whatever the benchmark declares.".into(),
        evidence: evidence.iter().map(|(label, value)| Evidence::new(*label, *value)).collect(),
        verdict,
    };
    Ledger {
        claims: vec![tau, rho, nsc],
        findings: vec![
            finding(
                "wrong-networks",
                FindingVerdict::Confirmed,
                &[("rows equal to the count at 256/1024", "500 of 500")],
            ),
            finding("copied-rows", FindingVerdict::CouldNotCheck, &[]),
        ],
        warnings: vec!["train.parquet is truncated: tables made from it lack 12 | rows".into()],
        notes: vec!["Every network ran on the processor.".into()],
    }
}
