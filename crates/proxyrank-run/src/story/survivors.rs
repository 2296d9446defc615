//! Who is left after every cheap explanation?

use proxyrank_report::document::{Prose, Section, Source, Style};
use proxyrank_report::number::none;

use super::Told;
use super::material::Material;
use crate::survivors::{Fate, Test};

pub(super) fn tell(material: &Material<'_>) -> Option<Told> {
    let survival = material.reports.survival.as_ref()?;
    let mut section = Section::new("survivors", "Who survives");
    let folder = material.out.join("survivors");
    let made = section.source(
        Source::command("proxyrank report")
            .file("page", &survival.page.path)
            .file("CSV", folder.join("survivors.csv"))
            .file("summary", folder.join("summary.md")),
    );
    let pairs =
        |fate: Fate| survival.pairs.iter().find(|(known, _)| *known == fate).map_or(0, |(_, count)| *count);
    let total: usize = survival.pairs.iter().map(|(_, count)| count).sum();
    section.say(
        Prose::of("A high correlation has cheap explanations: the proxy counts layers, or width, or parameters; it is rounding; it is the luck of a seed. Each is a \
                   test, ")
            .count(&made, Test::ALL.len())
            .text(" in all, the last two of which ask whether the proxy beats a rule of thumb. Of ")
            .count(&made, total)
            .text(" pairs of a proxy and a ranking, ")
            .number(&made, none(pairs(Fate::Survives)))
            .text(" survive every test, ")
            .number(&made, none(pairs(Fate::Open)))
            .text(" pass all that could be made, and ")
            .count(&made, pairs(Fate::Falls))
            .text(" fail at least one."),
    );
    let with_survivors =
        survival.left.iter().filter(|left| !left.survive.is_empty() || !left.open.is_empty());
    let named: Vec<Prose> = with_survivors
        .map(|left| {
            let mut words = Prose::new().code(left.benchmark).text(format!(", reading {}: ", left.reading));
            if !left.survive.is_empty() {
                words = words.number(&made, left.survive.join(", ")).text(" survive");
            }
            if !left.open.is_empty() {
                let between = if left.survive.is_empty() { "" } else { "; " };
                words = words.text(between).number(&made, left.open.join(", ")).text(" stay open");
            }
            words.text(".")
        })
        .collect();
    if !named.is_empty() {
        section.say(Prose::of("Who is left:"));
        section.list(named);
    }
    section.table(
        survival.summary.clone(),
        Style::Folded("Table: how many survive each ranking, and what the others fail".to_owned()),
    );
    let headline = survival.left.first().map(|first| {
        Prose::new()
            .strong(match pairs(Fate::Survives) {
                0 => "No correlation survives its cheap explanations.",
                _ => "Few correlations survive their cheap explanations.",
            })
            .text(" Of ")
            .count(&made, first.tried)
            .text(format!(" scores on {}, reading {}, ", first.benchmark, first.reading))
            .number(&made, none(first.survive.len()))
            .text(" pass every test; over all rankings ")
            .number(&made, none(pairs(Fate::Survives)))
            .text(" of ")
            .count(&made, total)
            .text(" pairs do.")
    });
    let few = 10 * pairs(Fate::Survives) < total;
    Some(Told { section, headline: headline.filter(|_| few) })
}
