//! What searches found, as tables.

use proxyrank_predict::study::summarise;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_search::tabular::{budget_picks, curve, duels, regret};

use super::setting::{NEIGHBOURS, Results, TabularSearch};

/// Why there is no regret.
const NO_RUNS: &str = "no runs";
/// Numbers of labels at which tables show the regret.
const CHECKPOINTS: [usize; 8] = [1, 5, 10, 20, 30, 50, 75, 100];
/// Hours of training at which tables show the regret.
const HOURS: [f64; 6] = [1.0, 5.0, 10.0, 20.0, 30.0, 50.0];
/// Shares of the architectures that a limit of size leaves.
const SHARES: [f64; 4] = [0.25, 0.5, 0.75, 1.0];

/// Numbers of labels up to the budget, the budget itself last.
pub(super) fn checkpoints(budget: usize) -> Vec<usize> {
    let mut points: Vec<usize> = CHECKPOINTS.into_iter().filter(|point| *point < budget).collect();
    points.push(budget);
    points
}

/// Regret by number of labels.
pub(super) fn by_labels(search: &TabularSearch, results: &Results) -> Table {
    let points = checkpoints(search.budget.min(results.space.labels.len()));
    let mut columns = vec![Column::text("search", "Search")];
    columns.extend(points.iter().map(|k| Column::number(format!("labels_{k}"), format!("{k} labels"), 2)));
    let title = format!("Regret in {} by number of labels", search.target.name);
    let mut table = Table::new("regret", title, columns);
    for ((name, _), traced) in results.searches.iter().zip(&results.traced) {
        let mut cells = vec![Cell::text(name.as_str())];
        cells.extend(points.iter().map(|&k| Cell::estimate_or(curve(&results.space, traced, k), NO_RUNS)));
        table.push(cells);
    }
    table.note(format!(
        "The best of all {} architectures minus the best found, in units of the target; mean and central 95% over {} runs. A proxy's runs differ \
         only where its scores tie.",
        results.space.labels.len(),
        search.repeats
    ));
    table.note(format!(
        "Neighbours are the nearest within the benchmark by edits of the network, {NEIGHBOURS} at the least and all at the same distance."
    ));
    table
}

/// Paired tests between all searches at half the budget.
pub(super) fn tests(search: &TabularSearch, results: &Results) -> Table {
    let k = (search.budget / 2).max(1);
    let columns = vec![
        Column::text("a", "Search"),
        Column::text("b", "Against"),
        Column::number("difference", "Mean difference in regret", 3),
        Column::number("p_value", "p", 4),
        Column::number("p_holm", "p (Holm)", 4),
    ];
    let mut table = Table::new("duels", format!("Searches against each other after {k} labels"), columns);
    let name = |index: usize| results.searches[index].0.as_str();
    for duel in duels(&results.space, &results.traced, k, search.seed) {
        table.push(vec![
            Cell::text(name(duel.a)),
            Cell::text(name(duel.b)),
            Cell::number(duel.difference),
            Cell::number(duel.p_value),
            Cell::number(duel.p_holm),
        ]);
    }
    table.note(
        "Below zero: the first search has less regret. Sign-flip tests on paired runs, with Holm's correction over all pairs; they say whether the \
         means differ on this table of architectures, and nothing about other benchmarks.",
    );
    table
}

/// Regret by hours of training; nothing where training times are unknown.
pub(super) fn by_time(search: &TabularSearch, results: &Results) -> Option<Table> {
    let training_s = results.training_s.as_ref()?;
    let mut columns = vec![Column::text("search", "Search"), Column::number("guide_s", "Guide (s)", 2)];
    columns.extend(HOURS.map(|hours| Column::number(format!("hours_{hours}"), format!("{hours} h"), 2)));
    let title = format!("Regret in {} by hours of training", search.target.name);
    let mut table = Table::new("regret_by_time", title, columns);
    for ((name, guide_s), traced) in results.searches.iter().zip(&results.traced) {
        let mut cells = vec![Cell::text(name.as_str()), Cell::number(*guide_s)];
        for hours in HOURS {
            let found = traced.runs.iter().filter_map(|run| {
                let labels = affordable(run, training_s, 3600.0 * hours - guide_s);
                (labels > 0).then(|| regret(&results.space, run, labels))
            });
            let found: Vec<f64> = found.collect();
            let all = found.len() == traced.runs.len();
            let estimate = summarise(found).filter(|_| all);
            cells.push(Cell::estimate_or(estimate, "too short to train one architecture in every run"));
        }
        table.push(cells);
    }
    table.note(
        "An architecture counts when its training, whose time the benchmark holds, has ended. Guide: scoring all architectures once on the machine that \
         scored them; the time of fitting predictors is not counted.",
    );
    table.note("A run that used up its labels keeps what it found.");
    Some(table)
}

/// How many of a run's trainings end within so many seconds.
fn affordable(run: &[usize], training_s: &[f64], seconds: f64) -> usize {
    let mut spent = 0.0;
    run.iter()
        .take_while(|&&one| {
            spent += training_s[one];
            spent <= seconds
        })
        .count()
}

/// What each proxy picks under limits of size.
pub(super) fn picks(search: &TabularSearch, results: &Results) -> Table {
    let mut sorted = results.sizes.clone();
    sorted.sort_by(f64::total_cmp);
    let limit = |share: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
        let place = (share * sorted.len() as f64).ceil() as usize;
        sorted[place.clamp(1, sorted.len()) - 1]
    };
    let limits = SHARES.map(limit);
    let mut columns = vec![Column::text("proxy", "Proxy")];
    columns.extend(SHARES.iter().zip(limits).map(|(share, limit)| {
        let name = format!("up to {:.2}M parameters", limit / 1e6);
        Column::number(format!("regret_{:.0}", 100.0 * share), name, 2)
    }));
    let title = format!("Regret in {} of each proxy's pick under a limit of parameters", search.target.name);
    let mut table = Table::new("picks", title, columns);
    let mut rows: Vec<(&str, Vec<Option<f64>>)> = results
        .proxies
        .iter()
        .map(|(name, scores)| {
            (name.as_str(), budget_picks(&results.space.labels, scores, &results.sizes, &limits))
        })
        .collect();
    let mean = |row: &[Option<f64>]| row.iter().flatten().sum::<f64>();
    rows.sort_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)));
    for (name, regrets) in rows {
        let mut cells = vec![Cell::text(name)];
        cells.extend(regrets.into_iter().map(|regret| Cell::number_or(regret, "too few are that small")));
        table.push(cells);
    }
    table.note(
        "The best architecture within the limit minus the one that the proxy scores highest, the expected one where scores tie. The limits leave a quarter, \
         half, three quarters and all of the architectures. Best mean first.",
    );
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_end_with_the_budget() {
        assert_eq!(checkpoints(20), [1, 5, 10, 20]);
        assert_eq!(checkpoints(1), [1]);
        assert_eq!(checkpoints(120).last(), Some(&120));
    }

    #[test]
    fn a_training_counts_when_it_has_ended() {
        let training_s = [10.0, 20.0, 30.0];
        assert_eq!(affordable(&[2, 0, 1], &training_s, 45.0), 2);
        assert_eq!(affordable(&[2, 0, 1], &training_s, 29.0), 0);
        assert_eq!(affordable(&[2, 0, 1], &training_s, -1.0), 0);
    }
}
