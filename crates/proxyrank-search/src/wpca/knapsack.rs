//! The best network by a table of counts, exactly.
//!
//! The table's score depends on two sums over layers: components, and parameters. For every number of parameters that any
//! network has, the largest sum of components follows layer by layer (a knapsack, Bellman 1957); the best network is the
//! best of these. There are some ten thousand numbers of parameters, so a second of work replaces 12^12 networks.

use std::collections::BTreeMap;

use proxyrank_space::wpca::{WpcaArch, WpcaBlock, WpcaSpace};

use super::objective::Objective;
use super::table::CountTable;

/// A network that no other with as many parameters surpasses by the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// The network.
    pub arch: WpcaArch,
    /// Its components by the table.
    pub components: f64,
    /// Its parameters.
    pub parameters: u64,
    /// Its score by the table.
    pub score: f64,
}

/// The best way to so many parameters: components, and the last layer's block.
type Step = BTreeMap<u64, (f64, WpcaBlock)>;

/// The `count` best by an objective, each of another number of parameters, best first; fewer where the space has fewer. Which
/// of two equal ones is given depends on nothing but the table.
pub fn best(space: &WpcaSpace, table: &CountTable, objective: Objective, count: usize) -> Vec<Best> {
    let costs: Vec<(WpcaBlock, u64)> =
        WpcaBlock::all().map(|block| (block, space.shape.block_parameters(block))).collect();
    let least = costs.iter().map(|&(_, cost)| cost).min().unwrap_or(0);
    let mut steps: Vec<Step> = Vec::with_capacity(space.layers);
    for layer in 0..space.layers {
        let mut step = Step::new();
        // What is left must suffice for the smallest block in every later layer.
        let most = space.limit.saturating_sub(least * (space.layers - layer - 1) as u64);
        let before: Vec<(u64, f64)> = match steps.last() {
            None => vec![(space.shape.outer_parameters(), 0.0)],
            Some(step) => {
                step.iter().map(|(&parameters, &(components, _))| (parameters, components)).collect()
            }
        };
        for (parameters, components) in before {
            for &(block, cost) in costs.iter().filter(|&&(_, cost)| parameters + cost <= most) {
                let found = components + table.get(layer, block);
                let best = step.entry(parameters + cost).or_insert((f64::NEG_INFINITY, block));
                if found > best.0 {
                    *best = (found, block);
                }
            }
        }
        steps.push(step);
    }
    let ends = steps.last().into_iter().flatten();
    let mut ends: Vec<(f64, f64, u64)> =
        ends.map(|(&p, &(components, _))| (objective.score(components, p), components, p)).collect();
    ends.sort_by(|one, other| other.0.total_cmp(&one.0).then(other.1.total_cmp(&one.1)));
    let whole = |(score, components, parameters)| {
        Some(Best { arch: backwards(&steps, &costs, parameters)?, components, parameters, score })
    };
    ends.into_iter().take(count).filter_map(whole).collect()
}

/// The blocks on the way to a number of parameters.
fn backwards(steps: &[Step], costs: &[(WpcaBlock, u64)], mut parameters: u64) -> Option<WpcaArch> {
    let mut blocks = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let &(_, block) = step.get(&parameters)?;
        blocks.push(block);
        parameters -= costs.iter().find(|&&(other, _)| other == block)?.1;
    }
    blocks.reverse();
    Some(WpcaArch(blocks))
}
