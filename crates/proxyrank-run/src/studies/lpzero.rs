//! What LPZero's search for formulas is worth, from the summaries of searches that were run here or are committed.
//!
//! One section a search: what was found and what it is worth where it was not looked for, how fast searches get there, how much
//! the length of a formula buys, how what is best on the networks that choose fares on those that judge, and what luck alone
//! would have found.

use std::path::Path;

use proxyrank_report::Page;
use proxyrank_report::chart::cloud::Group;
use proxyrank_report::chart::curves::Series;
use proxyrank_report::chart::{AxisScale, Cloud, Curves};
use proxyrank_search::lpzero::evolution::Strategy;
use proxyrank_search::lpzero::split::Protocol;

use super::{StudyPage, Subject};
use crate::RunError;
use crate::report::write_table;
use crate::search::lpzero::{Finding, Joint, Summary, checkpoints, objective_title, share, tables};

pub(super) fn write(subject: &Subject<'_>) -> Result<Option<StudyPage>, RunError> {
    let stores = [&subject.stores.results, &subject.stores.reference];
    let summaries = Summary::read_all(&stores.map(|store| Summary::folder(store.root())))?;
    if summaries.is_empty() { Ok(None) } else { page(&summaries, &subject.folder.join("lpzero")).map(Some) }
}

