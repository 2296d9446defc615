//! How well proxies rank sub-networks.

use std::collections::BTreeMap;

use proxyrank_stats::{BootstrapOptions, Estimate, FailurePolicy, Panel, StatsError, analyse, average_ranks};

use super::{PROXIES, Proxy};

/// Cells of about equal size, with as many sub-networks in each as ties allow.
const CELLS: f64 = 10.0;

/// A sub-network whose error is known.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Error on the validation part.
    pub error: f64,
    /// Share of the encoder's parameters.
    pub share: f64,
    /// Scores by proxy.
    pub scores: &'a BTreeMap<String, Option<f64>>,
}

/// What a proxy's ranking is worth. A value that is not defined, as where all scores are equal, is absent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The proxy.
    pub proxy: Proxy,
    /// Kendall's tau-b of scores and 1 - error.
    pub tau: Option<Estimate>,
    /// Partial tau-b given the share of parameters.
    pub partial: Option<Estimate>,
    /// Tau-b over the pairs that lie in one of ten cells of size.
    pub within: Option<Estimate>,
    /// Sub-networks without a score, which count as the worst.
    pub failed: usize,
}

/// Every proxy's scores, larger being better, and how many are lacking.
pub(super) fn scores(candidates: &[Candidate<'_>]) -> Result<(Vec<Vec<f64>>, Vec<usize>), StatsError> {
    let of = |proxy: &Proxy| -> Vec<Option<f64>> {
        candidates.iter().map(|one| one.scores.get(proxy.name).copied().flatten()).collect()
    };
    let columns: Vec<Vec<Option<f64>>> = PROXIES.iter().map(of).collect();
    let signed: Vec<(&[Option<f64>], f64)> = columns.iter().map(|column| (column.as_slice(), 1.0)).collect();
    let aligned = FailurePolicy::RankLast.align(&signed)?;
    Ok((aligned.scores, aligned.failures))
}

/// Judges every proxy by the sub-networks' errors, with intervals by bootstrap over sub-networks. An error where all errors are equal.
pub fn judge(candidates: &[Candidate<'_>], options: &BootstrapOptions) -> Result<Vec<Judged>, StatsError> {
    let (scores, failures) = scores(candidates)?;
    let shares: Vec<f64> = candidates.iter().map(|one| one.share).collect();
    let cells = cells(&shares)?;
    let panel = Panel {
        truth: candidates.iter().map(|one| 1.0 - one.error).collect(),
        scores,
        size: Some(shares),
        cells: Some(cells),
        ..Panel::default()
    };
    let judged = |((proxy, found), failed): ((&Proxy, proxyrank_stats::ProxyStatistics), usize)| Judged {
        proxy: *proxy,
        tau: found.tau_b,
        partial: found.partial_tau,
        within: found.within_cell,
        failed,
    };
    let found = analyse(&panel, options)?.proxies;
    Ok(PROXIES.iter().zip(found).zip(failures).map(judged).collect())
}

/// Tenths by rank; equal sizes lie in one cell.
fn cells(sizes: &[f64]) -> Result<Vec<u32>, StatsError> {
    let count = sizes.len() as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 9")]
    let cell = |rank: f64| ((rank - 0.5) / count * CELLS) as u32;
    Ok(average_ranks(sizes)?.into_iter().map(cell).collect())
}

#[cfg(test)]
mod tests {
    use proxyrank_stats::{kendall_tau_b, partial_tau, within_cell_tau};

    use super::*;

    #[test]
    fn statistics_are_those_of_the_crate_on_the_right_columns() {
        let number = |index: usize, step: usize| ((index * step + 3) % 41) as f64;
        let all: Vec<BTreeMap<String, Option<f64>>> = (0..40)
            .map(|index| {
                let snip = (index != 7).then(|| number(index, 17));
                [("snip".to_owned(), snip), ("loss".to_owned(), Some(1.0))].into()
            })
            .collect();
        let candidates: Vec<Candidate<'_>> = all
            .iter()
            .enumerate()
            .map(|(index, scores)| Candidate {
                error: 1.0 - number(index, 11) / 41.0,
                share: number(index, 5) / 41.0,
                scores,
            })
            .collect();
        let options = BootstrapOptions { resamples: 50, ..BootstrapOptions::default() };
        let judged = judge(&candidates, &options).unwrap();
        let of = |name: &str| judged.iter().find(|one| one.proxy.name == name).unwrap();
        let (truth, sizes): (Vec<f64>, Vec<f64>) =
            candidates.iter().map(|one| (1.0 - one.error, one.share)).unzip();
        // The failure is the worst.
        let scores: Vec<f64> = all.iter().map(|scores| scores["snip"].unwrap_or(-1.0)).collect();
        let snip = of("snip");
        let near =
            |found: Option<Estimate>, wanted: f64| assert!((found.unwrap().point - wanted).abs() < 1e-12);
        near(snip.tau, kendall_tau_b(&scores, &truth).unwrap());
        near(snip.partial, partial_tau(&scores, &truth, &sizes).unwrap());
        near(snip.within, within_cell_tau(&scores, &truth, &cells(&sizes).unwrap()).unwrap());
        assert_eq!((snip.failed, of("loss").failed, of("nwot").failed), (1, 0, 40));
        assert_eq!((of("loss").tau, of("nwot").tau), (None, None));
    }

    #[test]
    fn tenths_hold_as_many_each_and_equal_sizes_stay_together() {
        let found = cells(&(0..50).map(f64::from).collect::<Vec<_>>()).unwrap();
        assert!((0..10).all(|cell| found.iter().filter(|&&other| other == cell).count() == 5));
        let found = cells(&[1.0, 0.2, 1.0, 1.0, 0.2]).unwrap();
        assert!(found[0] == found[2] && found[2] == found[3] && found[1] == found[4] && found[0] > found[1]);
    }
}
