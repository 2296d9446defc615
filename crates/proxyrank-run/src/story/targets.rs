//! What do other targets say?

use proxyrank_report::document::{Prose, Section, Source, Style};
use proxyrank_report::number::fixed;

use super::Told;
use super::material::Material;
use crate::cost::latency;
use crate::targets::Targets;

/// Proxies in the table of this page; the linked page has all.
const SHOWN: usize = 24;
/// The proxy that stands for size in a sentence about latency.
const SIZE: &str = "num_parameters";

pub(super) fn tell(material: &Material<'_>) -> Option<Told> {
    let (page, all) = material.reports.targets.as_ref()?;
    let main = all.first()?;
    let mut section = Section::new("targets", "Every target beside the mean");
    let folder = material.out.join("targets");
    let file = |extension: &str| folder.join(format!("{}.{extension}", main.name()));
    let made = section.source(
        Source::command(format!(
            "proxyrank rank --benchmark {} --reading {} --target {}",
            main.benchmark,
            main.reading,
            main.metrics.get(1).map_or("NAME", |metric| metric.name)
        ))
        .file("page", &page.path)
        .file("table", file("md"))
        .file("CSV", file("csv")),
    );
    let headline = noisy(main).map(|(worst, low, best, high)| {
        Prose::new()
            .strong("A mean hides its tasks.")
            .text(" What label noise allows differs from task to task; without trainings that failed, a tau-b of about ")
            .number(&made, fixed(low, 2))
            .text(format!(" on {worst} and "))
            .number(&made, fixed(high, 2))
            .text(format!(" on {best}."))
    });
    let mut words = Prose::of("Tables rank proxies by ")
        .code(main.metrics.first().map_or("", |metric| metric.name))
        .text(". The benchmarks measured more: the tasks behind the mean, perplexity, latency, memory. ");
    if let Some(best) = main.lines.first()
        && let Some([(low, weakest), (high, strongest)]) = extremes(main, 0)
    {
        words = words
            .text("The first row of the table, ")
            .code(&best.label)
            .text(", ranks ")
            .code(strongest)
            .text(" with a tau-b of ")
            .number(&made, fixed(high, 3))
            .text(" and ")
            .code(weakest)
            .text(" with ")
            .number(&made, fixed(low, 3))
            .text(". ");
    }
    section.say(words);
    if let Some(tau) = against_latency(main) {
        section.say(
            Prose::of("Latency on the processor is a target too. ")
                .code(SIZE)
                .text(" stands against it at ")
                .number(&made, fixed(tau, 3))
                .text(": the networks that it prefers are the slow ones, so whoever wants a good and fast network cannot search by size alone."),
        );
    }
    let chart = folder.join("charts").join(format!("{}.png", main.name()));
    section.table(main.first(SHOWN).table(), Style::Heat(chart));
    Some(Told { section, headline })
}

/// The targets with the lowest and the highest noise ceiling, the main one apart.
fn noisy(targets: &Targets) -> Option<(&'static str, f64, &'static str, f64)> {
    let ceilings = targets.metrics.iter().zip(&targets.ceilings.without_failures).skip(1);
    let mut known: Vec<(&'static str, f64)> =
        ceilings.filter_map(|(metric, ceiling)| Some((metric.name, ceiling.as_ref()?.tau.point))).collect();
    known.sort_by(|a, b| a.1.total_cmp(&b.1));
    let ((worst, low), (best, high)) = (known.first()?, known.last()?);
    (worst != best).then_some((*worst, *low, *best, *high))
}

/// The lowest and the highest tau-b of a line over the targets that are labels, each with its name.
fn extremes(targets: &Targets, line: usize) -> Option<[(f64, &'static str); 2]> {
    let taus = targets.metrics.iter().zip(&targets.lines.get(line)?.taus).skip(1);
    let mut known: Vec<(f64, &'static str)> = taus
        .filter(|(metric, _)| **metric != latency::METRIC)
        .filter_map(|(metric, tau)| Some(((*tau)?, metric.name)))
        .collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some([*known.first()?, *known.last()?])
}

/// Tau-b of size with latency, where it is negative.
fn against_latency(targets: &Targets) -> Option<f64> {
    let place = targets.place(latency::METRIC.name)?;
    let line = targets.lines.iter().find(|line| line.label == SIZE)?;
    line.taus.get(place).copied().flatten().filter(|tau| *tau < 0.0)
}
