//! The cells of a board: numbers with their intervals as bars, links, marks.

use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

use super::columns::{Kind, Words};
use crate::number::{fixed, grouped, scientific};
use crate::site::element::{Element, el, link};
use crate::site::model::{Board, Entry, Versus};
use crate::site::page::slug;
use crate::site::plain::tone;
use crate::table::{Cell, Flag};

/// The least and the greatest correlation that bars must show, with a little room.
pub(super) fn reach(board: &Board) -> (f64, f64) {
    let tau = board.table.columns.iter().position(|column| column.key == "tau_b");
    let cells = board.table.rows().iter().filter_map(|row| row.cells.get(tau?));
    let estimates = cells.filter_map(|cell| if let Cell::Estimate(e) = cell { Some(*e) } else { None });
    let all = estimates.chain(board.ceiling);
    let (low, high) = all.fold((0.0_f64, 0.0_f64), |(low, high), e| (low.min(e.low), high.max(e.high)));
    ((low - 0.03).max(-1.0), (high + 0.03).min(1.0))
}

/// Where bars show the rule and the noise ceiling, as declarations of a style.
pub(in crate::site) fn landmarks(board: &Board) -> String {
    let rule = board.rules.first().and_then(|rule| rule.tau);
    let rule = rule.map_or_else(String::new, |rule| format!(";--rule:{}", place(rule.point)));
    let ceiling =
        board.ceiling.map(|e| format!(";--ceiling-a:{};--ceiling-b:{}", place(e.low), place(e.high)));
    rule + &ceiling.unwrap_or_default()
}

/// How a proxy fares against a rule, in the letter that the script reads.
pub(super) const fn letter(versus: Versus) -> char {
    match versus {
        Versus::Better => 'b',
        Versus::Even => 'e',
        Versus::Worse => 'w',
        Versus::Itself => 'r',
        Versus::Undefined => 'u',
    }
}

/// What a class of cost needs, in words.
pub(in crate::site) const fn needs(class: CostClass) -> &'static str {
    match class {
        CostClass::DataFree => "sizes only",
        CostClass::Weights => "weights",
        CostClass::Forward => "forward pass",
        CostClass::Gradient => "backward pass",
        CostClass::PerSample => "backward pass a sample",
        CostClass::SecondOrder => "second order",
        CostClass::Published => "published",
    }
}

/// A class of cost with its colour.
pub(in crate::site) fn chip(class: CostClass) -> Element {
    el("span").class("chip").attr("data-class", class.as_str()).text(needs(class))
}

/// One cell.
pub(super) fn cell(board: &Board, entry: &Entry, cell: &Cell, index: usize, words: &Words) -> Element {
    let column = &board.table.columns[index];
    match (column.key.as_str(), cell) {
        ("proxy", _) => name(entry),
        // The row has the class already, and with it the colour.
        ("cost_class", _) => el("td")
            .attr("data-v", class_order(entry.class))
            .child(el("span").class("chip").text(needs(entry.class))),
        ("tau_b", Cell::Estimate(estimate)) => bar(*estimate, column.digits, "e wide"),
        ("wall_us" | "cuda_us", Cell::Number(micros)) => {
            el("td").class("n").attr("data-v", &format!("{micros:.3}")).text(&duration(*micros))
        }
        (_, Cell::Estimate(estimate)) if words.kind == Kind::Correlation => {
            bar(*estimate, column.digits, "e")
        }
        (_, Cell::Estimate(e)) => {
            ranged(e.point, &fixed(e.point, column.digits), &[e.low, e.high].map(|v| fixed(v, column.digits)))
        }
        (_, Cell::Interval(i)) => ranged(i.point as f64, &grouped(i.point), &[i.low, i.high].map(grouped)),
        (_, Cell::Flag(flag)) => judgement(flag),
        (_, Cell::Number(value)) => el("td").class("n").text(&fixed(*value, column.digits)),
        (_, Cell::Scientific(value)) => {
            el("td").class("n").attr("data-v", &value.to_string()).text(&scientific(*value))
        }
        (_, Cell::Rounded(value)) => el("td").class("n").text(&fixed(value.value, value.digits)),
        (_, Cell::Integer(value)) => el("td").class("n").text(&grouped(*value)),
        (_, Cell::Text(text)) if words.kind != Kind::Text => el("td").class("n").text(text),
        (_, Cell::Text(text)) => el("td").text(text),
        ("labels", Cell::Missing(reason)) => el("td").class("n").attr("title", reason).text("some"),
        (_, Cell::Missing(reason)) => {
            let dash = el("td").class("none").attr("title", reason);
            (if words.kind == Kind::Text { dash } else { dash.attr("data-n", "") }).text("–")
        }
    }
}

