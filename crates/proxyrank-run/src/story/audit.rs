//! Is a score a number of its own?

use proxyrank_report::document::{Prose, Section, Style};
use proxyrank_report::table::{Cell, Column, Table};

use super::Told;
use super::material::Material;
use crate::RunError;
use crate::audit::{Verdict, criteria};
use crate::rank::ScoreColumn;

/// The most names in a cell.
const NAMED: usize = 40;

pub(super) fn tell(material: &Material<'_>) -> Result<Option<Told>, RunError> {
    let Some(main) = material.main() else { return Ok(None) };
    let columns = &main.page.ranking.columns;
    let audited = columns.iter().filter(|column| column.audit.is_some()).count();
    if audited == 0 {
        return Ok(None);
    }
    let of = |verdict: Verdict| -> Vec<&ScoreColumn> {
        columns.iter().filter(|column| column.audit == Some(verdict)).collect()
    };
    let table = table(&of);
    let mut section = Section::new("audit", "Rounding and luck");
    let reading = main.page.ranking.options.reading;
    let command = format!("proxyrank audit numeric --benchmark {} --reading {reading}", main.page.benchmark);
    let made = section.source(material.keep(&table, &command)?);
    section.say(
        Prose::of("A correlation does not say where a score comes from. So every score that runs a network is computed again, on a sample of the networks, in double precision and \
                   under other seeds. Of ")
            .count(&made, audited)
            .text(" scores in the first table that have a verdict, ")
            .count(&made, of(Verdict::Exact).len())
            .text(" are exact formulas, ")
            .count(&made, of(Verdict::Sound).len())
            .text(" are sound, ")
            .count(&made, of(Verdict::SeedSensitive).len())
            .text(" rank otherwise under another seed, ")
            .count(&made, of(Verdict::RoundingNoise).len())
            .text(" are rounding noise and ")
            .count(&made, of(Verdict::NoSpread).len())
            .text(" are the same everywhere or fail. The verdict stands beside each score in every table."),
    );
    section.list(criteria().map(Prose::of));
    section.table(table, Style::Folded("Table: which score has which verdict".to_owned()));
    Ok(Some(Told { section, headline: None }))
}

fn table<'a>(of: &dyn Fn(Verdict) -> Vec<&'a ScoreColumn>) -> Table {
    let columns = vec![
        Column::text("verdict", "Verdict"),
        Column::number("scores", "Scores", 0),
        Column::text("names", "Which"),
    ];
    let mut table = Table::new("audit_verdicts", "Verdicts of the numerical audit", columns);
    for verdict in Verdict::ALL {
        let found = of(verdict);
        let mut names: Vec<&str> = found.iter().take(NAMED).map(|column| column.label.as_str()).collect();
        if found.len() > NAMED {
            names.push("...");
        }
        table.push(vec![
            Cell::text(verdict.as_str()),
            Cell::count(found.len() as u64),
            Cell::text(names.join(", ")),
        ]);
    }
    table
}
