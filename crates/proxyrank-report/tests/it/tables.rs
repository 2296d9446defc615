//! One table with every kind of cell, in every format.

use proxyrank_report::table::{Cell, Column, Flag, Interval, Rounded, Table, Tone, UNBOUNDED};
use proxyrank_stats::Estimate;

fn table() -> Table {
    let columns = vec![
        Column::text("proxy", "proxy"),
        Column::number("tau_b", "τ-b", 3),
        Column::number("rank", "rank", 0),
        Column::number("ties", "ties, %", 1),
        Column::number("params", "#params", 0),
        Column::number("published", "published", 4),
    ];
    let mut table = Table::new("flexibert", "FlexiBERT, as_trained reading", columns);
    let tau = |point, low, high| Cell::from(Estimate { point, low, high, n: 500 });
    let flag = |tone, label: &str, value: Option<f64>| {
        let value = value.map(|value| Rounded { value, digits: 4 });
        Cell::from(Flag { tone, label: label.into(), value })
    };
    let rank = |point, low, high| Cell::Interval(Interval { point, low, high });
    table.push_baseline(vec![
        Cell::text("hidden_times_layers"),
        tau(0.745_120_3, 0.721_4, 0.768),
        rank(1, 1, 2),
        Cell::number(24.956_1),
        Cell::count(13_330_176),
        flag(Tone::Good, "holds", Some(0.745_1)),
    ]);
    table.push(vec![
        Cell::text("head_confidence, 10% | of_ A & B_1"),
        tau(-0.030_34, -0.091, -0.000_04),
        rank(3, 2, 5),
        Cell::number(0.0),
        Cell::count(9_999),
        flag(Tone::Bad, "differs", Some(-0.030_3)),
    ]);
    table.push(vec![
        Cell::text("constant"),
        Cell::estimate_or(None, "the score is constant"),
        Cell::missing("the score is constant"),
        Cell::number(100.0),
        Cell::number(f64::NAN),
        flag(Tone::Neutral, "not yet", None),
    ]);
    table.note("500 architectures; 95% bootstrap intervals [10,000 resamples].");
    table
}

#[test]
fn markdown() {
    insta::assert_snapshot!(table().markdown());
}

#[test]
fn csv() {
    insta::assert_snapshot!(table().csv());
}

#[test]
fn latex() {
    insta::assert_snapshot!(table().latex());
}

#[test]
fn wide_terminal() {
    insta::assert_snapshot!(table().terminal(120));
}

#[test]
fn narrow_terminal() {
    for width in [40, 60, 80] {
        let narrow = table().terminal(width);
        let table_lines = narrow.lines().skip(1).take_while(|line| !line.starts_with('('));
        assert!(table_lines.clone().count() > 5);
        assert!(
            table_lines.map(|line| line.chars().count()).all(|line| line <= usize::from(width)),
            "{narrow}"
        );
    }
    insta::assert_snapshot!(table().terminal(80));
}

#[test]
fn what_does_not_fit_is_left_out_whole() {
    let narrow = table().terminal(40);
    assert_eq!(table().terminal(1), narrow, "less than 40 counts as 40");
    assert!(narrow.ends_with("4 more columns do not fit; widen the terminal, or see the file\n"), "{narrow}");
    assert!(!narrow.contains("NaN"), "a column that is left out has no footnote: {narrow}");
    for whole in ["hidden_times_layers", "[0.721, 0.768]", "[-0.091, 0.000]"] {
        assert!(narrow.contains(whole), "{whole}: {narrow}");
    }
    let one_less = (40..120).find_map(|width| {
        let text = table().terminal(width);
        text.contains("1 more column does not fit").then_some(text)
    });
    assert!(one_less.unwrap().contains("13,330,176"));
}

#[test]
fn a_long_name_overflows_rather_than_break() {
    let name = "x".repeat(60);
    let mut long = Table::new("t", "T", ["a", "b", "c"].map(|key| Column::text(key, key)).to_vec());
    long.push(vec![Cell::text(name.clone()), Cell::text("second"), Cell::text("third")]);
    let text = long.terminal(40);
    assert!(text.contains(&name) && text.contains("second") && !text.contains("third"), "{text}");
}

#[test]
fn without_a_width_nothing_wraps() {
    // Title, header, rule, three rows, then the footnotes for the dagger and two reasons, and the note.
    assert_eq!(table().terminal(UNBOUNDED).lines().count(), 6 + 3 + 1);
}

#[test]
fn json() {
    let json = table().json();
    assert_eq!(json["rows"][0]["baseline"], true);
    assert_eq!(json["rows"][0]["cells"]["tau_b"]["low"], 0.721_4);
    assert_eq!(json["rows"][0]["cells"]["rank"]["high"], 2);
    assert_eq!(json["rows"][1]["cells"]["published"]["verdict"], "differs");
    assert_eq!(json["rows"][2]["cells"]["tau_b"]["missing"], "the score is constant");
    assert_eq!(json["columns"][1]["name"], "τ-b");
}

#[test]
#[should_panic(expected = "table `flexibert`: cells and columns differ")]
fn a_row_of_another_width_is_refused() {
    table().push(vec![Cell::text("short")]);
}
