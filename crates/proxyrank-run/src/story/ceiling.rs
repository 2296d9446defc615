//! How well could any proxy do?

use proxyrank_report::document::{Prose, Section, Source, Style};
use proxyrank_report::number::{estimate, fixed};

use super::Told;
use super::material::{Material, with_files};

pub(super) fn tell(material: &Material<'_>) -> Option<Told> {
    let main = material.main()?;
    let (Some(ceiling), Some(table)) = (&main.page.ceiling, &main.page.ceilings) else { return None };
    let ranking = &main.page.ranking;
    let metric = ranking.options.metric.name;
    let mut section = Section::new("ceiling", "The noise ceiling");
    let path = |extension: &str| main.page.folder.join(format!("ceiling_{metric}.{extension}"));
    let files = ["md", "csv", "tex", "json"].map(path);
    let made = section.source(with_files(Source::command("proxyrank report"), &files));
    let ranked = section.source(main.source());

    let trainings = main.stock.benchmark.trainings.len();
    let mut noise = if trainings > 0 {
        Prose::of("The same network, trained twice, gets two scores. The ")
            .count(&made, ceiling.architectures)
            .text(" architectures of this benchmark were trained ")
            .count(&made, trainings)
            .text(" times in all, each from a seed of its own, which shows how far a score is luck: ")
    } else {
        Prose::of("The same network, trained twice, gets two scores. The ")
            .count(&made, ceiling.architectures)
            .text(" entries of this benchmark are only ")
            .count(&made, ceiling.distinct)
            .text(
                " distinct networks, and those that were trained more than once show how far a label is luck: ",
            )
    };
    for (index, stratum) in ceiling.within.iter().enumerate() {
        noise = noise
            .text(if index > 0 { ", " } else { "" })
            .text("a standard deviation of ")
            .number(&made, fixed(stratum.sd, 2))
            .text(format!(" points of {metric} at {} layers", stratum.stratum));
    }
    section.say(noise.text("."));
    section.say(
        Prose::of("A score that knew the true quality of every network would therefore reach a tau-b of ")
            .number(&made, estimate(&ceiling.tau, 3))
            .text(" and a Spearman rho of ")
            .number(&made, estimate(&ceiling.rho, 3))
            .text(", and no more.")
            .text(if trainings > 0 {
                " (Labels are means over trainings, which have less noise.)"
            } else {
                ""
            })
            .text(" Every chart shows this as a band."),
    );
    let best = |value: &dyn Fn(usize) -> Option<f64>| {
        let found = (0..ranking.columns.len()).filter_map(|index| Some((index, value(index)?)));
        found.max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let proxies = &ranking.analysis.proxies;
    let by_tau_b = best(&|index| proxies[index].tau_b.map(|tau| tau.point));
    let by_tau_a = best(&|index| Some(proxies[index].tau_a.point));
    if let (Some((b, tau_b)), Some((a, tau_a))) = (by_tau_b, by_tau_a) {
        if tau_b > ceiling.tau.point {
            section.say(
                Prose::new()
                    .code(&ranking.columns[b].label)
                    .text(" lies above it with ")
                    .number(&ranked, fixed(tau_b, 3))
                    .text(": it has few values, ties ")
                    .number(&ranked, format!("{:.0}%", 100.0 * proxies[b].tie_share))
                    .text(
                        " of the pairs, and tau-b leaves those out. By tau-a, which counts them, it reaches ",
                    )
                    .number(&ranked, fixed(proxies[b].tau_a.point, 3))
                    .text("."),
            );
        }
        section.table(
            table.clone(),
            Style::Folded("Table: three ways to say which networks are one".to_owned()),
        );
        let headline = Prose::new()
            .strong("Noise in the labels is a ceiling.")
            .text(" Even a perfect score would reach a tau-b of about ")
            .number(&made, fixed(ceiling.tau.point, 2))
            .text("; the best tau-a in the table is ")
            .number(&ranked, fixed(tau_a, 3))
            .text(", by ")
            .code(&ranking.columns[a].label)
            .text(".");
        return Some(Told { section, headline: Some(headline) });
    }
    Some(Told { section, headline: None })
}