fn name(entry: &Entry) -> Element {
    let card = format!("../proxies/{}.html", slug(&entry.card));
    el("th").attr("scope", "row").child(link(&card, &entry.label)).child(el("small").text(&entry.title))
}

/// A correlation: the number, the interval in words, and both as a bar that the style sheet draws.
fn bar(estimate: Estimate, digits: usize, class: &str) -> Element {
    styled_bar(estimate, digits, class, "")
}

fn styled_bar(estimate: Estimate, digits: usize, class: &str, more: &str) -> Element {
    let Estimate { point, low, high, .. } = estimate;
    let style = format!("--p:{};--a:{};--b:{}", place(point), place(low), place(high)) + more;
    el("td")
        .class(class)
        .attr("style", &style)
        .text(&minus(&fixed(point, digits)))
        .child(el("small").text(&span(&[fixed(low, digits), fixed(high, digits)])))
}

/// The place of a correlation in a bar, in a few bytes: a thousandth is less than a pixel.
fn place(value: f64) -> String {
    let text = fixed(value, 3);
    let short = |text: &str| text.strip_prefix('0').map_or_else(|| text.to_owned(), str::to_owned);
    text.strip_prefix('-').map_or_else(|| short(&text), |size| format!("-{}", short(size)))
}

/// The tau-b of a proxy in a table of its own, with a line for the rule that it is held against.
pub(in crate::site) fn standing_bar(cell: Option<&Cell>, rule: Option<Estimate>) -> Element {
    match cell {
        Some(Cell::Estimate(estimate)) => {
            let line = rule.map_or_else(String::new, |rule| format!(";--rule:{}", place(rule.point)));
            styled_bar(*estimate, 3, "e wide", &line)
        }
        _ => el("td").class("none").text("–"),
    }
}

/// How a proxy fares against a rule, which is named where there are several.
pub(in crate::site) fn letter_word(versus: Option<Versus>, rule: Option<&str>) -> Element {
    let Some(versus) = versus else { return el("td").class("none").text("–") };
    let text = match (versus, rule) {
        (Versus::Better | Versus::Worse, Some(rule)) => format!("{} than {rule}", versus.as_str()),
        (Versus::Even, Some(rule)) => format!("even with {rule}"),
        _ => versus.as_str().to_owned(),
    };
    el("td").attr("data-tone", versus_tone(versus)).text(&text)
}

/// How that reads, as the name that the style sheet knows.
const fn versus_tone(versus: Versus) -> &'static str {
    match versus {
        Versus::Better => "good",
        Versus::Worse => "bad",
        Versus::Even | Versus::Itself | Versus::Undefined => "neutral",
    }
}

/// A number with the ends of its interval.
fn ranged(value: f64, point: &str, ends: &[String; 2]) -> Element {
    let cell = el("td").class("n").attr("data-v", &format!("{value:.4}")).text(&minus(point));
    if ends[0] == ends[1] && ends[0] == point { cell } else { cell.child(el("small").text(&span(ends))) }
}

fn span(ends: &[String; 2]) -> String {
    format!("{} to {}", minus(&ends[0]), minus(&ends[1]))
}

fn judgement(flag: &Flag) -> Element {
    el("td").attr("data-tone", tone(flag.tone)).text(&flag.label)
}

fn minus(number: &str) -> String {
    number.replace('-', "\u{2212}")
}

/// The classes in the order of their cost, for sorting.
const fn class_order(class: CostClass) -> &'static str {
    match class {
        CostClass::DataFree => "1",
        CostClass::Weights => "2",
        CostClass::Forward => "3",
        CostClass::Gradient => "4",
        CostClass::PerSample => "5",
        CostClass::SecondOrder => "6",
        CostClass::Published => "7",
    }
}

/// A duration in the unit that people would use, with three digits.
pub(in crate::site) fn duration(micros: f64) -> String {
    let (value, unit) = match micros {
        m if m < 1e3 => (m, "µs"),
        m if m < 1e6 => (m / 1e3, "ms"),
        m => (m / 1e6, "s"),
    };
    let digits = match value {
        v if v < 10.0 => 1,
        _ => 0,
    };
    format!("{} {unit}", fixed(value, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_units() {
        assert_eq!(
            [0.8, 12.4, 950.0, 1_500.0, 333_157.1, 2e6].map(duration),
            ["0.8 µs", "12 µs", "950 µs", "1.5 ms", "333 ms", "2.0 s"]
        );
    }

    #[test]
    fn an_interval_that_says_nothing_more_is_left_out() {
        let text = |low: &str| ranged(1.0, "1", &[low.into(), "1".into()]).finish();
        assert!(!text("1").as_str().contains("small"));
        assert!(text("0").as_str().contains("<small>0 to 1</small>"));
    }
}
