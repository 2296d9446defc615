//! Whether one proxy ranks better than another, beyond what chance explains.

use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_stats::compare as compare_scores;
use serde::Serialize;

use crate::RunError;
use crate::rank::Ranking;

/// The outcome of a paired test.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// One proxy.
    pub a: String,
    /// The other.
    pub b: String,
    /// Tau-b of the one.
    pub tau_a: Option<f64>,
    /// Tau-b of the other.
    pub tau_b: Option<f64>,
    /// The difference with its interval, from a bootstrap in which both are resampled together.
    pub difference: proxyrank_stats::Estimate,
    /// Two-sided p-value of a difference of zero.
    pub p_value: f64,
    /// What that means, in words.
    pub verdict: String,
}

/// Compares two proxies of a ranking by name.
pub fn compare(ranking: &Ranking, a: &str, b: &str) -> Result<Comparison, RunError> {
    let find = |name: &str| {
        ranking.position(name).ok_or_else(|| {
            let known: Vec<&str> = ranking.columns.iter().map(|column| column.label.as_str()).collect();
            RunError::Usage(format!("no scores of `{name}` are stored here; there are {}", known.join(", ")))
        })
    };
    let (first, second) = (find(a)?, find(b)?);
    let options = &ranking.options.bootstrap;
    let test = compare_scores(&ranking.truth, &ranking.scores[first], &ranking.scores[second], options)
        .map_err(RunError::stats(format!("{a} against {b}")))?;
    let tau = |index: usize| ranking.analysis.proxies[index].tau_b.map(|estimate| estimate.point);
    let labels = [first, second].map(|index| ranking.columns[index].label.clone());
    let verdict = if test.p_value >= 1.0 - options.confidence {
        "no significant difference: the interval of the difference contains 0, or nearly".to_owned()
    } else {
        let better = if test.difference.point > 0.0 { &labels[0] } else { &labels[1] };
        format!("{better} ranks better")
    };
    let [a, b] = labels;
    Ok(Comparison {
        a,
        b,
        tau_a: tau(first),
        tau_b: tau(second),
        difference: test.difference,
        p_value: test.p_value,
        verdict,
    })
}

impl Comparison {
    /// The comparison as a table of one row.
    pub fn table(&self, title: &str) -> Table {
        let columns = vec![
            Column::text("a", "A"),
            Column::text("b", "B"),
            Column::number("tau_a", "tau-b of A", 4),
            Column::number("tau_b", "tau-b of B", 4),
            Column::number("difference", "A minus B", 4),
            Column::number("p_value", "p", 4),
        ];
        let mut table = Table::new("compare", title, columns);
        table.push(vec![
            Cell::text(&self.a),
            Cell::text(&self.b),
            Cell::number_or(self.tau_a, "the score is constant"),
            Cell::number_or(self.tau_b, "the score is constant"),
            Cell::from(self.difference),
            Cell::number(self.p_value),
        ]);
        table.note(format!("{}.", self.verdict));
        table
    }
}
