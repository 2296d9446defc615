//! What its authors say of a submission.

use std::path::Path;

use proxyrank_report::site::{Card as SiteCard, Submitted};
use proxyrank_schema::Reading;

use super::cards::{blank, conditions};
use crate::submission::{CARD, Card, Content, LabelsSeen};

/// The card of a submission on the site.
pub(super) fn card(folder: &Path, card: &Card) -> SiteCard {
    let (formula, command) = match &card.content {
        Content::Scores { recipe, .. } => (card.formula.clone(), recipe.is_some()),
        Content::Combination(combination) => (Some(combination.formula()), true),
    };
    let check = format!("proxyrank leaderboard check {}", folder.display());
    let faults: Vec<&str> = card.faults.iter().map(String::as_str).collect();
    SiteCard {
        formula,
        command: Some(if command { format!("{check} --recompute 5%") } else { check }),
        submission: Some(Submitted {
            authors: card.authors.clone(),
            source: card.source.clone(),
            licence: card.licence.clone(),
            labels: labels(&card.labels),
            conditions: belongs(card),
            card: folder.join(CARD).display().to_string(),
        }),
        ..blank(card.name.as_str(), &card.title, card.class, card.direction, None, &faults)
    }
}

fn labels(labels: &LabelsSeen) -> String {
    let LabelsSeen { seen, how } = labels;
    match seen {
        0 => how.clone(),
        1 => format!("those of one architecture: {how}"),
        seen => format!("those of {seen} architectures: {how}"),
    }
}

/// What the scores belong to.
fn belongs(card: &Card) -> String {
    let benchmark = card.benchmark.map_or("every benchmark that its parts are defined on", |info| info.id);
    let made = match &card.content {
        Content::Scores { .. } => "scores computed by its authors",
        Content::Combination(_) => "made here of stored scores",
    };
    let conditions = match card.protocol.reading {
        Reading::None => "whatever the reading".to_owned(),
        _ => conditions(&card.protocol),
    };
    format!("{benchmark}, {conditions}; {made}")
}