/// The page of some searches, in a folder.
fn page(summaries: &[Summary], folder: &Path) -> Result<StudyPage, RunError> {
    let title = "What a search for formulas finds".to_owned();
    let mut page = Page::new(&title);
    page.text(
        "LPZero searches for a formula of a network's tensors that ranks networks well. Here every formula of its space is scored, so a \
         search can be held against the best that it could have found; some of the networks choose, the others judge. A high rho on \
         all networks can come from counting layers; the correlation within cells of equal depth and width cannot.",
    );
    for summary in summaries {
        section(&mut page, summary, folder)?;
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    Ok(StudyPage { title, path })
}

fn section(page: &mut Page, summary: &Summary, folder: &Path) -> Result<(), RunError> {
    let objective = objective_title(summary.objective);
    let choice = match summary.split {
        Protocol::Honest => "half chooses, half judges",
        Protocol::Released => "as released, the first 50 choose",
    };
    page.heading(&format!("{}: {objective}, {choice}", summary.benchmark.1));
    page.text(&format!("Reading {}, {}.", summary.reading, summary.protocol));
    page.text(&conclusion(summary));
    let folder = folder.join(summary.file_name().trim_end_matches(".json"));
    let mut figures = vec![
        (trajectories(summary), "trajectories", "Share of the optimum by number of trees"),
        (by_size(summary), "sizes", "The best tree of every size"),
    ];
    figures.retain(|(chart, ..)| chart.series.iter().any(|series| !series.points.is_empty()));
    for table in tables(summary) {
        write_table(&folder, &table.id, &table)?;
        // The rules are the space's, whatever is searched for; they have a file and no place on the page.
        if table.id != "search_lpzero_rules" {
            page.table(&table);
        }
    }
    for (chart, name, caption) in figures {
        let [png, _] = chart.draw(&folder.join("charts").join(name))?;
        page.figure(&png, &folder, caption);
    }
    let held_out = top(summary);
    if held_out.groups.iter().any(|group| !group.points.is_empty()) {
        let [png, _] = held_out.draw(&folder.join("charts/held_out"))?;
        page.figure(&png, &folder, "What chose against what judges");
    }
    if let Some(joint) = &summary.joint {
        let [png, _] = front(joint).draw(&folder.join("charts/front"))?;
        page.figure(&png, &folder, "Formulas for both benchmarks that nothing beats");
    }
    Ok(())
}

/// The comparison that matters, in a sentence made of numbers.
fn conclusion(summary: &Summary) -> String {
    let objective = objective_title(summary.objective);
    let held_out = |finding: &Finding| finding.judgement.held_out(summary.objective);
    let number =
        |value: Option<f64>| value.map_or_else(|| "no order".to_owned(), |value| format!("{value:.3}"));
    let best =
        summary.beside.iter().filter(|finding| finding.is_baseline && held_out(finding).is_some()).max_by(
            |one, other| held_out(one).partial_cmp(&held_out(other)).unwrap_or(std::cmp::Ordering::Equal),
        );
    let baseline = best.map_or_else(String::new, |finding| {
        format!(" The best baseline there is {}, with {}.", finding.what, number(held_out(finding)))
    });
    let shuffled = summary.luck.last().map_or_else(String::new, |luck| {
        format!(
            " The best of {} random formulas has a median of {:.3} on the networks that choose, {:.3} on the others, and {:.3} if labels are shuffled.",
            luck.trees, luck.training.median, luck.held_out.median, luck.shuffled.median
        )
    });
    format!(
        "The best of all {} formulas has a {objective} of {} on the networks that chose it and {} on the others.{baseline}{shuffled}",
        summary.trees[0],
        number(summary.optimum.judgement.training(summary.objective)),
        number(held_out(&summary.optimum)),
    )
}

fn subtitle(summary: &Summary) -> String {
    format!("{}, reading {}, {}", summary.benchmark.1, summary.reading, objective_title(summary.objective))
}

/// Mean, lowest and highest share over the runs of the genetic program and of random search.
fn trajectories(summary: &Summary) -> Curves {
    let places = checkpoints(summary);
    let line = |strategy: Strategy, name: &str, part: fn(&proxyrank_stats::Estimate) -> f64| {
        let point = |&place: &usize| Some((place as f64, part(&share(summary, strategy, place)?)));
        Series {
            name: format!("{} {name}", strategy.as_str()),
            points: places.iter().filter_map(point).collect(),
        }
    };
    let of = |strategy| {
        [
            line(strategy, "(mean)", |share| share.point),
            line(strategy, "(lowest)", |share| share.low),
            line(strategy, "(highest)", |share| share.high),
        ]
    };
    let runs = summary.runs.iter().filter(|run| run.strategy == Strategy::Genetic).count();
    Curves {
        title: "How close searches come to the best formula".into(),
        subtitle: format!("{}; {runs} seeds each", subtitle(summary)),
        x_label: "Trees judged".into(),
        y_label: "Share of the optimum, networks that choose".into(),
        x_axis: AxisScale::Log,
        y_axis: AxisScale::Linear,
        series: [Strategy::Genetic, Strategy::Random].into_iter().flat_map(of).collect(),
        references: Vec::new(),
    }
}

/// What longer formulas reach.
fn by_size(summary: &Summary) -> Curves {
    let objective = summary.objective;
    let line = |name: &str, value: &dyn Fn(&Finding) -> Option<f64>| {
        let point = |finding: &Finding| Some((finding.size? as f64, value(finding)?));
        Series { name: name.to_owned(), points: summary.by_size.iter().filter_map(point).collect() }
    };
    Curves {
        title: "What a longer formula buys".into(),
        subtitle: subtitle(summary),
        x_label: "Inputs and primitives of the formula".into(),
        y_label: format!("The best formula's {}", objective_title(objective)),
        x_axis: AxisScale::Linear,
        y_axis: AxisScale::Linear,
        series: vec![
            line("networks that choose", &|finding| finding.judgement.training(objective)),
            line("networks that judge", &|finding| finding.judgement.held_out(objective)),
        ],
        references: Vec::new(),
    }
}

/// The best trees, what searches found and what stands beside them.
fn top(summary: &Summary) -> Cloud {
    let objective = summary.objective;
    let both = |finding: &Finding| {
        Some((finding.judgement.training(objective)?, finding.judgement.held_out(objective)?))
    };
    let runs = summary.runs.iter().filter_map(|run| both(&run.finding)).collect();
    let beside = |baseline: bool| {
        summary.beside.iter().filter(|finding| finding.is_baseline == baseline).filter_map(both).collect()
    };
    let group = |name: String, points| Group { name, points };
    Cloud {
        title: "What is best where it was chosen, where it was not".into(),
        subtitle: subtitle(summary),
        x_label: format!("{}, networks that choose", objective_title(objective)),
        y_label: format!("{}, networks that judge", objective_title(objective)),
        groups: vec![
            group(format!("the best {} of all formulas", summary.top.len()), summary.top.clone()),
            group("found by searches".to_owned(), runs),
            group("published formulas".to_owned(), beside(false)),
            group("baselines".to_owned(), beside(true)),
        ],
        diagonal: true,
    }
}

/// The front of two benchmarks.
fn front(joint: &Joint) -> Cloud {
    let points = joint.front.iter().map(|[first, second]| (*first, *second)).collect();
    let row = |index: usize| {
        let row = &joint.rows[index];
        Some((row.training[0]?.point, row.training[1]?.point))
    };
    let baselines: Vec<usize> =
        (0..joint.rows.len()).filter(|&index| joint.rows[index].size.is_none()).collect();
    let [first, second] = &joint.sides;
    Cloud {
        title: "One formula for two benchmarks".into(),
        subtitle: format!("networks that choose; {} formulas", joint.judged),
        x_label: first.clone(),
        y_label: second.clone(),
        groups: vec![
            Group { name: "nothing beats these".to_owned(), points },
            Group { name: "baselines".to_owned(), points: baselines.into_iter().filter_map(row).collect() },
            Group { name: "chosen".to_owned(), points: joint.chosen.and_then(row).into_iter().collect() },
        ],
        diagonal: false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The committed summaries, as a report finds them.
    fn committed() -> Vec<Summary> {
        let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/reference");
        Summary::read_all(&[Summary::folder(&reference)]).unwrap()
    }

    #[test]
    fn the_page_has_a_section_a_search() {
        let folder = tempfile::tempdir().unwrap();
        let summaries = committed();
        assert!(summaries.len() >= 3, "{}", summaries.len());
        let found = page(&summaries, folder.path()).unwrap();
        let text = fs::read_to_string(&found.path).unwrap();
        assert_eq!(text.matches("\n## ").count(), summaries.len());
        for summary in &summaries {
            let own = folder.path().join(summary.file_name().trim_end_matches(".json"));
            for file in [
                "search_lpzero.csv",
                "search_lpzero_luck.md",
                "charts/trajectories.png",
                "charts/held_out.svg",
            ] {
                assert!(own.join(file).is_file(), "{} {file}", own.display());
            }
            assert_eq!(own.join("charts/front.png").is_file(), summary.joint.is_some());
            // The best is at least as good as what any search found, so no share exceeds 1.
            for strategy in Strategy::ALL {
                let budget = summary.settings.0 + summary.settings.1;
                assert!(share(summary, strategy, budget).is_none_or(|share| share.high <= 1.0 + 1e-6));
            }
        }
    }

    #[test]
    fn a_summary_of_ones_own_stands_before_the_committed_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut own = committed().swap_remove(0);
        let name = own.file_name();
        own.sample += 1;
        own.write(folder.path()).unwrap();
        let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/reference");
        let folders = [folder.path().to_owned(), Summary::folder(&reference), folder.path().join("none")];
        let read = Summary::read_all(&folders).unwrap();
        assert_eq!(read.len(), committed().len());
        assert!(read.iter().any(|summary| summary.file_name() == name && summary.sample == own.sample));
        // A file of another version is as good as none.
        own.version += 1;
        own.write(folder.path()).unwrap();
        assert_eq!(Summary::read_all(&[folder.path().to_owned()]).unwrap(), []);
    }
}
