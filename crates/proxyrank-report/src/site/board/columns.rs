//! What the columns of a board mean, in which order they stand, and which are shown at first.

use crate::table::{Align, Column, Table};

/// What is said of a column.
pub(in crate::site) struct Words {
    /// The name over the column, where the table's own is too long.
    pub(super) short: Option<String>,
    /// What it means.
    pub(in crate::site) meaning: String,
    /// Whether it is shown before somebody chooses columns.
    pub(super) shown: bool,
    /// Whether smaller is better.
    pub(super) low_first: bool,
    /// What its cells are.
    pub(super) kind: Kind,
    /// Where it stands.
    place: usize,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::site) enum Kind {
    /// Words.
    Text,
    /// Numbers.
    Number,
    /// Numbers between minus one and one, which are drawn as bars.
    Correlation,
}

/// A column that is known: key, short name, whether it is shown, whether smaller is better, whether it is a correlation.
struct Known(&'static str, &'static str, bool, bool, bool, &'static str);

/// Every known column in the order of the page.
const KNOWN: &[Known] = &[
    Known(
        "proxy",
        "Proxy",
        true,
        true,
        false,
        "The proxy, with what is back-propagated where that matters. Follow the name to its card.",
    ),
    Known(
        "tau_b",
        "Kendall tau-b",
        true,
        false,
        true,
        "How often the proxy orders two networks as their measured quality does: 1 always, 0 like a coin, -1 never. The bar is the interval, the line the rule to beat, the band the noise ceiling.",
    ),
    Known(
        "versus_rule",
        "Against the rule",
        true,
        false,
        false,
        "Whether the difference to the rule is more than luck: paired bootstrap over networks, Holm-corrected for all comparisons of the table.",
    ),
    Known(
        "rank",
        "Rank",
        true,
        true,
        false,
        "Rank by tau-b, with the central 95% of ranks over resamples. Wide intervals mean that the order is luck.",
    ),
    Known(
        "tie_group",
        "Tie group",
        true,
        true,
        false,
        "Proxies of one group do not differ significantly from the group's leader.",
    ),
    Known(
        "cost_class",
        "What it needs",
        true,
        true,
        false,
        "What must be computed: nothing but sizes, sampled weights, a forward pass, a backward pass, second derivatives; or scores that others published.",
    ),
    Known(
        "labels",
        "Labels seen",
        true,
        true,
        false,
        "How many trained networks the formula was fitted to or chosen by, as far as it is known. 0 is a proxy in the strict sense.",
    ),
    Known(
        "wall_us",
        "CPU time",
        true,
        true,
        false,
        "Median time for one network on the CPU, had the proxy run alone.",
    ),
    Known(
        "cuda_us",
        "CUDA time",
        true,
        true,
        false,
        "Median time for one network on the GPU, had the proxy run alone.",
    ),
    Known(
        "audit",
        "Audit",
        true,
        true,
        false,
        "Whether the score survives in double precision, or is rounding noise.",
    ),
    Known(
        "partial_tau",
        "Partial tau",
        true,
        false,
        true,
        "Tau-b after the influence of the number of parameters is taken out: what the proxy knows beyond size.",
    ),
    Known(
        "within_cell",
        "Within cells",
        true,
        false,
        true,
        "Tau-b over pairs of networks with the same depth and width: what it knows beyond the two-line rule.",
    ),
    Known(
        "close_pairs",
        "10%-pairs",
        true,
        false,
        true,
        "Share of pairs ordered rightly minus wrongly, where parameter counts differ by less than 10%.",
    ),
    Known(
        "precision_",
        "Precision",
        true,
        false,
        false,
        "Of the best k by score, the share that is among the best k by measured quality.",
    ),
    Known(
        "regret_",
        "Regret",
        true,
        true,
        false,
        "Quality lost by training the k best by score and keeping the best of them, in the units of the ground truth. Smaller is better.",
    ),
    Known("rho", "Spearman rho", false, false, true, "Correlation of ranks."),
    Known(
        "r",
        "Pearson r",
        false,
        false,
        true,
        "Correlation of values; sensitive to outliers and to the scale of the score.",
    ),
    Known(
        "tau_a",
        "tau-a",
        false,
        false,
        true,
        "As tau-b, but pairs that the proxy cannot tell apart count against it. A proxy with few values looks better by tau-b.",
    ),
    Known(
        "tie_share",
        "Tied pairs",
        false,
        true,
        false,
        "Share of pairs of networks to which the proxy gives the same score.",
    ),
    Known(
        "partial_rho",
        "Partial rho",
        false,
        false,
        true,
        "Spearman rho after the influence of the number of parameters is taken out.",
    ),
];

/// Only the smallest k is shown at first.
const FIRST_K: &str = "10";

/// The columns of a table in the order of the page; those that nobody described come last, under their own names.
pub(super) fn arranged(table: &Table) -> Vec<(usize, Words)> {
    let mut columns: Vec<(usize, Words)> =
        table.columns.iter().enumerate().map(|(index, column)| (index, words(column))).collect();
    columns.sort_by_key(|(index, words)| (words.place, *index));
    columns
}

/// Names and meanings of all columns that a table has.
pub(in crate::site) fn explanations(table: &Table) -> Vec<(String, String)> {
    let named = arranged(table).into_iter();
    named
        .map(|(index, words)| {
            (words.short.unwrap_or_else(|| table.columns[index].name.clone()), words.meaning)
        })
        .collect()
}

fn words(column: &Column) -> Words {
    let found = KNOWN.iter().enumerate().find_map(|(place, known)| {
        let k = column.key.strip_prefix(known.0)?;
        let fits = if known.0.ends_with('_') { !k.is_empty() } else { k.is_empty() };
        fits.then_some((place, known, k))
    });
    let kind = if column.align == Align::Right { Kind::Number } else { Kind::Text };
    let Some((place, known, k)) = found else {
        return Words {
            short: None,
            meaning: column.name.clone(),
            shown: true,
            low_first: kind == Kind::Text,
            kind,
            place: KNOWN.len(),
        };
    };
    let &Known(_, short, shown, low_first, is_correlation, meaning) = known;
    let short = if k.is_empty() { short.to_owned() } else { format!("{short}@{k}") };
    Words {
        short: Some(short),
        meaning: if k.is_empty() { meaning.to_owned() } else { format!("{meaning} k = {k}.") },
        shown: shown && (k.is_empty() || k == FIRST_K),
        low_first,
        kind: if is_correlation { Kind::Correlation } else { kind },
        place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_key_or_by_its_beginning() {
        let of = |key: &str| words(&Column::number(key, "Name", 2));
        assert_eq!(of("precision_50").short.as_deref(), Some("Precision@50"));
        assert!(of("precision_10").shown && !of("precision_50").shown);
        assert!(of("regret_10").low_first && !of("rho").low_first);
        assert_eq!(of("r").short.as_deref(), Some("Pearson r"));
        assert_eq!((of("new").short, of("new").shown), (None, true));
    }

    #[test]
    fn the_proxy_stands_first_and_the_unknown_last() {
        let table = Table::new(
            "t",
            "T",
            ["new", "rho", "tau_b", "proxy"].map(|key| Column::number(key, key, 2)).into(),
        );
        let keys: Vec<&str> =
            arranged(&table).iter().map(|(index, _)| table.columns[*index].key.as_str()).collect();
        assert_eq!(keys, ["proxy", "tau_b", "rho", "new"]);
    }
}
