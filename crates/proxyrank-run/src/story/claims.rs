//! Which published numbers hold?

use proxyrank_report::document::{Prose, Section, Source, Style};
use proxyrank_report::ledger::{Claim, Stage, Verdict};
use proxyrank_report::number::counted;
use proxyrank_report::table::{Cell, Column, Table};

use super::Told;
use super::material::Material;
use crate::RunError;
use crate::report::{as_published, counts};

pub(super) fn tell(material: &Material<'_>) -> Result<Option<Told>, RunError> {
    let ledger = &material.reports.ledger;
    if ledger.claims.is_empty() {
        return Ok(None);
    }
    let table = by_paper(&ledger.claims);
    let mut section = Section::new("claims", "Which published numbers hold");
    let at = |name: &str| material.out.join(name);
    let made = section.source(
        Source::command("proxyrank audit claims")
            .file("ledger", at("ledger.md"))
            .file("CSV", at("ledger.csv")),
    );
    section.source(material.keep(&table, "proxyrank audit claims")?);
    let summary = ledger.summary();
    let count = |stage, verdict| summary.count(stage, verdict);
    let (holds, differs) = (count(Stage::Replayed, Verdict::Holds), count(Stage::Replayed, Verdict::Differs));
    let ours = |verdict| {
        let of =
            |claim: &&Claim| as_published(claim).is_some_and(|stage| claim.stages[&stage].verdict == verdict);
        ledger.claims.iter().filter(of).count()
    };
    section.say(
        Prose::of("Of ")
            .count(&made, ledger.claims.len())
            .text(" published numbers, ")
            .count(&made, holds + differs)
            .text(" can be computed again from scores that were released: ")
            .count(&made, holds)
            .text(" hold and ")
            .count(&made, differs)
            .text(" differ. From scores of our own, on the networks that a number was published for, ")
            .count(&made, ours(Verdict::Holds))
            .text(" hold and ")
            .count(&made, ours(Verdict::Differs))
            .text(" differ. That a number differs is a finding, not a failure; the ledger gives each its reason."),
    );
    section.table(table, Style::Plain);
    if !ledger.findings.is_empty() {
        section.say(
            Prose::new()
                .number(&made, counted(ledger.findings.len(), "finding"))
                .text(" about the released data, each checked by this report:"),
        );
        section.list(ledger.findings.iter().map(|finding| {
            Prose::of(format!("{} (", finding.title)).number(&made, finding.verdict.as_str()).text(")")
        }));
    }
    let headline = Prose::new()
        .strong("Most released files say what was printed; recomputing is another matter.")
        .text(" Replayed from released scores, ")
        .count(&made, holds)
        .text(" of ")
        .count(&made, holds + differs)
        .text(" published numbers hold; computed by us on the same networks, ")
        .count(&made, ours(Verdict::Holds))
        .text(" of ")
        .count(&made, ours(Verdict::Holds) + ours(Verdict::Differs))
        .text(".");
    // The opening words are only true where the counts bear them out.
    let (all, recomputed) = (holds + differs, ours(Verdict::Holds) + ours(Verdict::Differs));
    let borne_out = 2 * holds > all && holds * recomputed > ours(Verdict::Holds) * all;
    let headline = if borne_out {
        headline
    } else {
        Prose::new()
            .strong("Published numbers, checked.")
            .then(Prose::from_spans(headline.spans().iter().skip(1).cloned()))
    };
    Ok(Some(Told { section, headline: Some(headline) }))
}

/// How many values of each paper hold at each stage.
fn by_paper(claims: &[Claim]) -> Table {
    let columns = vec![
        Column::text("paper", "Paper"),
        Column::number("values", "Numbers", 0),
        Column::text("replayed", "Replayed from released scores"),
        Column::text("ours", "Ours, networks as published"),
        Column::text("as_trained", "Ours, networks as trained"),
    ];
    let mut table = Table::new("papers", "Published numbers by paper", columns);
    let mut papers: Vec<&str> = Vec::new();
    for claim in claims {
        if !papers.contains(&claim.paper.as_str()) {
            papers.push(&claim.paper);
        }
    }
    for paper in papers {
        let own: Vec<&Claim> = claims.iter().filter(|claim| claim.paper == paper).collect();
        let at = |claim: &Claim, stage: Stage| claim.stages.get(&stage).map(|result| result.verdict);
        table.push(vec![
            Cell::text(paper),
            Cell::count(own.len() as u64),
            counts(&own, |claim| at(claim, Stage::Replayed)),
            counts(&own, |claim| at(claim, as_published(claim)?)),
            counts(&own, |claim| {
                at(claim, Stage::RecomputedAsTrained)
                    .filter(|_| as_published(claim) != Some(Stage::RecomputedAsTrained))
            }),
        ]);
    }
    table.note("The last column compares with networks that the numbers were not published for: it says whether a claim carries over, not whether it was right.");
    table
}
