//! What something that was found is worth where nobody looked for it: under other seeds, on another benchmark.

use proxyrank_proxies::{Proxy, Subject};
use proxyrank_search::lpzero::fitness::Objective;
use proxyrank_search::lpzero::panel::Panel;
use proxyrank_search::lpzero::rules::Sign;
use proxyrank_search::lpzero::table::BranchTable;
use proxyrank_search::lpzero::tree::Tree;
use proxyrank_space::Network;
use proxyrank_stats::{kendall_tau_b, spearman_rho, within_cell_tau};

use super::judged::Bench;

/// What is shown of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statistic {
    /// The objective of the search.
    Of(Objective),
    /// Tau-b over all pairs.
    Tau,
}

impl Statistic {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Of(Objective::Rho) => "rho",
            Self::Of(Objective::Within) => "Within-cell tau",
            Self::Tau => "tau-b",
        }
    }

    fn of(self, scores: &[f64], truth: &[f64], cells: &[u32]) -> Option<f64> {
        match self {
            Self::Of(Objective::Rho) => spearman_rho(scores, truth).ok(),
            Self::Of(Objective::Within) => within_cell_tau(scores, truth, cells).ok(),
            Self::Tau => kendall_tau_b(scores, truth).ok(),
        }
    }
}

/// Networks with a table of their own.
pub(super) struct Place {
    /// For the head of a column.
    pub(super) title: String,
    table: BranchTable,
    panel: Panel,
    truth: Vec<f64>,
    cells: Vec<u32>,
    statistic: Statistic,
    networks: Vec<Network>,
    seq_len: usize,
}

impl Place {
    /// Some networks of a benchmark by their places; the table has all of them.
    pub(super) fn new(
        title: String,
        table: BranchTable,
        (bench, judges): (&Bench, &[usize]),
        statistic: Statistic,
        (networks, seq_len): (&[Network], usize),
    ) -> Self {
        Self {
            title,
            panel: Panel::new(&table, judges.to_vec()),
            table,
            truth: bench.truth_of(judges),
            cells: bench.cells_of(judges),
            statistic,
            networks: judges.iter().map(|&place| networks[place].clone()).collect(),
            seq_len,
        }
    }

    /// What a tree is worth here; nothing where it has no order.
    pub(super) fn of_tree(&self, tree: Tree, sign: Sign) -> Option<f64> {
        let scores = self.panel.scores(&self.table, tree)?;
        self.statistic.of(&scores, &self.truth, &self.cells).map(|value| sign.factor() * value)
    }

    /// What a proxy of sizes is worth here; nothing where it is not defined or has no order.
    pub(super) fn of_proxy(&self, proxy: &Proxy) -> Option<f64> {
        let score = |network: &Network| {
            let subject = Subject { network: network.clone(), seq_len: self.seq_len };
            let score = proxy.score(&subject, &proxy.default_params()).score;
            score.map_or(f64::NAN, |score| proxy.direction.sign() * score)
        };
        let scores: Vec<f64> = self.networks.iter().map(score).collect();
        self.statistic.of(&scores, &self.truth, &self.cells)
    }
}
