//! What does a proxy cost, and what is it worth?

use proxyrank_report::document::{Figure, Prose, Section, Style};
use proxyrank_report::number::fixed;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::CostClass;

use super::Told;
use super::material::{Main, Material};
use crate::RunError;
use crate::rank::{SortBy, order};
use crate::report::{cost, runs_network};

pub(super) fn tell(material: &Material<'_>) -> Result<Option<Told>, RunError> {
    let (Some(main), Some(page)) = (material.main(), &material.reports.cost) else { return Ok(None) };
    let best = best_of_each(&main);
    if best.is_empty() {
        return Ok(None);
    }
    let table = table(&best);
    let mut section = Section::new("cost", "What proxies cost");
    let made = section.source(material.keep(&table, "proxyrank report")?.file("all costs", &page.path));
    section.say(Prose::of(
        "“Zero-cost” is a claim about time, so it is measured: wall-clock time for one network, the proxy alone, with everything that it \
         needs. A proxy earns its time only if nothing cheaper ranks as well.",
    ));
    section.table(table, Style::Plain);
    let chart = cost(&main.stock.benchmark, &main.page.ranking, main.page.ceiling.as_ref());
    let file = main.page.folder.join("charts").join("cost.png");
    if chart.points.iter().any(|point| runs_network(point.class)) && file.is_file() {
        section.figure(Figure {
            svg: chart.svg()?,
            file,
            caption: "Time for one network against Kendall tau-b; the line is the best that each budget buys"
                .to_owned(),
            folded: None,
        });
    }
    let dearest = best.iter().filter(|row| runs_network(row.class)).max_by_key(|row| row.wall_ns);
    let cheapest = best.iter().find(|row| row.class == CostClass::DataFree);
    let unbeaten = |cheap: &Best| best.iter().all(|row| cheap.tau >= row.tau);
    let headline = dearest.zip(cheapest).filter(|(_, cheap)| unbeaten(cheap)).map(|(dear, cheap)| {
        Prose::new()
            .strong("Time buys nothing here.")
            .text(" The best formula of sizes, ")
            .code(&cheap.label)
            .text(", ranks with ")
            .number(&made, fixed(cheap.tau, 3))
            .text("; the best score of the dearest class, ")
            .code(&dear.label)
            .text(", takes ")
            .number(&made, time(dear.wall_ns))
            .text(" a network and ranks with ")
            .number(&made, fixed(dear.tau, 3))
            .text(".")
    });
    Ok(Some(Told { section, headline }))
}

/// The best score of a class of cost.
struct Best {
    class: CostClass,
    label: String,
    tau: f64,
    wall_ns: u64,
}

/// For each class, its best score that was timed; baselines count.
fn best_of_each(main: &Main<'_>) -> Vec<Best> {
    let ranking = &main.page.ranking;
    let order = order(ranking, SortBy::Tau);
    let of = |class: &CostClass| {
        order.iter().find_map(|&index| {
            let column = &ranking.columns[index];
            let tau = ranking.analysis.proxies[index].tau_b?.point;
            (column.class == *class).then_some(Best {
                class: *class,
                label: column.label.clone(),
                tau,
                wall_ns: column.wall_ns?,
            })
        })
    };
    CostClass::ALL.iter().filter_map(of).collect()
}

fn table(best: &[Best]) -> Table {
    let columns = vec![
        Column::text("cost_class", "What it needs"),
        Column::text("proxy", "Best score"),
        Column::number("tau_b", "Kendall tau-b", 3),
        Column::text("time", "One network, median"),
    ];
    let mut table = Table::new("best_by_cost", "The best score of each class, and its time", columns);
    for row in best {
        table.push(vec![
            Cell::text(row.class.as_str().replace('_', " ")),
            Cell::text(&row.label),
            Cell::number(row.tau),
            Cell::text(time(row.wall_ns)),
        ]);
    }
    table
}

/// A time in the unit that suits it.
pub(super) fn time(ns: u64) -> String {
    match ns as f64 {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.1} us", ns / 1e3),
        ns if ns < 1e9 => format!("{:.1} ms", ns / 1e6),
        ns => format!("{:.1} s", ns / 1e9),
    }
}
