//! `leaderboard build`: the static site.

use proxyrank_report::number::counted;
use proxyrank_run::benchmark::resolve;
use proxyrank_run::leaderboard::{FOLDER, build, write};
use proxyrank_run::report::ReportOptions;
use proxyrank_run::submission::Submissions;
use serde_json::json;

use super::tell;
use crate::args::{Global, LeaderboardBuildArgs};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &LeaderboardBuildArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let options = if args.quick { ReportOptions::quick() } else { ReportOptions::usual() };
    let chosen: Vec<_> = args.benchmark.iter().map(resolve).collect::<Result<_, _>>()?;
    let mut submissions = Submissions::read(&args.submissions)?;
    let site = build(&setup.workshop(&args.out), &chosen, &options, &mut submissions)?;
    let folder = args.out.join(FOLDER);
    let written = write(&site, &folder)?;
    let refused = submissions.refused();
    let (tables, cards) = (site.boards.len(), site.cards.len());
    let submitted = site.cards.iter().filter(|card| card.submission.is_some()).count();
    if global.json {
        output::value(&json!({
            "tables": tables,
            "cards": cards,
            "submissions": submitted,
            "refused": refused,
            "files": written.files,
            "bytes": written.bytes,
            "page_bytes": written.page_bytes,
            "out": folder,
        }))?;
    } else {
        output::text(&format!(
            "{}, {} ({submitted} of submissions), {}, {:.1} MB of which {:.1} MB are pages\nopen {}",
            counted(tables, "table"),
            counted(cards, "card"),
            counted(written.files, "file"),
            written.bytes as f64 / 1e6,
            written.page_bytes as f64 / 1e6,
            folder.join("index.html").display()
        ))?;
    }
    Ok(tell(&refused))
}
