//! Does any proxy beat two lines of code?

use proxyrank_report::document::{Figure, Prose, Section, Style};
use proxyrank_report::number::{counted, estimate, fixed, in_words, none};
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_stats::Estimate;

use super::Told;
use super::highlights;
use super::material::Material;
use crate::RunError;
use crate::leaderboard::rules::standing;
use crate::rank::{SortBy, order};
use crate::report::intervals;

pub(super) fn tell(material: &Material<'_>) -> Result<Option<Told>, RunError> {
    let Some(main) = material.main() else { return Ok(None) };
    let (info, ranking) = (main.stock.benchmark.info, &main.page.ranking);
    let Some((rule, tally)) = standing(info, ranking) else { return Ok(None) };
    let mut section = Section::new("rules", "Simple rules first");
    let made = section.source(main.source());
    let tau = rule.tau.map_or_else(|| "undefined".to_owned(), |tau| estimate(&tau, 3));
    let lines = in_words(rule.lines.len(), "line");

    section.say(
        Prose::of(
            "A zero-cost proxy scores a network before it is trained. A benchmark holds networks that somebody did train, so the order by \
             score can be held against the order by quality; Kendall's tau-b says how well they agree, from -1 to 1. Deep and wide networks \
             are mostly better, and a score that grows with size agrees without knowing anything else. So every proxy must first beat a \
             rule that anybody can write down:",
        ),
    );
    section.lines(rule.lines.clone());
    section.say(
        Prose::of(format!("On {} this rule reaches a tau-b of ", info.title))
            .number(&made, tau)
            .text(". Of ")
            .count(&made, tally.total())
            .text(" scores that are no baseline themselves, ")
            .number(&made, none(tally.better))
            .text(" rank the ")
            .count(&made, ranking.kept.len())
            .text(" networks significantly better, ")
            .number(&made, none(tally.even))
            .text(" are even with it, and ")
            .count(&made, tally.worse)
            .text(" rank them worse. Each pair was tested on the same resamples of the networks, and the tests are corrected for their number."),
    );
    let highlights = highlights::table(info, main.page);
    section.source(material.keep(&highlights, "proxyrank report")?);
    section.table(highlights, Style::Plain);
    if !ranking.columns.is_empty() {
        let chart = intervals(&main.stock.benchmark, ranking, main.page.ceiling.as_ref());
        if let (Some(file), false) = (&main.page.overview, chart.rows.is_empty()) {
            section.figure(Figure {
                svg: chart.svg()?,
                file: file.clone(),
                caption: "Kendall tau-b of every proxy with its interval; the lines are baselines, the band is the noise ceiling".to_owned(),
                folded: Some(format!("Chart: all {} with their intervals", counted(chart.rows.len(), "score"))),
            });
        }
    }
    let standings = standings(material);
    let everywhere = section.source(material.keep(&standings.table, "proxyrank report")?);
    section.say(
        Prose::of("Of ")
            .count(&everywhere, standings.table.rows().len())
            .text(" rankings (benchmarks, each under its readings), ")
            .number(&everywhere, none(standings.beaten))
            .text(if standings.beaten == 1 { " has" } else { " have" })
            .text(" a score that is significantly better than the rule of its table."),
    );
    section.table(standings.table, Style::Plain);

    let verdict = if tally.better == 0 {
        Prose::new().strong("No: none of ").count(&made, tally.total()).strong(" scores")
    } else {
        Prose::new().count(&made, tally.better).strong(" of ").count(&made, tally.total()).strong(" scores")
    };
    let verb = if tally.better == 1 || tally.better == 0 { "beats" } else { "beat" };
    let point = rule.tau.map_or_else(|| "–".to_owned(), |tau| fixed(tau.point, 3));
    let headline = verdict
        .text(format!(
            " {verb} a rule of {lines}, {}, which reaches a Kendall tau-b of ",
            spoken(&rule.lines)
        ))
        .number(&made, point)
        .text(format!(" on {}.", info.title));
    Ok(Some(Told { section, headline: Some(headline) }))
}

/// A rule as part of a sentence.
fn spoken(lines: &[String]) -> String {
    format!("“{}”", lines.join("; "))
}

/// How every ranking stands against the rule of its table.
struct Standings {
    table: Table,
    beaten: usize,
}

fn standings(material: &Material<'_>) -> Standings {
    let columns = vec![
        Column::text("ranking", "Benchmark, reading"),
        Column::number("networks", "Networks", 0),
        Column::text("best", "Best score"),
        Column::number("best_tau", "tau-b", 3),
        Column::text("rule", "Rule"),
        Column::number("rule_tau", "tau-b", 3),
        Column::number("better", "Better", 0),
        Column::number("even", "Even", 0),
        Column::number("worse", "Worse", 0),
    ];
    let mut table = Table::new("standings", "Scores against the rule of their table", columns);
    let mut beaten = 0;
    for page in &material.reports.pages {
        let Some(stock) = material.shelf.get(&page.benchmark) else { continue };
        let ranking = &page.ranking;
        let Some((rule, tally)) = standing(stock.benchmark.info, ranking) else { continue };
        let best =
            order(ranking, SortBy::Tau).into_iter().find(|&index| !ranking.columns[index].is_baseline());
        let Some(best) = best else { continue };
        let point = |tau: Option<Estimate>| Cell::number_or(tau.map(|tau| tau.point), "undefined");
        table.push(vec![
            Cell::text(format!("{}, {}", page.benchmark, ranking.options.reading)),
            Cell::count(ranking.kept.len() as u64),
            Cell::text(&ranking.columns[best].label),
            point(ranking.analysis.proxies[best].tau_b),
            Cell::text(rule.label),
            point(rule.tau),
            Cell::count(tally.better as u64),
            Cell::count(tally.even as u64),
            Cell::count(tally.worse as u64),
        ]);
        beaten += usize::from(tally.better > 0);
    }
    table.note(
        "Best score: the highest tau-b of those that are no baseline. Better, even, worse: paired bootstrap against the rule, Holm's \
         correction over all pairs of the table.",
    );
    Standings { table, beaten }
}
