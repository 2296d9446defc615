//! The ledger of claims and the findings.

use super::Site;
use super::board::downloads;
use super::element::{Element, el};
use super::page::{Depth, Page, frame, heading, slug};
use super::plain;
use crate::ledger::{Finding, Ledger, Stage, Verdict};
use crate::number::counted;
use crate::table::Table;

/// Id of the ledger's downloads.
pub(super) const ID: &str = "ledger";

/// The whole page.
pub(super) fn page(site: &Site) -> String {
    let ledger = &site.ledger;
    let mut main = el("main")
        .child(el("h1").text("Ledger of claims"))
        .child(el("p").class("lead").text(&format!(
            "{}, each computed again: from the scores that were released, and from scores of our own. A number that differs is a finding, not a failure; \
             its reason stands with it.",
            counted(ledger.claims.len(), "published number")
        )))
        .child(summary(ledger))
        .child(downloads("data", ID));
    if !ledger.warnings.is_empty() {
        main = main
            .child(heading("warnings", "Know before you trust the rest"))
            .child(el("ul").children(ledger.warnings.iter().map(|warning| el("li").text(warning))));
    }
    main = main
        .child(heading("findings", "Faults of published data"))
        .child(el("div").class("findings").children(ledger.findings.iter().map(finding)))
        .child(heading("claims", "Every published number"))
        .children(ledger.claim_tables().iter().map(|table| claims(ledger, table)));
    Page { site, title: "Ledger of claims", place: "ledger.html", depth: Depth::Root }.around(main)
}

/// How many claims got which verdict at which stage.
pub(super) fn summary(ledger: &Ledger) -> Element {
    let summary = ledger.summary();
    let rows = Stage::ALL.into_iter().filter(|stage| summary.stages.contains_key(stage)).map(|stage| {
        let count = |verdict| summary.count(stage, verdict);
        let decided = count(Verdict::Holds) + count(Verdict::Differs);
        let other: usize = Verdict::ALL.iter().map(|verdict| count(*verdict)).sum::<usize>() - decided;
        let bar =
            share(&[("good", count(Verdict::Holds)), ("bad", count(Verdict::Differs)), ("neutral", other)]);
        el("tr")
            .child(el("th").attr("scope", "row").text(stage.title()))
            .child(el("td").class("n").text(&count(Verdict::Holds).to_string()))
            .child(el("td").class("n").text(&count(Verdict::Differs).to_string()))
            .child(el("td").class("n").text(&other.to_string()))
            .child(el("td").child(bar))
    });
    let heads = ["How it was checked", "holds", "differs", "no value", "share"];
    let heads = heads.iter().enumerate().map(|(index, name)| {
        let head = el("th").attr("scope", "col").text(name);
        if (1..4).contains(&index) { head.class("n") } else { head }
    });
    frame(
        "Verdicts",
        el("table")
            .child(el("caption").text("Verdicts on published numbers"))
            .child(el("thead").child(el("tr").children(heads)))
            .child(el("tbody").children(rows)),
    )
}

/// A bar of shares; the numbers stand beside it, so it is decoration to a screen reader.
pub(super) fn share(parts: &[(&str, usize)]) -> Element {
    let there = parts.iter().filter(|(_, count)| *count > 0);
    let pieces =
        there.map(|(tone, count)| el("i").attr("data-tone", tone).attr("style", &format!("flex:{count}")));
    el("span").class("share").attr("aria-hidden", "true").children(pieces)
}

fn finding(finding: &Finding) -> Element {
    let evidence = finding.evidence.iter().map(|evidence| {
        el("tr")
            .child(el("th").attr("scope", "row").text(&evidence.label))
            .child(el("td").text(&evidence.value))
    });
    let mark = el("small").text(finding.verdict.as_str());
    el("details")
        .attr("id", &slug(&finding.id))
        .child(el("summary").text(&finding.title).text(" ").child(mark))
        .child(el("p").text(&finding.statement))
        .child(el("div").class("scroll").child(el("table").child(el("tbody").children(evidence))))
}

fn claims(ledger: &Ledger, table: &Table) -> Element {
    let own = ledger.claims.iter().filter(|claim| claim.table == table.id);
    let results: Vec<Verdict> =
        own.flat_map(|claim| claim.stages.values().map(|result| result.verdict)).collect();
    let count = |verdict| results.iter().filter(|found| **found == verdict).count();
    let words = format!(
        "{} checks: {} hold, {} differ",
        results.len(),
        count(Verdict::Holds),
        count(Verdict::Differs)
    );
    let other = results.len() - count(Verdict::Holds) - count(Verdict::Differs);
    let bar = share(&[("good", count(Verdict::Holds)), ("bad", count(Verdict::Differs)), ("neutral", other)]);
    el("details")
        .attr("id", &slug(&table.id))
        .child(el("summary").text(&table.id).text(" ").child(el("small").text(&words)).child(bar))
        .child(plain::table(table))
}
