//! The trials as tables.

use proxyrank_report::table::{Cell, Column, Flag, Rounded, Table};

use super::outcome::{Ending, Fate, Outcome};
use super::page::Case;
use super::test::Test;
use super::trial::Trial;

/// One ranking: a row for each proxy, a column for each test, those that fail least first.
pub(super) fn of_case(case: &Case<'_>) -> Table {
    let mut columns = vec![Column::text("proxy", "Proxy"), Column::number("tau_b", "Kendall tau-b", 3)];
    columns.extend(Test::ALL.map(|test| Column::number(test.key(), test.title(), 3)));
    columns.extend([Column::text("passed", "Passed"), Column::text("verdict", "Verdict")]);
    let id = case.name().replace('-', "_");
    let mut table = Table::new(id, format!("Which proxies survive? {}", case.title()), columns);
    for trial in &case.trials {
        let mut cells =
            vec![Cell::text(&trial.label), Cell::estimate_or(trial.tau_b, super::trial::CONSTANT)];
        cells.extend(trial.outcomes.iter().map(cell));
        cells.extend([Cell::text(score(trial)), Cell::text(trial.fate().as_str())]);
        if trial.is_baseline { table.push_baseline(cells) } else { table.push(cells) }
    }
    for test in Test::ALL {
        table.note(format!("{}: {}.", test.title(), test.criterion()));
    }
    table.note(
        "A cross says that these networks do not show what the test asks for, not that it is false. Intervals are those of the \
         correlation table and are not corrected for their number; the comparisons with rules are.",
    );
    table.note(
        "Survives: every test that applies was made and passed. Open: none failed, but some could not be made. Falls: one failed.",
    );
    table
}

fn cell(outcome: &Outcome) -> Cell {
    let label = match (outcome.interval, outcome.ending) {
        (Some((low, high)), _) => format!("[{low:.3}, {high:.3}]"),
        (None, Ending::Exempt | Ending::NotMade) if outcome.value.is_none() => {
            return Cell::missing(format!("{}: {}", outcome.ending.as_str(), outcome.remark));
        }
        (None, _) => outcome.remark.clone(),
    };
    let value = outcome.value.map(|value| Rounded { value, digits: 3 });
    Cell::Flag(Flag { tone: outcome.ending.tone(), label, value })
}

/// `7 of 9`: tests that were passed, of those that were made and apply.
pub(super) fn score(trial: &Trial) -> String {
    let made = |outcome: &&Outcome| matches!(outcome.ending, Ending::Passed | Ending::Failed);
    format!("{} of {}", trial.passed(), trial.outcomes.iter().filter(made).count())
}

/// Every proxy in every test of every ranking, one row each: the form for programs.
pub(super) fn long(cases: &[Case<'_>]) -> Table {
    let columns = vec![
        Column::text("benchmark", "Benchmark"),
        Column::text("reading", "Reading"),
        Column::text("proxy", "Proxy"),
        Column::text("cost_class", "Cost class"),
        Column::text("baseline", "Baseline"),
        Column::text("test", "Test"),
        Column::text("ending", "Ending"),
        Column::number("value", "Value", 3),
        Column::number("low", "Low", 3),
        Column::number("high", "High", 3),
        Column::text("remark", "Remark"),
        Column::text("verdict", "Verdict"),
    ];
    let mut table = Table::new("survivors", "Every proxy in every test", columns);
    for case in cases {
        for trial in &case.trials {
            for (test, outcome) in Test::ALL.iter().zip(&trial.outcomes) {
                let end = |value: Option<f64>| Cell::number_or(value, "no interval");
                table.push(vec![
                    Cell::text(case.benchmark),
                    Cell::text(case.reading.as_str()),
                    Cell::text(&trial.label),
                    Cell::text(trial.class.as_str()),
                    Cell::text(if trial.is_baseline { "yes" } else { "no" }),
                    Cell::text(test.key()),
                    Cell::text(outcome.ending.as_str()),
                    Cell::number_or(outcome.value, &outcome.remark),
                    end(outcome.interval.map(|(low, _)| low)),
                    end(outcome.interval.map(|(_, high)| high)),
                    Cell::text(&outcome.remark),
                    Cell::text(trial.fate().as_str()),
                ]);
            }
        }
    }
    table
}

/// How many proxies of each ranking survive, and how many fail each test.
pub(super) fn summary(cases: &[Case<'_>]) -> Table {
    let mut columns = vec![
        Column::text("benchmark", "Benchmark"),
        Column::text("reading", "Reading"),
        Column::number("proxies", "Proxies", 0),
        Column::number("survive", "Survive", 0),
        Column::number("open", "Open", 0),
        Column::number("fall", "Fall", 0),
    ];
    columns.extend(Test::ALL.map(|test| Column::text(test.key(), test.title())));
    let mut table = Table::new("summary", "How many survive, and what the others fail", columns);
    for case in cases {
        let mut cells = vec![
            Cell::text(case.benchmark),
            Cell::text(case.reading.as_str()),
            Cell::count(case.proxies().count() as u64),
        ];
        let fates = [Fate::Survives, Fate::Open, Fate::Falls];
        cells.extend(fates.map(|fate| Cell::count(case.count(fate) as u64)));
        cells.extend(Test::ALL.map(|test| tally(case, test)));
        table.push(cells);
    }
    table.note(
        "Survive: every test that applies was made and passed. Open: none failed, but some could not be made. Baselines stand in \
         the tables of the rankings but are not counted here. The column of a test says how many proxies fail it, of \
         those for which it was made.",
    );
    table
}

fn tally(case: &Case<'_>, test: Test) -> Cell {
    let count = |ending| case.proxies().filter(|trial| trial.ending(test) == ending).count();
    let (passed, failed) = (count(Ending::Passed), count(Ending::Failed));
    match passed + failed {
        0 if count(Ending::NotMade) == 0 => Cell::missing("applies to none"),
        0 => Cell::missing("could be made for none; the reasons stand in the table of the ranking"),
        made => Cell::text(format!("{failed} of {made}")),
    }
}
