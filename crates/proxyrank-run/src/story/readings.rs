//! Which networks were scored?

use proxyrank_report::document::{Prose, Section, Source, Style};
use proxyrank_report::number::fixed;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::Reading;

use super::Told;
use super::material::Material;
use crate::RunError;
use crate::benchmark::Source as Files;
use crate::rank::Ranking;

/// A change of tau-b that is worth a word.
const LARGE: f64 = 0.1;
/// Rows of the table.
const MOST: usize = 12;

pub(super) fn tell(material: &Material<'_>) -> Result<Option<Told>, RunError> {
    let Some(main) = material.main() else { return Ok(None) };
    let benchmark = &main.stock.benchmark;
    let pages = (material.reading(Reading::Released), material.reading(Reading::AsTrained));
    let (Files::Flexibert, (Some(released), Some(trained))) = (benchmark.info.source, pages) else {
        return Ok(None);
    };
    let total = benchmark.entries.len();
    let networks = |reading| benchmark.networks(reading);
    let (built, declared, as_trained) =
        (networks(Reading::Released)?, networks(Reading::Declared)?, networks(Reading::AsTrained)?);
    let same = |a: &[_], b: &[_]| a.iter().zip(b).filter(|(a, b)| a == b).count();

    let moves = moves(&released.ranking, &trained.ranking);
    let table = table(&moves);
    let mut section = Section::new("readings", "Which networks were scored");
    let made = section.source(material.keep(&table, "proxyrank report")?);
    let counted = section.source(Source::command("proxyrank evaluate --benchmark flexibert --reading all"));
    section.say(
        Prose::of("The code that computed the published scores built other networks than the benchmark's file declares, and the code that trained the \
                   networks built others again. Of ")
            .count(&counted, total)
            .text(" entries, the network that was scored is the one that was trained in ")
            .count(&counted, same(&built, &as_trained))
            .text(" cases, and the declared network is the one that was trained in ")
            .count(&counted, same(&declared, &as_trained))
            .text(". So every result here names its reading: ")
            .code("released")
            .text(" (what the published code built), ")
            .code("declared")
            .text(" (what the file says), ")
            .code("as_trained")
            .text(" (what the labels belong to)."),
    );
    let large = moves.iter().filter(|change| change.by().abs() > LARGE).count();
    let mut words = Prose::of("Of ")
        .count(&made, moves.len())
        .text(" scores that were computed on both, ")
        .count(&made, large)
        .text(format!(
            " move by more than {LARGE} in tau-b between the released networks and the trained ones"
        ));
    if let Some(first) = moves.first() {
        words = words
            .text("; the farthest is ")
            .code(&first.label)
            .text(", from ")
            .number(&made, fixed(first.released, 3))
            .text(" to ")
            .number(&made, fixed(first.trained, 3));
    }
    section.say(words.text("."));
    section.table(table, Style::Plain);
    let headline = Prose::new()
        .strong("Published scores belong to other networks.")
        .text(" Only ")
        .count(&counted, same(&built, &as_trained))
        .text(" of ")
        .count(&counted, total)
        .text(" FlexiBERT networks that were scored are the ones that were trained; ")
        .count(&made, large)
        .text(" of ")
        .count(&made, moves.len())
        .text(format!(
            " scores move by more than {LARGE} in tau-b when they are computed on the right ones."
        ));
    Ok(Some(Told { section, headline: Some(headline) }))
}

/// One score under two readings.
struct Move {
    label: String,
    released: f64,
    trained: f64,
}

impl Move {
    fn by(&self) -> f64 {
        self.trained - self.released
    }
}

/// Scores that stand in both rankings, the farthest moved first.
fn moves(released: &Ranking, trained: &Ranking) -> Vec<Move> {
    let tau = |ranking: &Ranking, index: usize| ranking.analysis.proxies[index].tau_b.map(|tau| tau.point);
    let found = released.columns.iter().enumerate().filter_map(|(index, column)| {
        let there = trained.columns.iter().position(|other| other.label == column.label)?;
        Some(Move {
            label: column.label.clone(),
            released: tau(released, index)?,
            trained: tau(trained, there)?,
        })
    });
    let mut moves: Vec<Move> = found.collect();
    moves.sort_by(|a, b| b.by().abs().total_cmp(&a.by().abs()).then_with(|| a.label.cmp(&b.label)));
    moves
}

fn table(moves: &[Move]) -> Table {
    let columns = vec![
        Column::text("proxy", "Proxy"),
        Column::number("released", "tau-b, released", 3),
        Column::number("as_trained", "tau-b, as_trained", 3),
        Column::number("change", "Change", 3),
    ];
    let mut table = Table::new(
        "readings_moved",
        "What the right networks change: the scores that move farthest",
        columns,
    );
    for change in moves.iter().take(MOST) {
        table.push(vec![
            Cell::text(&change.label),
            Cell::number(change.released),
            Cell::number(change.trained),
            Cell::number(change.by()),
        ]);
    }
    table
}
