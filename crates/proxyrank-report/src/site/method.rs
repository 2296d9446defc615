//! How to read the site: what the columns mean, what a reading is, why there are baselines and a ceiling.

use super::Site;
use super::board::explanations;
use super::element::{Element, el};
use super::page::{Depth, Page, heading};

/// What a newcomer must know, a paragraph under each heading.
const PARAGRAPHS: [(&str, &str, &str); 7] = [
    (
        "proxies",
        "What is measured",
        "A zero-cost proxy scores a network before it is trained. A benchmark holds networks that somebody did train. The tables say how well the order by \
         score agrees with the order by measured quality.",
    ),
    (
        "rules",
        "Why simple rules stand in every table",
        "Deeper and wider networks are mostly better, and a proxy that grows with size ranks well without knowing anything else. So each proxy must beat a rule that \
         anybody can write down: sort by number of layers, then by hidden size, or count parameters. Whether it does is tested for each pair on the same resamples, and \
         corrected for the number of comparisons.",
    ),
    (
        "readings",
        "Readings: which network was built",
        "The code that computed the published FlexiBERT scores built other networks than the benchmark declares, and the training code built yet others. as_trained are \
         the networks that the labels belong to, declared is what the file says, released is what the published scores were computed on. Decoder benchmarks have one reading.",
    ),
    (
        "intervals",
        "Intervals and tie groups",
        "Another 500 networks would give another correlation. Bars and ranges are the central 95% over resamples of the networks. A rank without its interval says little: \
         most neighbours in a table cannot be told apart, and a tie group says so.",
    ),
    (
        "ceiling",
        "The noise ceiling",
        "The same network trained twice gets two scores. From networks that a benchmark trained more than once follows how well even a perfect proxy could rank; that is the \
         shaded band. A score with few values can lie above it, because tau-b leaves out pairs that it ties: look at its tau-a.",
    ),
    (
        "labels",
        "Labels seen",
        "A formula that was searched or tuned on networks of the same benchmark has seen the answers. The column says how many, where it is known.",
    ),
    (
        "submissions",
        "Submitted rows",
        "A row marked as submitted brings scores that its authors computed, or is made of scores that stand here already. It is ranked and tested like every other row. What it          costs and which labels it has seen is what its card says; whether a sample of it was computed again is not something that a table can tell.",
    ),
];

/// The whole page.
pub(super) fn page(site: &Site) -> String {
    let sections = PARAGRAPHS
        .iter()
        .map(|(id, title, text)| el("section").child(heading(id, title)).child(el("p").text(text)));
    let main = el("main")
        .class("prose")
        .child(el("h1").text("How to read the tables"))
        .children(sections)
        .child(heading("columns", "What the columns mean"))
        .maybe(columns(site));
    Page { site, title: "How to read the tables", place: "method.html", depth: Depth::Root }.around(main)
}

fn columns(site: &Site) -> Option<Element> {
    let mut seen: Vec<String> = Vec::new();
    let mut list = el("dl").class("columns");
    for (name, meaning) in site.boards.iter().flat_map(|board| explanations(&board.table)) {
        if !seen.contains(&name) {
            list = list.child(el("dt").text(&name)).child(el("dd").text(&meaning));
            seen.push(name);
        }
    }
    (!seen.is_empty()).then_some(list)
}
